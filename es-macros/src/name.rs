//! Rules for stored names in literals, in the words of the runtime.

use proc_macro2::Ident;
use syn::LitStr;
use syn::ext::IdentExt as _;

use crate::diagnostics::Errors;

/// The rule for a name: the kind of thing that it names, and its maximum length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) what: &'static str,
    pub(crate) max: usize,
}

/// The rule for the name of an event, with the maximum of the runtime.
pub(crate) const EVENT: Rule = Rule { what: "event name", max: 100 };

/// The rule for the stored name of a command, with the maximum of the runtime.
pub(crate) const COMMAND: Rule = Rule { what: "command name", max: 100 };

/// The rule for the name of a category of streams, with the maximum of the runtime.
pub(crate) const AGGREGATE: Rule = Rule { what: "aggregate name", max: 64 };

/// The rule for the name of a tag, with the maximum of the runtime.
pub(crate) const TAG: Rule = Rule { what: "tag name", max: 64 };

/// The rule for the name of a projection, with the maximum of the runtime.
pub(crate) const PROJECTION: Rule = Rule { what: "name of a projection", max: 40 };

/// The rule for the name of an activity, with the maximum of the runtime.
pub(crate) const ACTIVITY: Rule = Rule { what: "activity name", max: 100 };

/// The rule for the name of a saga, with the maximum of the runtime.
pub(crate) const SAGA: Rule = Rule { what: "name of a saga", max: 35 };

/// The number of characters of an offending name that a message repeats.
const QUOTED_CHARS: usize = 60;

impl Rule {
    /// The name that `literal` spells, if it obeys the rule.
    pub(crate) fn check(self, literal: &LitStr, errors: &mut Errors) -> Option<String> {
        let name = literal.value();
        let Some(problem) = self.problem(&name) else {
            return Some(name);
        };
        let Self { what, max } = self;
        let quoted = match name.char_indices().nth(QUOTED_CHARS) {
            Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
            None => format!("{name:?}"),
        };
        errors.at(
            literal,
            format_args!(
                "the {what} {quoted} {problem}; \
                 allowed are 1 to {max} ASCII letters, digits, `-`, `_` and `.`, a letter first"
            ),
        );
        None
    }

    /// The fault of `name`, as the end of a sentence that begins with the name.
    pub(crate) fn problem(self, name: &str) -> Option<String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() {
            Some("is empty".to_owned())
        } else if name.len() > self.max {
            Some(format!("is {} bytes long", name.len()))
        } else if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            Some("does not begin with a letter".to_owned())
        } else {
            name.char_indices()
                .find(|&(_, c)| !allowed(c))
                .map(|(at, c)| format!("holds {c:?} at byte {at}"))
        }
    }
}

/// The suggested name: `money-deposited` for `MoneyDeposited`.
pub(crate) fn suggestion(ident: &Ident) -> String {
    let mut words = String::new();
    for c in ident.unraw().to_string().chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use es_core::process::ActivityName;
    use es_core::{Category, EventName, ProjectionName, Tag};

    use super::{ACTIVITY, AGGREGATE, COMMAND, EVENT, PROJECTION, SAGA, TAG};

    #[test]
    fn the_runtime_allows_as_much() {
        assert_eq!(EVENT.max, EventName::MAX_BYTES);
        assert!(ActivityName::new("a".repeat(COMMAND.max)).is_ok());
        assert!(ActivityName::new("a".repeat(COMMAND.max + 1)).is_err());
        assert_eq!(ACTIVITY.max, COMMAND.max);
        assert_eq!("saga.".len() + SAGA.max, ProjectionName::MAX_BYTES);
        assert_eq!(AGGREGATE.max, Category::MAX_BYTES);
        assert_eq!(TAG.max, Tag::NAME_MAX_BYTES);
        assert_eq!(PROJECTION.max, ProjectionName::MAX_BYTES);
    }

    #[test]
    fn a_name_of_the_allowed_characters_has_no_problem() {
        assert_eq!(EVENT.problem("account-opened_v.2"), None);
        assert_eq!(EVENT.problem(&"a".repeat(100)), None);
    }

    #[test]
    fn a_problem_says_what_and_where() {
        let problem = |name: &str| AGGREGATE.problem(name).unwrap_or_default();

        assert_eq!(problem(""), "is empty");
        assert_eq!(problem("2nd"), "does not begin with a letter");
        assert_eq!(problem("two words"), "holds ' ' at byte 3");
        assert_eq!(problem(&"a".repeat(65)), "is 65 bytes long");
    }
}
