//! What the faults of a store do.

use std::time::Duration;

use es_core::projection::{
    Claim, Heartbeat, HeartbeatReply, Holder, MemoryBatch, NodeId, Parked, ParkedKey,
    ParkedSelector, Progress, ProjectionBatch, RegisterError, Registration, Slot, Swap,
    VersionState, VersionStatus,
};
use es_core::{
    Checkpoint, EventName, Position, ProjectError, ProjectionId, ProjectionKey, ProjectionName,
    ProjectionStore, Reason, SchemaVersion, StoreError,
};
use es_testing::projection_contract::Rows;
use tokio::time::sleep;

use super::batch::BrokenBatch;
use super::broken::{Beginning, Broken, Dropping, Preparing, Releasing, Swapping};

impl Broken {
    fn batch(&self, inner: MemoryBatch<Rows>, id: &ProjectionId) -> BrokenBatch {
        let (store, id) = (self.clone(), id.clone());
        BrokenBatch { inner: Some(inner), store, id, node: None, is_marked: false }
    }

    async fn owners(&self, id: &ProjectionId) -> Result<Vec<NodeId>, StoreError> {
        let versions = self.inner.versions(Some(&id.name)).await?;
        let slots = versions.into_iter().flat_map(|version| version.slots);
        Ok(slots.filter_map(|slot| slot.owner).collect())
    }
}

impl ProjectionStore for Broken {
    type Db = Rows;
    type Batch = BrokenBatch;

    async fn register(&self, registration: &Registration) -> Result<VersionState, RegisterError> {
        let mut registration = registration.clone();
        (self.registration)(&mut registration);
        self.inner.register(&registration).await.map(self.registered)
    }

    async fn prepare(&self, id: &ProjectionId) -> Result<Option<BrokenBatch>, StoreError> {
        let prepared = self.inner.prepare(id).await?;
        let batch = match (self.preparing, prepared) {
            (Preparing::ByOne, prepared) => prepared,
            (Preparing::ByAll, Some(batch)) => Some(batch),
            (Preparing::ByAll, None) => Some(self.inner.rebuild(id).await?),
            (Preparing::TooEarly, None) => None,
            (Preparing::TooEarly, Some(batch)) => {
                batch.commit(Progress::default()).await.expect("its turn goes on");
                Some(self.inner.rebuild(id).await?)
            }
        };
        Ok(batch.map(|batch| self.batch(batch, id)))
    }

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        let _turn = self.turn().await;
        let mut heartbeat = heartbeat.clone();
        (self.heartbeat)(&mut heartbeat);
        let lease = (self.beat_lease)(holder.lease);
        let mut reply = self.inner.heartbeat(Holder { lease, ..holder }, &heartbeat).await?;
        (self.reply)(&mut reply);
        Ok(reply)
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Vec<Claim>, StoreError> {
        let lease = (self.lease)(holder.lease);
        let holder = Holder { lease, ..holder };
        let mut claims = self.inner.claim(holder, (self.at_most)(at_most)).await?;
        (self.claims)(&mut claims);
        Ok(claims)
    }

    async fn release(&self, holder: Holder<'_>, slots: &[Slot]) -> Result<(), StoreError> {
        match self.releasing {
            Releasing::Nothing => Ok(()),
            Releasing::ItsOwn => self.inner.release(holder, slots).await,
            Releasing::WhoeverHasThem => {
                for node in self.owners(holder.id).await? {
                    self.inner.release(Holder { node, ..holder }, slots).await?;
                }
                Ok(())
            }
        }
    }

    async fn deregister(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        if self.leaves { self.inner.deregister(holder).await } else { Ok(()) }
    }

