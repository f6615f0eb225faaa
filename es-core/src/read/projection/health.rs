//! Health of projections, as sentences for an operator.

use std::fmt;
use std::time::Duration;

use super::lag::age;
use super::runner::chain;
use super::{InHand, NodeStatus, ProjectionId, ProjectionName, ProjectionStatus, VersionState};
use crate::store::error::StoreError;
use crate::store::held_up::HeldUp;

/// The limits above which a lag is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thresholds {
    /// The number of events above which a lag is a warning; 1,000 by default.
    pub events: u64,
    /// The waiting time of an event above which there is a warning; 30 s by default.
    pub time: Duration,
    /// The waiting time of an event, in a slot that nobody holds, above which there is a failure;
    /// 60 s by default: the slots of a crashed node are taken over after its lease.
    pub unheld: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        let (time, unheld) = (Duration::from_secs(30), Duration::from_secs(60));
        Self { events: 1000, time, unheld }
    }
}

impl Thresholds {
    /// Sets the number of events above which a lag is a warning.
    #[must_use]
    pub fn with_events(self, events: u64) -> Self {
        Self { events, ..self }
    }

    /// Sets the waiting time of an event above which there is a warning.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Sets the waiting time of an event, in a slot that nobody holds, above which there is a
    /// failure.
    #[must_use]
    pub fn with_unheld(self, unheld: Duration) -> Self {
        Self { unheld, ..self }
    }
}

/// The severity of a finding.
// Exhaustive: a health check maps each of them to an answer of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthState {
    /// No problem was found.
    #[default]
    Ok,
    /// Reads may be stale, or lack a key; an operator should look.
    Warn,
    /// Reads are stale and stay so until an operator acts.
    Failed,
}

/// The answer for a health check: the worst of what was found, and all of it.
///
/// - A projection that is asked for by itself and that no process has run has failed.
/// - A version that serves and is stopped has failed. So has a slot that nobody holds, if an event waits
///   in it for longer than [`Thresholds::unheld`].
/// - A lag of a version that serves warns. One that is being built is behind by its nature.
/// - A log that is [held up](HeldUp) by an append that does not end warns.
/// - Parked keys warn, and so do nodes that say that they do not come on, or that have had one event in
///   hand for longer than [`Thresholds::time`].
/// - Events that no node can read warn, with the name and the version that the missing release reads.
/// - A version that was being built and stopped warns, since the one before it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The worst of what was found.
    pub state: HealthState,
    /// The findings; empty if all is well.
    pub findings: Vec<Finding>,
    /// The open append that holds up the log, and with it every reader, for longer than
    /// [`Thresholds::time`].
    pub held_up: Option<HeldUp>,
    /// The projection that was asked for and that no process has run: a typo, or a deployment without it.
    pub unknown: Option<ProjectionName>,
}

/// A problem of one projection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The severity.
    pub state: HealthState,
    /// The projection that has the problem.
    pub id: ProjectionId,
    /// The description, as a sentence.
    pub text: String,
}

/// The findings, a line each; `ok` if there are none.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held_up = self.held_up.iter().map(|held_up| format!("warning: {held_up}"));
        let unknown = self.unknown.iter();
        let unknown = unknown.map(|name| format!("failed: `{name}`: no process has run it"));
        let lines = held_up.chain(unknown).chain(self.findings.iter().map(ToString::to_string));
        let lines: Vec<_> = lines.collect();
        f.write_str(if lines.is_empty() { "ok".to_owned() } else { lines.join("\n") }.as_str())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            HealthState::Ok => "ok",
            HealthState::Warn => "warning",
            HealthState::Failed => "failed",
        };
        write!(f, "{state}: `{}` {}", self.id, self.text)
    }
}

impl Health {
    /// Returns the health of these versions.
    #[must_use]
    pub fn of(versions: &[ProjectionStatus], thresholds: &Thresholds) -> Self {
        let mut health = Self::default();
        for status in versions {
            let serves_instead = versions.iter().any(|other| {
                other.version.id.name == status.version.id.name
                    && other.version.id != status.version.id
                    && other.version.state == VersionState::Serving
            });
            health.look_at(status, serves_instead, thresholds);
        }
        health
    }

    /// Adds a finding that the lag of a version could not be read.
    pub(super) fn cannot_tell(&mut self, id: ProjectionId, error: &StoreError) {
        let text = format!("cannot be looked at: {}", chain(error));
        self.state = self.state.max(HealthState::Failed);
        self.findings.push(Finding { state: HealthState::Failed, id, text });
    }

