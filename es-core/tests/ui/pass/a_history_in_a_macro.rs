//! Events of a macro, in a function, with names that an expansion could trip over.
#![allow(non_upper_case_globals, dead_code)]

use ::es_core::prelude::*;

const cents: u8 = 1;
const note: u8 = 2;
const previous: u8 = 3;

macro_rules! event {
    ($name:literal, $event:ident, $field:ident: $ty:ty, $default:expr) => {
        #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[event(name = $name, version = 2, removed(note: String, in = 2), crate = $crate::es_core)]
        struct $event {
            cents: u8,
            #[event(added(in = 2, default = $default))]
            $field: $ty,
        }
    };
}

mod es_core {
    pub use ::es_core::*;
}

event!("door-opened", Opened, r#type: Option<u8>, None);

fn main() {
    event!("door-closed", Closed, self_: (u8, [u8; 2]), (1, [2; 2]));

    let stored = es_core::Payload::parse(r#"{"cents":5,"note":"x"}"#).unwrap();
    let opened = Opened::decode(SchemaVersion(1), &stored).unwrap();
    assert_eq!(opened, Opened { cents: 5, r#type: None });
    let closed = Closed::decode(SchemaVersion(1), &stored).unwrap();
    assert_eq!(closed, Closed { cents: 5, self_: (1, [2; 2]) });
}
