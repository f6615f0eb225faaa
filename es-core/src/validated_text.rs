//! The two rules that every text in the store obeys, and the sentence that answers a breach.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A text that broke its rule: what it was meant to be, what is wrong, what is allowed.
///
/// ```
/// use es_core::StreamKey;
///
/// let error = StreamKey::new("two\nlines").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the stream key \"two\\nlines\" holds the control character U+000A at byte 3; \
///      allowed are 1 to 512 bytes of UTF-8 without control characters",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidText(Box<Breach>);

/// The content of the error, boxed so that a `Result` with it stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Breach {
    what: Cow<'static, str>,
    value: String,
    problem: Problem,
    rule: Rule,
}

impl InvalidText {
    /// The same breach by something whose name is only known here.
    pub(crate) fn by(mut self, what: String) -> Self {
        self.0.what = what.into();
        self
    }
}

impl std::error::Error for InvalidText {}

impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breach { what, value, problem, rule } = &*self.0;
        write!(f, "the {what} ")?;
        match value.char_indices().nth(QUOTED_CHARS) {
            Some((end, _)) => write!(f, "{:?}…", value.get(..end).unwrap_or_default())?,
            None => write!(f, "{value:?}")?,
        }
        write!(f, " {problem}; allowed are {rule}")
    }
}

/// The number of characters of an offending value that a message repeats.
const QUOTED_CHARS: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Empty,
    TooLong { bytes: usize },
    Control { character: char, at: usize },
    NoLetterFirst,
    Character { character: char, at: usize },
    NotTraceParent,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::TooLong { bytes } => write!(f, "is {bytes} bytes long"),
            Self::Control { character, at } => {
                write!(
                    f,
                    "holds the control character U+{:04X} at byte {at}",
                    u32::from(*character)
                )
            }
            Self::NoLetterFirst => f.write_str("does not begin with a letter"),
            Self::Character { character, at } => write!(f, "holds {character:?} at byte {at}"),
            Self::NotTraceParent => f.write_str("is not a W3C traceparent"),
        }
    }
}

/// The rule that a text holds to: its characters and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// An ASCII letter, then ASCII letters, digits, `-`, `_` and `.`: what code spells out.
    Name { max: usize },
    /// A name, or the name of an archive: `name~12`. See [`archived`].
    Category { max: usize },
    /// Any UTF-8 without control characters: what data spells out.
    Line { max: usize },
    /// `00-<32 hex>-<16 hex>-<2 hex>` in lower case, no id all zero (W3C Trace Context, level 1).
    TraceParent,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { max } | Self::Category { max } => {
                write!(f, "1 to {max} ASCII letters, digits, `-`, `_` and `.`, a letter first")
            }
            Self::Line { max } => write!(f, "1 to {max} bytes of UTF-8 without control characters"),
            Self::TraceParent => f.write_str(
                "`00-<32 hex digits>-<16 hex digits>-<2 hex digits>` in lower case, no id all zero",
            ),
        }
    }
}

impl Rule {
    pub(crate) fn check(self, what: &'static str, value: &str) -> Result<(), InvalidText> {
        match self.problem(value) {
            None => Ok(()),
            Some(problem) => {
                let value = value.to_owned();
                Err(InvalidText(Box::new(Breach { what: what.into(), value, problem, rule: self })))
            }
        }
    }

    fn problem(self, value: &str) -> Option<Problem> {
        if value.is_empty() {
            return Some(Problem::Empty);
        }
        match self {
            Self::Category { max } => {
                let name = archived(value).map_or(value, |(name, _)| name);
                Self::Name { max }.problem(name)
            }
            Self::Name { max } | Self::Line { max } if value.len() > max => {
                Some(Problem::TooLong { bytes: value.len() })
            }
            Self::Name { .. } if !value.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                Some(Problem::NoLetterFirst)
            }
            Self::Name { .. } => value
                .char_indices()
                .find(|&(_, c)| !(c.is_ascii() && is_name_byte(c as u8)))
                .map(|(at, character)| Problem::Character { character, at }),
            Self::Line { .. } => value
                .char_indices()
                .find(|(_, c)| c.is_control())
                .map(|(at, character)| Problem::Control { character, at }),
            Self::TraceParent => (!is_trace_parent(value)).then_some(Problem::NotTraceParent),
        }
    }
}

/// True if `value` obeys [`Rule::Name`]; `const`, so that a wrong name is a compile error.
pub(crate) const fn is_name(value: &str, max: usize) -> bool {
    let bytes = value.as_bytes();
    if bytes.is_empty() || bytes.len() > max || !bytes[0].is_ascii_alphabetic() {
        return false;
    }
    let mut at = 1;
    while at < bytes.len() {
        if !is_name_byte(bytes[at]) {
            return false;
        }
        at += 1;
    }
    true
}

