//! Activities: requests to the outside world, with the type of their answer.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::name::SchemaVersion;

/// A request to the outside world, as data: stored before it is made, and taken back by another one.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::process::Activity;
///
/// #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// pub struct TakePayment {
///     pub order: u32,
///     pub cents: u64,
/// }
///
/// #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// pub struct PaymentTaken {
///     pub payment: u64,
/// }
///
/// impl Activity for TakePayment {
///     const NAME: &'static str = "take-payment";
///     type Output = PaymentTaken;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity",
    label = "not an activity",
    note = "write: impl Activity for {Self} {{ const NAME: &'static str = \"…\"; type Output = ..; }}",
    note = "a step that an aggregate decides derives `Command`, and `Serialize` and `Deserialize`"
)]
pub trait Activity:
    Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The stored name: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first. Never changes once
    /// released. It is the name of the step that asks for it as well.
    const NAME: &'static str;

    /// The version of its shape, from 1.
    const VERSION: SchemaVersion = SchemaVersion(1);

    /// The answer if it is done; `()` if there is nothing to tell.
    type Output: Serialize
        + DeserializeOwned
        + Clone
        + fmt::Debug
        + PartialEq
        + Send
        + Sync
        + 'static;
}
