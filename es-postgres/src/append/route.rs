//! The route of an append: by itself, in a batch with others, or under locks.

use std::sync::Arc;

use es_core::{Append, AppendError, Appended, StreamAppend};
use futures_util::FutureExt;

use crate::append::appender::Appender;
use crate::append::group::Claim;
use crate::append::locked::Met;
use crate::append::statement::{Failure, Outcome};
use crate::append::tags::{LOCKED_TAGS, tags};
use crate::append::weight::{BATCH, size};
use crate::error::is_contention;

/// The maximum number of streams that an append locks; above it, the unique index guards the
/// streams that it writes to. `lock_streams.sql` has the same number.
pub(crate) const LOCKED_STREAMS: usize = 256;

impl Appender {
    /// Appends on the route that fits: by itself or in a batch with others of this process.
    ///
    /// An append that answers a request goes out by itself, in a statement that stores both; of several
    /// streams, or with imported events, in the locked form.
    ///
    /// These take the locked form at once: appends with inline projections, on a condition, with
    /// parts that rest on a stream without writing to it, with too much for one statement or too
    /// many tags to lock each, and with an event that lacks a tag, which no shared statement
    /// accepts.
    pub(crate) async fn append_somehow(&self, append: Append) -> Result<Appended, AppendError> {
        let parts = append.parts();
        let size = size(&append);
        if append.condition().is_some()
            || !self.inline.is_empty()
            || (append.request().is_some() && !is_plain(parts))
            || size > BATCH
            || parts.iter().any(|part| part.events.is_empty())
            || tags(&append).len() > LOCKED_TAGS
            || self.tags.event_tags.are_left_out_by(parts)
        {
            // On the heap, as all that a lone append does not need: it would be carried along.
            return self.append_locked(Arc::new(append), None, Met::Nobody).boxed().await;
        }
        if !self.batches || append.request().is_some() {
            let appender = self.clone();
            return self
                .database
                .drive(async move { appender.append_alone(Arc::new(append)).await })
                .await;
        }
        match self.claim(&append) {
            Some(claim) => self.database.drive(append_first(append, claim)).await,
            None => self.append_together(Arc::new(append), size).boxed().await,
        }
    }

    /// Appends by the lone statement first, then in the locked form if the statement has no
    /// verdict.
    pub(crate) async fn append_alone(&self, append: Arc<Append>) -> Result<Appended, AppendError> {
        if let Some(appended) = self.try_alone(&append).await? {
            return Ok(appended);
        }
        self.append_locked(append, None, Met::Somebody).await
    }

    /// Runs the statement as its own transaction, and gives the connection back at once. `None` if
    /// the statement has no verdict.
    ///
    /// A conflict that it finds is answered at once. Its snapshot is younger than the call, so it
    /// holds all that was acknowledged before, and it is one moment for all streams of the append:
    /// at that moment the append was refused, whatever comes later. Only acceptance needs more than
    /// a snapshot; the unique index guarantees it for streams that get events.
    async fn try_alone(&self, append: &Append) -> Result<Option<Appended>, AppendError> {
        let mut session = self.database.session().await?;
        let outcome = self.run_lone(&mut session, append).await;
        match session.end_after(outcome).await {
            Ok(Outcome::Appended(appended)) => Ok(Some(appended)),
            Ok(Outcome::Conflict(conflict)) => Err(conflict.into()),
            Ok(Outcome::Unforeseen(failed)) => Err(failed.into()),
            Ok(Outcome::Answered(first)) => Err(AppendError::Answered(first)),
            Ok(Outcome::Contended) | Err(Failure::Outrun) => Ok(None),
            Ok(Outcome::Known) | Err(Failure::EventId(_)) => {
                self.first_answer_anywhere(append).boxed().await.map(Some)
            }
            Ok(Outcome::WrongTime(error)) | Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Store(error)) => {
                let error = AppendError::from(error);
                if is_contention(&error) { Ok(None) } else { Err(error) }
            }
        }
    }
}

/// True if the statement that stores an answer as well can carry it: one stream, with instants of the store's own.
fn is_plain(parts: &[StreamAppend]) -> bool {
    parts.len() == 1
        && parts.iter().flat_map(|part| &part.events).all(|event| event.recorded_at.is_none())
}

/// Appends like [`Appender::append_alone`], with a claim on its streams. The claim's place is given back before
/// anything is waited for.
async fn append_first(append: Append, claim: Claim) -> Result<Appended, AppendError> {
    if let Some(appended) = claim.appender().try_alone(&append).await? {
        return Ok(appended);
    }
    let appender = claim.appender().clone();
    let claim = claim.while_it_waits();
    appender.append_locked(Arc::new(append), claim, Met::Somebody).boxed().await
}
