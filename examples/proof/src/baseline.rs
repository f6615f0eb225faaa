//! Baselines: alternatives on the store's own table, each writer on a connection of its own.

use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::ensure;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::append::STREAMS;
use crate::domain::deposited;
use crate::measure::Worker;

/// The way in which a baseline writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing is checked: the most that the table can take.
    Bare,
    /// One statement that compares the last version with the expected one, and inserts.
    Checking,
    /// BEGIN, SELECT max(version), an INSERT for each event, COMMIT.
    Textbook,
}

/// A writer with streams of its own, in the store's table and outside of the store.
pub struct Writer {
    way: Way,
    connection: PgConnection,
    stream: i64,
    versions: Vec<i64>,
    turn: usize,
    events: usize,
}

impl Writer {
    pub fn new(way: Way, connection: PgConnection, events: usize) -> Self {
        static NEXT: AtomicI64 = AtomicI64::new(1 << 40);
        let versions = vec![0; STREAMS];
        let stream = NEXT.fetch_add(i64::try_from(STREAMS).unwrap_or(i64::MAX), Ordering::Relaxed);
        Self { way, connection, stream, versions, turn: 0, events }
    }

    pub fn into_connection(self) -> PgConnection {
        self.connection
    }
}

const INSERT: &str = "INSERT INTO es.events \
    (position, stream, version, recorded_at, id, schema_version, name, payload, metadata) \
    VALUES (nextval('es.events_position_seq'), $1, $2, now(), $3, 1, 'deposited', $4::json, '{}'::json)";

const INSERT_MANY: &str = "INSERT INTO es.events \
    (position, stream, version, recorded_at, id, schema_version, name, payload, metadata) \
    SELECT nextval('es.events_position_seq'), $1, $2 + nth, now(), id, 1, 'deposited', payload::json, '{}'::json \
      FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS new (id, payload, nth)";

const INSERT_CHECKED: &str = "INSERT INTO es.events \
    (position, stream, version, recorded_at, id, schema_version, name, payload, metadata) \
    SELECT nextval('es.events_position_seq'), $1, $2 + nth, now(), id, 1, 'deposited', payload::json, '{}'::json \
      FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS new (id, payload, nth) \
     WHERE coalesce((SELECT max(version) FROM es.events WHERE stream = $1), 0) = $2";

impl Worker for Writer {
    async fn work(&mut self) -> anyhow::Result<()> {
        self.turn = (self.turn + 1) % STREAMS;
        let version = self.versions[self.turn];
        let stream = self.stream + i64::try_from(self.turn)?;
        let ids: Vec<_> = (0..self.events).map(|_| Uuid::now_v7()).collect();
        let payloads = (0..self.events).map(|_| serde_json::to_string(&deposited(1)));
        let payloads = payloads.collect::<Result<Vec<_>, _>>()?;
        match self.way {
            Way::Bare if self.events == 1 => {
                insert_one(&mut self.connection, stream, version + 1, &ids[0], &payloads[0])
                    .await?;
            }
            Way::Bare | Way::Checking => {
                let checked = self.way == Way::Checking;
                let sql = if checked { INSERT_CHECKED } else { INSERT_MANY };
                let query = sqlx::query(sql).bind(stream).bind(version).bind(ids).bind(payloads);
                let done = query.execute(&mut self.connection).await?;
                ensure!(done.rows_affected() == self.events as u64, "a baseline was refused");
            }
            Way::Textbook => {
                let mut tx = self.connection.begin().await?;
                let max = "SELECT max(version) FROM es.events WHERE stream = $1";
                let actual: Option<i64> =
                    sqlx::query_scalar(max).bind(stream).fetch_one(&mut *tx).await?;
                ensure!(actual.unwrap_or(0) == version, "a baseline was refused");
                for (nth, (id, payload)) in (1..).zip(ids.iter().zip(&payloads)) {
                    insert_one(&mut tx, stream, version + nth, id, payload).await?;
                }
                tx.commit().await?;
            }
        }
        self.versions[self.turn] += i64::try_from(self.events)?;
        Ok(())
    }
}

pub async fn insert_one(
    connection: &mut PgConnection,
    stream: i64,
    version: i64,
    id: &Uuid,
    payload: &str,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(INSERT).bind(stream).bind(version).bind(*id).bind(payload.to_owned());
    query.execute(connection).await.map(|_| ())
}
