//! The keys of every annotation, and how they are read.
//!
//! [`table`] says what can be written, and where. The first word of the example in a row is the key;
//! the example is what an error advises to write. The kind of the value reads it: the general ones
//! are in [`value`], each of the others in a file of its own. A derive has the values as the fields
//! of a struct, and [`ParsedKeys`] for what was left out.
//!
//! An editor offers the modules of `es_core::__private::keys`, which a test compares with the table:
//! a new key is a row here and a module there.

mod aliases;
mod annotated;
mod change;
mod compensation;
mod count;
mod decider;
mod duration;
mod event_list;
mod group;
mod items;
mod list;
mod own_enum;
mod read;
mod removed;
mod snapshot;
mod start;
mod table;
mod tag;
mod target;
mod value;

pub(crate) use aliases::Aliases;
pub(crate) use annotated::{
    Annotated, AnnotatedField, none_on_fields, none_on_variants, of_struct,
};
pub(crate) use change::{Call, Change, Kind, Origin, Since};
pub(crate) use compensation::Compensation;
pub(crate) use count::Count;
pub(crate) use decider::Decider;
pub(crate) use duration::Duration;
pub(crate) use event_list::{BareEvents, Entry, has_its_own_variant};
#[cfg(test)]
pub(crate) use group::first_word;
pub(crate) use items::{Item, Items};
pub(crate) use read::{ParsedKeys, read, read_field};
pub(crate) use removed::Removed;
pub(crate) use snapshot::Snapshot;
pub(crate) use start::Start;
#[cfg(test)]
pub(crate) use table::GROUPS;
pub(crate) use table::{
    ActivityKeys, AggregateKeys, CommandFieldKeys, CommandKeys, CompensationKeys,
    DecisionModelFieldKeys, DecisionModelKeys, EventFieldKeys, EventKeys, EventSetKeys,
    ProjectionKeys, RetiredKeys, SagaKeys, ShapeFieldKeys, ShapeKeys, StartKeys, StepKeys,
};
pub(crate) use tag::TagSpec;
pub(crate) use target::Targets;
