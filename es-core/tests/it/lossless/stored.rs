//! What comes back is stored.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use es_core::prelude::*;

use super::lab::*;
use super::ways::*;

#[tokio::test]
async fn what_json_holds_is_stored() {
    comes_back(Everything {
        lab: lab(),
        big: u128::MAX,
        small: i128::MIN,
        letter: '\u{0}',
        bytes: vec![0, 255],
        zero: -0.0,
        third: 1.0 / 3.0,
        by_number: (0..50).map(|n| (n, (n % 2 == 0).then(|| "\u{2028}\"\\".to_owned()))).collect(),
        words: ('a'..='z').map(String::from).collect(),
        lasting: Duration::MAX,
        pair: (7, Err("no".into())),
    })
    .await;
}

#[tokio::test]
async fn nothing_at_all_is_stored() {
    comes_back(Everything {
        lab: lab(),
        big: 0,
        small: 0,
        letter: 'ß',
        bytes: Vec::new(),
        zero: 0.0,
        third: 0.0,
        by_number: HashMap::new(),
        words: HashSet::new(),
        lasting: Duration::ZERO,
        pair: (0, Ok(false)),
    })
    .await;
}

/// It is not equal to itself, and comes back all the same.
#[tokio::test]
async fn a_nan_with_a_form_of_its_own_is_stored() {
    comes_back(Formed { lab: lab(), value: f64::NAN }).await;
}

#[tokio::test]
async fn what_is_as_deep_as_it_is_read_is_stored() {
    comes_back(Grown { lab: lab(), tree: Tree::of_depth(120) }).await;
}

/// The switch of those who have measured, and know that nothing is lost.
#[tokio::test]
async fn an_event_that_is_not_checked_is_stored_as_it_is() {
    let store = MemoryStore::new();
    let labs = Repository::<Lab, _>::new(store);
    let event = Trusted { lab: lab(), value: Some(f64::INFINITY) };

    let done = labs.execute(Write { lab: lab(), event: event.into() }).await.unwrap();

    assert_eq!(done.version, Version(1));
    const { assert!(!Trusted::CHECKED && Measured::CHECKED) };
}
