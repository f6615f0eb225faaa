//! Schemas drawn at random, written and read.

use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use es_core::{EventHistory, SchemaVersion};
use es_testing::Blessing;
use es_testing::lock::{self, Released};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::forms::*;
use crate::scratch::Scratch;

/// Types that every drawn schema has.
const TYPES: [&str; 4] = ["bank::Event", "bank::Money", "shop::Money", "bank::Put<bank::Money>"];

fn a_form() -> impl Strategy<Value = Form> {
    let leaf = prop_oneof![
        Just(Form::Unit),
        Just(Form::Bool),
        prop::sample::select(vec!["i8", "u128", "usize", "NonZero u16"]).prop_map(Form::Integer),
        Just(Form::Float("f64")),
        prop::sample::select(vec!["String", "char", "Uuid", "two words"]).prop_map(Form::Text),
        prop::sample::select(TYPES.to_vec()).prop_map(named),
        ".{0,8}".prop_map(Form::Opaque),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(optional),
            inner.clone().prop_map(list),
            inner.clone().prop_map(|form| Form::Set(Box::new(form))),
            (inner.clone(), 0..40_usize).prop_map(|(form, n)| Form::Array(Box::new(form), n)),
            (inner.clone(), inner.clone())
                .prop_map(|(key, value)| Form::Map(Box::new(key), Box::new(value))),
            vec(inner, 0..3).prop_map(Form::Tuple),
        ]
    })
}

/// Of the form that attributes have once blanks are single.
fn attributes() -> impl Strategy<Value = Vec<String>> {
    vec("[a-z]{1,6}( = \"[a-z\\[\\]\"\\\\#]{0,4}\")?", 0..2)
}

fn some_fields() -> impl Strategy<Value = Vec<Field>> {
    btree_map(".{0,6}", (a_form(), any::<bool>(), attributes()), 0..4).prop_map(|fields| {
        let field =
            |(name, (form, required, attributes))| Field { name, form, required, attributes };
        fields.into_iter().map(field).collect()
    })
}

fn a_kind() -> impl Strategy<Value = Kind> {
    let plain = prop_oneof![
        Just(Kind::Unit),
        a_form().prop_map(Kind::Newtype),
        vec(a_form(), 0..3).prop_map(Kind::Tuple),
        some_fields().prop_map(Kind::Struct),
    ]
    .boxed();
    let tagging = prop_oneof![
        Just(Tagging::External),
        ".{0,4}".prop_map(Tagging::Internal),
        (".{0,4}", ".{0,4}").prop_map(|(tag, content)| Tagging::Adjacent { tag, content }),
        Just(Tagging::Untagged),
    ];
    let variant = (plain.clone(), attributes());
    let variants = (tagging, btree_map(".{0,6}", variant, 0..4)).prop_map(|(tagging, variants)| {
        let variant = |(name, (kind, attributes))| Variant { name, kind, attributes };
        Kind::Enum(Enum { tagging, variants: variants.into_iter().map(variant).collect() })
    });
    prop_oneof![plain, variants.boxed()]
}

fn a_schema() -> impl Strategy<Value = Schema> {
    let definitions: Vec<_> = TYPES
        .iter()
        .map(|name| {
            (a_kind(), attributes()).prop_map(|(kind, attributes)| {
                ((*name).to_owned(), Definition { attributes, kind })
            })
        })
        .collect();
    (a_form(), definitions).prop_map(|(form, definitions)| Schema {
        form,
        definitions: definitions.into_iter().collect(),
    })
}

proptest! {
    // What fails is shortened and becomes a test with a name.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_schema_is_read_as_it_was_written(schema in a_schema()) {
        let scratch = Scratch::new();
        let history = [EventHistory::new("drawn", vec![(SchemaVersion(1), schema)])];

        lock::hold(scratch.path(), &history, Blessing::Given).expect("nothing is released yet");
        let text = scratch.read("events.lock");
        let released: Released = text.parse().map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;

        prop_assert_eq!(released.to_string(), &*text);
        let verdict = lock::check(&released, &history);
        prop_assert!(!verdict.is_breach() && !verdict.is_new(), "{}\n{}", verdict, text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(format 1\n)?(event a\n)?(  version 1: )?[ -~\n]{0,60}") {
        let _ = text.parse::<Released>();
    }
}
