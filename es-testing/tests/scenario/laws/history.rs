//! The stored forms of the events of these tests.

use std::collections::BTreeMap;

use es_core::shape::{Definition, Field, Form, Kind, Schema};
use es_core::{Event, EventHistory};

/// An event with a single version, stored as an object of these fields, all of them required.
pub(crate) fn event<E: Event>(fields: &[(&str, Form)]) -> EventHistory {
    let field = |(name, form): &(&str, Form)| Field {
        name: (*name).to_owned(),
        form: form.clone(),
        required: !matches!(form, Form::Option(_)),
        attributes: Vec::new(),
    };
    of::<E>(Kind::Struct(fields.iter().map(field).collect()))
}

pub(crate) fn of<E: Event>(kind: Kind) -> EventHistory {
    let definition = Definition { attributes: Vec::new(), kind };
    let schema = Schema {
        form: Form::Named("Event".to_owned()),
        definitions: BTreeMap::from([("Event".to_owned(), definition)]),
    };
    EventHistory::new(E::NAME, vec![(E::VERSION, schema)])
}

pub(crate) fn text() -> Form {
    Form::Text("String")
}

pub(crate) fn i64() -> Form {
    Form::Integer("i64")
}
