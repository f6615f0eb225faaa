//! Events that projections follow, and what these write into.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct Placed {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-shipped")]
pub struct Shipped {}

pub struct Rows;

pub struct Count;

pub type Done = Result<(), ProjectError>;

/// Handles all that it is asked to.
#[macro_export]
macro_rules! project {
    ($projection:ident, $event:ty, $db:ty) => {
        impl Project<$event, $db> for $projection {
            async fn project(&self, _: Recorded<$event>, _: &mut $db) -> Done {
                Ok(())
            }
        }
    };
}
