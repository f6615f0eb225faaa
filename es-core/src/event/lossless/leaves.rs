//! A value as its leaves, each with its path: what differs between two of them can be named.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::loss::ChangedField;
use super::walk::Walk;

/// A value that serde writes at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: String,
    /// The text that `Debug` prints.
    pub(super) value: String,
    /// NaN or infinity.
    pub(super) is_no_json: bool,
    /// A whole number of 128 bits.
    pub(super) is_wide: bool,
}

/// The leaves of a value, in order; those before the first that cannot be written.
pub(super) fn of(value: &impl Serialize) -> Vec<Leaf> {
    let mut walk = Walk::default();
    let _ = value.serialize(&mut walk);
    walk.leaves
}

/// Each leaf that has another value in the other list, or none.
pub(super) fn changed(written: &[Leaf], read: &[Leaf]) -> Vec<ChangedField> {
    let by_path = |leaves: &[Leaf]| -> BTreeMap<String, Vec<String>> {
        let mut by_path = BTreeMap::<_, Vec<_>>::new();
        for leaf in leaves {
            by_path.entry(sorted_place(&leaf.path)).or_default().push(leaf.value.clone());
        }
        for values in by_path.values_mut() {
            values.sort_unstable();
        }
        by_path
    };
    // The order of a set is none: if the values differ in their order only, nothing does.
    if by_path(written) == by_path(read) {
        return Vec::new();
    }
    let value = |leaves: &[Leaf], path: &str| {
        leaves.iter().find(|leaf| leaf.path == path).map(|leaf| leaf.value.clone())
    };
    let added = read.iter().filter(|leaf| value(written, &leaf.path).is_none());
    let paths = written.iter().chain(added).map(|leaf| &leaf.path);
    let both = paths.map(|path| (path, value(written, path), value(read, path)));
    let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let changed = both
        .filter(|(_, written, read)| written != read)
        .map(|(path, written, read)| ChangedField::new(path, &shown(written), &shown(read)));
    let mut changed: Vec<_> = changed.collect();
    // Two keys of a map may be written alike.
    changed.dedup();
    changed
}

/// A path without the numbers of elements.
fn sorted_place(path: &str) -> String {
    let mut place = String::new();
    let mut is_within = false;
    for next in path.chars() {
        is_within = next == '[' || (is_within && next != ']');
        if !is_within || next == '[' {
            place.push(next);
        }
    }
    place
}

/// `path` with a field of it.
pub(super) fn field(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// `path` with an element of it.
pub(super) fn element(path: &mut String, nth: usize) {
    let _ = write!(path, "[{nth}]");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn shown(value: &impl Serialize) -> Vec<String> {
        of(value).into_iter().map(|leaf| format!("{}={}", leaf.path, leaf.value)).collect()
    }

    #[test]
    fn leaves_have_paths() {
        let value = BTreeMap::from([("a", (Some(1), Some(None::<u8>))), ("b", (None, None))]);

        assert_eq!(shown(&value), ["a[0]=Some(1)", "a[1]=Some(None)", "b[0]=None", "b[1]=None"]);
        assert_eq!(shown(&Ok::<_, ()>(f64::NAN)), ["=Ok", "Ok=NaN"]);
    }

    #[test]
    fn elements_in_another_order_are_no_change() {
        assert!(changed(&of(&[1, 2]), &of(&[2, 1])).is_empty());
        let changed = changed(&of(&[1, 2]), &of(&[1, 3]));
        assert_eq!(changed, [ChangedField::new("[1]", "2", "3")]);
    }
}