/// Name and last version of an archive, from `name~12`: the number is not zero and has no sign and no
/// leading zero.
pub(crate) fn archived(value: &str) -> Option<(&str, u64)> {
    let (name, digits) = value.split_once('~')?;
    let last = digits.parse::<u64>().ok().filter(|last| *last > 0)?;
    (last.to_string() == digits).then_some((name, last))
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_trace_parent(value: &str) -> bool {
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let id = |part: &str, digits: usize| hex(part, digits) && part.bytes().any(|b| b != b'0');
    let parts: Vec<&str> = value.split('-').collect();
    matches!(parts.as_slice(), ["00", trace, span, flags] if id(trace, 32) && id(span, 16) && hex(flags, 2))
}

/// Text that code spells out, or that all who hold it share: a copy is never one of the text.
#[derive(Clone)]
pub(crate) enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Text {
    pub(crate) fn shared(text: &str) -> Self {
        Self::Shared(text.into())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (**self).hash(hasher);
    }
}

/// Declares a newtype over text that holds to one [`Rule`]: shared text, or, for what code spells
/// out, text that may be `static`.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::sync::Arc<str>);

        $crate::validated_text::text_value!(@impls $name, $what, $rule, std::sync::Arc::from);
    };
    (static $(#[$doc:meta])* $name:ident, $what:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::validated_text::Text);

        $crate::validated_text::text_value!(@impls $name, $what, $rule, $crate::validated_text::Text::shared);
    };
    (@impls $name:ident, $what:literal, $rule:expr, $own:expr) => {
        impl $name {
            #[doc = concat!("Takes `value` as the ", $what, ", or says which rule it breaks.")]
            pub fn new(value: impl AsRef<str>) -> Result<Self, $crate::InvalidText> {
                let value = value.as_ref();
                $rule.check($what, value)?;
                Ok(Self($own(value)))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidText;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::InvalidText;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = String::deserialize(deserializer)?;
                Self::new(value).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_value;

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(rule: Rule, value: &str) -> String {
        rule.check("word", value).unwrap_err().to_string()
    }

    #[test]
    fn a_name_is_letters_digits_and_three_marks() {
        assert_eq!(Rule::Name { max: 20 }.check("word", "order.line-2_b"), Ok(()));
        assert!(is_name("order.line-2_b", 20));
    }

    #[test]
    fn a_category_is_a_name_or_that_of_an_archive() {
        let check = |value| Rule::Category { max: 7 }.check("word", value);

        assert_eq!(check("account"), Ok(()));
        assert_eq!(check("account~12"), Ok(()));
        for wrong in [
            "account~",
            "account~0",
            "account~012",
            "account~+1",
            "account~1~2",
            "~1",
            "accounts~1",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_begins_with_a_letter() {
        assert_eq!(
            refusal(Rule::Name { max: 20 }, "2nd"),
            "the word \"2nd\" does not begin with a letter; allowed are \
             1 to 20 ASCII letters, digits, `-`, `_` and `.`, a letter first"
        );
        assert!(!is_name("2nd", 20));
    }

    #[test]
    fn a_foreign_character_is_named_with_its_place() {
        assert!(
            refusal(Rule::Name { max: 20 }, "größe")
                .starts_with("the word \"größe\" holds 'ö' at byte 2;")
        );
        assert!(!is_name("größe", 20));
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert!(refusal(Rule::Line { max: 3 }, "").starts_with("the word \"\" is empty;"));
        assert!(!is_name("", 3));
    }

    #[test]
    fn the_limit_counts_bytes() {
        assert_eq!(Rule::Line { max: 4 }.check("word", "öö"), Ok(()));
        assert!(
            refusal(Rule::Line { max: 3 }, "öö").starts_with("the word \"öö\" is 4 bytes long;")
        );
    }

    #[test]
    fn a_long_text_is_quoted_in_part() {
        let message = refusal(Rule::Line { max: 5 }, &"x".repeat(1000));
        assert!(message.len() < 200, "{message}");
    }

    #[test]
    fn a_traceparent_follows_the_w3c_form() {
        let check = |value| Rule::TraceParent.check("word", value);
        assert_eq!(check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), Ok(()));
        assert!(check("00-00000000000000000000000000000000-00f067aa0ba902b7-01").is_err());
        assert!(check("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01").is_err());
        assert!(check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7").is_err());
    }
}
