//! The way through a value as serde writes it, for the sake of its leaves.

use std::fmt::{self, Debug};

use serde::ser::{self, Serialize, Serializer};

use super::leaves::{self, Leaf, element, field};

/// A serializer that notes each leaf with its path.
#[derive(Default)]
pub(super) struct Walk {
    path: String,
    pub(super) leaves: Vec<Leaf>,
}

type Result = std::result::Result<(), fmt::Error>;

impl Walk {
    fn leaf(&mut self, value: String) {
        let path = self.path.clone();
        self.leaves.push(Leaf { path, value, is_no_json: false, is_wide: false });
    }

    fn printed(&mut self, value: impl Debug) {
        self.leaf(format!("{value:?}"));
    }

    fn float(&mut self, value: impl Debug, is_finite: bool) {
        let (path, value) = (self.path.clone(), format!("{value:?}"));
        self.leaves.push(Leaf { path, value, is_no_json: !is_finite, is_wide: false });
    }

    fn wide(&mut self, value: impl Debug) {
        let (path, value) = (self.path.clone(), format!("{value:?}"));
        self.leaves.push(Leaf { path, value, is_no_json: false, is_wide: true });
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

    /// The parts of a variant, which is a leaf itself.
    fn parts_of(&mut self, variant: &str) -> Parts<'_> {
        self.leaf(variant.to_owned());
        let length = self.path.len();
        field(&mut self.path, variant);
        Parts { length, ..self.parts() }
    }
}

/// The parts of a list, a map, a struct or a variant.
pub(super) struct Parts<'a> {
    walk: &'a mut Walk,
    /// The length of the path outside.
    length: usize,
    nth: usize,
    key: String,
    /// The value without any part.
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

    fn close(self) {
        self.walk.path.truncate(self.length);
        if let Some(empty) = self.empty.filter(|_| self.nth == 0) {
            self.walk.leaf(empty.to_owned());
        }
    }
}

/// Values that are leaves, noted by that method of [`Walk`].
macro_rules! leaves {
    ($($note:ident { $($method:ident $type:ty)* })*) => {$($(
        fn $method(self, value: $type) -> Result {
            self.$note(value);
            Ok(())
        }
    )*)*};
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

    leaves! {
        printed {
            serialize_bool bool
            serialize_char char
            serialize_str &str
            serialize_bytes &[u8]
            serialize_i8 i8
            serialize_i16 i16
            serialize_i32 i32
            serialize_i64 i64
            serialize_u8 u8
            serialize_u16 u16
            serialize_u32 u32
            serialize_u64 u64
        }
        wide {
            serialize_i128 i128
            serialize_u128 u128
        }
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.float(value, value.is_finite());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.float(value, value.is_finite());
        Ok(())
    }

    fn serialize_none(self) -> Result {
        self.leaf("None".to_owned());
        Ok(())
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
        self.leaf("()".to_owned());
        Ok(())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result {
        self.leaf(name.to_owned());
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.leaf(variant.to_owned());
        Ok(())
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
        self.leaf(variant.to_owned());
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
        Ok(self.parts_of(variant))
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
        Ok(self.parts_of(variant))
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
                self.close();
                Ok(())
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
                self.close();
                Ok(())
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        let key = leaves::of(&key).into_iter().next().map(|leaf| leaf.value);
        let key = key.unwrap_or_default();
        let text = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
        self.key = text.map_or_else(|| key.clone(), str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}
