//! The texts of statements, in the schema of a store.
//!
//! All statements and migrations of this crate say `es.`, and the numbers of the locks that belong to
//! the schema `es`. A store in another schema says its name and numbers of its own instead, so that two
//! stores in one database have nothing in common: neither tables nor locks nor a channel.
//!
//! ```text
//! es.events                          ledger.events
//! 17747 << 48 | position             23511 << 48 | position       epochs of appends
//! 1163067393 = 17747 << 16 | 1       23511 << 16 | 1              locks of streams, and so on
//! 'es_log'                           'es_log_ledger'
//! ```
//!
//! A text is rewritten once for a store and its clones, and found again by its address. A store in `es`
//! sends the texts as they are.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::schema::name::SchemaName;

/// The schema of a store without a schema of its own choice.
const DEFAULT: &str = "es";

/// The upper 16 bits of all keys of advisory locks in the schema `es`.
const DEFAULT_NUMBER: u32 = 17_747;

/// The channel of the schema `es`; `notify.sql` says the same name.
const DEFAULT_CHANNEL: &str = "es_log";

/// The schema of a store.
#[derive(Clone, Default)]
pub(crate) struct Schema(Option<Arc<Other>>);

/// A schema that is not `es`.
struct Other {
    name: SchemaName,
    number: u32,
    /// The rewritten texts, by address and length of the original in the crate.
    rewritten: RwLock<HashMap<(usize, usize), Arc<str>>>,
}

impl Schema {
    pub(crate) fn of(name: SchemaName) -> Self {
        if name.as_str() == DEFAULT {
            return Self(None);
        }
        let number = number_of(name.as_str());
        Self(Some(Arc::new(Other { name, number, rewritten: RwLock::default() })))
    }

    pub(crate) fn name(&self) -> &str {
        self.0.as_ref().map_or(DEFAULT, |other| other.name.as_str())
    }

    /// The prefix of the schemas of its read models.
    pub(crate) fn prefix(&self) -> String {
        self.0.as_ref().map_or_else(String::new, |other| format!("{}_", other.name))
    }

    /// The channel of the notifications.
    pub(crate) fn channel(&self) -> String {
        match &self.0 {
            None => DEFAULT_CHANNEL.to_owned(),
            Some(other) => channel_of(other),
        }
    }

    /// The lock namespace for `namespace` of the schema `es`.
    pub(crate) fn lock(&self, namespace: i32) -> i32 {
        let Some(other) = &self.0 else { return namespace };
        let number = i32::try_from(other.number).unwrap_or_default();
        number << 16 | (namespace & 0xffff)
    }

    /// A statement of constant text.
    pub(crate) fn statement(&self, text: &'static str) -> SqlStr {
        let Some(other) = &self.0 else { return text.into_sql_str() };
        let address = (text.as_ptr().addr(), text.len());
        let known = other.rewritten.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&address) {
            return AssertSqlSafe(Arc::clone(known)).into_sql_str();
        }
        drop(known);
        let rewritten: Arc<str> = rewrite(text, other).into();
        let mut all = other.rewritten.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(address, Arc::clone(&rewritten));
        AssertSqlSafe(rewritten).into_sql_str()
    }
}

/// The upper 16 bits of the keys of locks in the schema of that name. Small numbers are left to the
/// service, which counts its own locks from there.
pub(crate) fn number_of(name: &str) -> u32 {
    if name == DEFAULT {
        return DEFAULT_NUMBER;
    }
    // FNV-1a, which is the same in every release and on every machine.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let number = 256 + hash % (0x8000 - 256);
    if number == DEFAULT_NUMBER { number + 1 } else { number }
}

fn channel_of(other: &Other) -> String {
    format!("{DEFAULT_CHANNEL}_{}", other.name)
}

/// Rewrites a text word by word: `es` in front of a dot, the numbers of locks, the channel.
fn rewrite(text: &str, other: &Other) -> String {
    let mut rewritten = String::with_capacity(text.len() + 256);
    let mut rest = text;
    let mut before = ' ';
    while let Some(next) = rest.chars().next() {
        let length = rest.find(|next| !is_of_a_word(next)).unwrap_or(rest.len());
        if length == 0 {
            rewritten.push(next);
            before = next;
            rest = &rest[next.len_utf8()..];
            continue;
        }
        let (word, behind) = rest.split_at(length);
        match word {
            DEFAULT if before != '.' && behind.starts_with('.') => {
                rewritten.push_str(other.name.as_str());
            }
            DEFAULT_CHANNEL => rewritten.push_str(&channel_of(other)),
            word => match word.parse::<u32>() {
                Ok(DEFAULT_NUMBER) => rewritten.push_str(&other.number.to_string()),
                Ok(number) if number >> 16 == DEFAULT_NUMBER => {
                    let number = other.number << 16 | (number & 0xffff);
                    rewritten.push_str(&number.to_string());
                }
                _ => rewritten.push_str(word),
            },
        }
        before = ' ';
        rest = behind;
    }
    rewritten
}

fn is_of_a_word(next: char) -> bool {
    next.is_alphanumeric() || next == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &'static str) -> String {
        Schema::of(SchemaName::new("ledger").unwrap()).statement(text).as_str().to_owned()
    }

    #[test]
    fn the_schema_is_named_wherever_es_stands_in_front_of_a_dot() {
        let text = "SELECT nextval('es.events_position_seq'), times.es FROM es.tags AS es_tags";

        let expected =
            "SELECT nextval('ledger.events_position_seq'), times.es FROM ledger.tags AS es_tags";
        assert_eq!(rewritten(text), expected);
    }

    #[test]
    fn locks_have_numbers_of_the_schema() {
        let number = number_of("ledger");

        assert_eq!(rewritten("17747 + 1163067395 + 17748"), {
            format!("{number} + {} + 17748", number << 16 | 3)
        });
        let namespace = Schema::of(SchemaName::new("ledger").unwrap()).lock(1_163_067_395);
        assert_eq!(u32::try_from(namespace).unwrap(), number << 16 | 3);
    }

    #[test]
    fn a_text_is_rewritten_once() {
        let schema = Schema::of(SchemaName::new("ledger").unwrap());
        let text = "SELECT FROM es.events";

        let (first, second) = (schema.statement(text), schema.clone().statement(text));

        assert_eq!(first.as_str().as_ptr(), second.as_str().as_ptr());
    }

    #[test]
    fn the_default_says_what_it_always_said() {
        let schema = Schema::of(SchemaName::new("es").unwrap());
        let text = include_str!("../../sql/append_one.sql");

        assert_eq!(schema.statement(text).as_str().as_ptr(), text.as_ptr());
        assert_eq!(schema.lock(1_163_067_396), 1_163_067_396);
        assert_eq!((schema.channel().as_str(), schema.prefix().as_str()), ("es_log", ""));
    }

    #[test]
    fn numbers_leave_room_for_those_of_the_service() {
        let all: Vec<_> = (0..20_000).map(|nth| number_of(&format!("tenant_{nth}"))).collect();

        assert!(all.iter().all(|number| (256..0x8000).contains(number)));
        assert!(!all.contains(&DEFAULT_NUMBER));
    }
}
