//! Read your writes: waiting for a projection to reach a token.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::signals::Following;
use super::{ProjectionHandle, ProjectionName, ProjectionStore, Projections, Token};
use crate::store::checkpoint::{Checkpoint, Incarnation};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The reason that a projection does not show what was waited for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The projection did not come so far in time.
    #[error(
        "`{name}` has come to position {reached} and not to {token} in time: its rows lag behind"
    )]
    TimedOut {
        /// The name of the projection.
        name: ProjectionName,
        /// The token that was waited for.
        token: Token,
        /// The position that the projection has reached.
        reached: Position,
    },
    /// No process has run the projection yet.
    #[error("no projection `{name}` is known: run it once")]
    Unknown {
        /// The name of the projection.
        name: ProjectionName,
    },
    /// The projection follows another log than that of the token: the log was restored or replaced.
    #[error(
        "`{name}` follows log {known}, and this is log {actual}: it was restored or replaced; rebuild \
         the projection"
    )]
    OtherLog {
        /// The name of the projection.
        name: ProjectionName,
        /// The log that it follows.
        known: Incarnation,
        /// The log that there is.
        actual: Incarnation,
    },
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a, S: EventStore, P: ProjectionStore> ProjectionHandle<'a, S, P> {
    /// Waits until the projection shows everything up to `token`, whichever process runs it; returns at
    /// once if it does already.
    ///
    /// A position that an event was parked at counts as shown: it does not hold up the others.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use es_core::prelude::*;
    /// # use es_core::{Projection, Token};
    /// # use es_core::projection::{ProjectionStore, Projections, WaitError};
    /// async fn shown<X: Projection>(
    ///     projections: &Projections<impl EventStore, impl ProjectionStore>,
    ///     header: &str,
    /// ) -> Result<bool, Box<dyn std::error::Error>> {
    ///     let token: Token = header.parse()?;
    ///     match projections.of::<X>().wait_for(token, Duration::from_secs(2)).await {
    ///         Ok(()) => Ok(true),
    ///         Err(WaitError::TimedOut { .. }) => Ok(false),
    ///         Err(error) => Err(error.into()),
    ///     }
    /// }
    /// ```
    pub fn wait_for(
        &self,
        token: Token,
        timeout: Duration,
    ) -> impl Future<Output = Result<(), WaitError>> + Send + use<'a, S, P> {
        // Borrows no handle, so that one may wait for several projections at once.
        let (projections, name) = (self.projections, self.name.clone());
        async move { projections.wait_for_name(&name, token, timeout).await }
    }
}

impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    async fn wait_for_name(
        &self,
        name: &ProjectionName,
        token: Token,
        timeout: Duration,
    ) -> Result<(), WaitError> {
        let following = self.followed.of(name);
        let deadline = Instant::now() + timeout;
        let is_shown = |visible: &Option<Checkpoint>| {
            visible.is_some_and(|visible| visible.position >= token.position())
        };
        let _awaited = following.await_position(token.position());
        let mut told = following.visible.subscribe();
        let waiting = async {
            let mut pause = SHORTEST;
            // Whoever asks for others has not been told of this position until now.
            let has_come = *following.committed.borrow() >= token.position();
            if has_come && is_shown(&Some(self.ask(name, &following).await?)) {
                return Ok(());
            }
            loop {
                if is_shown(&told.borrow_and_update()) {
                    return Ok(());
                }
                // One asks the store, on behalf of all; the others hear from it, or take its place.
                tokio::select! {
                    _ = told.changed() => told.mark_changed(),
                    _asking = following.asking.lock() => {
                        let mut committed = following.committed.subscribe();
                        while !is_shown(&Some(self.ask(name, &following).await?)) {
                            // What this process has committed itself is asked for at once, once it has
                            // come to where somebody waits: not with each batch until then.
                            let come = async {
                                while committed.changed().await.is_ok() {
                                    if following.is_awaited(*committed.borrow_and_update()) {
                                        return;
                                    }
                                }
                            };
                            tokio::select! {
                                () = come => pause = SHORTEST,
                                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST),
                            }
                        }
                        return Ok(());
                    }
                }
            }
        };
        if let Ok(waited) = timeout_at(deadline, waiting).await {
            return waited;
        }
        let reached = following.visible.borrow().map_or(Position::START, |known| known.position);
        Err(WaitError::TimedOut { name: name.clone(), token, reached })
    }

    /// Returns the position that the projection has reached, and records it for all that wait.
    async fn ask(
        &self,
        name: &ProjectionName,
        following: &Following,
    ) -> Result<Checkpoint, WaitError> {
        let Some(visible) = self.kept.visible(name).await? else {
            return Err(WaitError::Unknown { name: name.clone() });
        };
        let known = following.visible.borrow().map(|known| known.incarnation);
        if known != Some(visible.incarnation) {
            let actual = self.log.log_page(Cursor::END, 1).await?.incarnation;
            if visible.incarnation != actual {
                let (name, known) = (name.clone(), visible.incarnation);
                return Err(WaitError::OtherLog { name, known, actual });
            }
        }
        following.visible.send_if_modified(|known| known.replace(visible) != Some(visible));
        Ok(visible)
    }
}

const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(50);
