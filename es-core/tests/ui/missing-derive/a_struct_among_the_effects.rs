#[path = "../shop.rs"]
mod shop;

use es_core::{React, prelude::*};
use shop::*;

struct Paid;

#[derive(Projection)]
#[projection(name = "orders", effects(Paid), start = now)]
struct Orders;

impl React<Paid, Rows> for Orders {
    async fn react(&self, _: Recorded<Paid>, _: &mut Rows) -> Done {
        Ok(())
    }
}

fn main() {}
