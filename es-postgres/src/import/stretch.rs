//! Appends in the order of the source, many in one statement.

use std::collections::{HashMap, HashSet};

use es_core::{Append, EventId, StoreError, StreamAppend, StreamId};

use super::lane::{Outcome, Stored};
use super::window::{Lane, Placed};
use crate::append::appender::Appender;
use crate::append::arrays::Columns;
use crate::append::coalesce::Run;
use crate::append::reply::{Answer, Verdict};
use crate::append::statement::Form;
use crate::append::weight::{BATCH, size};
use crate::pool::driven::driven;

impl Appender {
    /// Appends stretch by stretch, up to the first append that is refused.
    pub(super) async fn append_stretches(&self, appends: Vec<Append>) -> Outcome {
        let mut outcome = Outcome::default();
        for stretch in stretches(appends) {
            outcome.add(self.append_stretch(stretch).await);
            if outcome.refused.is_some() {
                break;
            }
        }
        outcome
    }

    /// Appends in one statement, and if that is not stored one by one: some of them may be there
    /// already, one of them is to blame, or another writer is at one of the streams.
    async fn append_stretch(&self, stretch: Lane) -> Outcome {
        if stretch.len() == 1 || !self.inline.is_empty() {
            return self.append_each(stretch).await;
        }
        let appender = self.clone();
        // A copy, since the task may go away with its runtime: the appends are then tried by themselves.
        let copy = stretch.clone();
        let run = async move { Ok::<_, StoreError>(appender.run_stretch(&copy).await) };
        match driven(run).await {
            Ok(Some(stored)) => {
                if let Some(position) = stored.iter().filter_map(|stored| stored.position).max() {
                    self.tail.tell_growth(position);
                }
                Outcome { stored, refused: None }
            }
            Ok(None) | Err(_) => self.append_each(stretch).await,
        }
    }

    /// Runs one statement and returns the stored appends, if all of them are. Otherwise the outcome
    /// of each is found by the ids of its events.
    async fn run_stretch(&self, stretch: &Lane) -> Option<Vec<Stored>> {
        let columns = columns(stretch).ok()?;
        let changes = self.tags.event_tags.changes_for(parts(stretch));
        let mut session = self.database.session().await.ok()?;
        let answer = self.run(&mut session, columns, Form::Unlocked(changes)).await;
        let mut answer = session.end_after(answer).await.ok()?;
        let is_stored = answer.verdicts.iter().all(|verdict| *verdict == Verdict::Stored);
        if is_stored { shares(stretch, &mut answer).ok() } else { None }
    }
}

/// The columns with one part for each stream, and the events in the order of the source.
fn columns(stretch: &Lane) -> Result<Columns<'_>, StoreError> {
    let mut columns = Columns::with_capacity(stretch.len(), stretch.len());
    let mut numbers = HashMap::<&StreamId, usize>::new();
    for part in parts(stretch) {
        let number = *numbers.entry(&part.stream).or_insert_with(|| {
            columns.part(&part.stream, part.expected);
            columns.counts.len()
        });
        for event in &part.events {
            columns.event_of(number, event)?;
        }
    }
    Ok(columns)
}

/// The share of each append in the answer.
fn shares(stretch: &Lane, answer: &mut Answer) -> Result<Vec<Stored>, StoreError> {
    let share = |Placed { nth, append, .. }: &Placed| {
        let events = append.events();
        let position = answer.next_positions(events)?.last().copied();
        Ok(Stored { nth: *nth, events, already: false, position })
    };
    stretch.iter().map(share).collect()
}

fn parts(stretch: &Lane) -> impl Iterator<Item = &StreamAppend> {
    stretch.iter().flat_map(|placed| placed.append.parts())
}

/// The appends, cut where one cannot share a statement with those before it.
fn stretches(appends: Vec<Append>) -> Vec<Lane> {
    let mut stretches = Vec::new();
    let mut draft = Draft::default();
    for (nth, append) in appends.into_iter().enumerate() {
        // There is always a first part.
        let Some(stream) = append.parts().first().map(|part| part.stream.clone()) else { continue };
        if !draft.takes(&append) {
            stretches.push(Lane::new());
            draft = Draft::of(&append);
        } else if stretches.is_empty() {
            stretches.push(Lane::new());
        }
        if let Some(stretch) = stretches.last_mut() {
            stretch.push(Placed { nth, stream, append });
        }
    }
    stretches
}

/// A stretch while it is put together.
#[derive(Default)]
struct Draft {
    runs: HashMap<StreamId, Run>,
    ids: HashSet<EventId>,
    size: usize,
    /// True if its only append has several streams, a condition or no event.
    is_closed: bool,
}

impl Draft {
    fn of(first: &Append) -> Self {
        let mut draft = Self::default();
        if !draft.takes(first) {
            draft.is_closed = true;
        }
        draft
    }

    /// Adds the append to the draft, if it can share the statement.
    fn takes(&mut self, append: &Append) -> bool {
        let [part] = append.parts() else { return false };
        let size = size(append);
        let is_plain = append.condition().is_none() && !part.events.is_empty();
        let goes_on = self.runs.get(&part.stream).is_none_or(|run| run.goes_on_with(part, size));
        let is_new = part.events.iter().all(|event| !self.ids.contains(&event.id));
        if self.is_closed || !is_plain || !goes_on || !is_new || self.size + size > BATCH {
            return false;
        }
        self.size += size;
        self.ids.extend(part.events.iter().map(|event| event.id));
        match self.runs.get_mut(&part.stream) {
            Some(run) => run.push(part, size),
            None => drop(self.runs.insert(part.stream.clone(), Run::of(part, size))),
        }
        true
    }
}
