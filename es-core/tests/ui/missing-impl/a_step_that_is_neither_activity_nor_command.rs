#[path = "../delivery.rs"]
mod delivery;

use delivery::*;
use es_core::prelude::*;
use es_core::process::Prepare;

#[derive(Serialize, Deserialize)]
pub struct Wait;

impl Prepare<Wait> for Delivery {
    fn prepare(&self) -> Wait {
        Wait
    }
}

fn main() {
    delivery().step_without_compensation::<Wait>("nothing is done", |step| step);
}
