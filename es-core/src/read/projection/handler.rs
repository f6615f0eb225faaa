//! Handlers that are written by hand for a projection: one per event, or one for many at once.

use std::future::Future;

use super::{ProjectError, Projection};
use crate::event::recorded::Recorded;

/// The handler of a projection for one event. `Db` is the place that it writes into:
/// `PgConnection`, or a type of the service's own.
///
/// # Guarantees
///
/// Events of one key come one after another, in the order of the log. Where the read model and the
/// progress are in one Postgres, each event is handled exactly once, since both are committed together;
/// anywhere else at least once, and [`position`](Recorded::position) tells a repetition.
///
/// A handler that fails has done nothing, is tried again after a while, and in the end the event is
/// parked: see [`OnFailure`](super::OnFailure). So is one that breaks a rule which speaks at the commit
/// alone, that does not end within [`RunOptions::with_event_limit`](super::RunOptions::with_event_limit),
/// or that ends the transaction it writes in, which keeps nothing then.
#[diagnostic::on_unimplemented(
    message = "`{Self}` lists the event `{E}` but never says how to project it",
    label = "listed here; `impl Project<{E}, {Db}> for {Self}` is missing",
    note = "write: impl Project<{E}, Db> for {Self} {{ async fn project(&self, event: Recorded<{E}>, db: &mut Db) -> Result<(), ProjectError> {{ .. }} }}",
    note = "where `Db` is what it writes into, for example `PgConnection`"
)]
pub trait Project<E, Db> {
    /// Writes into `db` what follows from `event`.
    fn project(
        &self,
        event: Recorded<E>,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;
}

/// The handler of a projection for many events at once: declared with `bulk`, in place of
/// [`Project`].
///
/// A handler that folds a page and writes it with one statement is tens of times faster than one that
/// writes row by row. If it fails, its events are given to it one at a time. It is given every event of
/// the projection's enum, those that are listed under `effects` alone included.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is declared `bulk` but never says how to project many events",
    label = "declared here; `impl ProjectAll<{Db}> for {Self}` is missing",
    note = "write: impl ProjectAll<Db> for {Self} {{ async fn project_all(&self, events: &[Recorded<{Self}Event>], db: &mut Db) -> Result<(), ProjectError> {{ .. }} }}",
    note = "where `Db` is what it writes into, for example `PgConnection`"
)]
pub trait ProjectAll<Db>: Projection {
    /// Writes into `db` what follows from `events`, which are in the order of the log; at least one.
    fn project_all(
        &self,
        events: &[Recorded<Self::Event>],
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;
}

/// A side effect of a projection: a mail, a call, a row in an outbox. It happens with an event,
/// besides the rows, and a rebuild does not repeat it. Declared with `effects(…)`, where an event
/// may be listed that is not under `events`: it has an effect and no rows.
///
/// # Guarantees
///
/// Called after the event was projected, in the same batch, and only by the version that serves.
/// Whatever number of versions are built later, an event that one of them has reacted to is reacted to
/// by no other. Into the Postgres that holds the progress it is exactly once; anywhere else at least
/// once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` lists the effect of `{E}` but never says what it is",
    label = "listed here; `impl React<{E}, {Db}> for {Self}` is missing",
    note = "write: impl React<{E}, Db> for {Self} {{ async fn react(&self, event: Recorded<{E}>, db: &mut Db) -> Result<(), ProjectError> {{ .. }} }}",
    note = "where `Db` is what it writes into, for example `PgConnection`"
)]
pub trait React<E, Db> {
    /// Does what follows from `event` once.
    fn react(
        &self,
        event: Recorded<E>,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;
}

/// A projection that writes into `Db`: the dispatch that the derive writes, for every `Db` that all of its
/// handlers write into.
#[diagnostic::on_unimplemented(
    message = "the projection `{Self}` does not write into `{Db}`",
    label = "no handlers for `{Db}`",
    note = "each event that it lists needs an `impl Project<…, {Db}> for {Self}`, a `bulk` projection one `impl ProjectAll<{Db}> for {Self}`"
)]
pub trait Projects<Db: Send>: Projection {
    /// True if [`project_all`](Self::project_all) is faster than one event after another.
    const IS_BULK: bool = false;

    /// Passes one event to its handler.
    fn project(
        &self,
        event: Recorded<Self::Event>,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;

    /// Handles several events, in their order; an error does not say which of them failed.
    fn project_all(
        &self,
        events: Vec<Recorded<Self::Event>>,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send {
        async move {
            for event in events {
                self.project(event, db).await?;
            }
            Ok(())
        }
    }

    /// Passes one event to its side effect, if it has one.
    fn react(
        &self,
        event: Recorded<Self::Event>,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send {
        let _ = (event, db);
        async { Ok(()) }
    }
}
