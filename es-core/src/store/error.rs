//! Failures of stores.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A failure of the store: the database is unavailable, too busy, not set up, or holds what it
/// should not.
///
/// It wraps an error of the adapter, which [`Error::source`] returns. No message of it shows a
/// password. It is cheap to clone, since one failure may be the result of many calls.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Arc<dyn Error + Send + Sync>,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store cannot be reached, or the connection was lost. It is then unknown whether an
    /// append was stored.
    Unavailable,
    /// Other operations held a needed resource for too long; nothing was stored.
    Contention,
    /// The store can be read here and not written to: a standby, or a role or a session that is
    /// read-only. Nothing was stored, and nothing will be in another attempt.
    ReadOnly,
    /// A statement took longer than the time limit that the service has set for its statements, or
    /// was cancelled by an operator. Nothing was stored; another attempt would only multiply the load.
    StatementTimeout,
    /// The schema of the store is missing or older than this program.
    NotMigrated,
    /// The store cannot do what was asked and keep its guarantees.
    Unsupported,
    /// The store holds data that this program cannot read.
    Corrupt,
    /// Any other failure.
    Other,
}

impl StoreError {
    /// A failure of `kind` because of `source`: for the authors of stores.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: Arc::from(source.into()) }
    }

    /// The kind of a [`StoreError`].
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// True if the same call may succeed a moment later.
    ///
    /// After [`Contention`](StoreErrorKind::Contention) nothing was stored. After
    /// [`Unavailable`](StoreErrorKind::Unavailable) an append may have been: send the same append
    /// again, with the same event ids, and the result is that of the first call. Repositories,
    /// units of work and decisions do so by themselves, for some seconds. A repeated *command* is
    /// decided anew and makes new ids. After [`ReadOnly`](StoreErrorKind::ReadOnly) and
    /// [`StatementTimeout`](StoreErrorKind::StatementTimeout) a command fails at once.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Contention)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "the event store is unavailable",
            StoreErrorKind::Contention => "the event store is too busy at this place",
            StoreErrorKind::ReadOnly => "the event store is read-only here",
            StoreErrorKind::StatementTimeout => "the event store took longer than it may",
            StoreErrorKind::NotMigrated => "the event store is not migrated",
            StoreErrorKind::Unsupported => "the event store cannot do that and keep its guarantees",
            StoreErrorKind::Corrupt => "the event store holds what cannot be read",
            StoreErrorKind::Other => "the event store failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_moment_may_cure_is_transient() {
        let kinds = [
            (StoreErrorKind::Unavailable, true),
            (StoreErrorKind::Contention, true),
            (StoreErrorKind::ReadOnly, false),
            (StoreErrorKind::StatementTimeout, false),
            (StoreErrorKind::NotMigrated, false),
            (StoreErrorKind::Unsupported, false),
            (StoreErrorKind::Corrupt, false),
            (StoreErrorKind::Other, false),
        ];

        assert_eq!(
            kinds,
            kinds.map(|(kind, _)| (kind, StoreError::new(kind, "why").is_transient()))
        );
    }
}
