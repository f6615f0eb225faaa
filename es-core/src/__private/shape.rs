//! What the derives write stored forms with.

use std::marker::PhantomData;

pub use crate::shape::{Definition, Enum, Form, Kind, Shape, Tagging, Types, Variant};

use crate::event::{Event, SchemaVersion};
use crate::shape::{Field, Schema};

/// A type with a name, whose text is `source`.
pub fn define<T: ?Sized + 'static>(
    path: &str,
    source: &'static str,
    types: &mut Types,
    definition: impl FnOnce(&mut Types) -> Definition,
) -> Form {
    types.define::<T>(path, |types| {
        types.written::<T>(source);
        definition(types)
    })
}

/// A type with a name that a function writes.
pub fn opaque<T: ?Sized + 'static>(path: &str, source: &'static str, types: &mut Types) -> Form {
    types.opaque::<T>(path, source)
}

/// The schema of one version of an event: `T` is its struct, or what stands for one.
pub fn schema<T: 'static>(path: &str, definition: impl FnOnce(&mut Types) -> Definition) -> Schema {
    let mut types = Types::default();
    let form = types.define::<T>(path, definition);
    types.schema(form)
}

/// The schemas of an event with one version.
pub fn schemas<E: Event>(
    path: &str,
    definition: impl FnOnce(&mut Types) -> Definition,
) -> Vec<(SchemaVersion, Schema)> {
    vec![(E::VERSION, schema::<E>(path, definition))]
}

#[must_use]
pub fn opaque_form(name: &str) -> Form {
    Form::Opaque(name.to_owned())
}

#[must_use]
pub fn definition(kind: Kind, attributes: &[&str]) -> Definition {
    Definition { attributes: owned(attributes), kind }
}

#[must_use]
pub fn variant(name: &str, kind: Kind, attributes: &[&str]) -> Variant {
    Variant { name: name.to_owned(), kind, attributes: owned(attributes) }
}

fn owned(attributes: &[&str]) -> Vec<String> {
    attributes.iter().copied().map(str::to_owned).collect()
}

/// An object, field by field.
#[derive(Debug, Default)]
pub struct Object {
    fields: Vec<Field>,
}

#[must_use]
pub fn object() -> Object {
    Object::default()
}

impl Object {
    #[must_use]
    pub fn field(mut self, name: &str, form: Form) -> Self {
        self.fields.push(Field::new(name, form));
        self
    }

    /// The field may be missing whatever its form is.
    #[must_use]
    pub fn optional(mut self, name: &str, form: Form) -> Self {
        self.fields.push(Field { required: false, ..Field::new(name, form) });
        self
    }

    /// The other attributes of the last field.
    #[must_use]
    pub fn with(mut self, attributes: &[&str]) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.attributes.extend(owned(attributes));
        }
        self
    }

    /// The fields of `form` in the place of a field. What has no fields that are known stays one.
    #[must_use]
    pub fn flattened(mut self, name: &str, form: Form, types: &Types) -> Self {
        match fields_of(&form, types) {
            Some(fields) => self.fields.extend(fields),
            None => {
                let attributes = vec!["flatten".to_owned()];
                let field = Field { required: false, attributes, ..Field::new(name, form) };
                self.fields.push(field);
            }
        }
        self
    }

    #[must_use]
    pub fn kind(self) -> Kind {
        Kind::Struct(self.fields)
    }
}

/// The fields of a struct; those of an optional one may all be missing.
fn fields_of(form: &Form, types: &Types) -> Option<Vec<Field>> {
    match form {
        Form::Named(name) => match &types.definition(name)?.kind {
            Kind::Struct(fields) => Some(fields.clone()),
            Kind::Newtype(form) => fields_of(form, types),
            Kind::Unit | Kind::Tuple(_) | Kind::Enum(_) => None,
        },
        Form::Option(of) => {
            let fields = fields_of(of, types)?.into_iter();
            Some(fields.map(|field| Field { required: false, ..field }).collect())
        }
        _ => None,
    }
}

/// The type of a field of an event, whose form is found by the best means that the type has:
/// `(&&&place::<T>()).es_form(types, "T")`.
#[derive(Debug)]
pub struct Place<T>(PhantomData<fn() -> T>);

#[must_use]
pub fn place<T>() -> Place<T> {
    Place(PhantomData)
}

/// The means, best first; a method call on `&&&Place` finds the first that the type has.
pub mod means {
    pub use super::{KnownForm as _, OpaqueForm as _, WithinForm as _};
}

/// The type says it.
pub trait KnownForm {
    fn es_form(&self, types: &mut Types, _name: &str) -> Form;
    fn es_form_of(&self, types: &mut Types, name: &str, _: impl FnOnce(&mut Types) -> Form) -> Form
    where
        Self: Sized,
    {
        self.es_form(types, name)
    }
}

impl<T: Shape> KnownForm for &&Place<T> {
    fn es_form(&self, types: &mut Types, _: &str) -> Form {
        T::form(types)
    }
}

/// It holds a type that does not say it: `of` is the form of that one.
pub trait WithinForm {
    fn es_form_of(
        &self,
        types: &mut Types,
        name: &str,
        of: impl FnOnce(&mut Types) -> Form,
    ) -> Form;
}

impl<T> WithinForm for &Place<Option<T>> {
    fn es_form_of(&self, types: &mut Types, _: &str, of: impl FnOnce(&mut Types) -> Form) -> Form {
        Form::Option(Box::new(of(types)))
    }
}

impl<T> WithinForm for &Place<Vec<T>> {
    fn es_form_of(&self, types: &mut Types, _: &str, of: impl FnOnce(&mut Types) -> Form) -> Form {
        Form::List(Box::new(of(types)))
    }
}

impl<T> WithinForm for &Place<Box<T>> {
    fn es_form_of(&self, types: &mut Types, _: &str, of: impl FnOnce(&mut Types) -> Form) -> Form {
        of(types)
    }
}

/// Nobody says it.
pub trait OpaqueForm {
    fn es_form(&self, _: &mut Types, name: &str) -> Form {
        Form::Opaque(name.to_owned())
    }
    fn es_form_of(&self, types: &mut Types, name: &str, _: impl FnOnce(&mut Types) -> Form) -> Form
    where
        Self: Sized,
    {
        self.es_form(types, name)
    }
}

impl<T> OpaqueForm for Place<T> {}

/// The text whose hash is the fingerprint of the state `T`.
#[must_use]
pub fn fingerprinted<T: Shape>() -> String {
    crate::shape::fingerprinted::<T>()
}
