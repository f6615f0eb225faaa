//! Delays before the next try.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// Returns the delay before another try of an event that failed `tried` times: 0.1, 0.2, 0.4 … s,
/// up to a minute, with a random time of up to its length added.
pub(super) fn before_retry(tried: u32) -> Duration {
    after(tried, Duration::from_millis(100), Duration::from_secs(60))
}

/// Returns the delay before the next try of a node whose store did not answer `tried` times: 20,
/// 40, 80 … ms, up to two seconds, likewise.
pub(super) fn while_away(tried: u32) -> Duration {
    after(tried, Duration::from_millis(20), Duration::from_secs(2))
}

fn after(tried: u32, first: Duration, longest: Duration) -> Duration {
    let mut delays = ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest)
        .with_jitter()
        .without_max_times()
        .build();
    // The tenth doubling is beyond the longest already.
    delays.nth(tried.saturating_sub(1).min(10) as usize).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_from_a_tenth_of_a_second_to_a_minute() {
        let delays: Vec<_> = (1..=12).map(|tried| before_retry(tried).as_secs_f64()).collect();

        for (nth, delay) in delays.iter().enumerate() {
            let base = (0.1 * f64::from(1 << nth)).min(60.0);
            assert!((base..=2.0 * base).contains(delay), "{nth}: {delay} s");
        }
    }

    #[test]
    fn five_attempts_take_no_longer_than_three_seconds() {
        let longest: f64 = (1..5).map(|tried| before_retry(tried).as_secs_f64()).sum();

        assert!((1.5..=3.0).contains(&longest), "{longest} s");
    }

    #[test]
    fn a_thousand_tries_wait_no_longer_than_two_minutes() {
        assert!(before_retry(1000) <= Duration::from_secs(120));
    }
}
