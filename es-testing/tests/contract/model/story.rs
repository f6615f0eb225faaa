//! What may happen to a store, in words small enough to be read when it goes wrong.
//!
//! A story names streams, events and places by number. What they stand for is looked up while it is
//! played, so that a story stays one when steps are taken out of it.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

#[derive(Clone)]
pub(crate) struct Story(pub(crate) Vec<Step>);

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Append(Drawn),
    MeetAtOnce { appends: Vec<Drawn>, first_twice: bool },
    SendAgain { append: Index },
    ReadStream { stream: usize, direction: Direction, from: u64, limit: u32 },
    ReadLog { direction: Direction, from: Place, limit: u32 },
    Ask { items: Vec<Item>, after: Place, limit: u32 },
    Resume { from: Place, limit: u32 },
    ResumeElsewhere { from: Place },
    KeepSnapshot { event: Index, shape: u64, keep: u32 },
    LoadSnapshot { stream: usize, shape: u64, at_most: u64, limit: u32 },
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) parts: Vec<Part>,
    pub(crate) condition: Option<Rests>,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) stream: usize,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<New>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    Any,
    NoStream,
    StreamExists,
    /// Where the stream is.
    Here,
    Exact(u64),
}

/// An event of the type and with the tags of these numbers; of a known id, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) type_name: usize,
    pub(crate) tags: Vec<usize>,
    pub(crate) known_as: Option<Index>,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) types: Vec<usize>,
    pub(crate) tags: Vec<usize>,
}

/// What an append rests on.
#[derive(Clone, Debug)]
pub(crate) struct Rests {
    pub(crate) items: Vec<Item>,
    pub(crate) after: Place,
    pub(crate) known: Vec<Index>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Upwards,
    Downwards,
}

/// A place in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Start,
    Event(Index),
    End,
    FarBeyond,
}

pub(crate) const STREAMS: usize = 4;
const TYPES: usize = 3;
const TAGS: usize = 3;

pub(crate) fn stories() -> impl Strategy<Value = Story> {
    vec(steps(), 1..25).prop_map(Story)
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => appends(0.3).prop_map(Step::Append),
        4 => (vec(appends(0.1), 2..6), any::<bool>())
            .prop_map(|(appends, first_twice)| Step::MeetAtOnce { appends, first_twice }),
        2 => any::<Index>().prop_map(|append| Step::SendAgain { append }),
        2 => (0..STREAMS, directions(), versions(), limits()).prop_map(
            |(stream, direction, from, limit)| Step::ReadStream { stream, direction, from, limit }
        ),
        2 => (directions(), places(), limits())
            .prop_map(|(direction, from, limit)| Step::ReadLog { direction, from, limit }),
        3 => (queries(), places(), limits())
            .prop_map(|(items, after, limit)| Step::Ask { items, after, limit }),
        1 => (places(), limits()).prop_map(|(from, limit)| Step::Resume { from, limit }),
        1 => places().prop_map(|from| Step::ResumeElsewhere { from }),
        2 => (any::<Index>(), 0..2_u64, 0..4_u32)
            .prop_map(|(event, shape, keep)| Step::KeepSnapshot { event, shape, keep }),
        2 => (0..STREAMS, 0..2_u64, versions(), limits()).prop_map(
            |(stream, shape, at_most, limit)| Step::LoadSnapshot { stream, shape, at_most, limit }
        ),
    ]
}

/// An append to one stream or to several, with a condition with this probability.
fn appends(conditional: f64) -> impl Strategy<Value = Drawn> {
    let streams = subsequence((0..STREAMS).collect::<Vec<_>>(), 1..=4).prop_shuffle();
    let parts = streams.prop_flat_map(|streams| {
        let next: Vec<_> = streams.iter().copied().map(next_events).collect();
        let parts: Vec<_> = streams.into_iter().map(parts).collect();
        prop_oneof![2 => parts, 1 => next]
    });
    (parts, option::weighted(conditional, conditions()))
        .prop_map(|(parts, condition)| Drawn { parts, condition })
}

fn parts(stream: usize) -> impl Strategy<Value = Part> {
    let events = prop_oneof![7 => vec(events(), 1..4), 1 => Just(Vec::new())];
    (expectations(), events).prop_map(move |(expected, events)| Part { stream, expected, events })
}

/// One event at an exact version, mostly where the stream is: what nearly every command appends.
fn next_events(stream: usize) -> impl Strategy<Value = Part> {
    let expected =
        prop_oneof![5 => Just(Expected::Here), 1 => (1..4_u64).prop_map(Expected::Exact)];
    let event = (0..TYPES).prop_map(|type_name| New { type_name, tags: vec![], known_as: None });
    (expected, event).prop_map(move |(expected, event)| Part {
        stream,
        expected,
        events: vec![event],
    })
}

fn expectations() -> impl Strategy<Value = Expected> {
    prop_oneof![
        8 => Just(Expected::Any),
        8 => Just(Expected::Here),
        1 => Just(Expected::NoStream),
        1 => Just(Expected::StreamExists),
        1 => versions().prop_map(Expected::Exact),
    ]
}

fn events() -> impl Strategy<Value = New> {
    (0..TYPES, vec(0..TAGS, 0..3), option::weighted(0.03, any::<Index>()))
        .prop_map(|(type_name, tags, known_as)| New { type_name, tags, known_as })
}

fn conditions() -> impl Strategy<Value = Rests> {
    (queries(), places(), vec(any::<Index>(), 0..4)).prop_map(|(items, after, known)| Rests {
        items,
        after,
        known,
    })
}

fn queries() -> impl Strategy<Value = Vec<Item>> {
    let any_item = (vec(0..TYPES, 0..3), vec(0..TAGS, 0..3))
        .prop_filter("an item names a type or a tag", |(types, tags)| {
            !(types.is_empty() && tags.is_empty())
        });
    vec(any_item.prop_map(|(types, tags)| Item { types, tags }), 1..4)
}

fn places() -> impl Strategy<Value = Place> {
    prop_oneof![
        2 => Just(Place::Start),
        3 => any::<Index>().prop_map(Place::Event),
        3 => Just(Place::End),
        1 => Just(Place::FarBeyond),
    ]
}

fn directions() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Upwards), Just(Direction::Downwards)]
}

fn versions() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..8_u64, 1 => Just(u64::MAX)]
}

fn limits() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0..6_u32, 1 => Just(u32::MAX)]
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
