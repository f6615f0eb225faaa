#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use es_core::React;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", effects(Placed, start = now))]
struct Orders;

impl React<Placed, Rows> for Orders {
    async fn react(&self, _: Recorded<Placed>, _: &mut Rows) -> Done {
        Ok(())
    }
}

fn main() {}
