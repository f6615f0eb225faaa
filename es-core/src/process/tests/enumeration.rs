//! All stories with up to three faults, under the rule and under its neighbours.

use crate::event::payload::Payload;
use crate::process::trail::{CompensationRule, Progress, Tried, tried};

use super::services::{ALL, Memory, NO_REFUSALS, NOTHING};
use super::story::{EIGHT, Fault, Laws, Takeover, World, tell};
use super::world::plan_with;

/// The stories of one world.
#[derive(Debug, Default)]
struct Told {
    stories: usize,
    /// Stories with the fewest faults that end wrong.
    wrong: usize,
    /// The first of them.
    smallest: Option<Vec<Fault>>,
}

impl Told {
    /// The fewest faults with which a story ends wrong.
    fn fewest_faults(&self) -> Option<usize> {
        self.smallest.as_ref().map(Vec::len)
    }
}

/// Tells every story with up to three of `faults`: those with more only if the others end right.
fn all_stories(world: &World<'_>, faults: &[Fault]) -> Told {
    let mut told = Told::default();
    for most in 0..=3 {
        tell_all(world, faults, most, &mut Vec::new(), &mut told);
        if told.smallest.is_some() {
            break;
        }
    }
    told
}

/// Tells the stories that begin as `script`, and have `left` faults more.
fn tell_all(
    world: &World<'_>,
    faults: &[Fault],
    left: usize,
    script: &mut Vec<Option<Fault>>,
    told: &mut Told,
) {
    let ended = tell(world, script);
    if left == 0 {
        told.stories += 1;
        if !ended.is_right {
            told.wrong += 1;
            told.smallest.get_or_insert_with(|| script.iter().copied().flatten().collect());
        }
        return;
    }
    let length = script.len();
    for place in length..ended.attempts {
        for fault in faults {
            script.truncate(length);
            script.resize(place, None);
            script.push(Some(*fault));
            tell_all(world, faults, left - 1, script, told);
        }
    }
    script.truncate(length);
}

fn told(rule: CompensationRule, attempts: u32, memory: Memory, faults: &[Fault]) -> Told {
    let plan = plan_with(attempts);
    let laws = Laws::CheckedElsewhere;
    let world = World { plan: &plan, rule, memory, takeover: Takeover::IsStored, laws };
    all_stories(&world, faults)
}

/// A rule that is wrong: compensates what has answered that it was done.
fn completed(progress: &Progress) -> Option<Tried<&Payload>> {
    match progress {
        Progress::Done { output } => Some(Tried::Done(output)),
        _ => None,
    }
}

/// A rule that is wrong: compensates what was tried, unless one of its attempts was refused.
fn tried_unless_refused_once(progress: &Progress) -> Option<Tried<&Payload>> {
    match progress {
        Progress::RefusedLater => None,
        _ => tried(progress),
    }
}

/// A rule that asks for more than is needed.
fn all_that_was_tried(progress: &Progress) -> Option<Tried<&Payload>> {
    match progress {
        Progress::NotDone => Some(Tried::Unknown),
        _ => tried(progress),
    }
}

/// The kinds of faults without a cancel.
fn without_cancels() -> Vec<Fault> {
    let is_cancel = |fault: &Fault| matches!(fault, Fault::Cancel | Fault::HangDoneCancel);
    EIGHT.iter().copied().filter(|fault| !is_cancel(fault)).collect()
}

#[test]
fn no_story_with_up_to_three_faults_leaves_anything_behind() {
    for (memory, laws) in [(ALL, Laws::CheckedElsewhere), (NO_REFUSALS, Laws::Checked)] {
        let plan = plan_with(3);
        let world = World { plan: &plan, rule: tried, memory, takeover: Takeover::IsStored, laws };

        let told = all_stories(&world, EIGHT);

        assert_eq!(told.smallest, None, "{memory:?}: {told:?}");
        assert!(told.stories > 5_000, "{told:?}");
    }
}

#[test]
fn one_attempt_and_compensating_what_completed_breaks_with_one_lost_answer() {
    let told = told(completed, 1, ALL, EIGHT);

    assert_eq!(told.smallest, Some(vec![Fault::HangDone]), "{told:?}");
}

#[test]
fn three_attempts_and_compensating_what_completed_breaks_with_three_lost_answers() {
    let told = told(completed, 3, ALL, &without_cancels());

    assert_eq!(told.fewest_faults(), Some(3), "{told:?}");
}

/// The machine asks for no further attempt after a cancel, so with this rule one fault is enough.
#[test]
fn compensating_what_completed_breaks_with_one_cancel() {
    let told = told(completed, 3, ALL, EIGHT);

    assert_eq!(told.smallest, Some(vec![Fault::HangDoneCancel]), "{told:?}");
}

#[test]
fn compensating_what_completed_breaks_with_two_faults_if_a_refusal_is_not_remembered() {
    let told = told(completed, 3, NO_REFUSALS, &without_cancels());

    assert_eq!(told.smallest, Some(vec![Fault::HangLate, Fault::Refuse]), "{told:?}");
}

#[test]
fn a_refusal_after_an_attempt_without_an_answer_does_not_say_that_nothing_was_done() {
    let remembered = told(tried_unless_refused_once, 3, ALL, EIGHT);
    let not_remembered = told(tried_unless_refused_once, 3, NO_REFUSALS, EIGHT);

    assert_eq!(remembered.smallest, None, "{remembered:?}");
    assert_eq!(not_remembered.smallest, Some(vec![Fault::HangLate, Fault::Refuse]));
}

#[test]
fn compensating_what_was_refused_as_well_is_right_and_asks_for_more() {
    for memory in [ALL, NO_REFUSALS] {
        let told = told(all_that_was_tried, 3, memory, EIGHT);

        assert_eq!(told.smallest, None, "{memory:?}: {told:?}");
    }
}

/// No saga can do without this: a service that forgets a compensation takes the request that comes after it.
#[test]
fn no_rule_is_right_if_a_compensation_is_not_remembered() {
    for rule in [tried as CompensationRule, tried_unless_refused_once, all_that_was_tried] {
        let told = told(rule, 3, NOTHING, EIGHT);

        assert_eq!(told.fewest_faults(), Some(2), "{told:?}");
    }
}

/// A process that makes an attempt again must have stored so: the refusal that it hears may be that of its
/// own request, while the first one is still on its way.
#[test]
fn a_takeover_is_stored_before_the_attempt_is_made_again() {
    let plan = plan_with(3);
    let faults = [Fault::CrashLate, Fault::Refuse, Fault::Cancel, Fault::HangDone];
    let world = |takeover| World {
        plan: &plan,
        rule: tried,
        memory: NO_REFUSALS,
        takeover,
        laws: Laws::Checked,
    };

    let stored = all_stories(&world(Takeover::IsStored), &faults);
    let silent = all_stories(&world(Takeover::IsSilent), &faults);

    assert_eq!(stored.smallest, None, "{stored:?}");
    assert_eq!(silent.smallest, Some(vec![Fault::CrashLate, Fault::Refuse]), "{silent:?}");
}