    async fn begin(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<BrokenBatch, StoreError> {
        let serving = ProjectionId::new(holder.id.name.clone(), 1);
        let id = match self.beginning {
            Beginning::WithThoseThatAreRead => &serving,
            Beginning::WithItsRows | Beginning::WithoutRows => holder.id,
        };
        let lease = (self.batch_lease)(holder.lease);
        let mut inner = self.inner.begin(Holder { id, lease, ..holder }, state).await?;
        if self.beginning == Beginning::WithoutRows {
            inner.db().clear();
        }
        let mut batch = self.batch(inner, id);
        batch.node = Some(holder.node);
        Ok(batch)
    }

    fn is_transient(&self, error: &ProjectError) -> bool {
        self.inner.is_transient(error)
    }

    async fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        self.inner.blocked(id, &(self.slots)(slots)).await
    }

    async fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let (slots, unreadable) = ((self.slots)(slots), (self.unreadable)(unreadable));
        let mut due = self.inner.due(id, &slots, &unreadable, (self.due_limit)(limit)).await?;
        (self.due)(&mut due);
        Ok(due)
    }

    async fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let mut parked = self.inner.parked(id, key, after, limit).await?;
        (self.parked)(&mut parked);
        Ok(parked)
    }

    async fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        let after = after.filter(|_| self.turns_pages);
        let mut keys = self.inner.parked_keys(id, after, limit).await?;
        (self.parked_keys)(&mut keys);
        Ok(keys)
    }

    async fn replay(&self, id: &ProjectionId, keys: &ParkedSelector) -> Result<u64, StoreError> {
        self.inner.replay(id, &(self.keys)(keys)).await
    }

    async fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        self.inner.drop_parked(id, key, position, reason).await.map(self.dropped)
    }

    async fn stop(&self, id: &ProjectionId, why: Option<&str>) -> Result<(), StoreError> {
        if self.stops { self.inner.stop(id, why).await } else { Ok(()) }
    }

    async fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let mut versions = self.inner.versions(name.filter(|_| self.looks_at_names)).await?;
        (self.versions)(&mut versions);
        Ok(versions)
    }

    async fn visible(&self, name: &ProjectionName) -> Result<Option<Checkpoint>, StoreError> {
        let mut visible = self.inner.visible(name).await?;
        visible.iter_mut().for_each(self.visible);
        Ok(visible)
    }

    async fn limits(&self, id: &ProjectionId) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        let mut limits = self.inner.limits(id).await?;
        limits.iter_mut().for_each(self.limits);
        Ok(limits)
    }

    async fn swap(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        let before = ProjectionId::new(id.name.clone(), id.version - 1);
        let swap = match self.swapping {
            Swapping::AtOnce => self.inner.swap(id).await?,
            Swapping::NotAtAll => Swap::Done,
            Swapping::ThroughNothing => {
                self.empty(&before).await?;
                sleep(Duration::from_millis(50)).await;
                self.inner.swap(id).await?
            }
            Swapping::WithoutReturn => {
                let swap = self.inner.swap(id).await?;
                self.inner.drop_version(&before).await?;
                swap
            }
        };
        Ok((self.swapped)(swap))
    }

    async fn reinstate(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        if self.reinstates { self.inner.reinstate(id).await } else { Ok(VersionState::Building) }
    }

    async fn drop_version(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        match self.dropping {
            Dropping::WhatIsNotRead => self.inner.drop_version(id).await,
            Dropping::Nothing => Ok(true),
            Dropping::Anything => self.empty(id).await.map(|()| true),
        }
    }

    async fn rebuild(&self, id: &ProjectionId) -> Result<BrokenBatch, StoreError> {
        if self.empties_first {
            self.empty(id).await?;
        }
        Ok(self.batch(self.inner.rebuild(id).await?, id))
    }

    async fn scratch(&self, id: &ProjectionId) -> Result<BrokenBatch, StoreError> {
        let inner = if self.keeps_scratch {
            self.inner.rebuild(id).await?
        } else {
            self.inner.scratch(id).await?
        };
        Ok(self.batch(inner, id))
    }

    async fn rows(&self, id: &ProjectionId) -> Result<BrokenBatch, StoreError> {
        Ok(self.batch(self.inner.rows(id).await?, id))
    }

    async fn counts(&self, id: &ProjectionId) -> Result<Vec<(String, u64)>, StoreError> {
        self.inner.counts(id).await
    }
}
