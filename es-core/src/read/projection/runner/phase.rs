//! Phases of a version on one node, from its building to its end.

use crate::read::projection::{Swap, VersionState};
use crate::stream::Position;

/// The phase of a version, as this node sees it.
///
/// ```text
/// CatchingUp ── caught up ────────► Gathering
/// Gathering  ── all have reached ─► Verifying
/// Verifying  ── rows are right ───► Promoting
///            ── too early ────────► Gathering
/// Promoting  ── done ─────────────► CatchingUp, until the store tells that it serves
///            ── held back ────────► Waiting
/// Waiting    ── all have reached ─► Promoting
/// any of these, Serving ── must stop ─► Stopping
/// Stopping   ── noted ────────────► Serving or CatchingUp, until the store tells that it is stopped
/// ```
///
/// The store has the last word: a state that it tells, and that is not the one of the phase, begins a new
/// phase whatever this one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Another version serves, and this one has no place: it handles nothing until it is reinstated.
    Retired,
    /// The version is stopped on all nodes: it handles nothing until it is resumed.
    Stopped,
    /// The version serves and comes along with the log.
    Serving,
    /// The version is built, and this node has not come to the end of the log yet.
    CatchingUp,
    /// This node has come to the end of the log, which is the goal of all: a goal that moved with the log
    /// would not be reached by several nodes at once.
    Gathering {
        /// The position that all slots of the version have to reach.
        goal: Position,
    },
    /// All slots have reached the goal, and the rows are verified.
    Verifying {
        /// The same goal.
        goal: Position,
    },
    /// The rows are right, and the version takes the place of the one that is read as soon as it may.
    Promoting {
        /// The same goal.
        goal: Position,
    },
    /// The version may not take the place of the one that is read: effects or objects depend on that.
    Waiting {
        /// The same goal.
        goal: Position,
    },
    /// The version must not go on, and the store has yet to be told.
    Stopping {
        /// The state that it is stopped in.
        state: VersionState,
        /// The reason.
        why: String,
    },
}

/// An input that may begin another phase.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// The store has told the state of the version.
    Told(VersionState),
    /// Everything up to a position is done in the slots of this node.
    CaughtUp(Position),
    /// All slots of the version have reached the goal.
    AllReached,
    /// The rows were verified and are right.
    RowsAreRight,
    /// The rows cannot be verified now.
    TooEarly,
    /// The version was to take the place of the one that is read.
    Swapped(Swap),
    /// The version must not go on, for a reason.
    MustStop(String),
    /// The store has noted that the version is stopped.
    StopNoted,
}

impl Phase {
    /// The phase that begins with a state.
    pub(super) fn of(state: VersionState) -> Self {
        match state {
            VersionState::Retired => Self::Retired,
            VersionState::Stopped => Self::Stopped,
            VersionState::Serving => Self::Serving,
            VersionState::Building => Self::CatchingUp,
        }
    }

    /// The state of the version, as the store has told it last.
    pub(super) fn state(&self) -> VersionState {
        match self {
            Self::Retired => VersionState::Retired,
            Self::Stopped => VersionState::Stopped,
            Self::Serving => VersionState::Serving,
            Self::Stopping { state, .. } => *state,
            Self::CatchingUp
            | Self::Gathering { .. }
            | Self::Verifying { .. }
            | Self::Promoting { .. }
            | Self::Waiting { .. } => VersionState::Building,
        }
    }

    /// The position that all slots of a version being built have to reach, once it is fixed.
    pub(super) fn goal(&self) -> Option<Position> {
        match self {
            Self::Gathering { goal }
            | Self::Verifying { goal }
            | Self::Promoting { goal }
            | Self::Waiting { goal } => Some(*goal),
            _ => None,
        }
    }

