//! Upcasting from one version of an event to the next: old events stay as they are stored, and are
//! upcast when they are read.

use std::convert::Infallible;
use std::error::Error;

/// A version of an event that can always be made from the version before it.
///
/// The struct of the version before stays in the code, as it was. `previous` names it, and this
/// says what has become of its fields:
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "account-opened")]
/// pub struct OpenedV1 {
///     pub owner: String,
/// }
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "account-opened", version = 2, previous = OpenedV1)]
/// pub struct Opened {
///     pub first: String,
///     pub last: String,
/// }
///
/// impl Upcast<OpenedV1> for Opened {
///     fn upcast(previous: OpenedV1) -> Self {
///         let (first, last) = previous.owner.split_once(' ').unwrap_or((&previous.owner, ""));
///         Self { first: first.into(), last: last.into() }
///     }
/// }
///
/// let stored = OpenedV1 { owner: "Ada Lovelace".into() }.encode()?;
/// let read = Opened::decode(SchemaVersion(1), &stored)?;
/// assert_eq!(read, Opened { first: "Ada".into(), last: "Lovelace".into() });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Only the version before is named: older ones climb through it, step by step.
///
/// A list or an option of what can climb climbs too, for the types within events.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from `{Previous}`",
    label = "`impl Upcast<{Previous}> for {Self}` is missing",
    note = "write: impl Upcast<{Previous}> for {Self} {{ fn upcast(previous: {Previous}) -> Self {{ .. }} }}"
)]
pub trait Upcast<Previous>: Sized {
    /// Converts `previous` into this version. The answer is the same every time: this is called at
    /// every reading.
    fn upcast(previous: Previous) -> Self;
}

impl<P, T: Upcast<P>> Upcast<Vec<P>> for Vec<T> {
    fn upcast(previous: Vec<P>) -> Self {
        previous.into_iter().map(T::upcast).collect()
    }
}

impl<P, T: Upcast<P>> Upcast<Option<P>> for Option<T> {
    fn upcast(previous: Option<P>) -> Self {
        previous.map(T::upcast)
    }
}

/// A version of an event that can be made from the version before it, or not, for a reason.
///
/// For old events that may hold what the new version has no place for. Reading one of these fails
/// with [`DecodeError::Upcast`](crate::DecodeError::Upcast). Where a value can always be found,
/// implement [`Upcast`], which brings this along.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names `{Previous}` as its previous version and cannot be made from it",
    label = "`impl Upcast<{Previous}> for {Self}` is missing",
    note = "write: impl Upcast<{Previous}> for {Self} {{ fn upcast(previous: {Previous}) -> Self {{ .. }} }}",
    note = "if it may fail: impl TryUpcast<{Previous}> for {Self}"
)]
pub trait TryUpcast<Previous>: Sized {
    /// The reason that it could not be made.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// Converts `previous` into this version. The answer is the same every time: this is called at
    /// every reading.
    ///
    /// # Errors
    ///
    /// If `previous` holds what this version has no place for.
    fn try_upcast(previous: Previous) -> Result<Self, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<P, T: Upcast<P>> TryUpcast<P> for T {
    type Error = Infallible;

    fn try_upcast(previous: P) -> Result<Self, Infallible> {
        Ok(T::upcast(previous))
    }
}
