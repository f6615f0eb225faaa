//! All tests of the contract as one macro.

use es_core::EventStore;
use es_core::sagas::SagaStore;
use tokio::runtime::Builder;

use super::Subjects;

/// Runs one test of the contract on a log and a store of its own.
///
/// What `make` answers beside these two is kept until the test is over: a temporary database, for example.
///
/// # Panics
///
/// If the store breaks the guarantee.
pub fn run<L: EventStore, K: SagaStore, G>(
    make: impl AsyncFnOnce() -> (L, K, G),
    test: impl AsyncFnOnce(&Subjects<L, K>),
) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let (log, kept, guard) = make().await;
        let subjects = Subjects { log, kept };
        test(&subjects).await;
        drop(subjects);
        drop(guard);
    });
}

/// Writes one `#[test]` for each test of the [contract](mod@crate::saga_contract) of stores of sagas.
///
/// `make` is an `async fn` that answers an empty log, a store of sagas without instances, and a guard, `(L, K, G)`. The
/// guard is kept until the test ends; a store that needs none answers `()`.
#[macro_export]
macro_rules! saga_contract {
    ($make:expr) => {
        $crate::saga_contract! { @every tests $make }
    };
    (@every $what:ident $($make:expr)?) => {
        $crate::saga_contract! { @$what $($make)?;
            rows {
                rows_come_back_as_they_were
                a_row_takes_the_place_of_the_one_before
                a_row_of_an_earlier_version_is_not_saved
                a_batch_reads_the_rows_that_it_asks_for
                what_somebody_is_to_go_on_with_is_found_in_the_order_of_keys
                what_is_due_is_found_in_the_order_of_instants
                a_list_has_the_rows_of_its_filter
                sagas_do_not_see_one_another
            }
            nodes {
                each_event_starts_one_instance
                what_was_stored_before_a_crash_is_started_after_it
                another_node_goes_on_with_what_was_cut_off
                a_command_is_executed_once_by_nodes_that_do_not_know_one_another
                what_waits_for_an_instant_is_driven_then
            }
        }
    };
    (@tests $make:expr; $($guarantee:ident { $($test:ident)* })*) => {
        $($(
            #[test]
            fn $test() {
                $crate::saga_contract::run($make, $crate::saga_contract::$guarantee::$test);
            }
        )*)*
    };
    (@names; $($guarantee:ident { $($test:ident)* })*) => {
        &[$($(concat!(stringify!($guarantee), "::", stringify!($test))),*),*]
    };
}

/// The tests that [`saga_contract!`](crate::saga_contract!) writes, each after its guarantee.
pub const TESTS: &[&str] = crate::saga_contract!(@every names);
