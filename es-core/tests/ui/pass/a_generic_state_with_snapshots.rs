use es_core::prelude::*;
use es_core::serde::de::DeserializeOwned;

pub trait Value:
    Shape + Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Default + Send + Sync + 'static
{
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
struct Put<T> {
    value: T,
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, PartialEq)]
#[serde(bound = "")]
#[aggregate(name = "shelf", id = String, events(Put<T>), snapshot(every = 2))]
struct Shelf<T: Value> {
    value: T,
}

impl<T: Value> Apply<Put<T>> for Shelf<T> {
    fn apply(&mut self, put: Put<T>) {
        self.value = put.value;
    }
}

impl Value for u32 {}

fn main() {
    assert!(Shelf::<u32>::SNAPSHOTS.is_some());
}
