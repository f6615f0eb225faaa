//! Schemas of events, as the derive writes them: data, from which a schema is made once it is asked for.
//!
//! ```text
//! __object(module_path!(), "Opened", [__field("owner", __of::<String>("String").es_form())])
//! ```
//!
//! The names begin with two underscores, since an expansion has all of them in scope.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

pub use std::option::Option::Some as __Some;

pub use self::MaybeStored as __MaybeStored;
pub use crate::event::definition::Event as __Event;

use super::shape::{Object, Schemas, definition, object, opaque_form};
use crate::event::name::SchemaVersion;
use crate::shape::{Form, Kind, Schema, Shape, Types};

/// The type of `Event::STORED`.
pub type MaybeStored = Option<fn() -> Stored>;

/// A field of the type `T`, whose form is found by the best means that the type has.
#[derive(Debug)]
pub struct Of<T> {
    /// The tokens of the type.
    text: &'static str,
    of: PhantomData<fn() -> T>,
}

/// The type whose tokens are `text`.
#[must_use]
pub const fn __of<T>(text: &'static str) -> Of<T> {
    Of { text, of: PhantomData }
}

/// A type that a function writes and reads.
#[must_use]
pub const fn __opaque(text: &'static str) -> TypeForm {
    TypeForm::Opaque(text)
}

/// The form of a type, as far as it is known without the other types.
#[derive(Debug)]
pub enum TypeForm {
    /// The type says it.
    Known(fn(&mut Types) -> Form),
    /// A form that may be missing: `Option`.
    Option(Box<Self>),
    List(Box<Self>),
    /// A form that is not known.
    Opaque(&'static str),
}

impl TypeForm {
    fn form(&self, types: &mut Types) -> Form {
        match self {
            Self::Known(form) => form(types),
            Self::Option(of) => Form::Option(Box::new(of.form(types))),
            Self::List(of) => Form::List(Box::new(of.form(types))),
            Self::Opaque(text) => opaque_form(text),
        }
    }
}

/// The first means: the type says it. A method of the type itself is found before one of a trait.
impl<T: Shape> Of<T> {
    #[must_use]
    pub fn es_form(self) -> TypeForm {
        TypeForm::Known(T::form)
    }

    #[must_use]
    pub fn es_form_of(self, _: TypeForm) -> TypeForm {
        self.es_form()
    }
}

/// The second means: it holds a type that does not say it.
pub trait __Within: Sized {
    #[must_use]
    fn es_form_of(self, held: TypeForm) -> TypeForm;
}

impl<T> __Within for Of<Option<T>> {
    fn es_form_of(self, held: TypeForm) -> TypeForm {
        TypeForm::Option(Box::new(held))
    }
}

impl<T> __Within for Of<Vec<T>> {
    fn es_form_of(self, held: TypeForm) -> TypeForm {
        TypeForm::List(Box::new(held))
    }
}

impl<T> __Within for Of<Box<T>> {
    fn es_form_of(self, held: TypeForm) -> TypeForm {
        held
    }
}

/// The last means, found after the others since it borrows: the name of the type.
pub trait __Unknown {
    #[must_use]
    fn es_form(&self) -> TypeForm;
    #[must_use]
    fn es_form_of(&self, _: TypeForm) -> TypeForm {
        self.es_form()
    }
}

impl<T> __Unknown for Of<T> {
    fn es_form(&self) -> TypeForm {
        TypeForm::Opaque(self.text)
    }
}

/// A field with its name as it is stored.
#[derive(Debug)]
pub struct StoredField {
    name: &'static str,
    form: TypeForm,
    mark: Mark,
    attributes: &'static [&'static str],
    /// The versions that have it.
    versions: RangeInclusive<u32>,
}

#[derive(Debug)]
enum Mark {
    None,
    /// A field that may be missing, whatever its form is.
    Optional,
    /// A field whose own fields stand in its place.
    Flattened,
}

#[must_use]
pub const fn __field(name: &'static str, form: TypeForm) -> StoredField {
    let versions = RangeInclusive::new(1, u32::MAX);
    StoredField { name, form, mark: Mark::None, attributes: &[], versions }
}

impl StoredField {
    #[must_use]
    pub fn optional(self) -> Self {
        Self { mark: Mark::Optional, ..self }
    }

    #[must_use]
    pub fn flattened(self) -> Self {
        Self { mark: Mark::Flattened, ..self }
    }

