//! Comparison of two stored forms.

mod enums;

use std::collections::BTreeSet;
use std::ptr;

use es_core::shape::{Field, Form, Schema};

use self::enums::Enums;
use super::attributes::{differ, is_strict, may_be_left_out};
use super::change::{Change, Compatibility};
use super::number::{float_fits, integer_fits, integer_fits_float};
use super::rule::Rule;
use super::view::View;
use crate::schema::lock::{spelled, without_path};

/// Compares what is stored as `old` with what is stored as `new`.
///
/// Both as *one* version: whether the payload of one would be read as the other. Between versions
/// there are upcasts, which this does not know.
#[must_use]
pub fn compatibility(old: &Schema, new: &Schema) -> Compatibility {
    let mut comparison = Comparison::of(old, new);
    comparison.forms("", &old.form, &new.form);
    Compatibility { changes: comparison.changes }
}

struct Comparison<'a> {
    old: &'a Schema,
    new: &'a Schema,
    changes: Vec<Change>,
    /// Pairs that have been compared, so that a type that holds itself has an end.
    met: BTreeSet<(*const Form, *const Form)>,
    enums: Enums,
}

impl<'a> Comparison<'a> {
    fn of(old: &'a Schema, new: &'a Schema) -> Self {
        Self { old, new, changes: Vec::new(), met: BTreeSet::new(), enums: Enums::default() }
    }

    fn forms(&mut self, place: &str, old: &'a Form, new: &'a Form) {
        let (was, is) = (without_null(old, self.old), without_null(new, self.new));
        match (was, is) {
            (None, Some(_)) => self.put(place, old, new, Rule::Widened),
            (Some(_), None) => self.put(place, old, new, Rule::Narrowed),
            _ => {}
        }
        self.values(place, was.unwrap_or(old), is.unwrap_or(new));
    }

    /// Forms that are no options.
    fn values(&mut self, place: &str, old: &'a Form, new: &'a Form) {
        if !self.met.insert((ptr::from_ref(old), ptr::from_ref(new))) {
            return;
        }
        match (View::of(old, self.old), View::of(new, self.new)) {
            (View::Nothing, View::Nothing) => {}
            (View::Form(before), View::Form(after)) => self.plain(place, before, after),
            (View::Form(Form::Opaque(_)), _) | (_, View::Form(Form::Opaque(_))) => {
                self.put(place, old, new, Rule::Unknown);
            }
            (before, after) => {
                let of_another_place = self.enums.at_another_place();
                let is_alike = self.parts(place, before, after);
                self.enums.back_at(of_another_place);
                if !is_alike {
                    self.put(place, old, new, Rule::FormChanged);
                }
            }
        }
    }

    /// Forms that are neither options nor types with parts of their own.
    fn plain(&mut self, place: &str, old: &'a Form, new: &'a Form) {
        let each = |place: &str| format!("{place}[]");
        let rule = match (old, new) {
            (Form::Integer(from), Form::Integer(into)) => {
                fit(integer_fits(from, into), integer_fits(into, from))
            }
            (Form::Float(from), Form::Float(into)) => {
                fit(float_fits(from, into), float_fits(into, from))
            }
            (Form::Integer(from), Form::Float(into)) => fit(integer_fits_float(from, into), false),
            (Form::Float(from), Form::Integer(into)) => fit(false, integer_fits_float(into, from)),
            (Form::Text(from), Form::Text(into)) => {
                fit(from == into || *into == "String", from == into || *from == "String")
            }
            // Options that are left are of a type that is nothing but an option of itself.
            (Form::Bool, Form::Bool) | (Form::Option(_), Form::Option(_)) => None,
            // A name without a definition says as little as a type that cannot be looked into.
            (Form::Opaque(from), Form::Opaque(into)) | (Form::Named(from), Form::Named(into)) => {
                (without_path(from) != without_path(into)).then_some(Rule::Unknown)
            }
            (Form::Opaque(_), _) | (_, Form::Opaque(_)) => Some(Rule::Unknown),
            (Form::Map(old_key, old), Form::Map(new_key, new)) => {
                self.forms(&format!("{place}[key]"), old_key, new_key);
                self.forms(&each(place), old, new);
                None
            }
            _ => match (elements(old), elements(new)) {
                (Some(old_part), Some(new_part)) => {
                    self.forms(&each(place), old_part, new_part);
                    fit(collects(old, new), collects(new, old))
                }
                _ => Some(Rule::FormChanged),
            },
        };
        if let Some(rule) = rule {
            self.put(place, old, new, rule);
        }
    }

