//! Annotations and items with a few tokens out of place: no panic, and always Rust.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{Data, DeriveInput};

use super::Derive;
use crate::diagnostics::Errors;
use crate::{
    activity, aggregate, command, decision_model, event, event_set, projection, saga, shape,
};

const SOUND: [(Derive, &str); 17] = [
    (event::derive, r#"#[event(name = "paid", version = 1, crate = ::es_core)] struct Paid(i64);"#),
    (
        event::derive,
        r#"
            #[event(name = "put", version = 3, previous = m::PutV2<T>, aliases("set", "laid"))]
            struct Put<T>(T);
        "#,
    ),
    (
        event::derive,
        r#"
            #[event(name = "paid", version = 4, removed(note: Note<u8>, in = 3, added(in = 2, default)))]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            struct Paid {
                #[event(added(in = 2, default = Of { a: 1 }), changed(from = Id, in = 4, with = <A as B>::c))]
                #[serde(alias = "x", with = "y")] of: Of,
                #[event(renamed(from = "type", in = 2))] #[event(renamed(from = "e-mail", in = 3))] b: u8,
                #[event(added(in = 3, with = m::f::<u8>(note, of)))] c: u8,
            }
        "#,
    ),
    (event::derive, r#"#[event(name = "put")] struct r#Put<T: Ord, const N: usize>([T; N]);"#),
    (
        event::derive,
        r#"#[event(name = "moved")] struct Moved { #[event(tag, home)] of: Id, #[event(tag = "to")] b: Id }"#,
    ),
    (
        aggregate::derive,
        r#"
            #[aggregate(name = "a", id = Id, events(m::Paid as P, Put<T>), superseded(m::Old, Gone<T>), error = E::F, crate = crate::x)]
            struct Account<T> where T: Value { last: T }
        "#,
    ),
    (aggregate::derive, r#"#[aggregate(name = "a", id = Id, event = m::Set<u8>)] struct Account;"#),
    (
        decision_model::derive,
        r#"
            #[decision_model(events(m::Paid as P, Put<T>), superseded(m::Old), tolerates(Put<T>))]
            struct Total<T> { #[decision_model(tag = "of")] of: Id, last: T }
        "#,
    ),
    (
        event_set::derive,
        "#[event_set(superseded(m::Old, Gone<T>), crate = ::es_core)] enum Activity<T> { Paid(m::Paid), Put(Put<T>) }",
    ),
    (
        command::derive,
        "#[command(aggregate = Account, any)] struct Pay { #[command(id)] id: Id, cents: i64 }",
    ),
    (
        aggregate::derive,
        r#"
            #[aggregate(name = "a", id = Id, event = Set, snapshot(every = 5, keep = 2, version = 3))]
            struct Account { #[shape(opaque)] #[serde(default)] since: Day<7>, open: bool }
        "#,
    ),
    (
        projection::derive,
        r#"
            #[projection(
                name = "p", version = 2, events(m::Paid as P, Put<T>), superseded(m::Old), key = m::f::<u8>,
                bulk, effects(Put<T>, Sent as S), db(Pg, Vec<(u8, T)>), crate = ::es_core
            )]
            struct Pages<T>(T) where T: Value;
        "#,
    ),
    (
        projection::derive,
        r#"#[projection(name = "p", events(Paid, Sent), db = Pg, effects(Sent), start = now)] struct Mails;"#,
    ),
    (
        shape::derive,
        "enum Payment<T> { Card { #[shape(opaque)] of: T }, Cash(#[serde(skip)] u8, [T; 4]), None }",
    ),
    (
        activity::derive,
        r#"#[activity(name = "pay", version = 2, output = m::Paid<u8>, crate = ::es_core)] struct Pay<T>(T);"#,
    ),
    (
        saga::derive,
        r#"
            #[saga(
                name = "s", version = 2, id = m::Id, by = "of", starts(Placed(compensated), m::Put<u8> as P(retired)),
                steps(Pay(timeout = "3s", attempts = 2, first = "1ms", factor = 2, at_most = "2s"), m::Ship<u8>(optional),
                      Mail(no_compensation = "why", may_be_skipped)),
                retired(Old(no_compensation = "why"), Older), compensation(attempts = 2, timeout = "1h"), deadline = "9d"
            )]
            struct Fulfilment { of: Id }
        "#,
    ),
    (
        saga::derive,
        r#"#[saga(name = "s", id = Id, by = "of", starts(Placed), steps(Pay), deadline = "9d")] struct S;"#,
    ),
];

