//! The forms of the standard library's types and of es-core's own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Definition, Enum, Field, Form, Kind, Shape, Tagging, Types, Variant};
use crate::{
    Actor, Category, CausationId, CorrelationId, EventId, EventName, Position, SchemaVersion,
    StreamId, StreamKey, Tag, Tenant, Timestamp, Version,
};

/// Types that are one word, by their kind.
macro_rules! words {
    ($($kind:ident: $($word:ident)*;)*) => {$($(
        impl Shape for $word {
            fn form(_: &mut Types) -> Form {
                Form::$kind(stringify!($word))
            }
        }
    )*)*};
}

words! {
    Integer: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    Float: f32 f64;
    Text: char String Uuid Actor Category CausationId CorrelationId EventId EventName StreamId
        StreamKey Tag Tenant Timestamp;
}

macro_rules! non_zero {
    ($($number:ident)*) => {$(
        impl Shape for NonZero<$number> {
            fn form(_: &mut Types) -> Form {
                Form::Integer(concat!("NonZero ", stringify!($number)))
            }
        }
    )*};
}

non_zero! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

/// Numbers with a name.
macro_rules! numbers {
    ($($name:ident($number:ident))*) => {$(
        impl Shape for $name {
            fn form(types: &mut Types) -> Form {
                types.define::<Self>(concat!("es_core::", stringify!($name)), |types| {
                    Definition::new(Kind::Newtype($number::form(types)))
                })
            }
        }
    )*};
}

numbers! { Version(u64) Position(u64) SchemaVersion(u32) }

impl Shape for bool {
    fn form(_: &mut Types) -> Form {
        Form::Bool
    }
}

impl Shape for str {
    fn form(types: &mut Types) -> Form {
        String::form(types)
    }
}

/// The form in which serde stores it.
impl Shape for Duration {
    fn form(types: &mut Types) -> Form {
        types.define::<Self>("std::time::Duration", |types| {
            let field = |name: &str, form| Field::new(name, form);
            let seconds = field("secs", u64::form(types));
            let nanoseconds = field("nanos", u32::form(types));
            Definition::new(Kind::Struct(vec![seconds, nanoseconds]))
        })
    }
}

impl<T: Shape> Shape for Option<T> {
    fn form(types: &mut Types) -> Form {
        Form::Option(Box::new(T::form(types)))
    }
}

/// The form in which serde stores it: `{"Ok": …}` or `{"Err": …}`.
impl<T: Shape, E: Shape> Shape for Result<T, E> {
    fn form(types: &mut Types) -> Form {
        let (ok, err) = (T::form(types), E::form(types));
        types.define::<Self>(&format!("Result<{ok}, {err}>"), |_| {
            let variant = |name: &str, form| Variant {
                name: name.to_owned(),
                kind: Kind::Newtype(form),
                attributes: Vec::new(),
            };
            let variants = vec![variant("Ok", ok), variant("Err", err)];
            Definition::new(Kind::Enum(Enum { tagging: Tagging::External, variants }))
        })
    }
}

/// The form of no value. The type that it speaks of is met nevertheless, so that fingerprints know
/// of it.
impl<T: Shape> Shape for PhantomData<T> {
    fn form(types: &mut Types) -> Form {
        T::form(types);
        Form::Unit
    }
}

/// Any number of elements.
macro_rules! elements {
    ($($kind:ident: $($type:ident <T $(, $hasher:ident)?>)*;)*) => {$($(
        impl<T: Shape $(, $hasher: 'static)?> Shape for $type<T $(, $hasher)?> {
            fn form(types: &mut Types) -> Form {
                Form::$kind(Box::new(T::form(types)))
            }
        }
    )*)*};
}

elements! {
    List: Vec<T> VecDeque<T>;
    Set: BTreeSet<T> HashSet<T, S>;
}

impl<T: Shape> Shape for [T] {
    fn form(types: &mut Types) -> Form {
        Form::List(Box::new(T::form(types)))
    }
}

impl<T: Shape, const N: usize> Shape for [T; N] {
    fn form(types: &mut Types) -> Form {
        Form::Array(Box::new(T::form(types)), N)
    }
}

impl<K: Shape, V: Shape> Shape for BTreeMap<K, V> {
    fn form(types: &mut Types) -> Form {
        map::<K, V>(types)
    }
}

impl<K: Shape, V: Shape, S: 'static> Shape for HashMap<K, V, S> {
    fn form(types: &mut Types) -> Form {
        map::<K, V>(types)
    }
}

fn map<K: Shape, V: Shape>(types: &mut Types) -> Form {
    let key = K::form(types);
    Form::Map(Box::new(key), Box::new(V::form(types)))
}

/// Types that hold another type and are stored as that one.
macro_rules! transparent {
    ($($type:ident)*) => {$(
        impl<T: Shape + ?Sized> Shape for $type<T> {
            fn form(types: &mut Types) -> Form {
                T::form(types)
            }
        }
    )*};
}

transparent! { Box Rc Arc }

impl<T: Shape + ToOwned + ?Sized> Shape for Cow<'static, T> {
    fn form(types: &mut Types) -> Form {
        T::form(types)
    }
}

impl Shape for () {
    fn form(_: &mut Types) -> Form {
        Form::Unit
    }
}

macro_rules! tuples {
    ($(($($part:ident)*))*) => {$(
        impl<$($part: Shape),*> Shape for ($($part,)*) {
            fn form(types: &mut Types) -> Form {
                Form::Tuple(vec![$($part::form(types)),*])
            }
        }
    )*};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}
