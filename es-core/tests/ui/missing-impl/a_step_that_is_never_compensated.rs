#[path = "../delivery.rs"]
mod delivery;

use delivery::*;
use es_core::process::Prepare;

impl Prepare<Pay> for Delivery {
    fn prepare(&self) -> Pay {
        Pay
    }
}

fn main() {
    delivery().step::<Pay>(|step| step);
}
