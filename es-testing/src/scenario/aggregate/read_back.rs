//! Comparison of an aggregate that is read back from its store.

use std::panic::Location;

use es_core::__private::{came_back, same_words};
use es_core::{
    Aggregate, Cursor, Describe, Description, EventStore, Recorded, Repository, Version,
};
use futures_util::TryStreamExt;

use super::refusal::chain;
use crate::page::{Colour, Line, Page, Sign, of_this_test};

/// An aggregate as it is read from its store.
pub(super) struct ReadBack<A: Aggregate> {
    pub(super) history: Vec<Recorded<A::Event>>,
    pub(super) state: A,
    version: Version,
}

impl<A: Aggregate> ReadBack<A> {
    pub(super) async fn of<S: EventStore>(store: &S, id: &A::Id) -> Self {
        let aggregates = Repository::<A, S>::without_command_batching(store.clone());
        let reading = async {
            let history = aggregates.history(id, Cursor::START)?.try_collect().await?;
            let loaded = aggregates.load(id).await?;
            Ok(Self { history, state: loaded.state, version: loaded.version })
        };
        reading.await.unwrap_or_else(|error: es_core::LoadError| {
            panic!("`{}` cannot be read back: {}", A::NAME, chain(&error))
        })
    }

    /// Fails unless it is what was `stored`, and `state` what that makes.
    pub(super) fn expect(
        &self,
        stored: &[Recorded<A::Event>],
        state: &A,
        at: &'static Location<'static>,
    ) {
        let mut lines = self.events_beside(stored);
        let state = self.state_beside(state, Version::NONE.plus(stored.len()));
        let ids = |events: &[Recorded<A::Event>]| events.iter().map(|e| e.id).collect::<Vec<_>>();
        let headline = if lines.iter().any(|line| line.sign != Sign::Same) {
            "the store answers other events than it took"
        } else if ids(&self.history) != ids(stored) {
            lines = self.history.iter().map(|read| Line::same(&read.event)).collect();
            "the store answers the events in another order"
        } else if state.sign != Sign::Same {
            "the store answers other events when the state is loaded"
        } else {
            return;
        };
        lines.push(state);
        let page = Page {
            name: of_this_test(),
            headline: headline.to_owned(),
            at,
            blocks: vec![("read", lines)],
            end: "what to do: find what the store does with `es_testing::contract!`".to_owned(),
        };
        panic!("{}", page.render(Colour::of_this_terminal()))
    }

    /// The stored events beside those that are read, told apart by their ids.
    fn events_beside(&self, stored: &[Recorded<A::Event>]) -> Vec<Line> {
        let mut unknown: Vec<_> = self.history.iter().collect();
        let beside = |stored: &Recorded<A::Event>| {
            let Some(place) = unknown.iter().position(|read| read.id == stored.id) else {
                let lost = Line::lost(stored.event.describe().to_string());
                return lost.remark("stored, not read");
            };
            line(unknown.remove(place), stored)
        };
        let mut lines: Vec<Line> = stored.iter().map(beside).collect();
        lines.extend(unknown.into_iter().map(|read| {
            let text = read.event.describe().to_string();
            Line::unexpected(text).remark("read, not stored")
        }));
        lines
    }

    fn state_beside(&self, stored: &A, version: Version) -> Line {
        let (read, stored) = (self.state.describe(), stored.describe());
        let mut line = if prints_alike(&read, &stored) {
            Line::same(&self.state)
        } else {
            Line::different(&read, &stored)
        };
        if self.version != version {
            line.sign = Sign::Different;
            line.details.push(format!("version: {}, expected {version}", self.version));
        }
        line.text = format!("state {}", line.text);
        line
    }
}

/// An event as it is read, beside the same event as it was stored.
fn line<E: es_core::__private::Reported>(read: &Recorded<E>, stored: &Recorded<E>) -> Line {
    let mut details = if came_back(&read.event, &stored.event) {
        Vec::new()
    } else {
        Line::different(&read.event.describe(), &stored.event.describe()).details
    };
    let envelope = |event: &Recorded<E>| {
        [
            ("stream", event.stream.to_string()),
            ("version", event.version.to_string()),
            ("position", event.position.to_string()),
            ("recorded at", format!("{:?}", event.recorded_at)),
            ("metadata", format!("{:?}", event.metadata)),
        ]
    };
    let both = envelope(read).into_iter().zip(envelope(stored));
    details.extend(
        both.filter(|(read, stored)| read != stored)
            .map(|((name, read), (_, stored))| format!("{name}: {read}, expected {stored}")),
    );
    let same = Line::same(&read.event);
    if details.is_empty() { same } else { Line { sign: Sign::Different, details, ..same } }
}

/// True if two states print the same words. States need no `PartialEq`, and a map prints its
/// entries in any order.
fn prints_alike(read: &Description, stored: &Description) -> bool {
    same_words(&read.to_string(), &stored.to_string())
}
