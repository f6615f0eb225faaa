//! The events of a projection from the beginning, page by page, up to an end that does not move.

use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::store::selection::Selection;
use crate::stream::{Position, StreamId, Version};
use crate::transform::transformed_after;

use super::{Projection, ProjectionKey};

/// A read of the past events of a projection.
///
/// The first page fixes the end: the position that was safe then. Events that are appended later
/// are not read, so that a log that grows faster than it is read has an end.
///
/// A stream that is [transformed](crate::TransformStore) while it is read would be there in part,
/// or not at all: its old events are gone, and its copies stand behind the end. So a reader of more
/// than one page calls [`transformed`](Self::transformed) in the end.
#[derive(Debug)]
pub(super) struct Replay<'a, S> {
    store: &'a S,
    source: Source,
    up_to: Position,
    /// The position that was safe when the first page was read.
    began: Option<Position>,
    pages: u32,
    done: bool,
}

#[derive(Debug)]
enum Source {
    /// A stream, read with everything that is committed.
    Stream(StreamId, Version),
    /// A part of the log, after a position.
    Log(Selection, Position),
}

impl<'a, S: EventStore> Replay<'a, S> {
    /// A read of one stream, up to now.
    pub(super) fn of_stream(store: &'a S, stream: StreamId, up_to: Position) -> Self {
        let done = stream.is_archive();
        let source = Source::Stream(stream, Version::NONE);
        Self { store, source, up_to, began: None, pages: 0, done }
    }

    /// A part of the log, up to its safe end.
    pub(super) fn of_log(store: &'a S, selection: Selection, up_to: Position) -> Self {
        let source = Source::Log(selection, Position::START);
        Self { store, source, up_to, began: None, pages: 0, done: false }
    }

    /// Returns the position up to which everything was read, or is in a page that follows; `None`
    /// before the first page.
    pub(super) fn end(&self) -> Option<Position> {
        self.began.map(|safe| safe.min(self.up_to))
    }

    /// The position up to which the log was searched.
    pub(super) fn through(&self) -> Position {
        match &self.source {
            Source::Log(_, through) => *through,
            Source::Stream(..) => self.up_to,
        }
    }

    /// The next events, which may be none; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<RecordedEvent>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        self.pages += 1;
        let (store, up_to) = (self.store, self.up_to);
        let mut events = match &mut self.source {
            Source::Stream(stream, after) => {
                let events = store.stream_page(stream, Cursor::After(*after), PAGE).await?;
                // The versions of a copy are all greater than those of what it stands for.
                let goes_on = events.first().is_none_or(|next| next.version == after.plus(1));
                if self.pages > 1 && !goes_on {
                    return Err(was_transformed());
                }
                self.done = events.len() < PAGE as usize;
                *after = events.last().map_or(*after, |last| last.version);
                events
            }
            Source::Log(selection, after) => {
                let page = store.select_page(selection, *after, PAGE).await?;
                let end = (*self.began.get_or_insert(page.safe)).min(up_to);
                *after = page.through.min(end);
                self.done = page.through >= end;
                page.events
            }
        };
        let end = self.end().unwrap_or(up_to);
        let wanted = |event: &RecordedEvent| event.position <= end && !event.stream.is_archive();
        self.done |= events.last().is_some_and(|last| last.position >= end);
        events.retain(wanted);
        Ok(Some(events))
    }

    /// A stream of the log that was transformed since the first page was read, if there is one.
    pub(super) async fn transformed(&self) -> Result<Option<StreamId>, StoreError> {
        match (&self.source, self.began) {
            (Source::Log(..), Some(began)) if self.pages > 1 => {
                transformed_after(self.store, began).await
            }
            _ => Ok(None),
        }
    }
}

/// Returns the part of `selection` that the set `S` reads; `None` if that is nothing.
pub(super) fn readable<S: EventSet>(
    selection: Selection,
) -> Result<Option<Selection>, crate::InvalidText> {
    let asked = selection.types().to_vec();
    let all = selection.of_set::<S>()?;
    if asked.is_empty() {
        return Ok((!all.types().is_empty()).then_some(all));
    }
    let both: Vec<_> = asked.into_iter().filter(|name| S::contains(name.as_str())).collect();
    Ok((!both.is_empty()).then(|| all.with_types(both)))
}

fn was_transformed() -> StoreError {
    let error = "the stream was transformed while it was read; read it again";
    StoreError::new(StoreErrorKind::Contention, error)
}

/// The key of a stored event: that of its stream if none can be read from it.
pub(super) fn key_of<P: Projection>(event: &RecordedEvent) -> ProjectionKey {
    P::key(event).unwrap_or_else(|_| ProjectionKey::of_stream(&event.stream))
}
