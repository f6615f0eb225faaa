//! A bank and a school, as their catalogs tell of them.

use std::collections::BTreeMap;

use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use es_core::{Event, EventHistory, SchemaVersion};
use es_testing::catalog::Chapter;

use crate::courses::{CourseDefined, Subscribe, Subscribed};
use crate::fixture::{
    Account, Closed, Deposit, Deposited, FeeCharged, Open, Opened, Save, Withdraw, Withdrawn,
};

/// An account that was opened without a channel once, and whose fees were once called charges.
pub(crate) fn account() -> Chapter {
    let opened = EventHistory::new(
        Opened::NAME,
        vec![
            (SchemaVersion(1), object(vec![text("owner")])),
            (SchemaVersion(2), opened_by_channel()),
        ],
    );
    let fee = history::<FeeCharged>(vec![cents()]).with_aliases(&["charge-made"]);
    let events = vec![
        opened,
        history::<Deposited>(vec![cents()]),
        history::<Withdrawn>(vec![cents(), field("balance", Form::Integer("i64"))]),
        fee,
        history::<Closed>(Vec::new()),
        EventHistory::new("account-changed", vec![(SchemaVersion(1), object(vec![text("how")]))])
            .superseded(),
    ];
    Chapter::of_aggregate::<Account>(events)
        .command::<Account, Open, _>()
        .command::<Account, Deposit, _>()
        .command::<Account, Withdraw, _>()
        .command::<Account, Save, _>()
}

pub(crate) fn school() -> Chapter {
    struct SchoolEvent;
    let events = vec![
        history::<CourseDefined>(vec![text("course"), field("capacity", Form::Integer("u32"))]),
        history::<Subscribed>(vec![text("course"), text("student")]),
    ];
    Chapter::of_events::<SchoolEvent>(events).decision::<Subscribe, _>()
}

fn opened_by_channel() -> Schema {
    let variant =
        |name: &str, kind| Variant { name: name.to_owned(), kind, attributes: Vec::new() };
    let channel = Kind::Enum(Enum {
        tagging: Tagging::External,
        variants: vec![
            variant("Branch", Kind::Unit),
            variant("Partner", Kind::Struct(vec![text("name")])),
        ],
    });
    let fields = vec![
        text("owner"),
        Field {
            required: false,
            ..field("overdraft", Form::Option(Box::new(Form::Integer("i64"))))
        },
        field("channel", Form::Named("bank::Channel".to_owned())),
        field("limit", Form::Opaque("money::Amount".to_owned())),
    ];
    let mut schema = object(fields);
    schema.definitions.insert("bank::Channel".to_owned(), definition(channel));
    schema
}

fn history<E: Event>(fields: Vec<Field>) -> EventHistory {
    EventHistory::new(E::NAME, vec![(E::VERSION, object(fields))])
}

fn object(fields: Vec<Field>) -> Schema {
    let definitions =
        BTreeMap::from([("bank::Event".to_owned(), definition(Kind::Struct(fields)))]);
    Schema { form: Form::Named("bank::Event".to_owned()), definitions }
}

fn definition(kind: Kind) -> Definition {
    Definition { attributes: Vec::new(), kind }
}

fn field(name: &str, form: Form) -> Field {
    Field { name: name.to_owned(), form, required: true, attributes: Vec::new() }
}

fn text(name: &str) -> Field {
    field(name, Form::Text("String"))
}

fn cents() -> Field {
    field("cents", Form::Integer("i64"))
}
