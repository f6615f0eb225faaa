//! Comparison of two enums: a variant may hold its own enum, with no form between that would be met twice.

use std::collections::BTreeSet;
use std::{mem, ptr};

use es_core::shape::{Enum, Kind, Tagging, Variant};

use super::Comparison;
use crate::schema::compatibility::rule::Rule;
use crate::schema::compatibility::view::View;

/// The enums on the way to the present place, and the variants that were compared.
#[derive(Default)]
pub(super) struct Enums {
    /// The pairs that the present place is within: one that is met again is compared already, further out.
    way: Vec<(*const Enum, *const Enum)>,
    /// The pairs of variants of this place, so that each is compared once, by however many variants it is
    /// reached.
    variants: Variants,
    /// True within variants without tags, where every change counts as the same one.
    without_tags: bool,
}

type Variants = BTreeSet<(*const Variant, *const Variant)>;

impl Enums {
    /// Forgets the variants, since another place tells its own changes; the answer is for [`Self::back_at`].
    pub(super) fn at_another_place(&mut self) -> Variants {
        mem::take(&mut self.variants)
    }

    pub(super) fn back_at(&mut self, place: Variants) {
        self.variants = place;
    }
}

impl<'a> Comparison<'a> {
    /// False if the two enums are told apart in another way.
    pub(super) fn enums(&mut self, place: &str, old: &'a Enum, new: &'a Enum) -> bool {
        if old.tagging != new.tagging {
            return false;
        }
        let pair = (ptr::from_ref(old), ptr::from_ref(new));
        if self.enums.way.contains(&pair) {
            return true;
        }
        self.enums.way.push(pair);
        match old.tagging {
            Tagging::Untagged => self.untagged(place, old, new),
            _ => self.tagged(place, old, new),
        }
        self.enums.way.pop();
        true
    }

    fn tagged(&mut self, place: &str, old: &'a Enum, new: &'a Enum) {
        for variant in &old.variants {
            let place = within_variant(place, &variant.name);
            match new.variants.iter().find(|now| now.name == variant.name) {
                Some(now) => self.variant(&place, variant, now),
                None => self.went(&place, of_variant(variant).to_owned(), Rule::VariantRemoved),
            }
        }
        let is_new = |variant: &&Variant| old.variants.iter().all(|old| old.name != variant.name);
        for variant in new.variants.iter().filter(is_new) {
            let place = within_variant(place, &variant.name);
            self.came(&place, of_variant(variant).to_owned(), Rule::VariantAdded);
        }
    }

    fn variant(&mut self, place: &str, old: &'a Variant, new: &'a Variant) {
        if !self.enums.variants.insert((ptr::from_ref(old), ptr::from_ref(new))) {
            return;
        }
        self.attributes(place, &old.attributes, &new.attributes);
        let before = View::of_variant(&old.kind, &old.attributes, self.old);
        let after = View::of_variant(&new.kind, &new.attributes, self.new);
        if !self.parts(place, before, after) {
            let (old, new) = (of_variant(old).to_owned(), of_variant(new).to_owned());
            self.push(place, Some(old), Some(new), Rule::FormChanged);
        }
    }

    /// Compares untagged variants, which may be taken for another: only the same in the same order
    /// is safe.
    ///
    /// In a comparison of its own: what was told at another place is a change here as well.
    fn untagged(&mut self, place: &str, old: &'a Enum, new: &'a Enum) {
        if self.enums.without_tags {
            return self.in_order(place, old, new);
        }
        let mut within = Comparison::of(self.old, self.new);
        within.enums.without_tags = true;
        within.enums(place, old, new);
        if !within.changes.is_empty() {
            self.push(place, None, None, Rule::UntaggedChanged);
        }
    }

    fn in_order(&mut self, place: &str, old: &'a Enum, new: &'a Enum) {
        for (nth, (old, new)) in old.variants.iter().zip(&new.variants).enumerate() {
            self.variant(&within_variant(place, &nth.to_string()), old, new);
        }
        if old.variants.len() != new.variants.len() {
            self.push(place, None, None, Rule::UntaggedChanged);
        }
    }
}

/// The kind of a variant's content, in the word of the lock.
fn of_variant(variant: &Variant) -> &'static str {
    match variant.kind {
        Kind::Unit => "unit",
        Kind::Newtype(_) => "newtype",
        Kind::Tuple(_) => "tuple",
        Kind::Struct(_) => "struct",
        Kind::Enum(_) => "enum",
    }
}

fn within_variant(place: &str, name: &str) -> String {
    format!("{place}::{name}")
}
