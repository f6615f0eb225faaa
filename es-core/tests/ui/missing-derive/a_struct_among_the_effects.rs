#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use es_core::React;
use shop::*;

struct Paid;

#[derive(Projection)]
#[projection(name = "orders", effects(Paid))]
struct Orders;

impl React<Paid, Rows> for Orders {
    async fn react(&self, _: Recorded<Paid>, _: &mut Rows) -> Done {
        Ok(())
    }
}

fn main() {}
