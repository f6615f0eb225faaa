//! Events that are called as the expansions once called their own helpers.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-listed")]
struct _Listed;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-result")]
struct _Result;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(_Listed, _Result))]
struct Door;

impl Apply<_Listed> for Door {
    fn apply(&mut self, _: _Listed) {}
}

impl Apply<_Result> for Door {
    fn apply(&mut self, _: _Result) {}
}

#[derive(EventSet)]
enum Watched {
    Listed(_Listed),
    Result(_Result),
}

/// The types of its fields are called as types of the runtime are, which know nothing of serde.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-kept")]
struct Kept {
    stored: Stored,
    of: Of,
    form: Option<TypeForm>,
    field: StoredField,
    named: Named,
    member: Member,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Stored(u8);
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Of(u8);
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct TypeForm(u8);
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct StoredField(u8);
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Named(u8);
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Member(u8);

fn main() {
    let schema = Kept::schemas()[0].1.to_string();
    assert!(schema.contains("stored: opaque Stored"), "{schema}");
    assert!(DoorEvent::contains("door-result") && Watched::contains("door-listed"));
}
