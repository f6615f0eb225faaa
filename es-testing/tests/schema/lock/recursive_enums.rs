//! Enums whose variants hold enums, also their own.

use es_core::shape::{Definition, Enum, Form, Kind, Schema, Tagging, Variant};
use es_testing::compatibility::Rule;

use super::forms::*;
use super::rules::{compared, nothing, one};

fn holds(form: Form) -> Kind {
    Kind::Newtype(form)
}

/// `enum Expr { Lit(i32), Neg(Box<Expr>) }`, in any order and with other variants.
fn expr<const N: usize>(of: [(&str, Kind); N]) -> Schema {
    schema([("a::Expr", variants(Tagging::External, of))])
}

fn lit(form: Form) -> (&'static str, Kind) {
    ("Lit", holds(form))
}

fn neg() -> (&'static str, Kind) {
    ("Neg", holds(named("a::Expr")))
}

#[test]
fn the_same_enum_in_its_own_variant_is_no_change() {
    nothing(&expr([lit(I32), neg()]), &expr([lit(I32), neg()]));
}

#[test]
fn a_variant_that_comes_to_an_enum_in_its_own_variant_is_told_once() {
    let abs = || ("Abs", holds(named("a::Expr")));
    let all = || ("All", holds(list(named("a::Expr"))));

    let (direct, more) = (expr([lit(I32), neg()]), expr([lit(I32), neg(), abs()]));
    one(&direct, &more, Rule::VariantAdded, "::Abs", true, false);
    let (in_a_list, more) = (expr([lit(I32), all()]), expr([lit(I32), all(), abs()]));
    one(&in_a_list, &more, Rule::VariantAdded, "::Abs", true, false);
}

#[test]
fn a_change_is_told_at_its_outermost_place_wherever_the_recursion_stands() {
    one(&expr([lit(I32), neg()]), &expr([lit(I64), neg()]), Rule::Widened, "::Lit", true, false);
    one(&expr([neg(), lit(I32)]), &expr([neg(), lit(I64)]), Rule::Widened, "::Lit", true, false);
}

/// There are 12! ways through the variants.
#[test]
fn twelve_variants_that_hold_their_enum_are_compared_at_once() {
    let twelve = |last| {
        let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", last];
        expr(names.map(|name| (name, holds(named("a::Expr")))))
    };

    let (changes, ..) = compared(&twelve("L"), &twelve("Z"));

    let told = [(Rule::VariantRemoved, "::L".to_owned()), (Rule::VariantAdded, "::Z".to_owned())];
    assert_eq!(changes, told);
    nothing(&twelve("L"), &twelve("L"));
}

/// Twelve enums, each of which holds all of them, and a number.
fn twelve_enums(number: &Form) -> Schema {
    let names: Vec<_> = (0..12).map(|nth| format!("E{nth}")).collect();
    let variant =
        |name: &str, form| Variant { name: name.to_owned(), kind: holds(form), attributes: vec![] };
    let enums = names.iter().map(|name| {
        let held = names.iter().map(|held| variant(held, named(held)));
        let variants = [variant("Lit", number.clone())].into_iter().chain(held).collect();
        (name.clone(), definition(Kind::Enum(Enum { tagging: Tagging::External, variants })))
    });
    Schema { form: named("E0"), definitions: enums.collect() }
}

#[test]
fn enums_that_hold_one_another_are_compared_at_once() {
    let (changes, ..) = compared(&twelve_enums(&I32), &twelve_enums(&I64));

    assert_eq!(changes.len(), 12);
    assert_eq!(changes[0], (Rule::Widened, "::Lit".to_owned()));
    nothing(&twelve_enums(&I32), &twelve_enums(&I32));
}

#[test]
fn a_change_in_the_second_of_two_enums_that_hold_each_other_is_told_once() {
    let two = |of_stmt: Definition| {
        let of_expr = variants(Tagging::External, [("Do", holds(named("a::Stmt"))), lit(I32)]);
        schema([("a::Expr", of_expr), ("a::Stmt", of_stmt)])
    };
    let value = || ("Value", holds(named("a::Expr")));
    let before = two(variants(Tagging::External, [value()]));
    let after = two(variants(Tagging::External, [value(), ("Skip", Kind::Unit)]));

    one(&before, &after, Rule::VariantAdded, "::Do::Skip", true, false);
}

#[test]
fn an_enum_at_two_places_is_told_at_both() {
    let by = |card: Kind| {
        let method = variants(Tagging::External, [("Card", card)]);
        let paid = fields([field("by", named("a::Method")), field("or", named("a::Method"))]);
        schema([("a::Paid", paid), ("a::Method", method)])
    };
    let number = || field("number", I64);
    let before = by(Kind::Struct(vec![number()]));
    let after = by(Kind::Struct(vec![number(), field("name", TEXT)]));

    let (changes, ..) = compared(&before, &after);

    let added = |place: &str| (Rule::RequiredFieldAdded, place.to_owned());
    assert_eq!(changes, [added("by::Card.name"), added("or::Card.name")]);
}

#[test]
fn a_variant_that_comes_to_an_enum_in_two_variants_is_told_in_both() {
    let outer = |of_inner: Definition| {
        let holds_inner = || holds(named("a::Inner"));
        let of_outer = variants(Tagging::External, [("A", holds_inner()), ("B", holds_inner())]);
        schema([("a::Outer", of_outer), ("a::Inner", of_inner)])
    };

    let (changes, ..) = compared(&outer(units(["One"])), &outer(units(["One", "Two"])));

    let added = |place: &str| (Rule::VariantAdded, place.to_owned());
    assert_eq!(changes, [added("::A::Two"), added("::B::Two")]);
}

#[test]
fn a_change_within_an_enum_without_tags_counts_also_if_it_was_told_elsewhere() {
    let paid = |cents: Form| {
        let money = variants(Tagging::Untagged, [("Cents", holds(named("a::Money")))]);
        let paid = fields([field("first", named("a::Money")), field("then", named("a::Any"))]);
        let of_money = fields([field("cents", cents)]);
        schema([("a::Paid", paid), ("a::Any", money), ("a::Money", of_money)])
    };

    let (changes, new_reads_old, _) = compared(&paid(I32), &paid(I64));

    let widened = (Rule::Widened, "first.cents".to_owned());
    assert_eq!(changes, [widened, (Rule::UntaggedChanged, "then".to_owned())]);
    assert!(!new_reads_old);
}

#[test]
fn an_enum_without_tags_that_holds_itself_has_an_end() {
    let value = |form: Form| {
        let of = [
            ("One", holds(form)),
            ("Own", holds(named("a::Value"))),
            ("All", holds(list(named("a::Value")))),
        ];
        schema([("a::Value", variants(Tagging::Untagged, of))])
    };

    nothing(&value(I32), &value(I32));
    one(&value(I32), &value(I64), Rule::UntaggedChanged, "", false, false);
}
