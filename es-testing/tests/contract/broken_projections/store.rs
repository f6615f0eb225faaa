//! What the faults of a store do.

use es_core::projection::version::VersionRow;
use es_core::projection::{
    Claims, Dropped, Heartbeat, HeartbeatReply, Holder, MemoryBatch, NodeId, Parked, ParkedQuery,
    Progress, ProjectionBackend, ProjectionBatch, Release, Scope, Transience, VersionQuery,
    VersionStatus,
};
use es_core::{Position, ProjectError, ProjectionId, ProjectionStore, StoreError};
use es_testing::projection_contract::Rows;

use super::batch::BrokenBatch;
use super::broken::{Beginning, Broken, Preparing, Releasing};

impl Broken {
    fn batch(&self, inner: MemoryBatch<Rows>, id: Option<&ProjectionId>) -> BrokenBatch {
        let (store, id) = (self.clone(), id.cloned());
        BrokenBatch { inner: Some(inner), store, id, node: None, is_marked: false, row: None }
    }

    async fn tables(&self, id: &ProjectionId) -> Result<BrokenBatch, StoreError> {
        let mut found = self.inner.begin(Scope::Tables(id)).await?;
        let row = found.versions().await?.remove(0);
        let made_again = match (self.preparing, row.is_prepared) {
            (Preparing::ByOne, _) | (Preparing::ByAll, false) | (Preparing::TooEarly, true) => {
                return Ok(self.batch(found, Some(id)));
            }
            (Preparing::ByAll, true) => self.inner.rebuild(id).await?,
            (Preparing::TooEarly, false) => {
                found.commit(Progress::default()).await.expect("its turn goes on");
                self.inner.rebuild(id).await?
            }
        };
        let mut batch = self.batch(made_again, Some(id));
        let mut row: VersionRow = row;
        row.is_prepared = false;
        batch.row = Some(row);
        Ok(batch)
    }

    async fn is_known(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        let versions = self.inner.versions(Some(&id.name)).await?;
        Ok(versions.iter().any(|version| version.id == *id))
    }

    async fn owners(&self, id: &ProjectionId) -> Result<Vec<NodeId>, StoreError> {
        let versions = self.inner.versions(Some(&id.name)).await?;
        let slots = versions.into_iter().flat_map(|version| version.slots);
        Ok(slots.filter_map(|slot| slot.owner).collect())
    }
}

impl ProjectionBackend for Broken {
    type Db = Rows;
    type Batch = BrokenBatch;

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

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Claims, StoreError> {
        let lease = (self.lease)(holder.lease);
        let given = Holder { lease, ..holder };
        let mut claims = self.inner.claim(given, (self.at_most)(at_most)).await?;
        let slots: Vec<_> = claims.slots.iter().map(|claim| claim.slot).collect();
        if (self.slots)(&slots).len() > slots.len() {
            let first = ParkedQuery::First { after: None };
            let all = self.inner.read_parked(holder.id, first, u32::MAX).await?;
            claims.blocked = all.into_iter().map(|first| first.key).collect();
        }
        (self.claims)(&mut claims.slots);
        Ok(claims)
    }

    async fn release(&self, holder: Holder<'_>, what: Release<'_>) -> Result<(), StoreError> {
        let Release::Slots(slots) = what else {
            return if self.leaves { self.inner.release(holder, what).await } else { Ok(()) };
        };
        match self.releasing {
            Releasing::Nothing => Ok(()),
            Releasing::ItsOwn => self.inner.release(holder, what).await,
            Releasing::WhoeverHasThem => {
                for node in self.owners(holder.id).await? {
                    let holder = Holder { node, ..holder };
                    self.inner.release(holder, Release::Slots(slots)).await?;
                }
                Ok(())
            }
        }
    }

    async fn begin(&self, scope: Scope<'_>) -> Result<BrokenBatch, StoreError> {
        match scope {
            Scope::Node { holder, state } => {
                let serving = ProjectionId::new(holder.id.name.clone(), 1);
                let id = match self.beginning {
                    Beginning::WithThoseThatAreRead => &serving,
                    Beginning::WithItsRows | Beginning::WithoutRows => holder.id,
                };
                let lease = (self.batch_lease)(holder.lease);
                let node = holder.node;
                let holder = Holder { id, lease, ..holder };
                let mut inner = self.inner.begin(Scope::Node { holder, state }).await?;
                if self.beginning == Beginning::WithoutRows {
                    inner.db().clear();
                }
                let mut batch = self.batch(inner, Some(id));
                batch.node = Some(node);
                Ok(batch)
            }
            Scope::Tables(id) => self.tables(id).await,
            Scope::Rebuild(id) => {
                if self.empties_first {
                    self.empty(id).await?;
                }
                Ok(self.batch(self.inner.begin(scope).await?, Some(id)))
            }
            Scope::Scratch(id) if self.keeps_scratch => {
                Ok(self.batch(self.inner.rebuild(id).await?, Some(id)))
            }
            Scope::Scratch(id) | Scope::Rows(id) => {
                Ok(self.batch(self.inner.begin(scope).await?, Some(id)))
            }
            _ => Ok(self.batch(self.inner.begin(scope).await?, None)),
        }
    }

    async fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        if !self.knows_versions && !self.is_known(id).await? {
            return Ok(Vec::new());
        }
        match query {
            ParkedQuery::Due { slots, unreadable } => {
                let (slots, unreadable) = ((self.slots)(slots), (self.unreadable)(unreadable));
                let limit = (self.due_limit)(limit);
                let mut due = self.inner.due(id, &slots, &unreadable, limit).await?;
                (self.due)(&mut due);
                Ok(due)
            }
            ParkedQuery::First { after } => {
                let after = after.filter(|_| self.turns_pages);
                let first = ParkedQuery::First { after };
                let mut keys = self.inner.read_parked(id, first, limit).await?;
                (self.parked_keys)(&mut keys);
                Ok(keys)
            }
            query => {
                let mut parked = self.inner.read_parked(id, query, limit).await?;
                (self.parked)(&mut parked);
                Ok(parked)
            }
        }
    }

    async fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        let mut dropped = self.inner.dropped(id, after, limit).await?;
        (self.dropped)(&mut dropped);
        Ok(dropped)
    }

    async fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let query = match query {
            VersionQuery::Named(_) if !self.looks_at_names => VersionQuery::All,
            query => query,
        };
        let mut versions = self.inner.read_versions(query).await?;
        if matches!(query, VersionQuery::Read(_)) {
            versions.iter_mut().flat_map(|read| &mut read.slots).for_each(self.read);
        }
        (self.versions)(&mut versions);
        Ok(versions)
    }

    fn transience(&self, error: &ProjectError) -> Transience {
        self.inner.transience(error)
    }
}
