//! Backoff between the attempts of a writer after a conflict.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// Delays between attempts: 1, 2, 4 … 100 ms, each with a random time of up to its length added.
pub(crate) fn delays() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(1))
        .with_max_delay(Duration::from_millis(100))
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_a_tenth_of_a_second_and_add_up_to_their_own_length() {
        let delays: Vec<_> = delays().take(12).map(|delay| delay.as_secs_f64() * 1000.0).collect();

        for (nth, delay) in delays.iter().enumerate() {
            let base = f64::from(1 << nth).min(100.0);
            assert!((base..=2.0 * base).contains(delay), "{nth}: {delay} ms");
        }
    }

    #[test]
    fn two_writers_do_not_wait_alike() {
        let one: Vec<_> = delays().take(8).collect();
        let other: Vec<_> = delays().take(8).collect();

        assert_ne!(one, other);
    }
}
