//! Parameters, bounds and where clauses go through to the event enum.

use es_core::prelude::*;
use serde::de::DeserializeOwned;

pub trait Goods:
    Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static
{
}
impl Goods for u32 {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
pub struct Put<T>(pub T);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "emptied")]
pub struct Emptied;

#[derive(Aggregate)]
#[aggregate(name = "shelf", id = u32, events(Put<T>, Emptied))]
pub struct Shelf<T>
where
    T: Goods,
{
    goods: Vec<T>,
}

impl<T: Goods> Default for Shelf<T> {
    fn default() -> Self {
        Self { goods: Vec::new() }
    }
}

impl<T: Goods> Apply<Put<T>> for Shelf<T> {
    fn apply(&mut self, Put(goods): Put<T>) {
        self.goods.push(goods);
    }
}

impl<T: Goods> Apply<Emptied> for Shelf<T> {
    fn apply(&mut self, _: Emptied) {
        self.goods.clear();
    }
}

fn main() {
    let mut shelf = Shelf::<u32>::default();
    shelf.evolve(Put(7).into());
    assert_eq!(shelf.goods, [7]);
}
