//! The same question on the same state has one answer, and each answer can be read.

use std::cell::Cell;

use es_core::__private::came_back;
use es_core::{Aggregate, Describe, Description, EventSet};

use super::asked::{Answer, Asked};
use super::caught::caught;
use super::fold::{foldable, go_on, panicked, told};
use super::trial::Broken;
use crate::page::Line;
use crate::scenario::loss;

/// A past, and what is asked after it, one command after another.
pub(super) type Session<A> = (Vec<<A as Aggregate>::Event>, Vec<Asked<A>>);

/// The number of accepted commands. A law of decisions that were all refused was not tried.
pub(super) type Accepted = Cell<usize>;

/// The present point of a session: its state, and the events so far.
struct Now<A: Aggregate> {
    state: A,
    past: Vec<A::Event>,
}

/// A command has the same answer when it is asked once more.
pub(super) fn answers_twice<A: Aggregate>(
    session: &Session<A>,
    accepted: &Accepted,
) -> Result<(), Broken> {
    play(session, accepted, |now, command, answer| {
        let again = ask(now, command)?;
        if same_answer::<A>(answer, &again) {
            return Ok(());
        }
        Err(Broken {
            headline: "the same command on the same state has two answers".to_owned(),
            blocks: story(
                now,
                &command.described(),
                vec![("then", answered::<A>(answer)), ("again", answered::<A>(&again))],
            ),
            cure: "decide with nothing but the state and the command: what the clock, dice and \
                   other services say belongs into the command"
                .to_owned(),
        })
    })
}

/// The events of a decision belong to the set, and are read back as they were.
pub(super) fn is_read_back<A: Aggregate>(
    session: &Session<A>,
    accepted: &Accepted,
) -> Result<(), Broken> {
    play(session, accepted, |now, command, answer| {
        for event in answer.iter().flatten() {
            let name = event.name();
            let is_listed = A::Event::EVENTS.iter().any(|listed| listed.name == name.as_str());
            if !is_listed {
                return Err(Broken {
                    headline: format!("`{name}` is decided and is not among the events of `{}`", A::NAME),
                    blocks: story(now, &command.described(), vec![("then", answered::<A>(answer))]),
                    cure: "list it: #[aggregate(…, events(…))], or in EVENTS of the set that is written by hand"
                        .to_owned(),
                });
            }
            if let Some(loss) = loss(event) {
                let mut blocks =
                    story(now, &command.described(), vec![("then", answered::<A>(answer))]);
                blocks.extend(loss.blocks());
                return Err(Broken {
                    headline: loss.headline(&event.describe()),
                    blocks,
                    cure: loss.cure.to_owned(),
                });
            }
        }
        Ok(())
    })
}

/// Asks one command after another, each on the state that the one before left.
fn play<A: Aggregate>(
    (past, commands): &Session<A>,
    accepted: &Accepted,
    law: impl Fn(&Now<A>, &Asked<A>, &Answer<A>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let past = foldable::<A>(past);
    let Ok(state) = go_on(A::initial(), past) else { return Ok(()) };
    let mut now = Now { state, past: past.to_vec() };
    for command in commands {
        if !command.is_for(!now.past.is_empty()) {
            continue;
        }
        let answer = ask(&now, command)?;
        law(&now, command, &answer)?;
        let Ok(events) = answer else { continue };
        accepted.set(accepted.get() + 1);
        now.past.extend(events.iter().cloned());
        // An apply that panics breaks a law of its own.
        let Ok(state) = go_on(now.state, &events) else { return Ok(()) };
        now.state = state;
    }
    Ok(())
}

fn ask<A: Aggregate>(now: &Now<A>, command: &Asked<A>) -> Result<Answer<A>, Broken> {
    caught(|| command.decided(&now.state)).map_err(|panic| Broken {
        headline: "a decision panics".to_owned(),
        blocks: story(now, &command.described(), vec![("panic", vec![panicked(&panic)])]),
        cure:
            "refuse what cannot be granted with an error of the aggregate; sums of what a command \
               brings need checked_add or a wider type"
                .to_owned(),
    })
}

/// Errors need not be comparable: what they print is compared.
fn same_answer<A: Aggregate>(one: &Answer<A>, other: &Answer<A>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| came_back(one, other))
        }
        (Err(one), Err(other)) => format!("{one:?}") == format!("{other:?}"),
        _ => false,
    }
}

fn story<A: Aggregate>(
    now: &Now<A>,
    command: &Description,
    then: Vec<(&'static str, Vec<Line>)>,
) -> Vec<(&'static str, Vec<Line>)> {
    let mut blocks = vec![
        ("given", told(&now.past)),
        ("state", vec![Line::context(&now.state.describe())]),
        ("when", vec![Line::context(command)]),
    ];
    blocks.extend(then);
    blocks
}

fn answered<A: Aggregate>(answer: &Answer<A>) -> Vec<Line> {
    match answer {
        Ok(events) => told(events),
        Err(error) => vec![Line::text(format!("rejected: {error:?}"))],
    }
}
