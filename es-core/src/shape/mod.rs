//! What the stored form of a type looks like, as data: what locks, schemas and snapshots compare.

mod form;

pub use form::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
