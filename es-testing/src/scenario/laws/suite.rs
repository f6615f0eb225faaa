//! The laws of one aggregate, one by one.

use std::cell::Cell;
use std::fmt;

use es_core::{Aggregate, Command, DecidedBy, Describe, EventHistory, EventSet, Lifecycle};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::asked::Asked;
use super::decide::{Accepted, Session, answers_twice, is_read_back};
use super::drawn::events;
use super::fold::applies;
use super::replay::replays;
use super::source::Source;
use super::trial::{Broken, hold, refuse, report};
use crate::page::Line;
use crate::scenario::loss;
use crate::schema::Blessing;
use crate::schema::golden;

/// The largest length of a sequence of events or commands.
const LONGEST: usize = 16;

/// The laws of the aggregate `A`, to be tried one by one: what [`laws!`](crate::laws!) writes its tests
/// with.
///
/// Each panics with a story if it does not hold.
pub struct Laws<A: Aggregate> {
    history: Vec<EventHistory>,
    sources: Vec<BoxedStrategy<A::Event>>,
    commands: Vec<BoxedStrategy<Asked<A>>>,
    /// True if a command can be the first.
    can_begin: bool,
}

impl<A: Aggregate> Laws<A> {
    /// Laws whose events are drawn from the forms in which the aggregate stores them.
    #[must_use]
    pub fn new() -> Self {
        Self::of(A::Event::history())
    }

    /// Laws whose events are drawn from these forms.
    #[must_use]
    pub fn of(history: Vec<EventHistory>) -> Self {
        Self { history, sources: Vec::new(), commands: Vec::new(), can_begin: false }
    }

    /// Draws events from `source` in place of the forms.
    #[must_use]
    pub fn events<How>(mut self, source: impl Source<How, Value: Into<A::Event>>) -> Self {
        self.sources.push(source.drawn(Into::into));
        self
    }

    /// Draws commands from `source`.
    #[must_use]
    pub fn commands<How, C: DecidedBy<A>>(mut self, source: impl Source<How, Value = C>) -> Self {
        self.can_begin |= !matches!(<C as Command>::LIFECYCLE, Lifecycle::Needs);
        self.commands.push(source.drawn(Asked::new));
        self
    }

    /// Every golden payload beside the `Cargo.toml` in `directory` is read, as
    /// [`golden!`](crate::golden!) does; where there are none, there is nothing to read. A run that
    /// blesses them leaves this to `golden!`.
    #[track_caller]
    pub fn every_golden_payload_is_read(&self, directory: &str)
    where
        A::Event: PartialEq,
    {
        if golden::are_there(directory) && Blessing::of_this_run() == Blessing::Withheld {
            golden::expect_golden::<A::Event>(directory, &[]);
        }
    }

    /// Every event is read back from its stored form as it was.
    #[track_caller]
    pub fn every_event_is_read_back_as_it_was(&self) {
        hold(&self.event(), |event| {
            let Some(loss) = loss(&event) else { return Ok(()) };
            let mut blocks = vec![("drawn", vec![Line::context(&event.describe())])];
            blocks.extend(loss.blocks());
            Err(Broken {
                headline: loss.headline(&event.describe()),
                blocks,
                cure: loss.cure.to_owned(),
            })
        });
    }

    /// Apply takes its own events in any order and number without a panic.
    #[track_caller]
    pub fn apply_takes_every_sequence_of_events(&self) {
        hold(&vec(self.event(), 1..=LONGEST), |events| applies::<A>(&events));
    }

    /// A replay of all events ends in the same state as one that begins with a snapshot, wherever that
    /// was taken; without snapshots, as another replay.
    #[track_caller]
    pub fn a_replay_from_any_snapshot_ends_in_the_same_state(&self)
    where
        A: PartialEq,
    {
        hold(&vec(self.event(), 1..=LONGEST), |events| replays::<A>(&events));
    }

    /// The same command on the same state has the same answer.
    #[track_caller]
    pub fn a_decision_answers_the_same_twice(&self) {
        self.hold_for_decisions(answers_twice::<A>);
    }

    /// Every event that a decision causes is in the set of the aggregate, and is read back by its name.
    #[track_caller]
    pub fn every_decided_event_is_read_back(&self) {
        self.hold_for_decisions(is_read_back::<A>);
    }

