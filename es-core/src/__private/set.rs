//! Names that the expansion for a set of events has in scope. They begin with two underscores, as
//! no name of a user does.

pub use std::convert::From as __From;
pub use std::result::Result as __Result;
pub use std::vec::Vec as __Vec;

pub use super::{
    AsFact as __AsFact, FactOf as __FactOf, Listed as __Listed, Member as __Member,
    Reads as __Reads, carries as __carries, decode as __decode, histories as __histories,
    name_hashes as __name_hashes, new_name as __new_name, types as __types,
    types_read as __types_read,
};
pub use crate::domain::into_events::Takes as __Takes;
