//! Conversion between tokio's clock and timestamps.

use tokio::time::Instant;

use crate::timestamp::Timestamp;

/// The clock of tokio, so that tests may stop it, with a name for each of its moments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    began_at: Timestamp,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), began_at: Timestamp::now() }
    }

    pub(super) fn timestamp(self, at: Instant) -> Timestamp {
        let micros = |later: Instant, earlier: Instant| {
            let passed = later.saturating_duration_since(earlier).as_micros();
            i64::try_from(passed).unwrap_or(i64::MAX)
        };
        let passed = micros(at, self.began).saturating_sub(micros(self.began, at));
        Timestamp::from_unix_micros(self.began_at.unix_micros().saturating_add(passed))
    }
}