    /// Adds the other serde attributes.
    #[must_use]
    pub fn with(self, attributes: &'static [&'static str]) -> Self {
        Self { attributes, ..self }
    }

    /// Sets the first version that has it as it is here.
    #[must_use]
    pub fn since(self, version: u32) -> Self {
        Self { versions: version..=*self.versions.end(), ..self }
    }

    /// Sets the last version that has it as it is here.
    #[must_use]
    pub fn until(self, version: u32) -> Self {
        Self { versions: *self.versions.start()..=version, ..self }
    }

    fn add_to(&self, object: Object, types: &mut Types) -> Object {
        let form = self.form.form(types);
        let object = match self.mark {
            Mark::None => object.field(self.name, form),
            Mark::Optional => object.optional(self.name, form),
            Mark::Flattened => object.flattened(self.name, form, types),
        };
        if self.attributes.is_empty() { object } else { object.with(self.attributes) }
    }
}

/// The struct of an event, in all its versions.
#[derive(Debug)]
pub struct Stored {
    /// The path of the struct, by which schemas name it.
    path: String,
    kind: StoredKind,
    attributes: &'static [&'static str],
    versions: u32,
    /// Puts the schemas of a struct that held the older versions before that of today.
    previous: Option<fn(Schema) -> Schemas>,
}

#[derive(Debug)]
enum StoredKind {
    Null,
    Newtype(TypeForm),
    Tuple(Vec<TypeForm>),
    Object(Vec<StoredField>),
}

impl Stored {
    fn new(module: &str, name: &str, kind: StoredKind) -> Self {
        let path = format!("{module}::{name}");
        Self { path, kind, attributes: &[], versions: 1, previous: None }
    }

    /// The schemas of the event `E`, the first version first.
    pub(crate) fn schemas<E: 'static>(&self) -> Schemas {
        if let Some(previous) = self.previous {
            return previous(self.schema::<E>(1));
        }
        (1..=self.versions).map(|nth| (SchemaVersion(nth), self.schema::<E>(nth))).collect()
    }

    fn schema<E: 'static>(&self, version: u32) -> Schema {
        let mut types = Types::default();
        let form = types.define::<E>(&self.path, |types| {
            definition(self.kind.kind(version, types), self.attributes)
        });
        types.schema(form)
    }

    /// Sets the arguments of a generic struct.
    #[must_use]
    pub fn of(mut self, arguments: &[&dyn fmt::Display]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        self.path = format!("{}<{}>", self.path, arguments.join(", "));
        self
    }

    /// Adds the other serde attributes.
    #[must_use]
    pub fn with(self, attributes: &'static [&'static str]) -> Self {
        Self { attributes, ..self }
    }
}

impl Stored {
    /// Sets the number of versions in which it is known.
    #[must_use]
    pub fn versions(self, versions: u32) -> Self {
        Self { versions, ..self }
    }

    /// Adds the older versions, which another struct knows.
    #[must_use]
    pub fn after(self, previous: fn(Schema) -> Schemas) -> Self {
        Self { previous: Some(previous), ..self }
    }
}

#[must_use]
pub fn __null(module: &str, name: &str) -> Stored {
    Stored::new(module, name, StoredKind::Null)
}

#[must_use]
pub fn __newtype(module: &str, name: &str, of: TypeForm) -> Stored {
    Stored::new(module, name, StoredKind::Newtype(of))
}

#[must_use]
pub fn __tuple<const N: usize>(module: &str, name: &str, of: [TypeForm; N]) -> Stored {
    Stored::new(module, name, StoredKind::Tuple(of.into()))
}

#[must_use]
pub fn __object<const N: usize>(module: &str, name: &str, fields: [StoredField; N]) -> Stored {
    Stored::new(module, name, StoredKind::Object(fields.into()))
}

impl StoredKind {
    fn kind(&self, version: u32, types: &mut Types) -> Kind {
        match self {
            Self::Null => Kind::Unit,
            Self::Newtype(of) => Kind::Newtype(of.form(types)),
            Self::Tuple(of) => Kind::Tuple(of.iter().map(|of| of.form(types)).collect()),
            Self::Object(fields) => {
                let fields = fields.iter().filter(|field| field.versions.contains(&version));
                fields.fold(object(), |object, field| field.add_to(object, types)).kind()
            }
        }
    }
}
