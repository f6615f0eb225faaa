//! Retry of store calls after transient failures.
//!
//! An answer that is lost says nothing about what was stored. The ids of the events do: an append
//! that is sent again *as it was* is answered with its first outcome if it was stored, and stored if
//! it was not. So the one thing that must not happen in between is a new decision, which would make
//! new ids.
//!
//! ```text
//! here                       store
//! append e1 at version 5 ──▶ stored as version 6
//!                   (lost) ◀── version 6
//! append e1 at version 5 ──▶ e1 is there
//!                          ◀── version 6, already
//! ```
//!
//! A refusal of what is sent again is as good as one of the first. If the stream has moved on without
//! these events, the first sending, should it still be under way, comes too late as well: it expects
//! the same version. This holds for an append all of whose parts expect an exact version, or which has a
//! condition; those are the appends of this crate.
//!
//! Both times count from the beginning of the call: what is sent again for ten seconds, and what the store
//! does not answer at all for thirty. A pool that lets a call wait before it says that it has nothing is
//! asked once.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::silence::{SILENCE, answered_by};
use crate::write::load_error::LoadError;

/// The time for which a call is sent again: long enough for a server that restarts, short enough
/// for a request that somebody waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Appends; while the store fails in a transient way, sends the same append again.
pub(crate) async fn append<S: EventStore>(
    store: &S,
    append: &Append,
) -> Result<Appended, AppendError> {
    let until = Instant::now() + SILENCE;
    until_answered(|| answered_by(until, store.append(append.clone()))).await
}

/// Calls `ask` until the answer is no transient failure, or the time for it is over.
pub(crate) async fn until_answered<T, E: Failure, F: Future<Output = Result<T, E>>>(
    mut ask: impl FnMut() -> F,
) -> Result<T, E> {
    let mut delays = delays();
    let begun = Instant::now();
    loop {
        let error = match ask().await {
            Err(error) if error.is_transient() => error,
            answer => return answer,
        };
        let delay = delays.next().unwrap_or_default();
        if begun.elapsed() + delay > PATIENCE {
            return Err(error);
        }
        tracing::debug!(target: "es", %error, ?delay, "sent again");
        tokio::time::sleep(delay).await;
    }
}

/// An error that may be a failure of the store.
pub(crate) trait Failure: Display {
    /// The same as [`StoreError::is_transient`]; an answer is not transient.
    fn is_transient(&self) -> bool;
}

impl Failure for StoreError {
    fn is_transient(&self) -> bool {
        self.is_transient()
    }
}

impl Failure for AppendError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

impl Failure for LoadError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

/// The delays: 10, 20, 40 … 1,000 ms, each with a random time of up to its length added, so that a
/// store that comes back is not met by everybody at once.
fn delays() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_secs(1))
        .with_jitter()
        .without_max_times()
        .build()
}
