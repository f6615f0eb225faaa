//! Each test of the contract of stores of sagas finds the store that breaks just its guarantee.

use std::sync::{Arc, Mutex};

use es_core::projection::MemoryProjections;
use es_core::sagas::{MemorySagas, SagaFilter, SagaQuery, SagaRow, SagaStore};
use es_core::{MemoryStore, StoreError, StreamId};
use es_testing::saga_contract::{self, Subjects};
use tokio::runtime::Builder;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    ForgetsErrors,
    KeepsTheFirst,
    GoesBack,
    ReadsAll,
    ForgetsSlotsOfAttempts,
    ForgetsTheOrderOfInstants,
    ForgetsThePhase,
    MixesSagas,
    SavesNothing,
}

#[derive(Clone, Debug)]
struct Broken {
    inner: MemorySagas,
    fault: Fault,
    saved: Arc<Mutex<Vec<SagaRow>>>,
}

impl Broken {
    fn saved(&self) -> Vec<SagaRow> {
        self.saved.lock().unwrap().clone()
    }
}

impl SagaStore for Broken {
    type Progress = MemoryProjections<()>;

    fn progress(&self) -> &MemoryProjections<()> {
        self.inner.progress()
    }

    async fn rows(&self, db: &mut (), streams: &[StreamId]) -> Result<Vec<SagaRow>, StoreError> {
        if self.fault == Fault::ReadsAll {
            return Ok(self.saved());
        }
        self.inner.rows(db, streams).await
    }

    async fn save(&self, db: &mut (), rows: &[SagaRow]) -> Result<(), StoreError> {
        let mut rows = rows.to_vec();
        match self.fault {
            Fault::ForgetsErrors => rows.iter_mut().for_each(|row| row.error = None),
            Fault::KeepsTheFirst => {
                let saved = self.saved();
                rows.retain(|row| saved.iter().all(|before| before.stream != row.stream));
            }
            Fault::SavesNothing => rows.clear(),
            _ => {}
        }
        self.saved.lock().unwrap().extend(rows.clone());
        self.inner.save(db, &rows).await
    }

    async fn find(&self, query: &SagaQuery, limit: u32) -> Result<Vec<SagaRow>, StoreError> {
        let all = |has: &dyn Fn(&SagaRow) -> bool| {
            let mut rows: Vec<_> = self.saved().into_iter().filter(has).collect();
            rows.truncate(limit as usize);
            Ok(rows)
        };
        match (self.fault, query) {
            (Fault::ForgetsSlotsOfAttempts, SagaQuery::Unattended { saga, .. }) => {
                all(&|row| row.stream.category() == saga)
            }
            (Fault::ForgetsTheOrderOfInstants, SagaQuery::Due { .. }) => all(&|row| query.has(row)),
            (Fault::ForgetsThePhase, SagaQuery::List(filter)) => {
                let wide = SagaFilter::new(filter.saga().clone());
                self.inner.find(&SagaQuery::List(wide), limit).await
            }
            (Fault::GoesBack, _) => {
                let last = |row: &SagaRow| {
                    self.saved().into_iter().rfind(|saved| saved.stream == row.stream)
                };
                let found = self.inner.find(query, limit).await?;
                Ok(found.iter().filter_map(last).collect())
            }
            (Fault::MixesSagas, SagaQuery::List(_)) => all(&|_| true),
            _ => self.inner.find(query, limit).await,
        }
    }
}

/// Time passes when nothing else is left to do.
fn check(fault: Fault, test: impl AsyncFnOnce(&Subjects<MemoryStore, Broken>)) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let kept = Broken { inner: MemorySagas::new(), fault, saved: Arc::default() };
    let subjects = Subjects { log: MemoryStore::new(), kept };
    runtime.block_on(async { test(&subjects).await });
}

macro_rules! finds {
    ($($name:ident: $group:ident::$test:ident, $message:literal, $fault:ident;)*) => {
        $(#[test]
        #[should_panic(expected = $message)]
        fn $name() {
            check(Fault::$fault, saga_contract::$group::$test);
        })*

        const FOUND: &[&str] = &[$(concat!(stringify!($group), "::", stringify!($test))),*];
    };
}

finds! {
    a_field_that_is_lost: rows::rows_come_back_as_they_were, "assertion `left == right` failed", ForgetsErrors;
    a_row_that_stays_as_it_was: rows::a_row_takes_the_place_of_the_one_before, "assertion `left == right` failed", KeepsTheFirst;
    a_row_that_goes_back: rows::a_row_of_an_earlier_version_is_not_saved, "assertion `left == right` failed", GoesBack;
    rows_that_nobody_asked_for: rows::a_batch_reads_the_rows_that_it_asks_for, "assertion `left == right` failed", ReadsAll;
    attempts_of_other_slots: rows::what_somebody_is_to_go_on_with_is_found_in_the_order_of_keys, "assertion `left == right` failed", ForgetsSlotsOfAttempts;
    instants_out_of_order: rows::what_is_due_is_found_in_the_order_of_instants, "assertion `left == right` failed", ForgetsTheOrderOfInstants;
    a_list_of_all_phases: rows::a_list_has_the_rows_of_its_filter, "assertion `left == right` failed", ForgetsThePhase;
    rows_of_other_sagas: rows::sagas_do_not_see_one_another, "assertion `left == right` failed", MixesSagas;
    a_row_that_is_not_saved: nodes::another_node_goes_on_with_what_was_cut_off, "it comes within half a minute", SavesNothing;
}

/// The other tests of nodes are proofs of the runtime: their guarantees rest on the log, and no store of rows breaks them.
#[test]
fn every_test_of_rows_finds_a_broken_store() {
    let of_rows = saga_contract::TESTS.iter().filter(|test| test.starts_with("rows::"));

    let finds_none: Vec<_> = of_rows.filter(|test| !FOUND.contains(test)).collect();

    assert!(finds_none.is_empty(), "no broken store makes these fail: {finds_none:?}");
    let unknown = FOUND.iter().filter(|test| !saga_contract::TESTS.contains(test));
    assert_eq!(unknown.count(), 0, "every broken store breaks a test of the contract");
}
