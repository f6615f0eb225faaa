//! A version that was built takes the place of the one that serves.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tracing::info;

use super::consumer::Consumer;
use super::fault::panicked;
use super::lease::chain;
use super::page::PageProcessor;
use super::phase::{Input, Phase};
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::TransientFailure;
use crate::read::projection::rebuild::Verified;
use crate::read::projection::{ProjectionId, ProjectionStore, Swap};
use crate::store::error::StoreErrorKind;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The error that a node reports if it has caught up and may not swap because of parked effects.
const WAITS: &str = "it is built, and the version that serves has parked events whose effects were not \
                     had: replay or drop them there";

/// Returns the error that a node reports if it may not swap because other objects would go on
/// reading the other version.
fn depended_on(dependents: &[String]) -> String {
    format!(
        "it is built, and the rows of the version that serves are depended on by {}: drop that and make it \
         again when this version serves, or make it a part of the projection; then it takes over by itself",
        dependents.join(", ")
    )
}

/// Takes the version as far on its way to serve as it comes now, when everything up to `safe` is done in
/// the slots of this node. Returns true if there is more to do at once.
pub(super) async fn promote<S, P, W, C>(
    node: &mut SlotHolder<P>,
    kept: &P,
    pages: &PageProcessor<S, P, W, C>,
    safe: Position,
) -> Result<bool, TransientFailure>
where
    S: EventStore,
    P: ProjectionStore,
    W: Sink<P>,
    C: Consumer<W::Db>,
{
    node.on(Input::CaughtUp(safe));
    let Some(goal) = node.phase().goal() else {
        return Ok(node.is_stopping());
    };
    if !node.have_all_reached(goal).await? {
        return Ok(false);
    }
    node.on(Input::AllReached);
    if matches!(node.phase(), Phase::Verifying { .. }) {
        let verdict = verify(node.lease().id(), pages).await?;
        node.on(verdict);
    }
    if matches!(node.phase(), Phase::Promoting { .. }) {
        let swap = kept.swap(node.lease().id()).await?;
        match &swap {
            Swap::Done => {
                node.lease().set_error(None);
                node.ask();
                info!(target: "es", projection = %node.lease().id(), "the version serves");
            }
            Swap::NotYet => {}
            Swap::Waits => node.lease().set_error(Some(WAITS.to_owned())),
            Swap::HasDependents(others) => node.lease().set_error(Some(depended_on(others))),
        }
        let is_done = swap == Swap::Done;
        node.on(Input::Swapped(swap));
        return Ok(is_done);
    }
    Ok(node.is_stopping())
}

/// Looks at the rows before they serve.
async fn verify<S, P, W, C>(
    id: &ProjectionId,
    pages: &PageProcessor<S, P, W, C>,
) -> Result<Input, TransientFailure>
where
    S: EventStore,
    P: ProjectionStore,
    W: Sink<P>,
    C: Consumer<W::Db>,
{
    let verified = AssertUnwindSafe(Box::pin(pages.verify())).catch_unwind().await;
    Ok(match verified {
        Ok(Ok(Verified::Done(found))) if found.is_right() => {
            let (rows_before, rows) = (&found.rows_before, &found.rows);
            let (keys, left_out) = (found.keys, found.left_out);
            info!(target: "es", projection = %id, keys, left_out, ?rows_before, ?rows, "the rows are right");
            Input::RowsAreRight
        }
        Ok(Ok(Verified::Done(found))) => Input::MustStop(found.reason()),
        Ok(Ok(Verified::NotYet)) => Input::TooEarly,
        // A handler has broken what it was folded separately in: it does so each time.
        Ok(Err(error)) if error.kind() == StoreErrorKind::Unsupported => {
            Input::MustStop(chain(&error))
        }
        Ok(Err(error)) => return Err(error.into()),
        Err(panic) => Input::MustStop(panicked("check of the rebuilt rows", &*panic).chain()),
    })
}
