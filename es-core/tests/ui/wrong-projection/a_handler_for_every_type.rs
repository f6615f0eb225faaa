#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed))]
struct Orders;

impl<Db: Send> Project<Placed, Db> for Orders {
    async fn project(&self, _: Recorded<Placed>, _: &mut Db) -> Done {
        Ok(())
    }
}

fn main() {}
