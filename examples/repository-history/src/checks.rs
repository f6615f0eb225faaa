//! The read models against the truth, in each of the ways in which they are made.

use std::collections::BTreeSet;

use es_core::prelude::*;
use es_core::projection::ProjectionStore;

use crate::activity::{Activity, Months};
use crate::read_model::{NODES, Whole, live, make};
use crate::tree::{Files, Tree};
use crate::verify::{Oracle, Verified, compare};

/// The result of the comparison of the tree.
#[derive(Debug)]
pub struct Trees {
    /// Commits whose tree was folded live.
    pub live: usize,
    /// One sentence per difference.
    pub differences: Vec<String>,
}

/// Compares the tree as of each commit that the oracle knows, folded live, and what is kept of the tree at
/// the end: with the oracle if it knows the last commit, otherwise with what one read of the log gave.
pub async fn trees<S, P>(
    store: &S,
    kept: &P,
    oracle: &Oracle,
    verified: &Verified,
) -> anyhow::Result<Trees>
where
    S: EventStore,
    P: ProjectionStore,
    Files: Whole<P::Db, Rows = Tree>,
{
    let mut found = live_trees(store, oracle, verified).await?;
    let Some((commit, end)) = &verified.last else { return Ok(found) };
    let truth = oracle.get(commit).unwrap_or(&verified.tree);
    let made = make(store, kept, Files, *end).await?;
    for (who, tree) in [
        ("the tree in the background", made.in_the_background),
        ("the rebuilt tree", made.rebuilt),
        (&format!("the tree of {NODES} nodes"), made.on_nodes),
    ] {
        compare(commit, who, truth, &tree, &mut found.differences);
    }
    Ok(found)
}

/// The tree as of each commit that the oracle knows.
async fn live_trees<S: EventStore>(
    store: &S,
    oracle: &Oracle,
    verified: &Verified,
) -> anyhow::Result<Trees> {
    let mut found = Trees { live: 0, differences: Vec::new() };
    for (commit, position) in &verified.moments {
        let Some(truth) = oracle.get(commit) else { continue };
        let tree: Tree = live(store, Files, *position).await?;
        compare(commit, "the live tree", truth, &tree, &mut found.differences);
        found.live += 1;
    }
    Ok(found)
}

/// The result of the comparison of the activity.
#[derive(Debug)]
pub struct Activities {
    pub months: Months,
    /// One sentence per difference.
    pub differences: Vec<String>,
}

/// Compares the activity in each way with that folded live, and that with the number of events.
pub async fn activity<S, P>(store: &S, kept: &P, verified: &Verified) -> anyhow::Result<Activities>
where
    S: EventStore,
    P: ProjectionStore,
    Activity: Whole<P::Db, Rows = Months>,
{
    let end = verified.last.as_ref().map_or(Position::START, |(_, position)| *position);
    let months = live_months(store, end).await?;
    let mut differences = Vec::new();
    let (counted, events) = (months.total(), verified.events);
    if usize::try_from(counted) != Ok(events) {
        differences.push(format!("activity: {counted} changes were counted of {events} events"));
    }
    let made = make(store, kept, Activity, end).await?;
    for (how, other) in [
        ("in the background", &made.in_the_background),
        ("rebuilt", &made.rebuilt),
        (&format!("on {NODES} nodes"), &made.on_nodes),
    ] {
        let all: BTreeSet<_> = months.0.keys().chain(other.0.keys()).collect();
        for month in all {
            let (is, should) = (other.0.get(month), months.0.get(month));
            if is != should {
                differences.push(format!("activity: {month}: {how} {is:?}, live {should:?}"));
            }
        }
    }
    Ok(Activities { months, differences })
}

async fn live_months<S: EventStore>(store: &S, end: Position) -> anyhow::Result<Months> {
    live(store, Activity, end).await
}
