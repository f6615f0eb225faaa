#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use es_core::{ProjectAll, Projects, React};
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(shop::Placed as Order), db(Rows, Count), effects(Shipped), start = now)]
struct r#Orders;

project!(Orders, Placed, Rows);
project!(Orders, Placed, Count);

impl<Db: Send> React<Shipped, Db> for Orders {
    async fn react(&self, _: Recorded<Shipped>, _: &mut Db) -> Done {
        Ok(())
    }
}

#[derive(Projection)]
#[projection(name = "pages", bulk, events(Placed))]
struct Pages;

impl ProjectAll<Rows> for Pages {
    async fn project_all(&self, _: &[Recorded<PagesEvent>], _: &mut Rows) -> Done {
        Ok(())
    }
}

fn writes_into<Db: Send>(_: impl Projects<Db>) {}

fn main() {
    writes_into::<Rows>(Orders);
    writes_into::<Count>(Orders);
    writes_into::<Rows>(Pages);
}
