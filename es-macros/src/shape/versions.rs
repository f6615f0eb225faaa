//! The fields of all versions of a struct in one list.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// A field, and the versions that have it in this form.
struct Lasting {
    field: TokenStream,
    since: usize,
    until: usize,
}

/// The fields of all versions, the first version first, merged into one list without repetition.
/// The fields of each version are a subsequence of the list.
pub(super) fn merged(mut versions: Vec<Vec<TokenStream>>) -> Vec<TokenStream> {
    let newest = versions.len();
    let today = versions.pop().unwrap_or_default().into_iter();
    let mut all: Vec<_> =
        today.map(|field| Lasting { field, since: newest, until: newest }).collect();
    for (version, fields) in (1..newest).zip(versions).rev() {
        let mut at = 0;
        for field in fields {
            let is_next = |next: &Lasting| {
                next.since == version + 1 && next.field.to_string() == field.to_string()
            };
            let further = all.iter().skip(at).position(is_next);
            at += further.unwrap_or(0);
            match all.get_mut(at).filter(|_| further.is_some()) {
                Some(lasting) => lasting.since = version,
                None => all.insert(at, Lasting { field, since: version, until: version }),
            }
            at += 1;
        }
    }
    all.iter().map(|lasting| written(lasting, newest)).collect()
}

fn written(Lasting { field, since, until }: &Lasting, newest: usize) -> TokenStream {
    let since = (*since > 1).then(|| number(*since)).map(|since| quote!(.since(#since)));
    let until = (*until < newest).then(|| number(*until)).map(|until| quote!(.until(#until)));
    quote!(#field #since #until)
}

fn number(version: usize) -> Literal {
    Literal::usize_unsuffixed(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(versions: &[&[&str]]) -> Vec<String> {
        let fields = |fields: &&[&str]| -> Vec<_> {
            fields.iter().map(|field| field.parse().expect("a word")).collect()
        };
        let merged = merged(versions.iter().map(fields).collect());
        merged.iter().map(|field| field.to_string().replace(' ', "")).collect()
    }

    #[test]
    fn a_field_of_all_versions_stands_as_it_is() {
        assert_eq!(list(&[&["a", "b"], &["a", "b"]]), ["a", "b"]);
    }

    #[test]
    fn fields_that_come_and_go_say_when() {
        let list = list(&[&["a", "gone"], &["a", "new", "gone"], &["a", "new"]]);

        assert_eq!(list, ["a", "new.since(2)", "gone.until(2)"]);
    }

    #[test]
    fn a_field_that_comes_back_stands_twice() {
        assert_eq!(list(&[&["a", "b"], &["b"], &["a", "b"]]), ["a.until(1)", "a.since(3)", "b"]);
    }

    #[test]
    fn fields_in_another_order_keep_it() {
        assert_eq!(list(&[&["a", "b"], &["b", "a"]]), ["b.since(2)", "a", "b.until(1)"]);
    }
}
