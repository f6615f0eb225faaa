//! Values that JSON or serde lose.

use std::collections::BTreeMap;

use super::lab::*;
use super::ways::*;

/// Each value by each way, with what is said of it.
macro_rules! refused {
    ($($name:ident: $event:expr => $told:literal;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn is_refused_by_a_command() {
                assert_eq!(executed($event).await.to_string(), $told);
            }

            #[tokio::test]
            async fn is_refused_by_a_unit_of_work() {
                assert_eq!(worked($event).await.to_string(), $told);
            }

            #[tokio::test]
            async fn is_refused_by_a_decision_across_streams() {
                assert_eq!(decided($event).await.to_string(), $told);
            }

            #[tokio::test]
            async fn is_refused_as_a_copy() {
                assert_eq!(transformed($event).await.to_string(), $told);
            }
        }
    )*};
}

refused! {
    not_a_number: Measured { lab: lab(), value: f64::NAN } =>
        "event `measured` cannot be read again once it is stored: `value` is NaN, stored as null";
    infinity: Measured { lab: lab(), value: f64::INFINITY } =>
        "event `measured` cannot be read again once it is stored: `value` is inf, stored as null";
    a_short_infinity: Single { lab: lab(), value: f32::NEG_INFINITY } =>
        "event `single` cannot be read again once it is stored: `value` is -inf, stored as null";
    some_infinity: Guessed { lab: lab(), value: Some(f64::INFINITY) } =>
        "event `guessed` is another once it is stored: `value` is Some(inf), read as None";
    some_nan: Guessed { lab: lab(), value: Some(f64::NAN) } =>
        "event `guessed` is another once it is stored: `value` is Some(NaN), read as None";
    some_none: Planned { lab: lab(), day: Some(None) } =>
        "event `planned` is another once it is stored: `day` is Some(None), read as None";
    a_large_number_that_is_flattened: Counted { lab: lab(), totals: Totals { sum: u128::MAX } } =>
        "event `counted` cannot be read again once it is stored: `sum` is \
         340282366920938463463374607431768211455, stored as 340282366920938463463374607431768211455";
    a_large_number_in_a_tagged_enum: Billed { lab: lab(), amount: Amount::Large { units: 1 << 100 } } =>
        "event `billed` cannot be read again once it is stored: `amount.units` is \
         1267650600228229401496703205376, stored as 1267650600228229401496703205376";
    what_is_left_out: Listed { lab: lab(), names: Vec::new() } =>
        "event `listed` cannot be read again once it is stored: `names` is [], stored as nothing";
    another_variant: Paid { lab: lab(), method: Method::Transfer { number: "7".into() } } =>
        "event `paid` is another once it is stored: `method` is Transfer { number: \"7\" }, read as \
         Card { number: \"7\" }";
    what_is_skipped: Kept { lab: lab(), secret: 7 } =>
        "event `kept` is another once it is stored: `secret` is 7, read as 0";
    what_is_rounded: Rounded { lab: lab(), price: 1.5 } =>
        "event `rounded` is another once it is stored: `price` is 1.5, read as 1.0";
    a_nested_number: Ordered { lab: lab(), lines: vec![Line { price: 1.0 }, Line { price: f64::NAN }] } =>
        "event `ordered` cannot be read again once it is stored: `lines[1].price` is NaN, stored as null";
    a_number_in_a_map: Priced { lab: lab(), prices: BTreeMap::from([("eur".into(), f64::NAN)]) } =>
        "event `priced` cannot be read again once it is stored: `prices.eur` is NaN, stored as null";
    a_field_in_another_case: Cased { lab: lab(), unit_price: f64::NAN } =>
        "event `cased` cannot be read again once it is stored: `unitPrice` is NaN, stored as null";
    a_generic_event: Wrapped { lab: lab(), inner: f64::NAN } =>
        "event `wrapped` cannot be read again once it is stored: `inner` is NaN, stored as null";
    an_event_by_hand: Halved { lab: lab(), whole: 8 } =>
        "event `halved` is another once it is stored: `whole` is 8, read as 4";
}

#[tokio::test]
async fn two_fields_under_one_key_are_refused() {
    let error = executed(Doubled { lab: lab(), name: 1, other: Other { name: 2 } }).await;

    let told = chain(&error);
    assert!(told.starts_with("event `doubled` cannot be read again once it is stored"), "{told}");
    assert!(told.contains("duplicate field `name`"), "{told}");
}

#[tokio::test]
async fn what_is_nested_deeper_than_it_is_read_is_refused() {
    let error = executed(Grown { lab: lab(), tree: Tree::of_depth(128) }).await;

    let told = chain(&error);
    assert!(
        told.contains("event `grown` cannot be read again once it is stored: `tree[0]"),
        "{told}"
    );
    assert!(told.contains("recursion limit exceeded"), "{told}");
    assert!(told.len() < 2_000, "{} bytes", told.len());
}

/// A service may want to know the field, not only print it.
#[tokio::test]
async fn the_loss_is_data() {
    let error = executed(Guessed { lab: lab(), value: Some(f64::INFINITY) }).await;

    let field = error.loss().and_then(|loss| loss.fields().first()).expect("a loss of a field");
    assert_eq!(error.event().as_str(), "guessed");
    assert_eq!((&*field.path, &*field.written, &*field.read), ("value", "Some(inf)", "None"));
}

#[tokio::test]
async fn why_it_is_not_read_is_the_source() {
    let error = executed(Measured { lab: lab(), value: f64::NAN }).await;

    let told = chain(&error);
    assert!(told.ends_with("invalid type: null, expected f64 at line 1 column 25"), "{told}");
}
