//! The shapes of the standard library's types and of es-core's own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Outline, StateShape};
use crate::{
    Actor, Category, CausationId, CorrelationId, EventId, EventName, Position, SchemaVersion,
    StreamId, StreamKey, Tag, Tenant, Timestamp, Version,
};

/// Types that are one word.
macro_rules! words {
    ($($word:ident)*) => {$(
        impl StateShape for $word {
            fn outline(outline: &mut Outline) {
                outline.text(stringify!($word));
            }
        }
    )*};
}

words! {
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String Duration Uuid
    Actor Category CausationId CorrelationId EventId EventName Position SchemaVersion StreamId
    StreamKey Tag Tenant Timestamp Version
}

/// Types of types.
macro_rules! composed {
    ($($type:ident <$($of:ident ),*> $(+ $also:ident)?)*) => {$(
        impl<$($of: StateShape,)* $($also: 'static)?> StateShape for $type<$($of,)* $($also)?> {
            fn outline(outline: &mut Outline) {
                outline.text(concat!(stringify!($type), "<"));
                $(outline.of::<$of>().text(",");)*
                outline.text(">");
            }
        }
    )*};
}

composed! {
    Option<T> Vec<T> VecDeque<T> BTreeSet<T> BTreeMap<K, V> Result<T, E>
    HashSet<T> + S
    HashMap<K, V> + S
    PhantomData<T>
}

/// What holds another type and is stored as that one.
macro_rules! transparent {
    ($($type:ident)*) => {$(
        impl<T: StateShape + ?Sized> StateShape for $type<T> {
            fn outline(outline: &mut Outline) {
                outline.of::<T>();
            }
        }
    )*};
}

transparent! { Box Rc Arc }

impl<T: StateShape + ToOwned + ?Sized> StateShape for Cow<'static, T> {
    fn outline(outline: &mut Outline) {
        outline.of::<T>();
    }
}

impl<T: StateShape> StateShape for [T] {
    fn outline(outline: &mut Outline) {
        outline.text("[").of::<T>().text("]");
    }
}

impl<T: StateShape, const N: usize> StateShape for [T; N] {
    fn outline(outline: &mut Outline) {
        outline.text("[").of::<T>().text(";").text(&N.to_string()).text("]");
    }
}

macro_rules! non_zero {
    ($($number:ident)*) => {$(
        impl StateShape for NonZero<$number> {
            fn outline(outline: &mut Outline) {
                outline.text(concat!("NonZero<", stringify!($number), ">"));
            }
        }
    )*};
}

non_zero! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

macro_rules! tuples {
    ($(($($part:ident)*))*) => {$(
        impl<$($part: StateShape),*> StateShape for ($($part,)*) {
            fn outline(outline: &mut Outline) {
                outline.text("(");
                $(outline.of::<$part>().text(",");)*
                outline.text(")");
            }
        }
    )*};
}

tuples! {
    ()
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
