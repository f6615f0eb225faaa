//! Course of a scenario: its past, its commands, their events, its refusal.

use es_core::{Aggregate, Command, DecidedBy, Description, StreamId, Version};

use super::refusal::{Refusal, Why};
use crate::scenario::expect_lossless;

/// A scenario as far as it has been played.
pub(super) struct Story<A: Aggregate> {
    pub(super) given: Vec<A::Event>,
    /// The state that the first command met.
    pub(super) before: Description,
    /// The commands in order, those that a refusal kept from being asked included.
    pub(super) commands: Vec<Description>,
    /// The events of the commands, in order.
    pub(super) events: Vec<A::Event>,
    pub(super) refusal: Option<Refusal<A::Error>>,
    /// The state that the last command left.
    pub(super) state: A,
    /// The stream of the aggregate, once a command has named it.
    pub(super) stream: Option<StreamId>,
}

impl<A: Aggregate> Story<A> {
    /// The story of an aggregate to which `given` has happened.
    pub(super) fn after(given: Vec<A::Event>) -> Self {
        let mut state = A::initial();
        for event in given.iter().cloned() {
            state.evolve(event);
        }
        Self {
            given,
            before: state.describe(),
            commands: Vec::new(),
            events: Vec::new(),
            refusal: None,
            state,
            stream: None,
        }
    }

    /// Writes `command` into the story, which is about one aggregate only.
    ///
    /// # Panics
    ///
    /// If the command is for another aggregate than the commands before it.
    #[track_caller]
    pub(super) fn tell<C: Command<Aggregate = A>>(&mut self, command: &C) -> StreamId {
        self.commands.push(command.describe());
        let stream = stream_of(command);
        let first = self.stream.get_or_insert_with(|| stream.clone());
        assert!(
            *first == stream,
            "`{}` is for `{stream}`, but this scenario is about `{first}`: \
             a scenario follows one aggregate",
            C::NAME,
        );
        stream
    }

    /// Decides `command` on the state so far. After a refusal nothing is decided any more.
    #[track_caller]
    pub(super) fn play<C>(&mut self, command: C)
    where
        C: DecidedBy<A>,
    {
        let stream = self.tell(&command);
        if self.refusal.is_some() {
            return;
        }
        let version = Version::NONE.plus(self.given.len() + self.events.len());
        let events = match es_core::__private::decided(&self.state, version, &stream, command) {
            Ok(events) => events,
            Err(error) => return self.refuse(Why::of::<A>(C::NAME, error)),
        };
        expect_lossless("decided", &events);
        match es_core::__private::take(&mut self.state, &events) {
            Ok(()) => self.events.extend(events),
            Err(error) => self.refuse(Why::of::<A>(C::NAME, error)),
        }
    }

    /// The command told last is refused.
    pub(super) fn refuse(&mut self, why: Why<A::Error>) {
        self.refusal = Some(Refusal { command: self.commands.len() - 1, why });
    }
}

#[track_caller]
fn stream_of<C: Command>(command: &C) -> StreamId {
    match StreamId::of::<C::Aggregate>(command.aggregate_id()) {
        Ok(stream) => stream,
        Err(error) => panic!("`{}` names no stream: {error}", C::NAME),
    }
}