    #[track_caller]
    fn event(&self) -> BoxedStrategy<A::Event> {
        match events(&self.history, &self.sources) {
            Ok(event) => event,
            Err(undrawn) => refuse(undrawn),
        }
    }

    #[track_caller]
    fn hold_for_decisions(&self, law: fn(&Session<A>, &Accepted) -> Result<(), Broken>) {
        if self.commands.is_empty() {
            report(
                Broken {
                    headline: "not checked, since there are no commands to decide".to_owned(),
                    blocks: Vec::new(),
                    cure: "give functions of the parts that vary: laws!(…, commands = [|cents| Deposit \
                           { account: \"ada\".into(), cents }])"
                        .to_owned(),
                },
                None,
            );
        }
        let accepted = Cell::new(0);
        hold(&self.session(), |session| law(&session, &accepted));
        if accepted.get() == 0 {
            report(
                Broken {
                    headline: "every command was refused, so no decision was checked".to_owned(),
                    blocks: Vec::new(),
                    cure: "draw commands that can be granted: narrow their parts, and give the commands \
                           that come before them"
                        .to_owned(),
                },
                None,
            );
        }
    }

    /// A past and what is asked after it. The past is what the commands themselves make, if one of them
    /// can be the first: then every state is one that can be.
    #[track_caller]
    fn session(&self) -> BoxedStrategy<Session<A>> {
        let commands = vec(Union::new(self.commands.clone()), 1..=LONGEST);
        if self.can_begin {
            return commands.prop_map(|commands| (Vec::new(), commands)).boxed();
        }
        (vec(self.event(), 1..=LONGEST), commands).boxed()
    }
}

impl<A: Aggregate> Default for Laws<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Aggregate> fmt::Debug for Laws<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laws").field("aggregate", &A::NAME).finish_non_exhaustive()
    }
}

/// Writes a test for each law of an aggregate, in the module where it stands. See [`laws`](mod@crate::laws).
///
/// `events = […]` draws the events whose stored form is not known, and `commands = […]` what is asked;
/// both are lists of [`Source`](crate::laws::Source)s. Without commands the laws of decisions are shown
/// as ignored.
#[macro_export]
macro_rules! laws {
    ($aggregate:ty $(, events = [$($event:expr),* $(,)?])? $(, commands = [])? $(,)?) => {
        $crate::laws!(@events $aggregate; [$($($event),*)?] []);
        $crate::laws!(@decisions #[ignore = "not checked: write laws!(…, commands = […])"] $aggregate; [$($($event),*)?] []);
    };
    ($aggregate:ty $(, events = [$($event:expr),* $(,)?])?, commands = [$($command:expr),+ $(,)?] $(,)?) => {
        $crate::laws!(@events $aggregate; [$($($event),*)?] [$($command),*]);
        $crate::laws!(@decisions $aggregate; [$($($event),*)?] [$($command),*]);
    };
    (@events $aggregate:ty; $events:tt $commands:tt) => {
        #[test]
        fn every_event_is_read_back_as_it_was() {
            $crate::laws!(@laws $aggregate; $events $commands).every_event_is_read_back_as_it_was();
        }

        #[test]
        fn every_golden_payload_is_read() {
            $crate::laws!(@laws $aggregate; $events $commands)
                .every_golden_payload_is_read(::core::env!("CARGO_MANIFEST_DIR"));
        }

        #[test]
        fn apply_takes_every_sequence_of_events() {
            $crate::laws!(@laws $aggregate; $events $commands).apply_takes_every_sequence_of_events();
        }

        #[test]
        fn a_replay_from_any_snapshot_ends_in_the_same_state() {
            $crate::laws!(@laws $aggregate; $events $commands)
                .a_replay_from_any_snapshot_ends_in_the_same_state();
        }
    };
    (@decisions $(#[$ignored:meta])? $aggregate:ty; $events:tt $commands:tt) => {
        #[test]
        $(#[$ignored])?
        fn a_decision_answers_the_same_twice() {
            $crate::laws!(@laws $aggregate; $events $commands).a_decision_answers_the_same_twice();
        }

        #[test]
        $(#[$ignored])?
        fn every_decided_event_is_read_back() {
            $crate::laws!(@laws $aggregate; $events $commands).every_decided_event_is_read_back();
        }
    };
    (@laws $aggregate:ty; [$($event:expr),*] [$($command:expr),*]) => {
        $crate::laws::Laws::<$aggregate>::new()
        $(.events($event))*
        $(.commands($command))*
    };
}
