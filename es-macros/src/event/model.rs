//! An event that is sound.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Generics, parse_quote};

use super::aliases;
use super::borrowed::borrows_nothing;
use super::home;
use super::past::Past;
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::{Aliases, Annotated, AnnotatedField, EventFieldKeys, EventKeys};
use crate::name;
use crate::reject_lifetimes::{accept_nevertheless, owned};
use crate::tags::TagField;
use crate::version;

/// The keys on the struct and on its fields.
pub(crate) type Spec<'a> = Annotated<'a, EventKeys, EventFieldKeys>;
pub(crate) type FieldSpec<'a> = AnnotatedField<'a, EventFieldKeys>;

pub(crate) struct Event<'a> {
    pub(crate) input: &'a DeriveInput,
    /// The generics of the struct, each type able to be part of an event.
    pub(crate) generics: Generics,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) aliases: Vec<String>,
    pub(crate) past: Past<'a>,
    pub(crate) tags: Vec<TagField<'a>>,
    /// True if the event is stored without being read again.
    pub(crate) is_unchecked: bool,
    /// The place of the field whose tag names the stream in which a decision stores the event.
    home: Option<u32>,
    pub(crate) krate: CratePath<'a>,
}

impl<'a> Event<'a> {
    pub(crate) fn new(input: &'a DeriveInput, spec: &'a Spec<'a>, errors: &mut Errors) -> Self {
        let mut generics = owned("an event", &input.generics, errors);
        let is_owned = input.generics.lifetimes().next().is_none();
        // What a lifetime borrows is told of at the lifetime.
        if is_owned && !borrows_nothing(input, errors) {
            accept_nevertheless(&mut generics, errors);
        }
        let is_struct = is_struct(input, errors);
        let krate = CratePath::new(&spec.keys.krate, errors);
        // Without the right shape, what else is missing would only distract.
        let name = name(input, spec, is_struct, errors).unwrap_or_else(|| placeholder(input));
        let aliases = spec.keys.aliases.value().map_or(&[][..], |Aliases(names)| names);
        let home = home::home(&input.ident, spec, errors);
        let version = spec.keys.version.value().and_then(|literal| version::read(literal, errors));
        Self {
            input,
            generics: stored(generics, krate),
            aliases: aliases::sound(aliases, &name, errors),
            name,
            version: version.unwrap_or(1),
            // Of a version that is none nothing can be said.
            past: match version {
                None if spec.keys.version.value().is_some() => Past::None,
                _ if !is_struct || !is_owned => Past::None,
                version => Past::new(input, spec, version.unwrap_or(1), errors),
            },
            tags: tags(spec, home, errors),
            home,
            is_unchecked: spec.keys.unchecked.value().is_some(),
            krate,
        }
    }

    /// The tag that names the stream in which a decision stores the event.
    pub(crate) fn home(&self) -> Option<&TagField<'a>> {
        self.tags.iter().find(|tag| Some(tag.nth) == self.home)
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    match input.data {
        Data::Struct(_) => return true,
        Data::Enum(_) => errors.at(
            &input.ident,
            "`Event` goes on a struct, one for each thing that can happen; make every variant \
             a struct of its own, and for the enum of them use `#[derive(EventSet)]`",
        ),
        Data::Union(_) => {
            errors.at(&input.ident, "`Event` goes on a struct; a union cannot be stored");
        }
    }
    false
}

/// Adds the bounds of stored data: the fields of an event are stored, compared and printed, and a
/// type parameter may be the type of a field.
fn stored(mut generics: Generics, krate: CratePath<'_>) -> Generics {
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#krate::__private::Part));
    }
    generics
}

fn name(
    input: &DeriveInput,
    spec: &Spec<'_>,
    is_struct: bool,
    errors: &mut Errors,
) -> Option<String> {
    if let Some(literal) = spec.keys.name.value() {
        return name::EVENT.check(literal, errors);
    }
    let ident = &input.ident;
    if is_struct && spec.keys.written.lacks("name") {
        match &spec.keys.written.place {
            Some(place) => errors.at(
                place,
                format_args!(
                    "`name` is missing; write `#[event(name = \"{}\")]`: \
                     it is what is stored, so that the struct may be renamed",
                    name::suggestion(&input.ident)
                ),
            ),
            None => errors.at(
                ident,
                format_args!(
                    "the event `{ident}` has no name to be stored under; \
                     write `#[event(name = \"{}\")]` on it",
                    name::suggestion(&input.ident)
                ),
            ),
        }
    }
    None
}

/// A name for an event whose own is missing or wrong: no two structs of a module share it, so that
/// no set reports a clash on top.
fn placeholder(input: &DeriveInput) -> String {
    let mut name = input.ident.unraw().to_string();
    name.retain(|c| c.is_ascii_alphanumeric());
    name.truncate(80);
    format!("unnamed.{name}")
}

/// The tags, the home first. Two fields may be tags of one name, since an event may concern two
/// things of one kind, and the first of that name is the home.
fn tags<'a>(spec: &'a Spec<'a>, home: Option<u32>, errors: &mut Errors) -> Vec<TagField<'a>> {
    let mut tags: Vec<_> = spec.fields.iter().filter_map(|field| tag(field, errors)).collect();
    tags.sort_by_key(|tag| Some(tag.nth) != home);
    tags
}

fn tag<'a>(spec: &FieldSpec<'a>, errors: &mut Errors) -> Option<TagField<'a>> {
    let AnnotatedField { nth, field, keys } = spec;
    // A word that was not understood may be the tag, and a home was meant to be one.
    let is_unclear = !keys.written.is_known() || keys.home.key().is_some();
    if is_unclear && !keys.tag.is_written() {
        return TagField::unclear(*nth, field);
    }
    TagField::new("event", *nth, field, &keys.tag, errors)
}
