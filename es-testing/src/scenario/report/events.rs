//! The lines under `then`: events put beside each other, each with its sign.

use es_core::__private::{Reported, equals_itself};
use es_core::{Describe, Description};

use super::align::{Pair, align, pair_up};
use super::fields::different_fields;
use crate::page::{Line, Sign};

/// The lines of stories and comparisons.
impl Line {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { is_context: true, ..Self::signed(Sign::Same, text.into()) }
    }

    pub(crate) fn context(value: &Description) -> Self {
        Self::text(value.to_string())
    }

    pub(crate) fn same(value: &impl Describe) -> Self {
        Self::signed(Sign::Same, value.describe().to_string())
    }

    pub(crate) fn unexpected(text: impl Into<String>) -> Self {
        Self::signed(Sign::Unexpected, text.into()).remark("happened, not expected")
    }

    pub(crate) fn missing(text: impl Into<String>) -> Self {
        Self::lost(text).remark("expected, did not happen")
    }

    /// A value that is not the expected one, field by field.
    pub(crate) fn different(actual: &Description, expected: &Description) -> Self {
        Self {
            details: different_fields(actual, expected),
            ..Self::signed(Sign::Different, actual.to_string())
        }
    }
}

/// The comparison of what happened with what was expected.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) lines: Vec<Line>,
    pub(crate) headline: String,
}

impl Events {
    /// Compares side by side in order, with as much in common as possible.
    pub(crate) fn in_order<E: Reported>(actual: &[E], expected: &[E]) -> Self {
        let pairs = align(actual, expected);
        let comparison = Self::of(&pairs);
        let reordered = actual.len() == expected.len()
            && pair_up(actual, expected).iter().all(|pair| matches!(pair, Pair::Same(_)));
        if !reordered {
            return comparison;
        }
        let headline = "the expected events in another order".to_owned();
        Self { headline, ..comparison }
    }

    /// Compares side by side in the order in which the events happened.
    pub(crate) fn in_any_order<E: Reported>(actual: &[E], expected: &[E]) -> Self {
        Self::of(&pair_up(actual, expected))
    }

    fn of<E: Reported>(pairs: &[Pair<'_, E>]) -> Self {
        let lines: Vec<Line> = pairs.iter().map(line).collect();
        let count = |sign, word| {
            let count = lines.iter().filter(|line| line.sign == sign).count();
            (count > 0).then(|| format!("{count} {word}"))
        };
        let counts = [
            count(Sign::Unexpected, "unexpected"),
            count(Sign::Different, "different"),
            count(Sign::Missing, "missing"),
        ];
        let headline = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Self { lines, headline }
    }
}

fn line<E: Reported>(pair: &Pair<'_, E>) -> Line {
    match pair {
        Pair::Same(event) => Line::same(*event),
        Pair::Different { actual, expected } => {
            let line = Line::different(&actual.describe(), &expected.describe());
            if equals_itself(*actual) {
                line
            } else {
                line.remark("not equal to itself, as NaN is not")
            }
        }
        Pair::Unexpected(event) => Line::unexpected(event.describe().to_string()),
        Pair::Missing(event) => Line::missing(event.describe().to_string()),
    }
}
