//! A group of rows of the table: the keys that may stand in one place.

use syn::parse::ParseStream;

use super::read::ParsedKeys;
use super::value::{Key, list};
use crate::diagnostics::Errors;
use crate::spelling::did_you_mean;

/// The values that are written in one place, as the table has them.
pub(crate) trait Keys: Default {
    const VOCABULARY: Vocabulary;
    /// The keys of the same attribute in its other place, if it has one.
    const ELSEWHERE: &[Vocabulary];

    /// Reads the value after `key` into the field of its row.
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()>;

    fn written(&mut self) -> &mut ParsedKeys;
}

/// The keys of one place.
pub(crate) struct Vocabulary {
    /// The attribute, or the key that has the list.
    pub(crate) attribute: &'static str,
    pub(crate) place: Place,
    /// The examples of each row. Each begins with its key; those of one key stand together, in one row.
    pub(crate) rows: &'static [&'static [&'static str]],
}

/// The place of an attribute, or of the list behind a key.
pub(crate) enum Place {
    Struct,
    Enum,
    /// A struct or an enum.
    Type,
    Field,
    List,
}

impl Vocabulary {
    pub(crate) fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<_> = self.examples().map(first_word).collect();
        keys.dedup();
        keys
    }

    pub(crate) fn examples_of(&self, key: &str) -> Vec<&'static str> {
        self.examples().filter(|example| first_word(example) == key).collect()
    }

    pub(crate) fn examples(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().copied().flatten().copied()
    }

    /// The module of `__private::keys` in which an editor finds the keys.
    pub(crate) fn module(&self) -> String {
        match self.place {
            Place::Field => format!("{}_field", self.attribute),
            Place::Struct | Place::Enum | Place::Type | Place::List => self.attribute.to_owned(),
        }
    }

    /// The place, in words for a message.
    pub(crate) fn place(&self) -> &'static str {
        match self.place {
            Place::Struct => "the struct",
            Place::Enum => "the enum",
            Place::Type => "the type",
            Place::Field => "a field",
            Place::List => "the list",
        }
    }

    /// The known keys, in words for a message.
    pub(crate) fn told(&self) -> String {
        match *self.keys() {
            [only] => format!("the only key here is `{only}`"),
            ref keys => format!("known keys of `{}` are {}", self.attribute, list(keys, "and")),
        }
    }
}

/// The advice in place of `word`, which is no key of `K`.
pub(crate) fn instead<K: Keys>(word: &str) -> String {
    let near = |place: &Vocabulary| Some((did_you_mean(word, &place.keys())?, place.place()));
    match K::ELSEWHERE.iter().find_map(near) {
        Some((near, place)) => format!("did you mean `{near}`, which goes on {place}?"),
        None => K::VOCABULARY.told(),
    }
}

/// The key that an example begins with.
pub(crate) fn first_word(example: &str) -> &str {
    example.split(|char: char| char != '_' && !char.is_alphanumeric()).next().unwrap_or(example)
}

/// Writes the groups of the table, each as a struct with a field for the values of a row.
///
/// A group begins with `Name: attribute on Place`. `beside Other` names the keys of the same
/// attribute in its other place: one that is written in the wrong place is told where it goes.
/// A row is `field: kind = example`, with `|` between examples of several keys or values. The key is
/// the first word of the example, since a field cannot be called `crate` or `in`.
macro_rules! keys {
    ($(
        $(#[$doc:meta])*
        $group:ident: $attribute:ident on $place:ident $(, beside $other:ident)? {
            $($(#[$row:meta])* $field:ident: $kind:ty = $($example:literal)|+,)+
        }
    )+) => {
        $(
            $(#[$doc])*
            #[derive(Default)]
            pub(crate) struct $group {
                $($(#[$row])* pub(crate) $field: $kind,)+
                pub(crate) written: ParsedKeys,
            }

            impl Keys for $group {
                const VOCABULARY: Vocabulary = Vocabulary {
                    attribute: stringify!($attribute),
                    place: Place::$place,
                    rows: &[$(&[$($example),+]),+],
                };
                const ELSEWHERE: &[Vocabulary] = &[$($other::VOCABULARY)?];

                fn read(
                    &mut self,
                    key: &Key,
                    input: ParseStream<'_>,
                    errors: &mut Errors,
                ) -> syn::Result<()> {
                    $(if key.is_of(&[$($example),+]) {
                        return self.$field.read(key, input, errors);
                    })+
                    Ok(())
                }

                fn written(&mut self) -> &mut ParsedKeys {
                    &mut self.written
                }
            }
        )+

        /// Every group, with its reader.
        #[cfg(test)]
        pub(crate) const GROUPS: &[(Vocabulary, fn(&[syn::Attribute], &mut Errors))] = &[
            $(($group::VOCABULARY, |attrs, errors| drop(read::<$group>(attrs, errors)))),+
        ];
    };
}

pub(crate) use keys;