    /// The phase after an input; the same one if the input means nothing to it. All transitions are here.
    #[expect(clippy::match_same_arms, reason = "each transition is an arm, with its reason")]
    pub(super) fn after(self, input: Input) -> Self {
        match (self, input) {
            // A goal and a verification outlast what the node knows already.
            (phase, Input::Told(state)) if phase.state() == state => phase,
            (_, Input::Told(state)) => Self::of(state),
            // The first reason is the one that is kept; where nothing is handled there is nothing to stop.
            (
                phase @ (Self::Stopping { .. } | Self::Stopped | Self::Retired),
                Input::MustStop(_),
            ) => phase,
            (phase, Input::MustStop(why)) => Self::Stopping { state: phase.state(), why },
            // Not `Stopped`: once the store tells that state, the node forgets the slots that the stop took.
            (Self::Stopping { state, .. }, Input::StopNoted) => Self::of(state),
            (Self::CatchingUp, Input::CaughtUp(goal)) => Self::Gathering { goal },
            (Self::Gathering { goal }, Input::AllReached) => Self::Verifying { goal },
            (Self::Verifying { goal }, Input::RowsAreRight) => Self::Promoting { goal },
            // A stream was transformed meanwhile, and the slots have to come past that first.
            (Self::Verifying { goal }, Input::TooEarly) => Self::Gathering { goal },
            // The slots were taken from all nodes, and the next heartbeat tells that the version serves.
            (Self::Promoting { .. }, Input::Swapped(Swap::Done)) => Self::CatchingUp,
            (Self::Promoting { goal }, Input::Swapped(Swap::Waits | Swap::HasDependents(_))) => {
                Self::Waiting { goal }
            }
            // What was in the way may be gone.
            (Self::Waiting { goal }, Input::AllReached) => Self::Promoting { goal },
            // The version that was read has stopped, so this one comes as far with the next pages.
            (phase @ Self::Promoting { .. }, Input::Swapped(Swap::NotYet)) => phase,
            (phase, _) => phase,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOAL: Position = Position(7);

    fn stopping(state: VersionState) -> Phase {
        Phase::Stopping { state, why: "it failed".into() }
    }

    fn must_stop() -> Input {
        Input::MustStop("it failed".into())
    }

    fn held_back() -> Input {
        Input::Swapped(Swap::HasDependents(vec!["view public.rich".into()]))
    }

    /// Every phase that there is.
    fn phases() -> Vec<Phase> {
        vec![
            Phase::Retired,
            Phase::Stopped,
            Phase::Serving,
            Phase::CatchingUp,
            Phase::Gathering { goal: GOAL },
            Phase::Verifying { goal: GOAL },
            Phase::Promoting { goal: GOAL },
            Phase::Waiting { goal: GOAL },
            stopping(VersionState::Serving),
            stopping(VersionState::Building),
        ]
    }

    /// The phases that an input changes, with the ones that begin.
    fn changed_by(input: &Input) -> Vec<(Phase, Phase)> {
        let after = phases().into_iter().map(|phase| (phase.clone(), phase.after(input.clone())));
        after.filter(|(before, after)| before != after).collect()
    }

    #[test]
    fn the_way_of_a_version_that_is_built() {
        use Phase::{CatchingUp, Gathering, Promoting, Verifying, Waiting};
        let goal = GOAL;
        let table = [
            (Input::CaughtUp(goal), vec![(CatchingUp, Gathering { goal })]),
            (
                Input::AllReached,
                vec![
                    (Gathering { goal }, Verifying { goal }),
                    (Waiting { goal }, Promoting { goal }),
                ],
            ),
            (Input::RowsAreRight, vec![(Verifying { goal }, Promoting { goal })]),
            (Input::TooEarly, vec![(Verifying { goal }, Gathering { goal })]),
            (Input::Swapped(Swap::Done), vec![(Promoting { goal }, CatchingUp)]),
            (Input::Swapped(Swap::NotYet), vec![]),
            (Input::Swapped(Swap::Waits), vec![(Promoting { goal }, Waiting { goal })]),
            (held_back(), vec![(Promoting { goal }, Waiting { goal })]),
        ];

        for (input, changed) in table {
            assert_eq!(changed_by(&input), changed, "{input:?}");
        }
    }

    #[test]
    fn a_goal_stays_where_the_log_ended_first() {
        let phase = Phase::CatchingUp.after(Input::CaughtUp(GOAL));

        assert_eq!(phase.after(Input::CaughtUp(Position(9))).goal(), Some(GOAL));
    }

    #[test]
    fn a_version_that_must_not_go_on_stops_from_every_phase_in_which_it_does() {
        let changed = changed_by(&must_stop());

        let expected = phases().into_iter().skip(2).take(6);
        let expected = expected.map(|phase| (phase.clone(), stopping(phase.state())));
        assert_eq!(changed, expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_first_reason_to_stop_is_kept() {
        let phase = Phase::Serving.after(must_stop());

        let again = phase.after(Input::MustStop("too many keys wait".into()));

        assert_eq!(again, stopping(VersionState::Serving));
    }

    #[test]
    fn a_stop_that_is_noted_counts_once_the_store_tells_it() {
        use VersionState::{Building, Serving, Stopped};

        let noted = [(stopping(Serving), Phase::Serving), (stopping(Building), Phase::CatchingUp)];
        assert_eq!(changed_by(&Input::StopNoted), noted);
        assert_eq!(Phase::Serving.after(Input::Told(Stopped)), Phase::Stopped);
    }

    #[test]
    fn the_store_has_the_last_word() {
        use VersionState::{Building, Retired, Serving, Stopped};
        for told in [Building, Serving, Retired, Stopped] {
            for phase in phases() {
                let expected = if phase.state() == told { phase.clone() } else { Phase::of(told) };

                assert_eq!(phase.clone().after(Input::Told(told)), expected, "{phase:?} {told:?}");
            }
        }
    }

    #[test]
    fn a_phase_has_the_state_that_it_begins_with() {
        use VersionState::{Building, Retired, Serving, Stopped};

        for state in [Building, Serving, Retired, Stopped] {
            assert_eq!(Phase::of(state).state(), state);
        }
        assert!(phases()[4..8].iter().all(|phase| phase.state() == Building));
    }
}
