//! The table of keys is sound.

use std::collections::BTreeSet;

use syn::parse::Parser;

use crate::diagnostics::Errors;
use crate::keys::{GROUPS, first_word};

#[test]
fn an_example_in_the_table_of_keys_has_no_mistake() {
    for (vocabulary, read) in GROUPS {
        for example in vocabulary.examples() {
            let attribute = format!("#[{}({example})]", vocabulary.attribute);
            let attributes = syn::Attribute::parse_outer.parse_str(&attribute).unwrap();
            let mut errors = Errors::default();

            read(&attributes, &mut errors);

            assert_eq!(errors.messages(), [""; 0], "{attribute}");
        }
    }
}

/// The second of two rows with one key would never be read.
#[test]
fn a_key_of_the_table_has_one_row() {
    for (vocabulary, _) in GROUPS {
        let in_rows = vocabulary.rows.iter().map(|row| {
            let keys: BTreeSet<_> = row.iter().copied().map(first_word).collect();
            keys.len()
        });
        let keys: BTreeSet<_> = vocabulary.examples().map(first_word).collect();

        assert_eq!(in_rows.sum::<usize>(), keys.len(), "two rows of `{}`", vocabulary.module());
    }
}
