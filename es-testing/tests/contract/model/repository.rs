//! Two repositories over one store against plain lists of events: commands, states, histories.

use std::fmt;

use es_core::prelude::*;
use es_core::{Cursor, Executed, LoadError};
use futures_util::TryStreamExt;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;

use super::{play, runtime};
use crate::fixture::{
    Account, AccountError, AccountEvent, Deposit, Deposited, FeeCharged, Open, Opened, Save,
    Withdraw, Withdrawn,
};

/// Each a part of the ten thousand; see the other.
const STORIES: u32 = 1_200;

#[test]
fn a_repository_does_what_the_model_does() {
    on(|store| Repository::new(store.clone()));
}

#[test]
fn a_repository_that_remembers_states_does_what_the_model_does() {
    on(|store| Repository::new(store.clone()).with_cache(2));
}

#[test]
fn a_repository_without_command_batching_does_what_the_model_does() {
    on(|store| Repository::without_command_batching(store.clone()).with_cache(2));
}

/// Two repositories over each store, so that each changes behind the back of the other.
fn on(repository: impl Fn(&MemoryStore) -> Repository<Account, MemoryStore>) {
    play::drawn(&runtime(), STORIES, file!(), &stories(), async |story| {
        let store = MemoryStore::new();
        play([repository(&store), repository(&store)], story).await
    });
}

#[derive(Clone)]
struct Story(Vec<Step>);

/// The `by` says which of the two repositories is asked: what one caches, the other changes.
#[derive(Clone, Debug)]
enum Step {
    Execute { by: usize, account: usize, command: Command },
    Load { by: usize, account: usize },
    LoadAt { by: usize, account: usize, version: u64 },
    LoadAsOf { by: usize, account: usize, event: Index },
    History { by: usize, account: usize, upwards: bool, from: u64 },
}

#[derive(Clone, Debug)]
enum Command {
    Open,
    Deposit(i64),
    Withdraw(i64),
    Save(usize),
}

fn stories() -> impl Strategy<Value = Story> {
    vec(steps(), 1..25).prop_map(Story)
}

fn steps() -> impl Strategy<Value = Step> {
    let command = prop_oneof![
        2 => Just(Command::Open),
        3 => (-1..500_i64).prop_map(Command::Deposit),
        3 => (1..500_i64).prop_map(Command::Withdraw),
        1 => (0..4_usize).prop_map(Command::Save),
    ];
    let whose = || (0..2_usize, 0..3_usize);
    prop_oneof![
        8 => (whose(), command)
            .prop_map(|((by, account), command)| Step::Execute { by, account, command }),
        1 => whose().prop_map(|(by, account)| Step::Load { by, account }),
        1 => (whose(), 0..8_u64)
            .prop_map(|((by, account), version)| Step::LoadAt { by, account, version }),
        1 => (whose(), any::<Index>())
            .prop_map(|((by, account), event)| Step::LoadAsOf { by, account, event }),
        1 => (whose(), any::<bool>(), 0..8_u64).prop_map(|((by, account), upwards, from)| {
            Step::History { by, account, upwards, from }
        }),
    ]
}

async fn play<S: EventStore>(by: [Repository<Account, S>; 2], story: &Story) -> TestCaseResult {
    let mut played = Played { by, accounts: Default::default() };
    for step in &story.0 {
        played.step(step).await?;
    }
    Ok(())
}

struct Played<S> {
    by: [Repository<Account, S>; 2],
    accounts: [Plain; 3],
}

/// The plain model of an account: what happened to it.
#[derive(Default)]
struct Plain(Vec<Recorded<AccountEvent>>);

/// What a command has to come to.
#[derive(Debug, PartialEq)]
enum Outcome {
    Events(Vec<AccountEvent>),
    Rejected(AccountError),
    NotFound,
    AlreadyExists,
}

impl Plain {
    /// The state after the first `count` events.
    fn state(&self, count: usize) -> Account {
        let mut state = Account { cents: 0, overdraft: 0, open: false };
        for event in &self.0[..count] {
            match &event.event {
                AccountEvent::Opened(_) => state.open = true,
                AccountEvent::Deposited(Deposited { cents }) => state.cents += cents,
                AccountEvent::Withdrawn(Withdrawn { cents, .. })
                | AccountEvent::FeeCharged(FeeCharged { cents }) => state.cents -= cents,
                AccountEvent::InterestSet(_) | AccountEvent::Closed(_) => {}
            }
        }
        state
    }

    fn outcome(&self, command: &Command) -> Outcome {
        let Account { cents: balance, open, .. } = self.state(self.0.len());
        match *command {
            Command::Open if !self.0.is_empty() => Outcome::AlreadyExists,
            Command::Open => {
                let opened = Opened { owner: "ada".to_owned(), overdraft: 0 };
                Outcome::Events(vec![opened.into()])
            }
            Command::Save(times) => {
                Outcome::Events((0..times).map(|_| Deposited { cents: 1 }.into()).collect())
            }
            _ if self.0.is_empty() => Outcome::NotFound,
            Command::Deposit(_) if !open => Outcome::Rejected(AccountError::Closed),
            Command::Deposit(cents) if cents <= 0 => Outcome::Events(vec![]),
            Command::Deposit(cents) => Outcome::Events(vec![Deposited { cents }.into()]),
            Command::Withdraw(cents) => {
                let fee = if cents < 300 { 0 } else { 5 };
                let balance = balance - cents - fee;
                if balance < 0 {
                    let missing = -balance;
                    return Outcome::Rejected(AccountError::InsufficientFunds { missing });
                }
                let withdrawn = Withdrawn { cents, balance }.into();
                Outcome::Events(match fee {
                    0 => vec![withdrawn],
                    cents => vec![FeeCharged { cents }.into(), withdrawn],
                })
            }
        }
    }
}

