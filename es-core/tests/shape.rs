//! The shape of a type: what is in it, what changes the fingerprint of a snapshot, and that it is the
//! same everywhere.
#![allow(dead_code, reason = "shapes of types are looked at, not values")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use es_core::prelude::*;
use es_core::shape::{Form, Schema, Types};
use es_core::{Fingerprint, StreamId};

fn form<T: Shape + ?Sized>() -> String {
    T::form(&mut Types::default()).to_string()
}

fn schema<T: Shape + ?Sized>() -> String {
    Schema::of::<T>().to_string()
}

#[derive(Shape)]
struct Line {
    article: String,
    count: u32,
}

#[derive(Shape)]
struct Order {
    lines: Vec<Line>,
    first: Option<Line>,
}

#[derive(Shape)]
struct Tree {
    value: i64,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

#[derive(Shape)]
enum Payment {
    Card { last_digits: u16 },
    Transfer(String, Option<Timestamp>),
    Cash,
}

#[derive(Shape)]
struct Pair<T, U> {
    one: T,
    other: U,
}

#[derive(Shape)]
struct Nothing;

#[derive(Shape)]
struct Row<const N: usize>([bool; N]);

mod elsewhere {
    use super::*;

    #[derive(Shape)]
    pub(super) struct Line {
        article: String,
        count: u32,
    }
}

/// If this fails, every snapshot that was ever written is read no more.
#[test]
fn a_fingerprint_is_the_same_for_ever() {
    assert_eq!(Fingerprint::of::<Order>(1).to_string(), "25ac71b1ca5ee916");
    assert_eq!(Fingerprint::of::<Order>(2).to_string(), "25ac70b1ca5ee763");
    assert_eq!(Fingerprint::of::<u64>(1).to_string(), "14fd7d193ccdfcd7");
}

#[test]
fn a_struct_is_its_fields_and_what_they_are_made_of() {
    assert_eq!(
        schema::<Order>(),
        "shape::Order\n\
         shape::Line = {article: String, count: u32}\n\
         shape::Order = {lines: List<shape::Line>, first?: Option<shape::Line>}"
    );
}

#[test]
fn a_type_that_holds_itself_has_an_end() {
    assert_eq!(
        schema::<Tree>(),
        "shape::Tree\n\
         shape::Tree = {value: i64, left?: Option<shape::Tree>, right?: Option<shape::Tree>}"
    );
}

#[test]
fn variants_are_in_it_with_their_fields() {
    assert_eq!(
        schema::<Payment>(),
        "shape::Payment\n\
         shape::Payment = one of [\
         Card{last_digits: u16}, Transfer(String, Option<Timestamp>), Cash]"
    );
    assert_eq!(schema::<Nothing>(), "shape::Nothing\nshape::Nothing = null");
}

#[test]
fn a_generic_type_is_another_one_for_each_of_its_arguments() {
    assert_eq!(
        schema::<(Pair<u8, Line>, Pair<Line, u8>, Pair<u8, Line>, Row<3>)>(),
        "(shape::Pair<u8, shape::Line>, shape::Pair<shape::Line, u8>, \
         shape::Pair<u8, shape::Line>, shape::Row<3>)\n\
         shape::Line = {article: String, count: u32}\n\
         shape::Pair<shape::Line, u8> = {one: shape::Line, other: u8}\n\
         shape::Pair<u8, shape::Line> = {one: u8, other: shape::Line}\n\
         shape::Row<3> = ([bool; 3])"
    );
}

#[test]
fn two_types_of_one_path_are_two() {
    fn either(first: bool) -> fn(&mut Types) -> Form {
        if first {
            #[derive(Shape)]
            struct Local(u8);
            Local::form
        } else {
            #[derive(Shape)]
            struct Local(bool);
            Local::form
        }
    }
    let mut types = Types::default();

    let forms = [either(true), either(false), either(true)].map(|form| form(&mut types));

    assert_eq!(
        forms.map(|form| form.to_string()),
        ["shape::Local", "shape::Local#2", "shape::Local"]
    );
}

#[test]
fn the_place_of_a_type_is_in_it() {
    assert_ne!(Fingerprint::of::<Line>(1), Fingerprint::of::<elsewhere::Line>(1));
}

#[test]
fn types_of_the_standard_library_have_a_shape() {
    assert_eq!(
        form::<(
            VecDeque<bool>,
            BTreeMap<String, [f64; 3]>,
            HashMap<char, (i8, ())>,
            BTreeSet<u128>,
            HashSet<StreamId>,
            Result<usize, NonZero<u8>>,
            PhantomData<u8>,
            (u8,),
        )>(),
        "(List<bool>, Map<String, [f64; 3]>, Map<char, (i8, ())>, Set<u128>, \
         Set<StreamId>, Result<usize, NonZero u8>, (), (u8,))"
    );
    assert_eq!(
        schema::<(Duration, Version)>(),
        "(std::time::Duration, es_core::Version)\n\
         es_core::Version = (u64)\n\
         std::time::Duration = {secs: u64, nanos: u32}"
    );
}

#[test]
fn what_holds_a_value_is_what_it_holds() {
    assert_eq!(form::<Box<i32>>(), "i32");
    assert_eq!(form::<Rc<str>>(), "String");
    assert_eq!(form::<Arc<[u8]>>(), "List<u8>");
    assert_eq!(form::<Cow<'static, str>>(), "String");
}

/// Each is the type `Line` of its module, with one thing that differs.
macro_rules! variations {
    ($($module:ident { $($item:tt)* })*) => {
        $(mod $module {
            #[allow(unused_imports, reason = "not every variation has a need of it")]
            use es_core::prelude::*;

            $($item)*
        })*

        #[test]
        fn whatever_changes_makes_another_shape() {
            // The paths differ anyway: what is compared is what is left without them.
            let texts = [$(es_core::__private::shape::fingerprinted::<$module::Line>()
                .replace(stringify!($module), "m")),*];

            for (nth, one) in texts.iter().enumerate() {
                for other in &texts[nth + 1..] {
                    assert_ne!(one, other);
                }
            }
        }
    };
}

variations! {
    original {
        #[derive(Shape)]
        pub(super) struct Line { article: String, count: u32 }
    }
    another_name {
        #[derive(Shape)]
        pub(super) struct Line { product: String, count: u32 }
    }
    another_type {
        #[derive(Shape)]
        pub(super) struct Line { article: String, count: u64 }
    }
    another_order {
        #[derive(Shape)]
        pub(super) struct Line { count: u32, article: String }
    }
    one_more {
        #[derive(Shape)]
        pub(super) struct Line { article: String, count: u32, note: Option<String> }
    }
    one_less {
        #[derive(Shape)]
        pub(super) struct Line { article: String }
    }
    without_names {
        #[derive(Shape)]
        pub(super) struct Line(String, u32);
    }
    a_variant {
        #[derive(Shape)]
        pub(super) enum Line { Line { article: String, count: u32 } }
    }
    renamed {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(rename = "n")] article: String, count: u32 }
    }
    renamed_otherwise {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(rename = "name")] article: String, count: u32 }
    }
    renamed_as_a_whole {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde", rename_all = "camelCase")]
        pub(super) struct Line { article: String, count: u32 }
    }
    skipped {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { article: String, #[serde(skip)] count: u32 }
    }
    a_name_that_is_not_stored {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(rename = "article")] product: String, count: u32 }
    }
    another_crate {
        #[derive(Shape, Serialize)]
        #[serde(crate = "::es_core::serde")]
        pub(super) struct Line { #[serde(rename = "article")] product: String, count: u32 }
    }
    skipped_with_another_type {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { article: String, #[serde(skip)] count: u64 }
    }
    by_a_function {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { article: String, #[serde(serialize_with = "a")] count: u32 }
        fn a<S: serde::Serializer>(_: &u32, s: S) -> Result<S::Ok, S::Error> { s.serialize_unit() }
    }
    by_another_function {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { article: String, #[serde(serialize_with = "b")] count: u32 }
        fn b<S: serde::Serializer>(_: &u32, s: S) -> Result<S::Ok, S::Error> { s.serialize_unit() }
    }
    into_another_type {
        #[derive(Shape, Serialize, Clone)]
        #[serde(crate = "es_core::serde", into = "String")]
        pub(super) struct Line { article: String, count: u32 }
        impl From<Line> for String { fn from(line: Line) -> Self { line.article } }
    }
    into_another_type_of_other_fields {
        #[derive(Shape, Serialize, Clone)]
        #[serde(crate = "es_core::serde", into = "String")]
        pub(super) struct Line { article: String, count: u64 }
        impl From<Line> for String { fn from(line: Line) -> Self { line.article } }
    }
    flattened {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(flatten)] what: What, count: u32 }
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct What { article: String }
    }
    flattened_otherwise {
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(flatten)] what: Box<What>, count: u32 }
        #[derive(Shape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct What { article: String }
    }
    opaque {
        #[derive(Shape)]
        pub(super) struct Line { article: String, #[shape(opaque)] count: u32 }
    }
    nested {
        #[derive(Shape)]
        pub(super) struct Line { article: String, count: Count }
        #[derive(Shape)]
        pub(super) struct Count(u32);
    }
    nested_otherwise {
        #[derive(Shape)]
        pub(super) struct Line { article: String, count: Count }
        #[derive(Shape)]
        pub(super) struct Count(u64);
    }
}

#[test]
fn a_type_that_is_not_looked_at_is_in_it_by_name() {
    assert_eq!(
        schema::<opaque::Line>(),
        "shape::opaque::Line\nshape::opaque::Line = {article: String, count: opaque u32}"
    );
}

#[test]
fn how_an_attribute_is_laid_out_does_not_matter() {
    assert!(es_core::__private::shape::fingerprinted::<renamed_as_a_whole::Line>().ends_with(
        "#[serde(crate=\"es_core::serde\",rename_all=\"camelCase\")]{article:String,count:u32,}\n"
    ));
}
