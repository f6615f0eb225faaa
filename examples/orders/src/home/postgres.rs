//! Everything in one Postgres, through one pool: the events in the schema `es`, the read model in
//! `order_summary`, and the service's own table in `public`, made by its own migrations.

use std::borrow::Cow;
use std::time::Duration;

use es_postgres::{PgProjections, PgStore};
use sqlx::{PgPool, Postgres, QueryBuilder, Row, SqlSafeStr};
use sqlx_core::migrate::{Migration, MigrationType, Migrator};
use uuid::Uuid;

use super::{Home, Listed, Wanted};
use crate::summary;

/// The longest time that a request waits for a connection: after it the caller is better told to
/// come back.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Debug)]
pub struct InPostgres {
    pool: PgPool,
    store: PgStore,
}

impl InPostgres {
    /// Connects, and makes what is not there yet.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        // The framework's options, not its pool: what a dropped request leaves behind is cured.
        let pool = PgStore::pool_options().acquire_timeout(PATIENCE).connect(url).await?;
        let store = PgStore::new(pool.clone());
        store.migrate().await?;
        migrator().run(&pool).await?;
        Ok(Self { pool, store })
    }
}

/// The service's own. They and those of the framework never see each other.
fn migrator() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("customers"),
        MigrationType::Simple,
        include_str!("../../migrations/0001_customers.sql").into_sql_str(),
        false,
    )])
}

impl Home for InPostgres {
    type Store = PgStore;
    type Kept = PgProjections;

    const NAME: &'static str = "postgres";

    fn store(&self) -> &PgStore {
        &self.store
    }

    fn kept(&self) -> PgProjections {
        self.store.projections()
    }

    async fn summary(&self, order: Uuid) -> anyhow::Result<Option<Listed>> {
        let mut query = listed();
        query.push(" WHERE o.id = ").push_bind(order);
        let row = query.build().fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    async fn summaries(&self, wanted: &Wanted) -> anyhow::Result<Vec<Listed>> {
        let mut query = listed();
        query.push(" WHERE true");
        if let Some(customer) = &wanted.customer {
            query.push(" AND o.customer = ").push_bind(customer.clone());
        }
        if let Some(status) = wanted.status {
            query.push(" AND o.status = ").push_bind(status.as_str());
        }
        if let Some(before) = wanted.before {
            query.push(" AND o.placed_position < ").push_bind(i64::try_from(before)?);
        }
        query.push(" ORDER BY o.placed_position DESC LIMIT ").push_bind(i64::from(wanted.limit));
        query.build().fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    async fn name_customer(&self, customer: &str, name: &str) -> anyhow::Result<()> {
        let named = sqlx::query(
            "INSERT INTO customers (id, name) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        );
        named.bind(customer).bind(name).execute(&self.pool).await?;
        Ok(())
    }
}

/// The read model is a table like any other: it joins what the service keeps itself.
fn listed() -> QueryBuilder<Postgres> {
    QueryBuilder::new(
        "SELECT o.*, c.name AS customer_name FROM order_summary.orders o \
         LEFT JOIN public.customers c ON c.id = o.customer",
    )
}

fn read(row: &sqlx::postgres::PgRow) -> anyhow::Result<Listed> {
    Ok(Listed { order: summary::of_row(row)?, customer_name: row.try_get("customer_name")? })
}
