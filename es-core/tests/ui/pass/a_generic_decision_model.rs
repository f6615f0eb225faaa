//! A model with a parameter, a tag with another name, and a decision whose list has several types.
#![no_implicit_prelude]

use ::core::clone::Clone;
use ::core::fmt::Debug;
use ::es_core::{Apply, Decision, DecisionModel, Event, Tagged, TaggedEvent};
use ::core::convert::Into;
use ::std::string::String;

#[derive(Event, ::serde::Serialize, ::serde::Deserialize, Clone, Debug, ::core::cmp::PartialEq)]
#[event(name = "put")]
struct Put<T>(#[event(tag = "shelf")] String, T);

#[derive(Event, ::serde::Serialize, ::serde::Deserialize, Clone, Debug, ::core::cmp::PartialEq)]
#[event(name = "cleared")]
struct Cleared {
    #[event(tag = "shelf")]
    r#type: String,
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Put<T>, Cleared), tolerates(Cleared))]
struct Shelf<T>
where
    Put<T>: Event + Tagged,
    T: Clone + Debug + ::core::marker::Send + ::core::marker::Sync + 'static,
{
    #[decision_model(tag = "shelf")]
    name: String,
    last: ::core::option::Option<T>,
}

impl<T> Apply<Put<T>> for Shelf<T>
where
    Put<T>: Event + Tagged,
    T: Clone + Debug + ::core::marker::Send + ::core::marker::Sync + 'static,
{
    fn apply(&mut self, put: Put<T>) {
        self.last = ::core::option::Option::Some(put.1);
    }
}

impl<T> Apply<Cleared> for Shelf<T>
where
    Put<T>: Event + Tagged,
    T: Clone + Debug + ::core::marker::Send + ::core::marker::Sync + 'static,
{
    fn apply(&mut self, _: Cleared) {
        self.last = ::core::option::Option::None;
    }
}

struct Swap(String);

impl Decision for Swap {
    type Model = (Shelf<u32>,);
    type Events = ::std::vec::Vec<TaggedEvent>;
    type Error = ::core::convert::Infallible;

    fn model(&self) -> Self::Model {
        (Shelf { name: self.0.clone(), last: ::core::option::Option::None },)
    }

    fn decide(&self, _: &Self::Model) -> ::core::result::Result<Self::Events, Self::Error> {
        let cleared = Cleared { r#type: self.0.clone() };
        let put = Put(self.0.clone(), 7);
        ::core::result::Result::Ok(::std::vec![cleared.into(), put.into()])
    }
}

fn main() {
    let shelf: Shelf<u32> = Shelf { name: "a".into(), last: ::core::option::Option::None };
    ::core::assert_eq!(shelf.query().unwrap().items()[0].types().len(), 2);
    ::core::assert_eq!(shelf.condition().unwrap().items()[0].types().len(), 1);
}
