//! Events: their types, their stored form, and the way from old stored forms to the types of today.

pub(crate) mod decode_error;
pub(crate) mod decoded;
pub(crate) mod definition;
pub(crate) mod describe;
pub(crate) mod encode_error;
pub(crate) mod history;
pub(crate) mod lossless;
pub(crate) mod metadata;
pub(crate) mod name;
pub(crate) mod payload;
pub(crate) mod placed_event;
pub(crate) mod recorded;
pub(crate) mod set;
pub(crate) mod superseded;
pub(crate) mod tag;
pub(crate) mod upcast;
pub(crate) mod upcasting;