    /// Compares what is within; false if the two are not made alike.
    fn parts(&mut self, place: &str, old: View<'a>, new: View<'a>) -> bool {
        match (old, new) {
            (View::Nothing, View::Nothing) => true,
            (View::Form(old), View::Form(new)) => {
                self.forms(place, old, new);
                true
            }
            (View::Tuple(old), View::Tuple(new)) if old.len() == new.len() => {
                for (nth, (old, new)) in old.into_iter().zip(new).enumerate() {
                    self.forms(&within(place, &nth.to_string()), old, new);
                }
                true
            }
            (View::Struct(old, was), View::Struct(new, is)) => {
                self.attributes(place, was, is);
                self.structs(place, (old, is_strict(was)), (new, is_strict(is)));
                true
            }
            (View::Enum(old, was), View::Enum(new, is)) => {
                self.attributes(place, was, is);
                self.enums(place, old, new)
            }
            _ => false,
        }
    }

    fn structs(
        &mut self,
        place: &str,
        (old, was_strict): (&'a [Field], bool),
        (new, is_strict): (&'a [Field], bool),
    ) {
        for field in old {
            let place = within(place, &field.name);
            let Some(now) = new.iter().find(|now| now.name == field.name) else {
                let rule = if field.required {
                    Rule::RequiredFieldRemoved
                } else {
                    Rule::OptionalFieldRemoved
                };
                self.went(&place, spelled(&field.form, self.old), rule);
                if is_strict {
                    self.went(&place, spelled(&field.form, self.old), Rule::RefusedByNew);
                }
                continue;
            };
            self.field(&place, field, now);
        }
        for field in new.iter().filter(|field| old.iter().all(|old| old.name != field.name)) {
            let place = within(place, &field.name);
            let rule =
                if field.required { Rule::RequiredFieldAdded } else { Rule::OptionalFieldAdded };
            self.came(&place, spelled(&field.form, self.new), rule);
            if was_strict {
                self.came(&place, spelled(&field.form, self.new), Rule::RefusedByOld);
            }
        }
    }

    fn field(&mut self, place: &str, old: &'a Field, new: &'a Field) {
        let (was, is) = (without_null(&old.form, self.old), without_null(&new.form, self.new));
        let rule = match (old.required, new.required) {
            (false, true) => Some(Rule::MadeRequired),
            // A default alone changes nothing of what is written.
            (true, false) if is.is_some() || may_be_left_out(&new.attributes) => {
                Some(Rule::MadeOptional)
            }
            _ => match (was, is) {
                (None, Some(_)) => Some(Rule::Widened),
                (Some(_), None) => Some(Rule::Narrowed),
                _ => None,
            },
        };
        if let Some(rule) = rule {
            self.put(place, &old.form, &new.form, rule);
        }
        self.attributes(place, &old.attributes, &new.attributes);
        self.values(place, was.unwrap_or(&old.form), is.unwrap_or(&new.form));
    }

    fn attributes(&mut self, place: &str, old: &[String], new: &[String]) {
        if differ(old, new) {
            let listed = |attributes: &[String]| Some(attributes.join(", "));
            self.push(place, listed(old), listed(new), Rule::AttributesChanged);
        }
    }

    fn put(&mut self, place: &str, old: &Form, new: &Form, rule: Rule) {
        let (old, new) = (spelled(old, self.old), spelled(new, self.new));
        self.push(place, Some(old), Some(new), rule);
    }

    fn went(&mut self, place: &str, old: String, rule: Rule) {
        self.push(place, Some(old), None, rule);
    }

    fn came(&mut self, place: &str, new: String, rule: Rule) {
        self.push(place, None, Some(new), rule);
    }

    fn push(&mut self, place: &str, old: Option<String>, new: Option<String>, rule: Rule) {
        self.changes.push(Change { place: place.to_owned(), old, new, rule });
    }
}

/// The form without `null`, if it has it.
fn without_null<'a>(form: &'a Form, schema: &'a Schema) -> Option<&'a Form> {
    let mut met = BTreeSet::new();
    let mut without = None;
    let mut form = form;
    while let View::Form(Form::Option(inner)) = View::of(form, schema)
        && met.insert(ptr::from_ref(form))
    {
        form = inner;
        without = Some(form);
    }
    without
}

fn elements(form: &Form) -> Option<&Form> {
    match form {
        Form::List(part) | Form::Set(part) | Form::Array(part, _) => Some(part),
        _ => None,
    }
}

/// True if the collection `from` can be read as the collection `into`.
fn collects(from: &Form, into: &Form) -> bool {
    match (from, into) {
        (_, Form::List(_)) | (Form::Set(_), Form::Set(_)) => true,
        (Form::Array(_, from), Form::Array(_, into)) => from == into,
        _ => false,
    }
}

fn fit(new_takes_old: bool, old_takes_new: bool) -> Option<Rule> {
    match (new_takes_old, old_takes_new) {
        (true, true) => None,
        (true, false) => Some(Rule::Widened),
        (false, true) => Some(Rule::Narrowed),
        (false, false) => Some(Rule::FormChanged),
    }
}

fn within(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}
