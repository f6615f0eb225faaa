//! Leases of the slots of a version.

use std::time::Duration;

use es_core::projection::version::unknown;
use es_core::projection::{Claim, Claims, Epoch, Heartbeat, HeartbeatReply, Holder, Slot};
use es_core::{Position, ProjectionId, StoreError, StoreErrorKind};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::row;

use super::PgProjections;
use super::version::state;

impl PgProjections {
    pub(super) async fn record_heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/projections/heartbeat.sql"))
            .bind(holder.id.name.as_str())
            .bind(i64::from(holder.id.version))
            .bind(holder.node.as_uuid())
            .bind(micros(holder.lease))
            .bind(heartbeat.rate)
            .bind(heartbeat.error.as_deref())
            .bind(heartbeat.in_hand.as_ref().map(|hand| bigint(hand.position.0)))
            .bind(heartbeat.in_hand.as_ref().map(|hand| hand.event.as_str()))
            .bind(heartbeat.in_hand.as_ref().map(|hand| hand.stream.as_str()))
            .bind(heartbeat.in_hand.as_ref().map(|hand| hand.since.unix_micros()))
            .bind(i32::try_from(heartbeat.unreadable).unwrap_or(i32::MAX));
        let rows = self.database.rows_of(query).await?;
        reply(rows.first().ok_or_else(|| unknown(holder.id))?)
    }

    pub(super) async fn claim_slots(
        &self,
        holder: Holder<'_>,
        at_most: usize,
    ) -> Result<Claims, StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/projections/claim.sql"))
            .bind(holder.id.name.as_str())
            .bind(i64::from(holder.id.version))
            .bind(holder.node.as_uuid())
            .bind(micros(holder.lease))
            .bind(bigint(at_most as u64));
        let rows = self.database.rows_of(query).await?;
        let mut claims = rows.iter().map(claim).collect::<Result<Vec<_>, _>>()?;
        claims.sort_unstable_by_key(|claim| claim.slot);
        if claims.is_empty() {
            return Ok(Claims::default());
        }
        let slots: Vec<_> = claims.iter().map(|claim| claim.slot).collect();
        self.wait_for_newer(holder.id, &slots).await?;
        Ok(Claims::new(claims, self.read_blocked(holder.id, &slots).await?))
    }

    /// Makes the events wait that older releases gave up in these slots, up to the moment at which
    /// they were claimed.
    async fn wait_for_newer(&self, id: &ProjectionId, slots: &[Slot]) -> Result<(), StoreError> {
        let query = self.of(id, include_str!("../../sql/projections/wait_for_newer.sql"));
        self.database.rows_of(query.bind(numbers(slots))).await.map(drop)
    }

    pub(super) async fn release_slots(
        &self,
        holder: Holder<'_>,
        slots: &[Slot],
    ) -> Result<(), StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/projections/release.sql"))
            .bind(holder.id.name.as_str())
            .bind(i64::from(holder.id.version))
            .bind(holder.node.as_uuid())
            .bind(numbers(slots));
        self.database.rows_of(query).await.map(drop)
    }

    pub(super) async fn forget_node(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/projections/deregister.sql"))
            .bind(holder.id.name.as_str())
            .bind(i64::from(holder.id.version))
            .bind(holder.node.as_uuid());
        self.database.rows_of(query).await.map(drop)
    }
}

fn reply(row: &PgRow) -> Result<HeartbeatReply, StoreError> {
    let is_stopped = row.try_get(1).map_err(from_sqlx)?;
    let state = state(row.try_get(0).map_err(from_sqlx)?, is_stopped)?;
    let incarnation = row.try_get::<uuid::Uuid, _>(2).map_err(from_sqlx)?.into();
    let count = |column| {
        let count = row::unsigned(row, column)?;
        Ok::<_, StoreError>(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let held = row.try_get::<Option<Vec<i16>>, _>(5).map_err(from_sqlx)?.unwrap_or_default();
    let epochs = row.try_get::<Option<Vec<i64>>, _>(6).map_err(from_sqlx)?.unwrap_or_default();
    let held = held.into_iter().zip(epochs);
    let mut reply = HeartbeatReply::new(state, incarnation);
    reply.nodes = count(3)?;
    reply.rank = count(4)?;
    reply.held = held
        .map(|(slot, epoch)| Ok((self::slot(slot)?, self::epoch(epoch))))
        .collect::<Result<_, StoreError>>()?;
    reply.free = count(7)?;
    reply.is_due = row.try_get(8).map_err(from_sqlx)?;
    reply.log_end = Position(row::unsigned(row, 9)?);
    reply.sharing = count(10)?;
    reply.is_left_behind = row.try_get(11).map_err(from_sqlx)?;
    Ok(reply)
}

fn claim(row: &PgRow) -> Result<Claim, StoreError> {
    let epoch = Epoch(row::unsigned(row, 1)?);
    let (checkpoint, effects) = (row::unsigned(row, 2)?, row::unsigned(row, 3)?);
    Ok(Claim::new(slot(number(row, 0)?)?, epoch, Position(checkpoint), Position(effects)))
}

/// The numbers of the slots.
pub(crate) fn numbers(slots: &[Slot]) -> Vec<i16> {
    slots.iter().map(|slot| i16::from(slot.number())).collect()
}

pub(super) fn number(row: &PgRow, column: usize) -> Result<i16, StoreError> {
    row.try_get(column).map_err(from_sqlx)
}

/// The slot of that number.
pub(super) fn slot(number: i16) -> Result<Slot, StoreError> {
    let slot = u8::try_from(number).ok().and_then(Slot::new);
    slot.ok_or_else(|| {
        StoreError::new(StoreErrorKind::Corrupt, format!("there is no slot {number}"))
    })
}

pub(super) fn epoch(number: i64) -> Epoch {
    Epoch(number.unsigned_abs())
}

/// The longest lease, about thirty years: a longer one has no use, and instants of the server have
/// a limit.
const LONGEST: i64 = 1_000_000_000_000_000;

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(LONGEST)
}
