//! A value as its leaves, each with its path: what differs between two of them can be named.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Display, Write};

use serde::ser::{self, Serialize, Serializer};

use super::loss::ChangedField;

/// What serde writes at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: String,
    /// As `Debug` prints it.
    pub(super) value: String,
    /// NaN or infinity.
    pub(super) is_no_json: bool,
    /// A whole number of more than 64 bits.
    pub(super) is_large: bool,
}

/// The leaves of a value, in order; those before the first that cannot be written.
pub(super) fn of(value: &impl Serialize) -> Vec<Leaf> {
    let mut walk = Walk { path: String::new(), leaves: Vec::new() };
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
        by_path.values_mut().for_each(|values| values.sort_unstable());
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
    both.filter(|(_, written, read)| written != read)
        .map(|(path, written, read)| {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
            ChangedField::new(path, &shown(written), &shown(read))
        })
        .collect()
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

struct Walk {
    path: String,
    leaves: Vec<Leaf>,
}

type Result = std::result::Result<(), fmt::Error>;

impl Walk {
    fn leaf(&mut self, value: String) -> Result {
        let path = self.path.clone();
        self.leaves.push(Leaf { path, value, is_no_json: false, is_large: false });
        Ok(())
    }

    fn printed(&mut self, value: impl Debug) -> Result {
        self.leaf(format!("{value:?}"))
    }

    fn number(&mut self, value: impl Debug, is_finite: bool) -> Result {
        self.printed(value)?;
        self.last(|leaf| leaf.is_no_json = !is_finite)
    }

    fn whole(&mut self, value: impl Display, is_small: bool) -> Result {
        self.leaf(value.to_string())?;
        self.last(|leaf| leaf.is_large = !is_small)
    }

    fn last(&mut self, change: impl FnOnce(&mut Leaf)) -> Result {
        self.leaves.last_mut().map(change);
        Ok(())
    }

    fn within(
        &mut self,
        step: impl FnOnce(&mut String),
        value: &(impl Serialize + ?Sized),
    ) -> Result {
        let length = self.path.len();
        step(&mut self.path);
        let result = value.serialize(&mut *self);
        self.path.truncate(length);
        result
    }

    fn parts(&mut self) -> Parts<'_> {
        let length = self.path.len();
        Parts { walk: self, length, nth: 0, key: String::new(), empty: None }
    }

    fn parts_of(&mut self, variant: &str) -> std::result::Result<Parts<'_>, fmt::Error> {
        self.leaf(variant.to_owned())?;
        let length = self.path.len();
        field(&mut self.path, variant);
        Ok(Parts { walk: self, length, nth: 0, key: String::new(), empty: None })
    }
}

/// What is in a list, a map, a struct or a variant.
struct Parts<'a> {
    walk: &'a mut Walk,
    /// That of the path outside.
    length: usize,
    nth: usize,
    key: String,
    /// What it is without any part.
    empty: Option<&'static str>,
}

impl Parts<'_> {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result {
        let nth = self.nth;
        self.nth += 1;
        self.walk.within(|path| element(path, nth), value)
    }

    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result {
        self.nth += 1;
        self.walk.within(|path| field(path, key), value)
    }

    fn close(self) -> Result {
        self.walk.path.truncate(self.length);
        match self.empty.filter(|_| self.nth == 0) {
            Some(empty) => self.walk.leaf(empty.to_owned()),
            None => Ok(()),
        }
    }
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    fn serialize_bool(self, value: bool) -> Result {
        self.printed(value)
    }

    fn serialize_i8(self, value: i8) -> Result {
        self.printed(value)
    }

    fn serialize_i16(self, value: i16) -> Result {
        self.printed(value)
    }

    fn serialize_i32(self, value: i32) -> Result {
        self.printed(value)
    }

    fn serialize_i64(self, value: i64) -> Result {
        self.printed(value)
    }

    fn serialize_i128(self, value: i128) -> Result {
        self.whole(value, i64::try_from(value).is_ok())
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.printed(value)
    }

    fn serialize_u16(self, value: u16) -> Result {
        self.printed(value)
    }

    fn serialize_u32(self, value: u32) -> Result {
        self.printed(value)
    }

    fn serialize_u64(self, value: u64) -> Result {
        self.printed(value)
    }

    fn serialize_u128(self, value: u128) -> Result {
        self.whole(value, u64::try_from(value).is_ok())
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.number(value, value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.number(value, value.is_finite())
    }

    fn serialize_char(self, value: char) -> Result {
        self.printed(value)
    }

    fn serialize_str(self, value: &str) -> Result {
        self.printed(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.printed(value)
    }

    fn serialize_none(self) -> Result {
        self.leaf("None".to_owned())
    }

    /// `Some(None)` and `None` are not one leaf.
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        let before = self.leaves.len();
        value.serialize(&mut *self)?;
        for leaf in self.leaves.iter_mut().skip(before).filter(|leaf| leaf.path == self.path) {
            leaf.value = format!("Some({})", leaf.value);
        }
        Ok(())
    }

    fn serialize_unit(self) -> Result {
        self.leaf("()".to_owned())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result {
        self.leaf(name.to_owned())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.leaf(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.leaf(variant.to_owned())?;
        self.within(|path| field(path, variant), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> std::result::Result<Parts<'a>, fmt::Error> {
        Ok(Parts { empty: Some("[]"), ..self.parts() })
    }

    fn serialize_tuple(self, _: usize) -> std::result::Result<Parts<'a>, fmt::Error> {
        Ok(self.parts())
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> std::result::Result<Parts<'a>, fmt::Error> {
        Ok(self.parts())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> std::result::Result<Parts<'a>, fmt::Error> {
        self.parts_of(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> std::result::Result<Parts<'a>, fmt::Error> {
        Ok(Parts { empty: Some("{}"), ..self.parts() })
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> std::result::Result<Parts<'a>, fmt::Error> {
        Ok(self.parts())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> std::result::Result<Parts<'a>, fmt::Error> {
        self.parts_of(variant)
    }
}

/// The elements of `trait`, by `method`.
macro_rules! elements {
    ($($trait:ident $method:ident)*) => {$(
        impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.element(value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// The fields of `trait`.
macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result {
                self.field(key, value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        let key = of(&key).into_iter().next().map(|leaf| leaf.value);
        let key = key.unwrap_or_default();
        self.key =
            key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(&key).to_owned();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result {
        self.close()
    }
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
