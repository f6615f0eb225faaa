//! Unit, tuple, empty and named; with a constant for a parameter; with a field under a condition.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "unit")]
struct Unit;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "tuple")]
struct Tuple(u32, String);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "no-fields")]
struct Empty {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "sized")]
struct Sized<const N: usize> {
    count: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "conditional")]
struct Conditional {
    #[cfg(all())]
    always: u32,
    #[cfg(any())]
    never: NoSuchType,
    last: u32,
}

#[derive(Aggregate, Default)]
#[aggregate(
    name = "shapes",
    id = u32,
    events(Unit, Tuple, Empty, Sized<3>, Conditional),
)]
struct Shapes;

impl<E: Event> Apply<E> for Shapes {
    fn apply(&mut self, _: E) {}
}

fn main() {
    assert_eq!(Tuple(1, "a".into()).describe().to_string(), r#"Tuple(1, "a")"#);
    let conditional = Conditional { always: 1, last: 2 };
    assert_eq!(conditional.describe().to_string(), "Conditional { always: 1, last: 2 }");
}
