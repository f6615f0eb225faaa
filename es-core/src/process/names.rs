//! Names of steps and activities, and the key under which a step is asked for.

use crate::stream::{Category, StreamId, StreamKey};
use crate::validated_text::{Rule, Text, text_value};

const NAME_BYTES: usize = 100;
const COMPENSATION: &str = "~compensation";
const KEY_BYTES: usize =
    Category::MAX_BYTES + 1 + StreamKey::MAX_BYTES + 1 + NAME_BYTES + COMPENSATION.len();

text_value! {
    static
    /// The name of a step in its saga: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first.
    ///
    /// Stored with every event about the step, so it never changes once released. The event that started
    /// an instance is its first step, under the event's name.
    StepName, "step name", Rule::Name { max: NAME_BYTES }
}

text_value! {
    static
    /// The name of what a step asks for: of an activity or a command. The rule is that of [`StepName`].
    ActivityName, "activity name", Rule::Name { max: NAME_BYTES }
}

text_value! {
    /// The key of one request to the outside world, the same for all attempts: the idempotency key.
    ///
    /// It is made of the stream of the instance and the name of the step, `fulfilment/o-17/take-payment`,
    /// and has `~compensation` behind it for the compensation of the step. At most 691 bytes of UTF-8.
    ActivityKey, "activity key", Rule::Line { max: KEY_BYTES }
}

impl StepName {
    /// A name of a plan, which was checked with it.
    pub(super) const fn planned(name: &'static str) -> Self {
        Self(Text::Static(name))
    }
}

impl ActivityKey {
    /// The key of `step` in the instance `stream`. Within the limit, since each of its parts is.
    pub(super) fn of_step(stream: &StreamId, step: &StepName) -> Self {
        Self(format!("{stream}/{step}").into())
    }

    /// The key of the compensation of `step`. No name of a step contains `~`, so it is never that of a step.
    pub(super) fn of_compensation(stream: &StreamId, step: &StepName) -> Self {
        Self(format!("{stream}/{step}{COMPENSATION}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_parts_make_a_key_that_is_allowed() {
        let category = Category::new("c".repeat(Category::MAX_BYTES)).unwrap();
        let key = StreamKey::new("k".repeat(StreamKey::MAX_BYTES)).unwrap();
        let step = StepName::new("s".repeat(NAME_BYTES)).unwrap();

        let key = ActivityKey::of_compensation(&StreamId::new(category, key), &step);

        assert_eq!(key.as_str().len(), 691);
        assert_eq!(ActivityKey::new(key.as_str()), Ok(key));
    }

    #[test]
    fn a_step_and_a_compensation_never_share_a_key() {
        let stream: StreamId = "fulfilment/a".parse().unwrap();
        let step = StepName::new("pay").unwrap();

        assert_eq!(ActivityKey::of_step(&stream, &step).as_str(), "fulfilment/a/pay");
        assert_eq!(
            ActivityKey::of_compensation(&stream, &step).as_str(),
            "fulfilment/a/pay~compensation"
        );
        assert!(StepName::new("pay~compensation").is_err());
    }
}
