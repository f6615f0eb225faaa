//! Policy of the attempts of a step: the number of them, and the time between two.

use std::time::Duration;

/// The attempts of a step or of a compensation: how many there are, and the delays between them.
///
/// ```
/// use std::time::Duration;
/// use es_core::process::RetryPolicy;
///
/// let policy = RetryPolicy::attempts(6).with_at_most(Duration::from_secs(10));
/// let delays: Vec<_> = (1..=6).map(|failed| policy.delay(failed).map(|delay| delay.as_secs())).collect();
/// assert_eq!(delays, [Some(1), Some(2), Some(4), Some(8), Some(10), None]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(super) attempts: u32,
    pub(super) first: Duration,
    pub(super) factor: u32,
    pub(super) at_most: Duration,
}

impl RetryPolicy {
    /// That many attempts in all; the delays are 1, 2, 4, 8 and so on up to 30 seconds.
    #[must_use]
    pub const fn attempts(attempts: u32) -> Self {
        Self {
            attempts,
            first: Duration::from_secs(1),
            factor: 2,
            at_most: Duration::from_secs(30),
        }
    }

    /// Sets the delay after the first attempt.
    #[must_use]
    pub const fn with_first(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// Sets the factor by which each delay is longer than the one before; 1 for equal delays.
    #[must_use]
    pub const fn with_factor(mut self, factor: u32) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the longest delay.
    #[must_use]
    pub const fn with_at_most(mut self, at_most: Duration) -> Self {
        self.at_most = at_most;
        self
    }

    /// The delay after `failed` attempts; `None` if there is no further one.
    #[must_use]
    pub fn delay(&self, failed: u32) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let factor = self.factor.saturating_pow(failed.saturating_sub(1));
        Some(self.first.saturating_mul(factor).min(self.at_most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_retries_of_a_compensation_come_after_1_2_4_8_and_16_seconds() {
        let policy = RetryPolicy::attempts(6);

        let delays: Vec<_> = (1..).map_while(|failed| policy.delay(failed)).collect();

        assert_eq!(delays, [1, 2, 4, 8, 16].map(Duration::from_secs));
    }

    #[test]
    fn a_delay_beyond_all_numbers_is_the_longest_one() {
        let policy = RetryPolicy::attempts(u32::MAX).with_factor(u32::MAX);

        assert_eq!(policy.delay(u32::MAX - 1), Some(Duration::from_secs(30)));
    }
}
