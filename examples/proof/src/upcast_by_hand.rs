//! Upcasting without a framework: a struct for each old version and a step to the next, or the same
//! steps on JSON values.

use anyhow::{Context, bail};
use es_core::RawEvent;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Deposited, Opened};
use crate::evolved::{Currency, Transferred};

#[derive(Debug, PartialEq)]
pub enum Activity {
    Opened(Opened),
    Deposited(Deposited),
    Transferred(Transferred),
}

#[derive(Serialize, Deserialize)]
pub struct TransferredV1 {
    pub number: u64,
    pub amount: u32,
    pub reference: String,
}

#[derive(Serialize, Deserialize)]
pub struct TransferredV2 {
    pub number: u64,
    pub amount: u32,
    pub currency: Currency,
    pub reference: String,
}

#[derive(Serialize, Deserialize)]
pub struct TransferredV3 {
    pub number: u64,
    pub cents: u32,
    pub currency: Currency,
    pub reference: String,
}

impl From<TransferredV1> for TransferredV2 {
    fn from(TransferredV1 { number, amount, reference }: TransferredV1) -> Self {
        Self { number, amount, currency: Currency::Eur, reference }
    }
}

impl From<TransferredV2> for TransferredV3 {
    fn from(TransferredV2 { number, amount, currency, reference }: TransferredV2) -> Self {
        Self { number, cents: amount, currency, reference }
    }
}

impl From<TransferredV3> for Transferred {
    fn from(TransferredV3 { number, cents, currency, reference }: TransferredV3) -> Self {
        Self { number, cents: i64::from(cents), currency, reference }
    }
}

/// Decodes by structs.
pub fn decode(raw: &RawEvent) -> anyhow::Result<Activity> {
    let payload = raw.payload.as_str();
    Ok(match (raw.name.as_str(), raw.version.0) {
        ("opened", 1) => Activity::Opened(serde_json::from_str(payload)?),
        ("deposited", 1) => Activity::Deposited(serde_json::from_str(payload)?),
        ("transferred", version) => Activity::Transferred(match version {
            1 => {
                let first: TransferredV1 = serde_json::from_str(payload)?;
                TransferredV3::from(TransferredV2::from(first)).into()
            }
            2 => TransferredV3::from(serde_json::from_str::<TransferredV2>(payload)?).into(),
            3 => serde_json::from_str::<TransferredV3>(payload)?.into(),
            4 => serde_json::from_str(payload)?,
            _ => bail!("unknown version {version} of a transfer"),
        }),
        (name, version) => bail!("unknown event {name} version {version}"),
    })
}

/// Decodes by values: every old payload is parsed into a tree, which is changed from version to
/// version.
pub fn decode_by_values(raw: &RawEvent) -> anyhow::Result<Activity> {
    let payload = raw.payload.as_str();
    Ok(match (raw.name.as_str(), raw.version.0) {
        ("opened", 1) => Activity::Opened(serde_json::from_str(payload)?),
        ("deposited", 1) => Activity::Deposited(serde_json::from_str(payload)?),
        ("transferred", 4) => Activity::Transferred(serde_json::from_str(payload)?),
        ("transferred", version @ 1..=3) => {
            let mut fields: Map<String, Value> = serde_json::from_str(payload)?;
            if version < 2 {
                fields.insert("currency".into(), "Eur".into());
            }
            if version < 3 {
                let amount = fields.remove("amount").context("a transfer has an amount")?;
                fields.insert("cents".into(), amount);
            }
            // A number that was small enough for version 3 is one for version 4.
            Activity::Transferred(serde_json::from_value(Value::Object(fields))?)
        }
        (name, version) => bail!("unknown event {name} version {version}"),
    })
}
