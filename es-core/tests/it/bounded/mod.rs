//! A call comes to its end in the documented time, however the store answers. Time stands still and jumps
//! where everybody waits.

mod store;

use std::time::Duration;

use es_core::prelude::*;
use es_core::{DecisionError, StoreError};
use tokio::time::{Instant, timeout};

use crate::fixture::*;
use store::Answers::{self, Failing, Rightly};
use store::Odd;

/// Limit for a call that is sent again, and for one that is not answered.
const BOUND: Duration = Duration::from_secs(31);

/// Limit for a call that is answered with failures and sent again.
const AGAIN: Duration = Duration::from_secs(10);

/// So many calls there are at most within that time: the waits in between grow.
const CALLS: usize = 30;

/// The failure that `call` ends with, in time.
async fn failure<T, E>(
    store: &Odd,
    answers: Answers,
    call: impl Future<Output = Result<T, E>>,
) -> E {
    let begun = Instant::now();
    let ended = timeout(10 * BOUND, call).await;
    let took = begun.elapsed();
    let Err(error) = ended.unwrap_or_else(|_| panic!("{answers:?}: there is an end to it")) else {
        panic!("{answers:?}: the store gave no answer that would do");
    };
    let bound = if answers == Failing { AGAIN } else { BOUND };
    assert!(took <= bound, "{answers:?}: it took {took:?}");
    assert!(store.calls() <= CALLS, "{answers:?}: the store was asked {} times", store.calls());
    error
}

fn is_unavailable(error: &StoreError) -> bool {
    error.kind() == es_core::StoreErrorKind::Unavailable
}

async fn bank() -> Odd {
    let store = Odd::new();
    accounts(&store).execute(open(ada())).await.unwrap();
    store
}

fn accounts(store: &Odd) -> Repository<Account, Odd> {
    Repository::new(store.clone())
}

fn without_command_batching(store: &Odd) -> Repository<Account, Odd> {
    Repository::without_command_batching(store.clone())
}

#[tokio::test(start_paused = true)]
async fn a_load_comes_to_its_end() {
    for answers in Answers::WRONG {
        let store = bank().await;
        store.answer(answers, Rightly);
        let error = failure(&store, answers, accounts(&store).load(&ada())).await;
        assert!(matches!(error, LoadError::Store(error) if is_unavailable(&error)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_load_fails_comes_to_its_end() {
    for answers in Answers::WRONG {
        for accounts in [accounts as fn(&Odd) -> _, without_command_batching] {
            let store = bank().await;
            store.answer(answers, Rightly);
            let call = accounts(&store);
            let error = failure(&store, answers, call.execute(deposit(ada(), 5))).await;
            let ExecuteError::Load(LoadError::Store(error)) = error else {
                panic!("another error: {error}");
            };
            assert!(is_unavailable(&error));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_append_fails_comes_to_its_end() {
    for answers in Answers::WRONG {
        for accounts in [accounts as fn(&Odd) -> _, without_command_batching] {
            let store = bank().await;
            store.answer(Rightly, answers);
            let call = accounts(&store);
            let error = failure(&store, answers, call.execute(deposit(ada(), 5))).await;
            let ExecuteError::Append(AppendError::Store(error)) = error else {
                panic!("another error: {error}");
            };
            assert!(is_unavailable(&error));
        }
    }
}

/// Those that wait for the command before them are not told one after another.
#[tokio::test(start_paused = true)]
async fn commands_that_meet_come_to_their_end_together() {
    for answers in Answers::WRONG {
        let store = bank().await;
        store.answer(Rightly, answers);
        let accounts = accounts(&store);
        let begun = Instant::now();
        let commands = (0..20).map(|_| accounts.execute(deposit(ada(), 5)));
        let done = futures_util::future::join_all(commands).await;
        let took = begun.elapsed();
        assert!(done.iter().all(Result::is_err));
        assert!(took <= 2 * BOUND, "{answers:?}: it took {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_unit_of_work_comes_to_its_end() {
    for answers in Answers::WRONG {
        let store = bank().await;
        let mut work = UnitOfWork::new(store.clone(), Metadata::default());
        work.execute(deposit(ada(), 5)).await.unwrap();
        store.answer(answers, answers);
        let _ = failure(&store, answers, work.execute(deposit(bob(), 5))).await;
        store.answer(answers, answers);
        let error = failure(&store, answers, work.commit()).await;
        assert!(matches!(error, AppendError::Store(error) if is_unavailable(&error)));
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "seat-taken")]
struct SeatTaken {
    #[event(tag, home)]
    course: String,
}

#[derive(DecisionModel, Clone, Debug, PartialEq)]
#[decision_model(events(SeatTaken))]
struct Seats {
    #[decision_model(tag)]
    course: String,
    taken: u32,
}

impl Apply<SeatTaken> for Seats {
    fn apply(&mut self, _: SeatTaken) {
        self.taken += 1;
    }
}

#[derive(Clone)]
struct TakeSeat {
    course: String,
}

impl Decision for TakeSeat {
    type Model = Seats;
    type Events = SeatTaken;
    type Error = std::convert::Infallible;

    fn model(&self) -> Seats {
        Seats { course: self.course.clone(), taken: 0 }
    }

    fn decide(&self, _: &Seats) -> Result<SeatTaken, Self::Error> {
        Ok(SeatTaken { course: self.course.clone() })
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_comes_to_its_end() {
    for answers in Answers::WRONG {
        for (reads, appends) in [(answers, Rightly), (Rightly, answers)] {
            for batched in [true, false] {
                let store = Odd::new();
                store.answer(reads, appends);
                let decisions = Decisions::new(store.clone());
                let decisions = if batched { decisions } else { decisions.without_batching() };
                let seat = TakeSeat { course: "knots".into() };
                let error = failure(&store, answers, decisions.execute(seat)).await;
                let is_told = matches!(
                    &error,
                    DecisionError::Read(error) | DecisionError::Append(AppendError::Store(error))
                        if is_unavailable(error)
                );
                assert!(is_told, "another error: {error}");
            }
        }
    }
}
