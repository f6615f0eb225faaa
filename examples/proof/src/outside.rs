//! The outside world of the sagas: services that keep their part, and refuse, fail, hang and answer late.
//!
//! What they have done is in tables of their own. A request is known by its key: it has one effect, and one that
//! was taken back is refused from then on.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use es_core::process::{ActivityError, Call, Perform};
use fastrand::Rng;
use sqlx::{Executor, PgPool};

use crate::fulfilments::{CancelShipment, Confirm, CreateShipment, Refund, TIMEOUT, TakePayment};

/// The tables of the services.
const TABLES: &str = "
    CREATE SCHEMA outside;
    CREATE TABLE outside.done (key text PRIMARY KEY);
    CREATE TABLE outside.taken_back (key text PRIMARY KEY);";

/// Does the step of the key, unless it was taken back.
const DO: &str = "INSERT INTO outside.done SELECT $1 \
    WHERE NOT EXISTS (SELECT FROM outside.taken_back WHERE taken_back.key = $1) \
    ON CONFLICT DO NOTHING";

const IS_DONE: &str = "SELECT EXISTS (SELECT FROM outside.done WHERE key = $1)";

const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtext($1))";

const TAKE_BACK: &str = "WITH gone AS (DELETE FROM outside.done WHERE key = $1) \
    INSERT INTO outside.taken_back VALUES ($1) ON CONFLICT DO NOTHING";

/// The manner in which a service meets a request.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Does it, and answers.
    Answers,
    /// Refuses a step, if it has not done it already.
    Refuses,
    /// Fails before it does anything.
    Fails,
    /// Does it, and the answer does not arrive in time.
    Hangs,
    /// Does it when its time is over.
    IsLate,
}

/// Services in the process of a saga.
pub struct Outside {
    pool: PgPool,
    dice: Mutex<Rng>,
}

impl Outside {
    pub fn new(pool: PgPool, dice: Rng) -> Self {
        Self { pool, dice: Mutex::new(dice) }
    }

    pub async fn create(pool: &PgPool) -> anyhow::Result<()> {
        pool.execute(TABLES).await?;
        Ok(())
    }

    /// The way in which the next request is met.
    pub fn manner(&self) -> anyhow::Result<Manner> {
        let mut dice = self.dice.lock().ok().context("a task has panicked")?;
        Ok(match dice.u32(..100) {
            0..4 => Manner::Refuses,
            4..12 => Manner::Fails,
            12..22 => Manner::Hangs,
            22..28 => Manner::IsLate,
            _ => Manner::Answers,
        })
    }

    /// Does the step of the key; false if it was taken back.
    pub async fn done(&self, key: &str) -> Result<bool, sqlx::Error> {
        done(&self.pool, key).await
    }

    /// Takes the step of the key back, and remembers that.
    pub async fn taken_back(&self, key: &str) -> Result<(), sqlx::Error> {
        taken_back(&self.pool, key).await
    }

    async fn met(&self, key: &str, compensates: Option<&str>) -> Result<(), ActivityError> {
        let manner = self.manner()?;
        match manner {
            Manner::Refuses if compensates.is_none() && !self.is_done(key).await? => {
                return Err(ActivityError::refused("refused"));
            }
            Manner::Fails => return Err("the service is away".into()),
            Manner::IsLate => {
                let (pool, key) = (self.pool.clone(), key.to_owned());
                let compensates = compensates.map(str::to_owned);
                tokio::spawn(async move {
                    tokio::time::sleep(TIMEOUT * 3).await;
                    // Nobody is there to hear it.
                    drop(effect(&pool, &key, compensates.as_deref()).await);
                });
                return std::future::pending().await;
            }
            Manner::Answers | Manner::Refuses | Manner::Hangs => {}
        }
        let is_done = effect(&self.pool, key, compensates).await?;
        if matches!(manner, Manner::Hangs) {
            tokio::time::sleep(TIMEOUT * 2).await;
        }
        if is_done { Ok(()) } else { Err(ActivityError::refused("it was taken back")) }
    }

    async fn is_done(&self, key: &str) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(IS_DONE).bind(key).fetch_one(&self.pool).await
    }
}

/// The longest time after which a request arrives.
pub const LATEST: Duration = TIMEOUT.saturating_mul(4);

async fn effect(pool: &PgPool, key: &str, compensates: Option<&str>) -> Result<bool, sqlx::Error> {
    match compensates {
        Some(step) => taken_back(pool, step).await.map(|()| true),
        None => done(pool, key).await,
    }
}

async fn done(pool: &PgPool, key: &str) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(ALONE).bind(key).execute(&mut *tx).await?;
    sqlx::query(DO).bind(key).execute(&mut *tx).await?;
    let is_done = sqlx::query_scalar(IS_DONE).bind(key).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(is_done)
}

async fn taken_back(pool: &PgPool, key: &str) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(ALONE).bind(key).execute(&mut *tx).await?;
    sqlx::query(TAKE_BACK).bind(key).execute(&mut *tx).await?;
    tx.commit().await
}

macro_rules! performed {
    ($($name:ident),*) => {
        $(impl Perform<$name> for Outside {
            async fn perform(&self, _: $name, call: &Call<'_>) -> Result<(), ActivityError> {
                self.met(call.key.as_str(), call.compensates.as_ref().map(|key| key.as_str())).await
            }
        })*
    };
}

performed!(TakePayment, Refund, CreateShipment, CancelShipment, Confirm);
