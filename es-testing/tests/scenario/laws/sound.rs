//! An account for which every law holds.

use es_core::prelude::*;
use es_testing::laws::Laws;

use super::history::{event, i64, text};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "opened")]
pub(crate) struct Opened {
    owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "deposited")]
pub(crate) struct Deposited {
    cents: i64,
}

impl Opened {
    pub(crate) fn of(owner: &str) -> Self {
        Self { owner: owner.to_owned() }
    }
}

impl Deposited {
    pub(crate) const fn of(cents: i64) -> Self {
        Self { cents }
    }
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(name = "account", id = String, events(Opened, Deposited), error = NotOpen, snapshot(every = 2))]
pub(crate) struct Account {
    owner: Option<String>,
    cents: i64,
}

#[derive(Debug)]
pub(crate) struct NotOpen;

impl std::error::Error for NotOpen {}

impl std::fmt::Display for NotOpen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the account is not open")
    }
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = Some(event.owner);
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents = self.cents.saturating_add(event.cents);
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Account, creates)]
pub(crate) struct Open {
    #[command(id)]
    account: String,
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
pub(crate) struct Deposit {
    #[command(id)]
    account: String,
    cents: i64,
}

impl Decide<Open> for Account {
    type Events = Opened;

    fn decide(&self, command: Open) -> Result<Opened, NotOpen> {
        Ok(Opened { owner: command.account })
    }
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, command: Deposit) -> Result<Deposited, NotOpen> {
        self.owner.as_ref().ok_or(NotOpen)?;
        Ok(Deposited { cents: command.cents })
    }
}

fn account() -> Laws<Account> {
    Laws::of(vec![event::<Opened>(&[("owner", text())]), event::<Deposited>(&[("cents", i64())])])
        .commands(|account| Open { account })
        .commands(|cents| Deposit { account: "ada".into(), cents })
}

#[test]
fn every_event_is_read_back() {
    account().every_event_is_read_back_as_it_was();
}

#[test]
fn every_sequence_is_applied() {
    account().apply_takes_every_sequence_of_events();
}

#[test]
fn replays_agree() {
    account().a_replay_from_any_snapshot_ends_in_the_same_state();
}

#[test]
fn decisions_answer_twice() {
    account().a_decision_answers_the_same_twice();
}

#[test]
fn decided_events_are_read_back() {
    account().every_decided_event_is_read_back();
}

/// The same in one line, with events drawn from the forms that the derive knows.
mod in_one_line {
    use super::{Account, Deposit, Open};

    es_testing::laws!(
        Account,
        commands = [|account| Open { account }, |cents| Deposit { account: "ada".into(), cents },],
    );
}

/// The laws of decisions are shown as ignored, with the reason.
mod without_commands {
    use super::{Account, Deposited, Opened};

    es_testing::laws!(Account, events = [|owner| Opened { owner }, |cents| Deposited { cents }]);
}

/// Forms of every kind, as the derives tell of them.
mod of_every_form {
    use std::collections::{BTreeMap, BTreeSet, HashMap};
    use std::num::NonZeroU8;

    use es_core::prelude::*;

    #[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde", tag = "kind", rename_all = "kebab-case")]
    enum Channel {
        Branch,
        Partner {
            #[serde(rename = "called")]
            name: String,
        },
    }

    #[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    struct Tree {
        branches: Vec<Tree>,
        fruit: Option<(u128, char)>,
    }

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "planted")]
    struct Planted {
        channel: Channel,
        tree: Tree,
        labels: BTreeSet<String>,
        heights: BTreeMap<i32, [f64; 2]>,
        owners: HashMap<String, NonZeroU8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        id: EventId,
        at: Timestamp,
        #[serde(flatten)]
        more: BTreeMap<String, bool>,
    }

    #[derive(Aggregate, Default, Debug, PartialEq)]
    #[aggregate(name = "garden", id = String, events(Planted))]
    struct Garden {
        trees: usize,
    }

    impl Apply<Planted> for Garden {
        fn apply(&mut self, _: Planted) {
            self.trees += 1;
        }
    }

    es_testing::laws!(Garden);
}
