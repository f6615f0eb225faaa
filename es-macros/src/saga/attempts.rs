//! The attempts of a step, or of all compensations: the time that each has, and the delays between them.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::{Errors, Slot};
use crate::keys::{CompensationKeys, Count, Duration, ParsedKeys, StepKeys};

/// The attempts as far as they are written. A value that could not be read is left out.
pub(crate) struct Attempts<'a> {
    pub(crate) timeout: Option<&'a Duration>,
    most: Option<u32>,
    first: Option<&'a Duration>,
    factor: Option<u32>,
    at_most: Option<&'a Duration>,
}

/// The defaults of the runtime, in microseconds and in words.
pub(crate) const TIMEOUT: (u64, &str) = (30_000_000, "30s");
const FIRST: (u64, &str) = (1_000_000, "1s");
const AT_MOST: (u64, &str) = (30_000_000, "30s");
const OF_STEPS: u32 = 3;
const OF_COMPENSATIONS: u32 = 6;

impl<'a> Attempts<'a> {
    pub(crate) fn of_step(keys: &'a StepKeys, errors: &mut Errors) -> Self {
        let StepKeys { timeout, attempts, first, factor, at_most, written, .. } = keys;
        Self::new([timeout, first, at_most], [attempts, factor], written, errors)
    }

    pub(crate) fn of_compensations(keys: &'a CompensationKeys, errors: &mut Errors) -> Self {
        let CompensationKeys { timeout, attempts, first, factor, at_most, written } = keys;
        Self::new([timeout, first, at_most], [attempts, factor], written, errors)
    }

    fn new(
        [timeout, first, at_most]: [&'a Slot<Duration>; 3],
        [attempts, factor]: [&Slot<Count>; 2],
        written: &ParsedKeys,
        errors: &mut Errors,
    ) -> Self {
        let attempts = Self {
            timeout: timeout.value(),
            most: count(attempts),
            first: first.value(),
            factor: count(factor),
            at_most: at_most.value(),
        };
        let is_hidden =
            |key: &str, slot: &Slot<Duration>| slot.value().is_none() && !written.misses(key);
        // Of an attribute that is not there nothing is hidden.
        let is_written = written.place.is_some();
        if !is_written || !is_hidden("first", first) && !is_hidden("at_most", at_most) {
            attempts.check_delays(errors);
        }
        attempts
    }

    /// Reports a first delay that is longer than the longest one.
    fn check_delays(&self, errors: &mut Errors) {
        let (default_first, default_most) = (FIRST.0, AT_MOST.0);
        match (self.first, self.at_most) {
            (Some(first), Some(at_most)) if first.micros > at_most.micros => errors.at(
                &first.literal,
                format_args!(
                    "the first delay of {first} is longer than the longest one of {at_most}; \
                     write a shorter `first` or a longer `at_most`"
                ),
            ),
            (Some(first), None) if first.micros > default_most => errors.at(
                &first.literal,
                format_args!(
                    "the first delay of {first} is longer than the longest one, which is {} unless written; \
                     write `at_most = \"{first}\"` or more beside it",
                    AT_MOST.1
                ),
            ),
            (None, Some(at_most)) if default_first > at_most.micros => errors.at(
                &at_most.literal,
                format_args!(
                    "the longest delay of {at_most} is shorter than the first one, which is {} unless written; \
                     write `first = \"{at_most}\"` or less beside it",
                    FIRST.1
                ),
            ),
            _ => {}
        }
    }

    /// The policy of a step, without the consequences of a failure.
    pub(crate) fn step_policy(&self) -> TokenStream {
        let timeout = self.timeout.map(|timeout| quote!(.with_timeout(#timeout)));
        let retry = (!self.is_default_retry()).then(|| {
            let retry = self.retry(OF_STEPS);
            quote!(.with_retry(#retry))
        });
        quote!(__StepPolicy::new() #timeout #retry)
    }

    pub(crate) fn compensation_policy(&self) -> TokenStream {
        let timeout = self.timeout.map(|timeout| quote!(timeout: #timeout,));
        let retry = self.retry(OF_COMPENSATIONS);
        let default = timeout.is_none().then(|| quote!(..::core::default::Default::default()));
        quote!(__CompensationPolicy { #timeout retry: #retry, #default })
    }

    fn is_default_retry(&self) -> bool {
        self.most.is_none()
            && self.first.is_none()
            && self.factor.is_none()
            && self.at_most.is_none()
    }

    fn retry(&self, default: u32) -> TokenStream {
        let attempts = self.most.unwrap_or(default);
        let first = self.first.map(|first| quote!(.with_first(#first)));
        let factor = self.factor.map(|factor| quote!(.with_factor(#factor)));
        let at_most = self.at_most.map(|at_most| quote!(.with_at_most(#at_most)));
        quote!(__RetryPolicy::attempts(#attempts) #first #factor #at_most)
    }
}

fn count(slot: &Slot<Count>) -> Option<u32> {
    slot.value().map(|Count(count)| *count)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use es_core::process::{CompensationPolicy, RetryPolicy, StepPolicy};

    use super::{AT_MOST, FIRST, OF_COMPENSATIONS, OF_STEPS, TIMEOUT};

    #[test]
    fn the_runtime_has_the_same_defaults() {
        let retry = RetryPolicy::attempts(100);

        assert_eq!(StepPolicy::new().timeout(), Duration::from_micros(TIMEOUT.0));
        assert_eq!(StepPolicy::new().retry(), RetryPolicy::attempts(OF_STEPS));
        assert_eq!(CompensationPolicy::default().retry, RetryPolicy::attempts(OF_COMPENSATIONS));
        assert_eq!(retry.delay(1), Some(Duration::from_micros(FIRST.0)));
        assert_eq!(retry.delay(99), Some(Duration::from_micros(AT_MOST.0)));
    }
}
