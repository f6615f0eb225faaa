//! A part of the log.

use super::events::Events;
use crate::store::selection::{SelectedPage, Selection};
use crate::stream::Position;

/// The number of events that are looked at while writers wait.
const WINDOW: usize = 10_000;

impl Events {
    pub(super) fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> SelectedPage {
        let head = self.head();
        let page =
            |events, through| SelectedPage::new(self.incarnation, events, through, head, head);
        if limit == 0 || after >= head {
            return page(Vec::new(), after);
        }
        let seen = usize::try_from(after.0).unwrap_or(usize::MAX);
        let window = self.log.iter().zip(&self.tags).skip(seen).take(WINDOW);
        let selected = window.filter(|(event, tags)| selection.has(event, tags));
        let events: Vec<_> =
            selected.take(limit as usize).map(|(event, _)| event.clone()).collect();
        let last = events.last().map(|last| last.position);
        let full = last.filter(|_| events.len() == limit as usize);
        let looked = Position(after.0.saturating_add(WINDOW as u64)).min(head);
        page(events, full.unwrap_or(looked))
    }
}
