//! Fold without a framework: an enum, a match on the stored name, a match on the enum.

use anyhow::bail;
use es_core::RawEvent;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::domain::{Account, Deposited, Opened, Withdrawn};

pub enum AccountEvent {
    Opened(Opened),
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

impl AccountEvent {
    pub fn decode(name: &str, version: u32, payload: &str) -> anyhow::Result<Self> {
        Ok(match (name, version) {
            ("opened", 1) => Self::Opened(serde_json::from_str(payload)?),
            ("deposited", 1) => Self::Deposited(serde_json::from_str(payload)?),
            ("withdrawn", 1) => Self::Withdrawn(serde_json::from_str(payload)?),
            _ => bail!("unknown event {name} version {version}"),
        })
    }

    /// Reads an event from a row whose columns are called as those of the table are.
    pub fn of(row: &PgRow) -> anyhow::Result<Self> {
        let version: i32 = row.try_get("schema_version")?;
        Self::decode(
            row.try_get("name")?,
            version.try_into()?,
            // The text of a `json`, as it comes off the wire.
            row.try_get_unchecked("payload")?,
        )
    }
}

/// The rest of a stored event, for a reader that keeps all of it.
#[expect(dead_code, reason = "kept to be paid for, as a reader would")]
pub struct Envelope {
    category: String,
    key: String,
    version: i64,
    id: Uuid,
    recorded_at: f64,
    metadata: String,
}

impl Envelope {
    pub fn of(row: &PgRow) -> anyhow::Result<Self> {
        Ok(Self {
            category: row.try_get("category")?,
            key: row.try_get("key")?,
            version: row.try_get("version")?,
            id: row.try_get("id")?,
            recorded_at: row.try_get("recorded_at")?,
            // The text of a `json`, as it comes off the wire.
            metadata: row.try_get_unchecked("metadata")?,
        })
    }
}

pub fn evolve(account: &mut Account, event: AccountEvent) {
    match event {
        AccountEvent::Opened(event) => account.owner = event.owner,
        AccountEvent::Deposited(event) => {
            account.cents += i64::from(event.cents);
            account.entries += 1;
            account.last = event.number;
        }
        AccountEvent::Withdrawn(event) => {
            account.cents -= i64::from(event.cents);
            account.entries += 1;
            account.last = event.number;
        }
    }
}

/// The fold that the derived one is compared with.
pub fn fold(events: &[RawEvent]) -> anyhow::Result<Account> {
    let mut account = Account::default();
    for raw in events {
        let event = AccountEvent::decode(raw.name.as_str(), raw.version.0, raw.payload.as_str())?;
        evolve(&mut account, event);
    }
    Ok(account)
}
