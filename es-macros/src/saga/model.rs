//! A saga that is sound.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{Data, DeriveInput};

use super::attempts::{Attempts, TIMEOUT};
use super::list::{Retired, Start, Step};
use crate::crate_path::CratePath;
use crate::diagnostics::{Errors, Slot};
use crate::event_enum;
use crate::event_set::EventSet;
use crate::keys::{Compensation, Duration, Entry, Item, Items, SagaKeys};
use crate::name;
use crate::version;

pub(crate) struct Saga<'a> {
    pub(crate) input: &'a DeriveInput,
    /// True if the item is no saga at all; the mistake has been reported.
    pub(crate) is_unfit: bool,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) id: TokenStream,
    /// The name of the tag that is the id; `None` only after a mistake.
    pub(crate) by: Option<String>,
    /// The events that start an instance.
    pub(crate) set: EventSet<'a>,
    pub(crate) starts: Vec<Start<'a>>,
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) retired: Vec<Retired<'a>>,
    pub(crate) compensation: Option<Attempts<'a>>,
    /// `None` only after a mistake.
    pub(crate) deadline: Option<&'a Duration>,
    pub(crate) krate: CratePath<'a>,
}

impl<'a> Saga<'a> {
    pub(crate) fn new(input: &'a DeriveInput, spec: &'a SagaKeys, errors: &mut Errors) -> Self {
        let is_struct = is_struct(input, errors);
        let has_parameters = has_parameters(input, errors);
        let is_unfit = has_parameters || matches!(input.data, Data::Union(_));
        if is_struct {
            missing_keys(input, spec, errors);
        }
        let krate = CratePath::new(&spec.krate, errors);
        let name = spec.name.value();
        let name = name.and_then(|literal| name::SAGA.check(literal, errors));
        let version = spec.version.value().and_then(|literal| version::read(literal, errors));
        let by = spec.by.value().and_then(|literal| name::TAG.check(literal, errors));
        let starts = items(&spec.starts);
        let entries: Vec<&Entry> = starts.iter().map(|item| &item.entry).collect();
        let ident = format_ident!("{}Start", input.ident);
        // What a parameter does to the enum of the starts was told with it.
        let mut told = Errors::default();
        let of_set = if has_parameters { &mut told } else { &mut *errors };
        let set = event_enum::named(ident, input, &entries, Slot::EMPTY, krate, of_set);
        drop(told.report());
        let started = starts.iter().enumerate();
        let started: Vec<_> =
            started.filter_map(|(nth, item)| Start::new(nth, item, &set)).collect();
        has_a_start(spec, &started, errors);
        let retired = retired(spec, errors);
        let compensation = spec.compensation.value();
        let model = Self {
            input,
            is_unfit,
            name: name.unwrap_or_else(|| "unnamed".to_owned()),
            version: version.unwrap_or(1),
            id: match spec.id.value() {
                Some(id) => id.to_token_stream(),
                None => errors.stand_in(),
            },
            by,
            set,
            starts: started,
            steps: steps(spec, errors),
            retired,
            compensation: compensation
                .map(|Compensation(keys)| Attempts::of_compensations(keys, errors)),
            deadline: spec.deadline.value(),
            krate,
        };
        model.attempts_end_in_time(errors);
        model
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.input.ident
    }

    /// Reports attempts that may take longer than the whole.
    fn attempts_end_in_time(&self, errors: &mut Errors) {
        let Some(deadline) = self.deadline else { return };
        let timeouts = self.steps.iter().filter_map(|step| step.attempts.timeout);
        for timeout in timeouts.filter(|timeout| timeout.micros > deadline.micros) {
            errors.at(
                &timeout.literal,
                format_args!(
                    "one attempt may take {timeout}, longer than the whole saga, whose deadline is \
                     {deadline}; write a shorter `timeout` or a longer `deadline`"
                ),
            );
        }
        let (default, text) = TIMEOUT;
        let is_default = |step: &&Step<'_>| step.has_default_timeout;
        if let Some(step) = self.steps.iter().find(is_default)
            && default > deadline.micros
        {
            errors.at(
                &deadline.literal,
                format_args!(
                    "the deadline of {deadline} is shorter than one attempt of `{0}`, which may take \
                     {text} unless written; write `{0}(timeout = \"{deadline}\")` or less, or a longer \
                     deadline",
                    step.listed.text()
                ),
            );
        }
    }
}

