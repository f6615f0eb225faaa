//! Summaries as rows of Postgres: written by the handlers, in tables that are named without a schema;
//! read by whoever names the schema, `order_summary`.

use std::time::{Duration, SystemTime};

use es_core::ProjectionKey;
use es_core::prelude::*;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgConnection, Postgres, Row};

use super::{OrderSummary, Payment, Summary, items, order};
use crate::order::{Cancelled, Method, Paid, Placed, Shipped, Status, total};

impl ReadModel<PgConnection> for OrderSummary {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        sqlx::raw_sql(include_str!("orders.sql")).execute(db).await?;
        Ok(())
    }

    async fn forget(&self, stream: &StreamId, db: &mut PgConnection) -> Result<(), ProjectError> {
        let of_stream = sqlx::query("DELETE FROM orders WHERE id = $1::uuid");
        of_stream.bind(stream.key().as_str()).execute(db).await?;
        Ok(())
    }

    /// The row of an order, so that a rebuild is checked before it serves.
    async fn rows_of(
        &self,
        key: &ProjectionKey,
        db: &mut PgConnection,
    ) -> Result<Option<serde_json::Value>, ProjectError> {
        let Some(order) = key.as_str().strip_prefix("order/") else { return Ok(None) };
        let row = sqlx::query_scalar("SELECT to_jsonb(o) FROM orders o WHERE id = $1::uuid");
        Ok(Some(row.bind(order).fetch_optional(db).await?.unwrap_or_default()))
    }
}

impl Project<Placed, PgConnection> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Placed>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let placed = sqlx::query(
            "INSERT INTO orders (id, placed_at, customer, status, total_cents, items, placed_position) \
             VALUES ($1, $2, $3, 'placed', $4, $5, $6)",
        );
        of(&event, placed)?
            .bind(&event.event.customer)
            .bind(i64::try_from(total(&event.event.lines))?)
            .bind(i64::try_from(items(&event.event))?)
            .bind(i64::try_from(event.position.0)?)
            .execute(db)
            .await?;
        Ok(())
    }
}

impl Project<Paid, PgConnection> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Paid>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let paid = sqlx::query(
            "UPDATE orders SET status = 'paid', paid_at = $2, paid_by = $3 WHERE id = $1",
        );
        of(&event, paid)?.bind(event.event.method.as_str()).execute(db).await?;
        Ok(())
    }
}

impl Project<Shipped, PgConnection> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Shipped>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let shipped =
            sqlx::query("UPDATE orders SET status = 'shipped', shipped_at = $2 WHERE id = $1");
        of(&event, shipped)?.execute(db).await?;
        Ok(())
    }
}

impl Project<Cancelled, PgConnection> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Cancelled>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let cancelled =
            sqlx::query("UPDATE orders SET status = 'cancelled', cancelled_at = $2 WHERE id = $1");
        of(&event, cancelled)?.execute(db).await?;
        Ok(())
    }
}

/// Binds the order and the time: the first two arguments of each statement.
fn of<E>(
    event: &Recorded<E>,
    statement: Query<'static, Postgres, PgArguments>,
) -> Result<Query<'static, Postgres, PgArguments>, ProjectError> {
    let since_1970 = Duration::from_micros(u64::try_from(event.recorded_at.unix_micros())?);
    let at = OffsetDateTime::from(SystemTime::UNIX_EPOCH + since_1970);
    Ok(statement.bind(order(event)?).bind(at))
}

/// The summary that a row holds.
pub fn of_row(row: &PgRow) -> anyhow::Result<Summary> {
    let at = |column: &str| -> sqlx::Result<Option<Timestamp>> {
        let at: Option<OffsetDateTime> = row.try_get(column)?;
        Ok(at.map(|at| SystemTime::from(at).into()))
    };
    let number = |column: &str| anyhow::Ok(u64::try_from(row.try_get::<i64, _>(column)?)?);
    let method: Option<String> = row.try_get("paid_by")?;
    let method = method.map(|method| method.parse::<Method>()).transpose()?;
    Ok(Summary {
        id: row.try_get("id")?,
        customer: row.try_get("customer")?,
        status: row.try_get::<String, _>("status")?.parse::<Status>()?,
        cents: number("total_cents")?,
        items: number("items")?,
        payment: method.zip(at("paid_at")?).map(|(method, at)| Payment { method, at }),
        placed_at: SystemTime::from(row.try_get::<OffsetDateTime, _>("placed_at")?).into(),
        shipped_at: at("shipped_at")?,
        cancelled_at: at("cancelled_at")?,
        placed: Position(number("placed_position")?),
    })
}