    /// No version of that projection is known.
    pub(super) fn add_unknown(&mut self, name: ProjectionName) {
        self.state = self.state.max(HealthState::Failed);
        self.unknown = Some(name);
    }

    /// Adds findings on what a projection is a part of.
    pub(crate) fn report(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.state = self.state.max(finding.state);
            self.findings.push(finding);
        }
    }

    /// An append does not end.
    pub(super) fn look_at_log(&mut self, held_up: HeldUp, limits: &Thresholds) {
        if held_up.time > limits.time {
            self.state = self.state.max(HealthState::Warn);
            self.held_up = Some(held_up);
        }
    }

    fn look_at(&mut self, status: &ProjectionStatus, serves_instead: bool, limits: &Thresholds) {
        use HealthState::{Failed, Warn};
        let version = &status.version;
        match version.state {
            VersionState::Retired => return,
            VersionState::Stopped => {
                let why = version.stopped.as_deref().unwrap_or("no reason is kept");
                let state = if serves_instead { Warn } else { Failed };
                self.add(state, status, format!("is stopped: {why}"));
            }
            VersionState::Building | VersionState::Serving => self.look_at_slots(status, limits),
        }
        let lag = status.lag;
        if version.state == VersionState::Serving
            && (lag.events > limits.events || lag.time > limits.time)
        {
            let text = format!(
                "is behind by up to {}, the first {} s old",
                counted(lag.events, "event"),
                lag.time.as_secs()
            );
            self.add(Warn, status, text);
        }
        self.look_at_parked(status);
        for node in &version.nodes {
            if let Some(error) = &node.error {
                self.add(Warn, status, format!("does not come on at node {}: {error}", node.node));
            }
            if let Some(hand) = &node.in_hand {
                self.look_at_hand(status, node, hand, limits);
            }
        }
    }

    fn look_at_parked(&mut self, status: &ProjectionStatus) {
        let version = &status.version;
        for kind in &version.unreadable {
            let (event, schema, keys) = (&kind.event, kind.version, counted(kind.keys, "key"));
            let text = format!(
                "no node of this projection can read `{event}` v{schema}; deploy the release that knows \
                 it: {keys} with such an event wait, and are tried again by themselves then"
            );
            self.add(HealthState::Warn, status, text);
        }
        let unreadable: u64 = version.unreadable.iter().map(|kind| kind.keys).sum();
        let parked = version.parked_keys.saturating_sub(unreadable);
        if parked > 0 {
            let (keys, events) = (counted(parked, "key"), counted(version.parked_events, "event"));
            let all = if unreadable > 0 { " in all keys" } else { "" };
            self.add(HealthState::Warn, status, format!("has parked {keys} with {events}{all}"));
        }
    }

    fn look_at_slots(&mut self, status: &ProjectionStatus, limits: &Thresholds) {
        let owners = status.version.slots.iter().filter(|slot| slot.owner.is_none());
        let lags = owners.filter_map(|free| {
            let lag = status.slots.iter().find(|(slot, _)| *slot == free.slot);
            lag.map(|(_, lag)| lag.time)
        });
        let waiting: Vec<_> = lags.filter(|time| *time > limits.unheld).collect();
        if let Some(longest) = waiting.iter().max() {
            let text = format!(
                "has {} that nobody runs, where an event has waited for {} s",
                counted(waiting.len() as u64, "slot"),
                longest.as_secs()
            );
            self.add(HealthState::Failed, status, text);
        }
    }

    fn look_at_hand(
        &mut self,
        status: &ProjectionStatus,
        node: &NodeStatus,
        hand: &InHand,
        limits: &Thresholds,
    ) {
        let time = age(hand.since);
        if time > limits.time {
            let text = format!(
                "has had `{}` of stream `{}` at position {} in hand for {} s at node {}",
                hand.event,
                hand.stream,
                hand.position,
                time.as_secs(),
                node.node
            );
            self.add(HealthState::Warn, status, text);
        }
    }

    fn add(&mut self, state: HealthState, status: &ProjectionStatus, text: String) {
        self.state = self.state.max(state);
        self.findings.push(Finding { state, id: status.version.id.clone(), text });
    }
}

fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::projection::{Epoch, Lag, NodeId, Slot, SlotStatus, VersionStatus};
    use crate::{Incarnation, Position, Timestamp};

    fn status(version: u32, state: VersionState) -> ProjectionStatus {
        let id = ProjectionId::new(ProjectionName::new("balances").unwrap(), version);
        let mut version = VersionStatus::new(id, state, Incarnation::generate(), Timestamp::now());
        let slot = |slot| {
            let mut status = SlotStatus::new(slot, Epoch(1), Position(10));
            status.owner = Some(NodeId::generate());
            status
        };
        version.slots = Slot::all().map(slot).collect();
        let slots = Slot::all().map(|slot| (slot, Lag::default())).collect();
        let end = Position(10);
        ProjectionStatus { version, end, lag: Lag::default(), slots, rate: 0.0, left: None }
    }

    fn behind(mut status: ProjectionStatus, events: u64, seconds: u64) -> ProjectionStatus {
        status.lag = Lag { events, time: Duration::from_secs(seconds) };
        status.slots[7].1 = status.lag;
        status
    }

    fn health(versions: &[ProjectionStatus]) -> (HealthState, String) {
        let health = Health::of(versions, &Thresholds::default());
        (health.state, health.to_string())
    }

    #[test]
    fn nothing_to_say_is_ok() {
        let serving = status(1, VersionState::Serving);

        assert_eq!(health(&[serving]), (HealthState::Ok, "ok".to_owned()));
    }

    #[test]
    fn a_lag_within_the_thresholds_is_ok() {
        let serving = behind(status(1, VersionState::Serving), 1000, 30);

        assert_eq!(health(&[serving]).0, HealthState::Ok);
    }

    #[test]
    fn many_events_warn() {
        let serving = behind(status(1, VersionState::Serving), 1001, 2);

        let text = "warning: `balances v1` is behind by up to 1001 events, the first 2 s old";
        assert_eq!(health(&[serving]), (HealthState::Warn, text.to_owned()));
    }

    #[test]
    fn an_old_event_warns() {
        let serving = behind(status(1, VersionState::Serving), 1, 31);

        assert_eq!(health(&[serving]).0, HealthState::Warn);
    }

    #[test]
    fn a_version_that_is_built_may_be_behind() {
        let built = behind(status(2, VersionState::Building), 1_000_000, 1_000_000);

        assert_eq!(health(&[built]).0, HealthState::Ok);
    }

    #[test]
    fn an_event_that_waits_where_nobody_runs_is_a_failure() {
        let mut serving = behind(status(1, VersionState::Serving), 1, 61);
        serving.version.slots[7].owner = None;

        let (state, text) = health(&[serving]);

        assert_eq!(state, HealthState::Failed);
        assert!(text.contains("has 1 slot that nobody runs, where an event has waited for 61 s"));
    }

    #[test]
    fn a_free_slot_where_nothing_waits_is_ok() {
        let mut serving = status(1, VersionState::Serving);
        serving.version.slots[7].owner = None;

        assert_eq!(health(&[serving]).0, HealthState::Ok);
    }

    #[test]
    fn a_stopped_version_has_failed() {
        let mut stopped = status(1, VersionState::Stopped);
        stopped.version.stopped = Some("an amount is negative".into());

        let text = "failed: `balances v1` is stopped: an amount is negative".to_owned();
        assert_eq!(health(&[stopped]), (HealthState::Failed, text));
    }

    #[test]
    fn a_stopped_rebuild_warns_while_the_version_before_it_serves() {
        let versions = [status(1, VersionState::Serving), status(2, VersionState::Stopped)];

        assert_eq!(health(&versions).0, HealthState::Warn);
    }

    #[test]
    fn parked_keys_warn() {
        let mut serving = status(1, VersionState::Serving);
        (serving.version.parked_keys, serving.version.parked_events) = (2, 9);

        let text = "warning: `balances v1` has parked 2 keys with 9 events".to_owned();
        assert_eq!(health(&[serving]), (HealthState::Warn, text));
    }

    #[test]
    fn an_event_that_is_in_hand_for_long_is_named() {
        let mut serving = status(1, VersionState::Serving);
        let mut node = NodeStatus::new(NodeId::generate(), Timestamp::now());
        let since = Timestamp::from_unix_micros(Timestamp::now().unix_micros() - 90_000_000);
        let event = ("opened".to_owned(), "account/ada".to_owned());
        node.in_hand = Some(InHand::new(Position(7), event.0, event.1, since));
        serving.version.nodes.push(node);

        let (state, text) = health(&[serving]);

        assert_eq!(state, HealthState::Warn);
        let expected = "has had `opened` of stream `account/ada` at position 7 in hand for 9";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_retired_version_is_nobody_s_concern() {
        let mut retired = behind(status(1, VersionState::Retired), 5000, 5000);
        retired.version.parked_keys = 1;

        assert_eq!(health(&[retired]).0, HealthState::Ok);
    }
}
