//! One story: an instance, its services and the faults that happen, from the start to the end.

use crate::event::set::EventSet;
use crate::process::trail::CompensationRule;
use crate::process::{
    Answer, Attempt, End, Input, Instance, Next, Phase, Plan, Reaction, SagaEvent,
};
use crate::timestamp::Timestamp;

use super::rows::Rows;
use super::services::{Letter, Memory, Services};
use super::world::{Delivery, OrderPlaced, STEPS, cancel, placed, start};

/// A fault of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The answer is no.
    Refuse,
    /// An error, and nothing was done.
    Fail,
    /// No answer, and nothing is done.
    Hang,
    /// No answer, and it is done.
    HangDone,
    /// No answer, and it is done after everything else.
    HangLate,
    /// It is done, and the process crashes before it hears of it.
    Crash,
    /// It is cancelled while an attempt is under way, which is done and answered.
    Cancel,
    /// No answer, and it is done; it is cancelled once the time of the attempt is over.
    HangDoneCancel,
    /// The process crashes, and the request arrives after everything else.
    CrashLate,
}

/// The eight kinds of faults of the enumeration.
pub(super) const EIGHT: &[Fault] = &[
    Fault::Refuse,
    Fault::Fail,
    Fault::Hang,
    Fault::HangDone,
    Fault::HangLate,
    Fault::Crash,
    Fault::Cancel,
    Fault::HangDoneCancel,
];

/// The way in which another process takes over an attempt under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takeover {
    /// It stores that it makes the attempt again.
    IsStored,
    /// It makes it again and says nothing.
    IsSilent,
}

/// The parts that all stories of an enumeration share.
#[derive(Clone, Copy, Debug)]
pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) rule: CompensationRule,
    pub(super) memory: Memory,
    pub(super) takeover: Takeover,
    pub(super) laws: Laws,
}

/// The laws of the machine, which are told of every story once and not for each rule again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Laws {
    /// Every input is told twice, the stored events are folded again, and the row shows what the instance is.
    Checked,
    /// Another enumeration checks them.
    CheckedElsewhere,
}

/// A story that was told to its end.
#[derive(Debug)]
pub(super) struct Ended {
    /// The attempts that were made.
    pub(super) attempts: usize,
    /// True if nothing is kept that was not delivered, and all is there that was.
    pub(super) is_right: bool,
}

/// Tells the story in which the nth attempt has the nth fault.
pub(super) fn tell(world: &World<'_>, faults: &[Option<Fault>]) -> Ended {
    let mut story = Story::begin(world);
    let mut attempts = 0;
    loop {
        match story.instance.next() {
            Next::Perform(call) => {
                let (attempt, letter) = (call.attempt.clone(), Letter::of(&call));
                let due = call.due;
                let fault = faults.get(attempts).copied().flatten();
                attempts += 1;
                story.attempt(attempt, letter, due, fault);
            }
            Next::Wait { until } => story.pass(until),
            Next::Nothing(_) => break,
            next @ (Next::Start | Next::Execute(_) | Next::Intervention { .. }) => {
                panic!("{next:?}")
            }
        }
        assert!(attempts < 100, "no end");
    }
    if world.laws == Laws::Checked {
        assert_eq!(story.folded(), story.instance);
    }
    story.services.arrive();
    Ended { attempts, is_right: story.is_right() }
}

struct Story<'a> {
    world: &'a World<'a>,
    now: Timestamp,
    instance: Instance<Delivery>,
    events: Vec<SagaEvent>,
    rows: Rows,
    services: Services,
}

impl<'a> Story<'a> {
    fn begin(world: &'a World<'a>) -> Self {
        let stream = "delivery/17".parse().unwrap();
        let mut story = Self {
            world,
            now: Timestamp::from_unix_micros(0),
            rows: Rows::of(&stream),
            instance: Instance::new(stream),
            events: Vec::new(),
            services: Services::with(world.memory, "delivery/17/order-placed"),
        };
        story.tell(start());
        story
    }

    fn attempt(&mut self, attempt: Attempt, letter: Letter, due: Timestamp, fault: Option<Fault>) {
        match fault {
            None => {
                let answer = self.services.perform(&letter);
                self.answer(attempt, answer);
            }
            Some(Fault::Refuse) => {
                let answer = self.services.refuse(&letter);
                self.answer(attempt, answer);
            }
            Some(Fault::Fail) => self.answer(attempt, Answer::Failed("connection reset".into())),
            Some(Fault::Hang) => self.pass(due),
            Some(Fault::HangDone) => {
                self.services.perform(&letter);
                self.pass(due);
            }
            Some(Fault::HangLate) => {
                self.services.delay(letter);
                self.pass(due);
            }
            Some(Fault::Crash) => {
                self.services.perform(&letter);
                self.take_over(attempt);
            }
            Some(Fault::Cancel) => {
                self.tell_maybe(cancel());
                let answer = self.services.perform(&letter);
                self.answer(attempt, answer);
            }
            Some(Fault::HangDoneCancel) => {
                self.services.perform(&letter);
                self.pass(due);
                self.tell_maybe(cancel());
            }
            Some(Fault::CrashLate) => {
                self.services.delay(letter);
                self.take_over(attempt);
            }
        }
    }

    fn answer(&mut self, attempt: Attempt, answer: Answer) {
        self.tell(Input::Answered { attempt, answer });
    }

    fn pass(&mut self, until: Timestamp) {
        self.now = self.now.max(until);
        self.tell(Input::TimePassed);
    }

    fn take_over(&mut self, attempt: Attempt) {
        self.instance = self.folded();
        if self.world.takeover == Takeover::IsStored {
            self.tell_maybe(Input::Resumed(attempt));
        }
    }

    #[track_caller]
    fn tell(&mut self, input: Input<OrderPlaced>) {
        assert!(self.tell_maybe(input), "nothing followed");
    }

    /// Tells an input; told twice, nothing follows the second time.
    fn tell_maybe(&mut self, input: Input<OrderPlaced>) -> bool {
        let World { plan, rule, .. } = self.world;
        let decide = |instance: &Instance<Delivery>, input| {
            instance.decide_by(*rule, plan, input, self.now).unwrap()
        };
        let Reaction::Changed { events, instance } = decide(&self.instance, input.clone()) else {
            return false;
        };
        if self.world.laws == Laws::Checked {
            let again = decide(&instance, input);
            assert!(matches!(again, Reaction::Ignored(_)), "the same input twice: {again:?}");
            self.rows.follow(&events, &instance);
        }
        self.events.extend(events);
        self.instance = *instance;
        true
    }

    /// The fold of what is stored, read from its stored form.
    fn folded(&self) -> Instance<Delivery> {
        let mut folded = Instance::new(self.instance.stream().clone());
        for event in &self.events {
            let stored = event.to_raw().unwrap();
            for read in SagaEvent::from_raw(&stored).unwrap() {
                folded.evolve(&read, read.heard().map(|_| placed()).as_ref()).unwrap();
            }
        }
        folded
    }

    fn is_right(&self) -> bool {
        match self.instance.phase() {
            Phase::Ended(End::Completed) => self.services.effects() == 1 + STEPS.len(),
            Phase::Ended(End::Undone { .. }) => self.services.effects() == 0,
            phase => panic!("not at its end: {phase:?}"),
        }
    }
}
