//! Stores that answer something else than they took.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use es_core::prelude::*;
use es_core::{Appended, LogPage, Query, QueryPage, RawEvent, RecordedEvent, StoreError};
use es_testing::prelude::*;
use expect_test::expect_file;
use tokio::runtime;

use super::{a_thousand, check};
use crate::fixture::*;

/// Changes what it reads, told how often it has been asked for a stream: the command is the first
/// to ask, then the history is read, then the state.
#[derive(Clone)]
struct Forgetful {
    inner: MemoryStore,
    asked: Arc<AtomicUsize>,
    change: fn(&mut Vec<RecordedEvent>, usize),
}

impl EventStore for Forgetful {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.inner.append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut events = self.inner.stream_page(stream, cursor, limit).await?;
        (self.change)(&mut events, self.asked.fetch_add(1, Ordering::Relaxed));
        Ok(events)
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.inner.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.inner.query_page(query, after, limit).await
    }
}

/// A withdrawal with its fee, through a store that makes `change`. Its assertion would hold.
fn withdraw_through(change: fn(&mut Vec<RecordedEvent>, usize)) {
    let store = Forgetful { inner: MemoryStore::new(), asked: Arc::default(), change };
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime starts");
    runtime.block_on(async {
        Account::given(a_thousand())
            .when(withdraw(300))
            .through(&store)
            .await
            .then((FeeCharged { cents: 5 }, Withdrawn { cents: 300, balance: 695 }));
    });
}

fn raw(event: impl Into<AccountEvent>) -> RawEvent {
    event.into().to_raw().expect("an event is encoded")
}

#[test]
fn a_store_that_keeps_its_word_is_not_noticed() {
    withdraw_through(|_, _| {});
}

#[test]
fn an_event_that_is_lost() {
    check(
        "a_withdrawal_without_its_fee",
        || withdraw_through(|events, _| events.retain(|event| event.version != Version(3))),
        &expect_file!["an_event_that_is_lost.txt"],
    );
}

#[test]
fn an_event_that_is_altered() {
    check(
        "a_withdrawal_with_a_discount",
        || {
            withdraw_through(|events, _| {
                for event in events {
                    if event.event == raw(FeeCharged { cents: 5 }) {
                        event.event = raw(FeeCharged { cents: 4 });
                    }
                }
            });
        },
        &expect_file!["an_event_that_is_altered.txt"],
    );
}

#[test]
fn an_event_of_another_version() {
    check(
        "a_withdrawal_that_comes_later",
        || {
            withdraw_through(|events, asked| {
                if asked == 1 {
                    events.iter_mut().skip(3).for_each(|event| event.version.0 += 1);
                }
            });
        },
        &expect_file!["an_event_of_another_version.txt"],
    );
}

#[test]
fn a_given_event_that_comes_last() {
    check(
        "a_withdrawal_before_the_deposit",
        || {
            withdraw_through(|events, asked| {
                if asked == 1 {
                    events.swap(1, 3);
                }
            });
        },
        &expect_file!["a_given_event_that_comes_last.txt"],
    );
}

#[test]
fn a_state_that_knows_less() {
    check(
        "a_withdrawal_that_is_forgotten",
        || {
            withdraw_through(|events, asked| {
                if asked == 2 {
                    events.truncate(3);
                }
            });
        },
        &expect_file!["a_state_that_knows_less.txt"],
    );
}