impl<S: EventStore> Played<S> {
    async fn step(&mut self, step: &Step) -> TestCaseResult {
        match *step {
            Step::Execute { by, account, ref command } => self.execute(by, account, command).await,
            Step::Load { by, account } => {
                let loaded = self.by[by].load(&id(account)).await?;
                self.is_at(account, self.accounts[account].0.len(), &loaded)
            }
            Step::LoadAt { by, account, version } => {
                let answer = self.by[by].load_at(&id(account), Version(version)).await;
                let count = self.accounts[account].0.len() as u64;
                match answer {
                    Ok(loaded) => self.is_at(account, version.try_into()?, &loaded),
                    Err(LoadError::NoSuchVersion { actual, .. }) => {
                        prop_assert!(version > count, "version {version} is there");
                        prop_assert_eq!(actual.0, count, "the version that it has");
                        Ok(())
                    }
                    Err(other) => Err(other.into()),
                }
            }
            Step::LoadAsOf { by, account, event } => {
                let all: Vec<_> = self.accounts.iter().flat_map(|account| &account.0).collect();
                if all.is_empty() {
                    return Ok(());
                }
                let moment = event.get(&all).position;
                let own = self.accounts[account].0.iter();
                let count = own.filter(|event| event.position <= moment).count();
                let loaded = self.by[by].load_as_of(&id(account), moment).await?;
                self.is_at(account, count, &loaded)
            }
            Step::History { by, account, upwards, from } => {
                let from = Version(from);
                let cursor = if upwards { Cursor::After(from) } else { Cursor::Before(from) };
                let history = self.by[by].history(&id(account), cursor)?;
                let history: Vec<_> = history.try_collect().await?;
                let mut expected = self.accounts[account].0.clone();
                match cursor {
                    Cursor::After(from) => expected.retain(|event| event.version > from),
                    Cursor::Before(from) => {
                        expected.retain(|event| event.version < from);
                        expected.reverse();
                    }
                }
                prop_assert_eq!(history, expected, "the history");
                Ok(())
            }
        }
    }

    async fn execute(&mut self, by: usize, account: usize, command: &Command) -> TestCaseResult {
        let expected = self.accounts[account].outcome(command);
        let (accounts, id) = (&self.by[by], id(account));
        let answer = match *command {
            Command::Open => accounts.execute(Open { account: id }).await,
            Command::Deposit(cents) => accounts.execute(Deposit { account: id, cents }).await,
            Command::Withdraw(cents) => accounts.execute(Withdraw { account: id, cents }).await,
            Command::Save(times) => accounts.execute(Save { account: id, times }).await,
        };
        match answer {
            Ok(executed) => {
                let events = executed.events.iter().map(|event| event.event.clone()).collect();
                prop_assert_eq!(Outcome::Events(events), expected, "what was caused");
                self.executed(account, executed)
            }
            Err(ExecuteError::Rejected(error)) => {
                prop_assert_eq!(Outcome::Rejected(error), expected, "the rejection");
                Ok(())
            }
            Err(ExecuteError::Lifecycle(LifecycleRejection::NotFound { .. })) => {
                prop_assert_eq!(Outcome::NotFound, expected, "it is there");
                Ok(())
            }
            Err(ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { .. })) => {
                prop_assert_eq!(Outcome::AlreadyExists, expected, "it is not there");
                Ok(())
            }
            Err(other) => Err(other.into()),
        }
    }

    fn executed(&mut self, account: usize, executed: Executed<Account>) -> TestCaseResult {
        let Plain(events) = &mut self.accounts[account];
        events.extend(executed.events);
        let versions = events.iter().map(|event| event.version.0).collect::<Vec<_>>();
        let count = events.len();
        prop_assert_eq!(versions, (1..=count as u64).collect::<Vec<_>>(), "versions have no gap");
        prop_assert!(
            events.is_sorted_by(|one, next| one.position < next.position),
            "positions rise"
        );
        prop_assert_eq!(executed.version, Version(count as u64), "the version afterwards");
        prop_assert_eq!(
            executed.state,
            self.accounts[account].state(count),
            "the state afterwards"
        );
        Ok(())
    }

    fn is_at(&self, account: usize, count: usize, loaded: &Loaded<Account>) -> TestCaseResult {
        let account = &self.accounts[account];
        let position = count.checked_sub(1).map_or(Position::START, |at| account.0[at].position);
        prop_assert_eq!(loaded.version, Version(count as u64), "the version");
        prop_assert_eq!(loaded.position, position, "the position");
        prop_assert_eq!(&loaded.state, &account.state(count), "the state");
        Ok(())
    }
}

fn id(account: usize) -> String {
    format!("account-{account}")
}

/// One step a line.
impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, step) in self.0.iter().enumerate() {
            write!(f, "\n{:>3}. {step:?}", nth + 1)?;
        }
        Ok(())
    }
}
