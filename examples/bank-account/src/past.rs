//! Forms of events that were released and are written no more, and what they are read as now.

use es_core::prelude::*;

use crate::account::Opened;

/// As the first release stored it: as `null`, with no place for fields.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
pub struct OpenedV1;

impl Upcast<OpenedV1> for Opened {
    fn upcast(_: OpenedV1) -> Self {
        Self { owner: None }
    }
}
