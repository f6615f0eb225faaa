//! Activities: requests to the outside world, with the type of their answer.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::name::SchemaVersion;

/// A request to the outside world, as data: stored before it is made, and taken back by another one.
///
/// Derive it:
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[activity(name = "take-payment", output = PaymentTaken)]
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
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity",
    label = "not an activity",
    note = "put on it: #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)] #[activity(name = \"…\")]",
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
