//! The named types that a form is made of, as they are met.

use std::any::TypeId;
use std::collections::BTreeMap;

use super::{Definition, Form, Kind, Schema, Shape};

/// The named types that were met on the way through a type, each with its definition.
#[derive(Clone, Debug, Default)]
pub struct Types {
    pub(super) definitions: BTreeMap<String, Definition>,
    /// The types as they are written, as far as a derive could see it.
    pub(super) sources: BTreeMap<String, &'static str>,
    names: BTreeMap<TypeId, String>,
}

impl Types {
    /// The form of `T`, a type with a name. `path` says which: where it stands and what it is called,
    /// with the arguments of a generic one.
    ///
    /// `definition` is asked the first time that `T` is met. In it `T` may be met again, so that a
    /// type which holds itself has an end. Two types of one path, as two functions of a module may
    /// have them, are told apart by a number.
    pub fn define<T: ?Sized + 'static>(
        &mut self,
        path: &str,
        definition: impl FnOnce(&mut Self) -> Definition,
    ) -> Form {
        if let Some(name) = self.names.get(&TypeId::of::<T>()) {
            return Form::Named(name.clone());
        }
        let name = self.unused(path);
        // Before it is defined: its definition may name it.
        self.names.insert(TypeId::of::<T>(), name.clone());
        let definition = definition(self);
        self.definitions.insert(name.clone(), definition);
        Form::Named(name)
    }

    /// The definition that the name of a type stands for. There is none within the definition of
    /// that type.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)
    }

    /// The type `T` as it is written: it is in fingerprints, not in schemas.
    pub(crate) fn written<T: ?Sized + 'static>(&mut self, source: &'static str) {
        if let Some(name) = self.names.get(&TypeId::of::<T>()) {
            self.sources.insert(name.clone(), source);
        }
    }

    /// The form of `T`, a type with a name that a function writes.
    pub(crate) fn opaque<T: ?Sized + 'static>(&mut self, path: &str, source: &'static str) -> Form {
        let known = self.names.get(&TypeId::of::<T>()).cloned();
        let name = known.unwrap_or_else(|| self.unused(path));
        self.names.insert(TypeId::of::<T>(), name.clone());
        self.sources.insert(name.clone(), source);
        Form::Opaque(name)
    }

    /// `form` with the definitions that can be reached from it.
    pub(crate) fn schema(&self, form: Form) -> Schema {
        let mut definitions = BTreeMap::new();
        self.reach(&form, &mut definitions);
        Schema { form, definitions }
    }

    fn unused(&self, path: &str) -> String {
        let is_used = |name: &String| self.names.values().any(|used| used == name);
        let numbered = (2..).map(|nth| format!("{path}#{nth}"));
        let mut names = std::iter::once(path.to_owned()).chain(numbered);
        names.find(|name| !is_used(name)).unwrap_or_default()
    }

    fn reach(&self, form: &Form, reached: &mut BTreeMap<String, Definition>) {
        match form {
            Form::Named(name) => {
                if let Some(definition) = self.definitions.get(name)
                    && !reached.contains_key(name)
                {
                    reached.insert(name.clone(), definition.clone());
                    self.reach_kind(&definition.kind, reached);
                }
            }
            Form::Option(of) | Form::List(of) | Form::Array(of, _) | Form::Set(of) => {
                self.reach(of, reached);
            }
            Form::Map(key, value) => {
                self.reach(key, reached);
                self.reach(value, reached);
            }
            Form::Tuple(parts) => parts.iter().for_each(|part| self.reach(part, reached)),
            Form::Unit
            | Form::Bool
            | Form::Integer(_)
            | Form::Float(_)
            | Form::Text(_)
            | Form::Opaque(_) => {}
        }
    }

    fn reach_kind(&self, kind: &Kind, reached: &mut BTreeMap<String, Definition>) {
        match kind {
            Kind::Unit => {}
            Kind::Newtype(form) => self.reach(form, reached),
            Kind::Tuple(forms) => forms.iter().for_each(|form| self.reach(form, reached)),
            Kind::Struct(fields) => {
                for field in fields {
                    self.reach(&field.form, reached);
                }
            }
            Kind::Enum(of) => {
                for variant in &of.variants {
                    self.reach_kind(&variant.kind, reached);
                }
            }
        }
    }
}

impl Schema {
    /// The stored form of `T`, with every named type that it is made of.
    #[must_use]
    pub fn of<T: Shape + ?Sized>() -> Self {
        let mut types = Types::default();
        let form = T::form(&mut types);
        types.schema(form)
    }

    /// A form of which nothing is known but the name of its type.
    #[must_use]
    pub fn opaque(name: impl Into<String>) -> Self {
        Self { form: Form::Opaque(name.into()), definitions: BTreeMap::new() }
    }
}
