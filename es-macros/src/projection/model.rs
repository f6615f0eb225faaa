//! A sound projection.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span};
use syn::{Data, DeriveInput, Path, Type};

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::event_enum;
use crate::event_set::{EventSet, Member};
use crate::keys::{Entry, ParsedKeys, ProjectionKeys, Start, Targets, has_its_own_variant};
use crate::name;
use crate::paths;
use crate::version;

pub(crate) struct Projection<'a> {
    pub(crate) input: &'a DeriveInput,
    /// The handled events, then those that have an effect and no handler.
    pub(crate) set: EventSet<'a>,
    /// The effects, each as it is listed there.
    pub(crate) effects: Vec<Effect<'a>>,
    handled: HashSet<String>,
    pub(crate) name: String,
    pub(crate) version: u32,
    /// The start of the effects if no version is known.
    pub(crate) start: &'a Start,
    /// The function that reads the key; `None` if the key is the stream.
    pub(crate) key: Option<&'a Path>,
    /// The key `bulk`, which asks for many events at once.
    pub(crate) bulk: Option<&'a Ident>,
    pub(crate) db: Db<'a>,
    pub(crate) krate: CratePath<'a>,
    pub(crate) written: &'a ParsedKeys,
}

/// The types that the projection writes into.
pub(crate) enum Db<'a> {
    /// The one type that its handlers have in common.
    OfTheHandlers,
    /// The listed types.
    Listed(&'a [Type]),
}

/// An event that has an effect, as it is listed there.
pub(crate) struct Effect<'a> {
    pub(crate) event: &'a Path,
    pub(crate) variant: &'a Ident,
    /// The word that the compiler underlines.
    pub(crate) blame: Span,
}

impl<'a> Effect<'a> {
    /// Finds the variant of the event; `None` if the event is not in the set, which has been
    /// reported.
    fn new(entry: &'a Entry, variants: &HashMap<String, &'a Ident>) -> Option<Self> {
        let variant = variants.get(&entry.text())?;
        Some(Self { event: &entry.path, variant, blame: entry.last()?.span() })
    }
}

impl<'a> Projection<'a> {
    pub(crate) fn new(
        input: &'a DeriveInput,
        spec: &'a ProjectionKeys,
        errors: &mut Errors,
    ) -> Self {
        let is_struct = is_struct(input, errors);
        if is_struct {
            missing_keys(input, spec, errors);
            start_of_effects(spec, errors);
        }
        let krate = CratePath::new(&spec.krate, errors);
        let events = spec.events.value().map_or(&[][..], Vec::as_slice);
        let effects = effects(spec, events, errors);
        let mut entries: Vec<&Entry> = events.iter().collect();
        let handled: HashSet<_> = events.iter().map(Entry::text).collect();
        entries.extend(effects.iter().filter(|effect| !handled.contains(&effect.text())));
        let set = event_enum::of_list(input, &entries, &spec.superseded, krate, errors);
        let members = set.members.iter();
        let variants = members.map(|member| (paths::text(member.event), member.variant)).collect();
        let version = spec.version.value().and_then(|literal| version::read(literal, errors));
        let name = spec.name.value();
        let name = name.and_then(|literal| name::PROJECTION.check(literal, errors));
        Self {
            input,
            effects: effects.into_iter().filter_map(|it| Effect::new(it, &variants)).collect(),
            set,
            handled,
            name: name.unwrap_or_else(|| "unnamed".to_owned()),
            version: version.unwrap_or(1),
            start: spec.start.value().unwrap_or(&Start::Now),
            key: spec.key.value(),
            bulk: spec.bulk.key(),
            db: match spec.db.value() {
                Some(Targets(types)) => Db::Listed(types),
                None if spec.written.lacks("db") => Db::OfTheHandlers,
                None => Db::Listed(&[]),
            },
            krate,
            written: &spec.written,
        }
    }

    /// True if a handler takes the event; false if the event has an effect only.
    pub(crate) fn handles(&self, member: &Member<'_>) -> bool {
        self.handled.contains(&paths::text(member.event))
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    if matches!(input.data, Data::Struct(_)) {
        return true;
    }
    errors.at(
        &input.ident,
        "`Projection` goes on a struct, which its handlers are written for; \
         what follows from the events is kept in what it writes into",
    );
    false
}

fn missing_keys(input: &DeriveInput, spec: &ProjectionKeys, errors: &mut Errors) {
    let ident = &input.ident;
    let name = name::suggestion(ident);
    let Some(place) = &spec.written.place else {
        errors.at(
            ident,
            format_args!(
                "the projection `{ident}` does not say what it follows; \
                 write on it `#[projection(name = \"{name}\", events(…))]`"
            ),
        );
        return;
    };
    if spec.written.misses("name") {
        errors.at(
            place,
            format_args!(
                "`name` is missing; write `name = \"{name}\"`: what its progress is kept under, \
                 so that the struct may be renamed"
            ),
        );
    }
    if spec.written.misses("events") && spec.written.misses("effects") {
        errors.at(place, "`events` is missing; list what it follows, `events(Opened, Closed)`");
    }
}

/// Requires `start` and `effects` together: the effects of a whole history must not happen by
/// mistake.
fn start_of_effects(spec: &ProjectionKeys, errors: &mut Errors) {
    if let Some(effects) = spec.effects.key()
        && spec.written.misses("start")
    {
        errors.at(
            effects,
            "`start` is missing: where the effects of a new projection begin; write `start = now` \
             beside it, or `start = beginning` for those of the whole history",
        );
    }
    if let Some(start) = spec.start.key()
        && spec.written.misses("effects")
    {
        errors.at(
            start,
            "`start` says where effects begin, and none are listed; list them, `effects(Opened)`, or \
             remove it",
        );
    }
}

/// The effects that can be told from the handled events, and from each other, by their variants.
fn effects<'a>(spec: &'a ProjectionKeys, events: &[Entry], errors: &mut Errors) -> Vec<&'a Entry> {
    let entries = spec.effects.value().map_or(&[][..], Vec::as_slice);
    let mut is_sound = |effect: &&Entry| {
        let text = effect.text();
        if !events.iter().any(|event| event.text() == text) {
            return has_its_own_variant(effect, events.iter(), errors);
        }
        if let Some(renamed) = &effect.renamed {
            errors.at(
                renamed,
                format_args!(
                    "`{text}` has the variant that it has in `events`; write `{text}` alone"
                ),
            );
        }
        true
    };
    entries.iter().filter(|effect| is_sound(effect)).collect()
}
