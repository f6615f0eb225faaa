//! A read model made in each of the ways there are, to see that they come to the same.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use es_core::prelude::*;
use es_core::projection::{
    Epoch, Live, Progress, ProjectionBatch, ProjectionStore, Projections, RunOptions, Running,
    Slot, SlotProgress,
};
use es_core::{ProjectionId, Projects, Token};
use futures_util::future::{join_all, try_join_all};

/// The number of nodes that build it together.
pub const NODES: usize = 4;

/// The longest time that rows may lag behind the log. Longer than any history takes.
const PATIENCE: Duration = Duration::from_hours(1);

/// Nodes hear of each other three times as often.
const LEASE: Duration = Duration::from_secs(1);

/// A read model that can be read as a whole, from wherever it is kept.
pub trait Whole<Db: Send>: ReadModel<Db> + Copy {
    /// The rows: the same from each place that keeps them.
    type Rows: Send;

    fn whole(&self, db: &mut Db) -> impl Future<Output = Result<Self::Rows, ProjectError>> + Send;
}

/// The rows of one read model, built in three ways.
#[derive(Debug)]
pub struct Made<Rows> {
    pub in_the_background: Rows,
    /// Built again in place, from the whole log.
    pub rebuilt: Rows,
    /// Built from the first event on by [`NODES`] nodes that share the work.
    pub on_nodes: Rows,
}

/// Folds a read model up to `position` and keeps nothing of it.
pub async fn live<S, X, Rows>(store: &S, model: X, position: Position) -> anyhow::Result<Rows>
where
    S: EventStore,
    X: Projects<Rows>,
    Rows: Default + Send,
{
    Ok(Live::new(store.clone(), model).with_end(position).fold(Rows::default()).await?)
}

/// Makes a read model of everything up to `end`. What an earlier run has kept goes on from there.
pub async fn make<S, P, X>(
    store: &S,
    kept: &P,
    model: X,
    end: Position,
) -> anyhow::Result<Made<X::Rows>>
where
    S: EventStore,
    P: ProjectionStore,
    X: Whole<P::Db>,
{
    let projections = Projections::new(store.clone(), kept.clone());
    let running = projections.run(model).await?;
    projections.of::<X>().wait_for(Token::from(end), PATIENCE).await?;
    running.stop().await;
    let in_the_background = rows(kept, model).await?;

    projections.rebuild_in_place(&model).await?;
    let rebuilt = rows(kept, model).await?;

    build_on_nodes(store, kept, model, end).await?;
    Ok(Made { in_the_background, rebuilt, on_nodes: rows(kept, model).await? })
}

/// Builds on several nodes, as many processes would; here they are in one, and know nothing of each
/// other but what `kept` says.
async fn build_on_nodes<S, P, X>(store: &S, kept: &P, model: X, end: Position) -> anyhow::Result<()>
where
    S: EventStore,
    P: ProjectionStore,
    X: Whole<P::Db>,
{
    let id = ProjectionId::of::<X>();
    let options = RunOptions::default().with_lease(LEASE);
    let node = || async {
        Projections::new(store.clone(), kept.clone()).run_with(model, options.clone()).await
    };
    let running = try_join_all((0..NODES).map(|_| node())).await?;
    while holders(kept, &id).await? < NODES {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begin_anew(kept, &id).await?;
    // Asks what the rows show by now, where the one above remembers what they showed before.
    let waiting = Projections::new(store.clone(), kept.clone());
    waiting.of::<X>().wait_for(Token::from(end), PATIENCE).await?;
    join_all(running.into_iter().map(Running::stop)).await;
    Ok(())
}

/// The number of nodes that hold slots.
async fn holders<P: ProjectionStore>(kept: &P, id: &ProjectionId) -> anyhow::Result<usize> {
    let versions = kept.versions(Some(&id.name)).await?;
    let slots = versions.iter().filter(|version| version.id == *id).flat_map(|it| &it.slots);
    Ok(slots.filter_map(|slot| slot.owner).collect::<BTreeSet<_>>().len())
}

/// No rows, and all events to come.
async fn begin_anew<P: ProjectionStore>(kept: &P, id: &ProjectionId) -> anyhow::Result<()> {
    let mut progress = Progress::default();
    let at_start = |slot| SlotProgress::new(slot, Epoch(0), Position::START);
    progress.slots = Slot::all().map(at_start).collect();
    Ok(kept.rebuild(id).await?.commit(progress).await?)
}

/// All rows that are read now.
async fn rows<P, X>(kept: &P, model: X) -> anyhow::Result<X::Rows>
where
    P: ProjectionStore,
    X: Whole<P::Db>,
{
    let mut look = kept.rows(&ProjectionId::of::<X>()).await?;
    let rows = model.whole(look.db()).await;
    look.rollback().await?;
    rows.map_err(|error| anyhow::Error::from_boxed(error.into_error()))
        .with_context(|| format!("the rows of `{}` cannot be read", X::NAME))
}
