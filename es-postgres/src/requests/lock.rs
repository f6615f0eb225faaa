//! The lock of a request, which whoever answers it has.

use es_core::{RequestKey, StoreError};
use sqlx::{PgConnection, Row};

use super::memory::Requests;
use crate::error::from_sqlx;

/// The wait for the lock of a request.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum LockWait {
    /// Until it is free.
    Awaited,
    /// None: it is taken if it is free.
    Tried,
}

impl Requests {
    /// Takes the lock of a request for the rest of a transaction; false if it is not free and not
    /// waited for.
    pub(crate) async fn lock(
        &self,
        connection: &mut PgConnection,
        key: &RequestKey,
        wait: LockWait,
    ) -> Result<bool, StoreError> {
        let lock = self.about(key, include_str!("../../sql/lock_request.sql"));
        let lock = lock.bind(wait == LockWait::Awaited);
        let row = lock.fetch_one(connection).await.map_err(from_sqlx)?;
        row.try_get(0).map_err(from_sqlx)
    }
}