fn items<K>(slot: &Slot<Items<K>>) -> &[Item<K>] {
    slot.value().map_or(&[][..], |Items(items)| items)
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    if matches!(input.data, Data::Struct(_)) {
        return true;
    }
    errors.at(
        &input.ident,
        "`Saga` goes on the struct that holds the state; put a state that is an enum into a field of one",
    );
    false
}

/// True if the struct has parameters; reports an error if so. The stored name of a saga is that of one type.
fn has_parameters(input: &DeriveInput, errors: &mut Errors) -> bool {
    let parameters = &input.generics.params;
    if parameters.is_empty() {
        return false;
    }
    errors.at(
        parameters,
        "a saga has one stored name, and so takes no parameters; name the types, or write `impl Saga` \
         by hand",
    );
    true
}

fn missing_keys(input: &DeriveInput, spec: &SagaKeys, errors: &mut Errors) {
    let ident = &input.ident;
    let name = name::suggestion(ident);
    let Some(place) = &spec.written.place else {
        errors.at(
            ident,
            format_args!(
                "the saga `{ident}` does not say what it does; write on it `#[saga(name = \"{name}\", \
                 id = …, by = \"…\", starts(…), steps(…), deadline = \"…\")]`"
            ),
        );
        return;
    };
    let told = [
        (
            "name",
            format!("write `name = \"{name}\"`: the category of its streams, which is stored"),
        ),
        (
            "id",
            "write `id = OrderId` with the type that tells one instance from the other".to_owned(),
        ),
        (
            "by",
            "write `by = \"order\"`: the tag by which an event says which instance it is about"
                .to_owned(),
        ),
        ("starts", "list the events that start an instance, `starts(OrderPlaced)`".to_owned()),
        (
            "steps",
            "list what is asked for, in order, `steps(TakePayment, ReserveStock)`".to_owned(),
        ),
        (
            "deadline",
            "write `deadline = \"2h\"`: the time after which all that was tried is taken back"
                .to_owned(),
        ),
    ];
    for (key, cure) in told {
        if spec.written.misses(key) {
            errors.at(place, format_args!("`{key}` is missing; {cure}"));
        }
    }
}

/// Reports a list of starts of which none starts an instance any more.
fn has_a_start(spec: &SagaKeys, starts: &[Start<'_>], errors: &mut Errors) {
    if let Some(key) = spec.starts.key()
        && !starts.is_empty()
        && starts.iter().all(|start| start.is_retired)
    {
        errors.at(
            key,
            "all of these events are retired, so that none starts an instance; list one that does",
        );
    }
}

fn steps<'a>(spec: &'a SagaKeys, errors: &mut Errors) -> Vec<Step<'a>> {
    let steps = items(&spec.steps).iter().enumerate();
    steps.filter_map(|(nth, item)| Step::new(nth, item, errors)).collect()
}

/// The retired steps that are not among the current ones.
fn retired<'a>(spec: &'a SagaKeys, errors: &mut Errors) -> Vec<Retired<'a>> {
    let mut retired = Vec::new();
    for (nth, item) in items(&spec.retired).iter().enumerate() {
        let text = item.entry.text();
        if items(&spec.steps).iter().any(|step| step.entry.text() == text) {
            errors.at(
                &item.entry.path,
                format_args!(
                    "`{text}` is among the steps as well; a retired step is no longer asked for, take \
                     it off one of the two lists"
                ),
            );
        } else {
            retired.extend(Retired::new(nth, item, errors));
        }
    }
    retired
}
