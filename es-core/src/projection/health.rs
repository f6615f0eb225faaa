//! Whether projections do what they should, as sentences.

use std::fmt;
use std::time::Duration;

use super::{ProjectionId, ProjectionStatus, VersionState};

/// From when on a lag is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thresholds {
    /// More events than these warn. 1,000 unless told otherwise.
    pub events: u64,
    /// An event that waits for longer than this warns. 30 s unless told otherwise.
    pub time: Duration,
    /// An event that waits for longer than this in a slot that nobody holds is a failure. 60 s unless
    /// told otherwise: a crashed node's slots are taken over after its lease.
    pub unheld: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        let (time, unheld) = (Duration::from_secs(30), Duration::from_mins(1));
        Self { events: 1000, time, unheld }
    }
}

impl Thresholds {
    /// Warns at more than so many events.
    #[must_use]
    pub fn with_events(self, events: u64) -> Self {
        Self { events, ..self }
    }

    /// Warns when an event waits for longer.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Fails when an event waits for longer and nobody holds its slot.
    #[must_use]
    pub fn with_unheld(self, unheld: Duration) -> Self {
        Self { unheld, ..self }
    }
}

/// How bad something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthState {
    /// All is well.
    #[default]
    Ok,
    /// Somebody should look; what is read may be old, or lack a key.
    Warn,
    /// What is read is old and stays so until somebody does something.
    Failed,
}

/// The answer for a health check: the worst of what was found, and all of it.
///
/// - A version that serves and is stopped has failed. So has a slot that nobody holds, if an event waits
///   in it for longer than [`Thresholds::unheld`].
/// - A lag of a version that serves warns. One that is being built is behind by its nature.
/// - Parked keys warn, and so do nodes that say that they do not come on.
/// - A version that was being built and stopped warns, since the one before it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The worst of what was found.
    pub state: HealthState,
    /// What was found; nothing if all is well.
    pub findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub state: HealthState,
    /// Of which projection.
    pub id: ProjectionId,
    /// What it is, as a sentence.
    pub text: String,
}

/// The findings, a line each; `ok` if there are none.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return f.write_str("ok");
        }
        for (nth, finding) in self.findings.iter().enumerate() {
            let between = if nth == 0 { "" } else { "\n" };
            write!(f, "{between}{finding}")?;
        }
        Ok(())
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
    /// What is to be said of these versions.
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
                "is behind by up to {} events, the first of them {} s old",
                lag.events,
                lag.time.as_secs()
            );
            self.add(Warn, status, text);
        }
        if version.parked_keys > 0 {
            let (keys, events) = (version.parked_keys, version.parked_events);
            self.add(Warn, status, format!("has parked {keys} keys with {events} events"));
        }
        for node in &version.nodes {
            if let Some(error) = &node.error {
                self.add(Warn, status, format!("does not come on at node {}: {error}", node.node));
            }
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
                "has {} slots that nobody runs, where an event has waited for {} s",
                waiting.len(),
                longest.as_secs()
            );
            self.add(HealthState::Failed, status, text);
        }
    }

    fn add(&mut self, state: HealthState, status: &ProjectionStatus, text: String) {
        self.state = self.state.max(state);
        self.findings.push(Finding { state, id: status.version.id.clone(), text });
    }
}
