//! The shape of a state: what changes it, what does not, and that it is the same everywhere.
#![allow(dead_code, reason = "shapes of types are looked at, not values")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;

use es_core::prelude::*;
use es_core::{Fingerprint, Outline, StreamId};

fn outline<T: StateShape + ?Sized>() -> String {
    Outline::new::<T>().to_string()
}

#[derive(StateShape)]
struct Line {
    article: String,
    count: u32,
}

#[derive(StateShape)]
struct Order {
    lines: Vec<Line>,
    first: Option<Line>,
}

#[derive(StateShape)]
struct Tree {
    value: i64,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

#[derive(StateShape)]
enum Payment {
    Card { last_digits: u16 },
    Transfer(String, Option<Timestamp>),
    Cash,
}

#[derive(StateShape)]
struct Pair<T, U> {
    one: T,
    other: U,
}

#[derive(StateShape)]
struct Nothing;

mod elsewhere {
    use super::*;

    #[derive(StateShape)]
    pub(super) struct Line {
        article: String,
        count: u32,
    }
}

/// If this fails, every snapshot that was ever written is read no more.
#[test]
fn a_fingerprint_is_the_same_for_ever() {
    assert_eq!(outline::<Order>(), ORDER);
    assert_eq!(Fingerprint::of::<Order>(1).to_string(), "bff3f118edebdac1");
    assert_eq!(Fingerprint::of::<Order>(2).to_string(), "bff3ee18edebd5a8");
    assert_eq!(Fingerprint::of::<u64>(1).to_string(), "6d7365d53052612d");
}

const ORDER: &str = "state_shape::Order{\
    lines:Vec<state_shape::Line{article:String,count:u32,},>,\
    first:Option<^1,>,}";

#[test]
fn a_type_that_holds_itself_has_an_end() {
    assert_eq!(
        outline::<Tree>(),
        "state_shape::Tree{value:i64,left:Option<^0,>,right:Option<^0,>,}"
    );
}

#[test]
fn variants_are_in_it_with_their_fields() {
    assert_eq!(
        outline::<Payment>(),
        "state_shape::Payment[Card{last_digits:u16,},Transfer(String,Option<Timestamp,>,),Cash,]"
    );
    assert_eq!(outline::<Nothing>(), "state_shape::Nothing");
}

#[test]
fn a_generic_type_is_another_one_for_each_of_its_parameters() {
    let twice = outline::<(Pair<u8, Line>, Pair<u8, Line>)>();
    let two = outline::<(Pair<u8, Line>, Pair<Line, u8>)>();

    assert_ne!(twice, two);
    assert_eq!(
        twice,
        "(state_shape::Pair{one:u8,other:state_shape::Line{article:String,count:u32,},},^0,)"
    );
}

#[test]
fn the_place_of_a_type_is_in_it() {
    assert_ne!(outline::<Line>(), outline::<elsewhere::Line>());
}

#[test]
fn types_of_the_standard_library_have_a_shape() {
    assert_eq!(
        outline::<(
            VecDeque<bool>,
            BTreeMap<String, [f64; 3]>,
            HashMap<char, (i8, ())>,
            BTreeSet<u128>,
            HashSet<StreamId>,
            Result<usize, NonZero<u8>>,
        )>(),
        "(VecDeque<bool,>,BTreeMap<String,[f64;3],>,HashMap<char,(i8,(),),>,BTreeSet<u128,>,\
          HashSet<StreamId,>,Result<usize,NonZero<u8>,>,)"
    );
}

#[test]
fn what_holds_a_value_is_what_it_holds() {
    assert_eq!(outline::<Box<i32>>(), "i32");
    assert_eq!(outline::<Rc<str>>(), "str");
    assert_eq!(outline::<Arc<[u8]>>(), "[u8]");
    assert_eq!(outline::<Cow<'static, str>>(), "str");
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
            let outlines = [$(outline::<$module::Line>().replace(stringify!($module), "m")),*];

            for (nth, one) in outlines.iter().enumerate() {
                for other in &outlines[nth + 1..] {
                    assert_ne!(one, other);
                }
            }
        }
    };
}

variations! {
    original {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, count: u32 }
    }
    another_name {
        #[derive(StateShape)]
        pub(super) struct Line { product: String, count: u32 }
    }
    another_type {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, count: u64 }
    }
    another_order {
        #[derive(StateShape)]
        pub(super) struct Line { count: u32, article: String }
    }
    one_more {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, count: u32, note: Option<String> }
    }
    one_less {
        #[derive(StateShape)]
        pub(super) struct Line { article: String }
    }
    without_names {
        #[derive(StateShape)]
        pub(super) struct Line(String, u32);
    }
    a_variant {
        #[derive(StateShape)]
        pub(super) enum Line { Line { article: String, count: u32 } }
    }
    renamed {
        #[derive(StateShape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(rename = "n")] article: String, count: u32 }
    }
    renamed_otherwise {
        #[derive(StateShape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { #[serde(rename = "name")] article: String, count: u32 }
    }
    renamed_as_a_whole {
        #[derive(StateShape, Serialize)]
        #[serde(crate = "es_core::serde", rename_all = "camelCase")]
        pub(super) struct Line { article: String, count: u32 }
    }
    skipped {
        #[derive(StateShape, Serialize)]
        #[serde(crate = "es_core::serde")]
        pub(super) struct Line { article: String, #[serde(skip)] count: u32 }
    }
    opaque {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, #[state_shape(opaque)] count: u32 }
    }
    nested {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, count: Count }
        #[derive(StateShape)]
        pub(super) struct Count(u32);
    }
    nested_otherwise {
        #[derive(StateShape)]
        pub(super) struct Line { article: String, count: Count }
        #[derive(StateShape)]
        pub(super) struct Count(u64);
    }
}

#[test]
fn a_type_that_is_not_looked_at_is_in_it_by_name() {
    assert_eq!(
        outline::<opaque::Line>(),
        "state_shape::opaque::Line{article:String,count:opaque u32,}"
    );
}

#[test]
fn how_an_attribute_is_laid_out_does_not_matter() {
    assert_eq!(
        outline::<renamed_as_a_whole::Line>(),
        "state_shape::renamed_as_a_whole::Line\
         #[serde(crate=\"es_core::serde\",rename_all=\"camelCase\")]{article:String,count:u32,}"
    );
}
