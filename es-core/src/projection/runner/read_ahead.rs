//! The next page, read while the current one is handled.

use tokio_util::task::AbortOnDropHandle;

use crate::error::{StoreError, StoreErrorKind};
use crate::selection::{SelectedPage, Selection};
use crate::store::EventStore;
use crate::stream::Position;

/// A page that is being read. Dropped, it is not read.
#[derive(Debug)]
pub(super) struct ReadAhead {
    after: Position,
    page: AbortOnDropHandle<Result<SelectedPage, StoreError>>,
}

impl ReadAhead {
    pub(super) fn begin<S: EventStore>(
        log: &S,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Self {
        let (log, selection) = (log.clone(), selection.clone());
        let read = async move { log.select_page(&selection, after, limit).await };
        Self { after, page: AbortOnDropHandle::new(tokio::spawn(read)) }
    }

    /// Whether it is the page after that position.
    pub(super) fn is_after(&self, after: Position) -> bool {
        self.after == after
    }

    pub(super) async fn page(self) -> Result<SelectedPage, StoreError> {
        match self.page.await {
            Ok(page) => page,
            Err(broken_off) => Err(StoreError::new(StoreErrorKind::Other, broken_off)),
        }
    }
}