/// Tokens that are put into places where they do not belong.
const STRAYS: &str = r#"
    , = ; : :: as id tag name tolerates event events error crate aggregate version needs in from with
    previous aliases removed effects key bulk db added renamed changed default serde
    by starts steps retired compensation deadline timeout attempts first optional "30s" "0s" 2 3 T "x" "" 0 -1 1.5 'a' b"x"
    < > # $ & * -> fn struct dyn impl type where Self self super _ r#type () [] {} (Paid as) <T> é
"#;

const ROUNDS: usize = 9_000;

#[test]
fn tokens_out_of_place_give_rust_or_a_sentence_but_no_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let strays: Vec<TokenTree> = STRAYS.parse::<TokenStream>().unwrap().into_iter().collect();
    for round in 0..ROUNDS {
        let (derive, sound) = SOUND[round % SOUND.len()];
        let mut item: TokenStream = sound.parse().unwrap();
        for _ in 0..=dice.roll(3) {
            item = disturbed(item, &strays, &mut dice);
        }
        // Anything else is told by the compiler and reaches no derive.
        if let Ok(input) = syn::parse2::<DeriveInput>(item.clone())
            && !is_nameless(&input)
        {
            check(derive, &input, &item);
        }
    }
}

/// True if a parameter or a field is called `_`: the parser accepts that, the compiler does not.
fn is_nameless(input: &DeriveInput) -> bool {
    let fields: Vec<_> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(data) => data.fields.named.iter().collect(),
    };
    let mut names = fields.into_iter().filter_map(|field| field.ident.as_ref());
    names.any(|name| name == "_")
        || input.generics.type_params().any(|parameter| parameter.ident == "_")
}

fn check(derive: Derive, input: &DeriveInput, item: &TokenStream) {
    let mut errors = Errors::default();
    let expansion = derive(input, &mut errors);
    let told = errors.messages();

    let no_rust = syn::parse2::<syn::File>(expansion).err();
    assert!(no_rust.is_none(), "{item}\nis told {told:?}, but expands to no Rust: {no_rust:?}");
    let is_vague = |message: &&String| message.trim().is_empty() || message.starts_with("expected");
    assert_eq!(told.iter().find(is_vague), None, "{item}");
}

/// The tokens with one of them, perhaps within a group, removed, replaced, doubled or wrapped.
fn disturbed(tokens: TokenStream, strays: &[TokenTree], dice: &mut Dice) -> TokenStream {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    let at = dice.roll(tokens.len().max(1));
    let stray = strays[dice.roll(strays.len())].clone();
    let groups: Vec<_> =
        (0..tokens.len()).filter(|nth| matches!(tokens[*nth], TokenTree::Group(_))).collect();
    if !groups.is_empty() && dice.roll(4) > 0 {
        let nth = groups[dice.roll(groups.len())];
        if let TokenTree::Group(group) = &tokens[nth] {
            let within = disturbed(group.stream(), strays, dice);
            tokens[nth] = Group::new(group.delimiter(), within).into();
        }
        return tokens.into_iter().collect();
    }
    match tokens.get(at).cloned() {
        None => tokens.push(stray),
        Some(token) => match dice.roll(5) {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, stray),
            2 => tokens.insert(at, token),
            3 => tokens[at] = Group::new(Delimiter::None, quote!(#token)).into(),
            _ => tokens[at] = stray,
        },
    }
    tokens.into_iter().collect()
}

/// The same throws in every run, so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
