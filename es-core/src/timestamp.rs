//! The instant at which an event was recorded.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An instant in UTC, in whole microseconds: what every store can hold without loss.
///
/// ```
/// use es_core::Timestamp;
///
/// let noon: Timestamp = "2026-11-21T12:00:00.25Z".parse()?;
/// assert_eq!(noon.unix_micros(), 1_795_262_400_250_000);
/// assert_eq!(noon.to_string(), "2026-11-21T12:00:00.25Z");
/// # Ok::<(), es_core::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The system clock, now.
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant `duration` later; the last one there is if that is beyond it.
    pub(crate) fn saturating_add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// The time until this instant; `None` if it has passed.
    pub(crate) fn left(self) -> Option<Duration> {
        let left = self.0.saturating_sub(Self::now().0);
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_micros(self) -> i64 {
        self.0
    }
}

impl From<SystemTime> for Timestamp {
    fn from(at: SystemTime) -> Self {
        let whole = |micros: u128| i64::try_from(micros).unwrap_or(i64::MAX);
        match at.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self(whole(after.as_micros())),
            // Down, as everywhere: half a microsecond before 1970 is -1.
            Err(before) => Self(-whole(before.duration().as_nanos().div_ceil(1000))),
        }
    }
}

/// Writes RFC 3339; an instant outside the years 0 to 9999 as its microseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{}us", self.0),
        }
    }
}

/// Parses RFC 3339, any offset; what is finer than a microsecond is cut off. Also parses what
/// `Display` writes for an instant outside the years 0 to 9999.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(micros) = text.strip_suffix("us").and_then(|micros| micros.parse().ok()) {
            return Ok(Self(micros));
        }
        let at = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|source| InvalidTimestamp { text: text.to_owned(), source })?;
        let micros = at.unix_timestamp_nanos().div_euclid(1000);
        Ok(Self(i64::try_from(micros).unwrap_or(i64::MAX)))
    }
}

/// Serializes as RFC 3339 text.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not an instant in RFC 3339.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is not an instant like 2026-11-21T12:00:00Z")]
pub struct InvalidTimestamp {
    text: String,
    source: time::error::Parse,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_turned_into_utc() {
        let at: Timestamp = "2023-03-22T09:31:11+01:00".parse().unwrap();

        assert_eq!(at.to_string(), "2023-03-22T08:31:11Z");
    }

    #[test]
    fn an_instant_before_1970_rounds_down() {
        let at: Timestamp = "1969-12-31T23:59:59.9999995Z".parse().unwrap();

        assert_eq!(at.unix_micros(), -1);
    }

    #[test]
    fn what_is_no_instant_is_repeated() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err();

        assert_eq!(error.to_string(), "\"yesterday\" is not an instant like 2026-11-21T12:00:00Z");
    }

    #[test]
    fn a_system_time_before_1970_rounds_down_as_well() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_nanos(500);

        assert_eq!(Timestamp::from(before).unix_micros(), -1);
    }

    #[test]
    fn an_instant_beyond_the_calendar_comes_back_from_its_own_text() {
        for micros in [i64::MAX, i64::MIN, 0, 1_795_262_400_250_000] {
            let at = Timestamp::from_unix_micros(micros);

            assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        }
    }
}
