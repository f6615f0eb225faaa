//! The check of the condition of an append.

use es_core::{Condition, ConditionFailed, Position, StoreError};
use sqlx::PgConnection;

use crate::append::appender::Appender;
use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::read::query::Items;
use crate::row;

impl Appender {
    /// Looks for an event that the decision did not know.
    ///
    /// The check is a statement of its own after the locks: its snapshot then holds every matching
    /// event of a lower position than this append will take. The writer of such an event had the
    /// lock before and has committed; a later writer waits for this append, and takes its positions
    /// after that.
    pub(crate) async fn unforeseen(
        &self,
        connection: &mut PgConnection,
        condition: &Condition,
    ) -> Result<Option<ConditionFailed>, StoreError> {
        let known = condition.known.iter().map(|position| bigint(position.0)).collect::<Vec<_>>();
        let statement = self
            .database
            .query(include_str!("../../sql/condition.sql"))
            .bind(bigint(condition.after.0))
            .bind(known);
        let found = Items::of(&condition.query)
            .bind(statement)
            .fetch_optional(connection)
            .await
            .map_err(from_sqlx)?;
        let position = found.map(|row| row::unsigned(&row, 0)).transpose()?;
        Ok(position.map(|position| ConditionFailed::new(Position(position))))
    }
}
