//! Access of the contract to the rows of the store under test.

use std::collections::BTreeMap;
use std::future::Future;

use es_core::ProjectionName;

/// Rows as the contract writes them: numbers under keys.
pub type Rows = BTreeMap<String, i64>;

/// Writes and reads such rows in whatever the store under test has them in. The adapter's test has one.
///
/// It panics if the store fails. No test writes into a batch whose lease is over.
pub trait Probe<Db: Send>: Clone + Send + Sync + 'static {
    /// Makes the empty table, in the place of the version that `db` is about.
    fn create(&self, db: &mut Db) -> impl Future<Output = ()> + Send;

    /// Adds `number` to the row of `key`; a row that is not there counts as 0.
    fn add(&self, db: &mut Db, key: &str, number: i64) -> impl Future<Output = ()> + Send;

    /// All rows, as the batch sees them.
    fn rows(&self, db: &mut Db) -> impl Future<Output = Rows> + Send;

    /// Does to the batch what a handler should not, whatever it is answered. Says whether that can be done to
    /// it at all: no by default.
    fn misdeed(&self, db: &mut Db, what: Misdeed) -> impl Future<Output = bool> + Send {
        let _ = (db, what);
        async { false }
    }

    /// All rows of the version that serves, as somebody sees them who reads outside of any batch; none if
    /// there is no table.
    fn read(&self, name: &ProjectionName) -> impl Future<Output = Rows> + Send;
}

/// Misdeeds of a handler with its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misdeed {
    /// Commits what is written so far.
    Commits,
    /// Rolls back what is written so far, and goes on writing.
    RollsBack,
    /// Writes what the store refuses only at the commit.
    BreaksARule,
}
