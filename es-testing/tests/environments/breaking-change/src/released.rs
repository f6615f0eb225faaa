//! The events as they were released.

use es_core::prelude::*;
use es_core::shape::{Definition, Field, Form, Kind, Schema};
use es_core::{EventHistory, SchemaVersion};

/// Money came.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub struct Deposited {
    /// How much.
    pub cents: i64,
    /// Why.
    pub note: String,
}

/// What happens to an account.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// See [`Deposited`].
    Deposited(Deposited),
}

/// The stored forms of the events.
#[must_use]
pub fn history() -> Vec<EventHistory> {
    let required = |name: &str, form| Field {
        name: name.to_owned(),
        form,
        required: true,
        attributes: vec![],
    };
    let event = |name, fields| {
        let definition = Definition { attributes: vec![], kind: Kind::Struct(fields) };
        let definitions = [("Event".to_owned(), definition)].into();
        let schema = Schema { form: Form::Named("Event".to_owned()), definitions };
        EventHistory::new(name, vec![(SchemaVersion(1), schema)])
    };
    vec![event(
        Deposited::NAME,
        vec![required("cents", Form::Integer("i64")), required("note", Form::Text("String"))],
    )]
}
