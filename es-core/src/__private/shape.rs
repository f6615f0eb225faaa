//! What the derives write stored forms with.

use std::marker::PhantomData;

pub use crate::shape::{Definition, Enum, Form, Kind, Shape, Tagging, Types, Variant};

use crate::event::SchemaVersion;
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

/// What [`Event::schemas`](crate::Event::schemas) gives.
pub type Schemas = Vec<(SchemaVersion, Schema)>;

/// The schemas of an event from its first version on.
#[must_use]
pub fn from_the_first<const N: usize>(schemas: [Schema; N]) -> Schemas {
    (1..).map(SchemaVersion).zip(schemas).collect()
}

/// The schema of the struct `T`.
pub fn schema_of<T: 'static>(
    path: &str,
    definition: impl FnOnce(&mut Types) -> Definition,
) -> Schema {
    let mut types = Types::default();
    let form = types.define::<T>(path, definition);
    types.schema(form)
}

/// The schema of a struct of which it is not known whether its types have a shape: the type, its path
/// as [`path!`] has it, what is stored of it, and other serde attributes. Behind each `=>` stands what the type before it
/// holds.
///
/// ```text
/// schema!(Self, "::Opened", { "owner" : Owner, "limit" optional : Option<Cents> => Cents ; ["alias=\"max\""] })
/// schema!(Self, "::Moved", (: i64, opaque : Time) ; ["deny_unknown_fields"])
/// schema!(Self, "::Paid", (= : i64))
/// schema!(Self, "::Closed", null)
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __schema {
    ($this:ty, $name:literal $([$($argument:tt)*])?, $stored:tt $(; [$($attribute:literal),*])?) => {{
        use $crate::__private::shape::means::*;
        $crate::__private::shape::schema_of::<$this>($crate::__path!($name $([$($argument)*])?), |__types| {
            $crate::__private::shape::definition(
                $crate::__stored!(__types $stored),
                &[$($($attribute),*)?],
            )
        })
    }};
}
pub use crate::__schema as schema;

/// The path of a type of this module: `path!("::Line")`, `path!("::Pair<{}, {}>" [one, other])`.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($name:literal) => {
        ::core::concat!(::core::module_path!(), $name)
    };
    ($name:literal [$($argument:tt)*]) => {
        &::std::format!(::core::concat!(::core::module_path!(), $name), $($argument)*)
    };
}
pub use crate::__path as path;

/// What is stored of a struct, as a [`Kind`].
#[doc(hidden)]
#[macro_export]
macro_rules! __stored {
    ($types:ident null) => {
        $crate::__private::shape::Kind::Unit
    };
    ($types:ident (= $($mark:ident)* : $of:ty $(=> $held:ty)*)) => {
        $crate::__private::shape::Kind::Newtype(
            $crate::__form!($types [$($mark)*] $of $(=> $held)*)
        )
    };
    ($types:ident ($($($mark:ident)* : $of:ty $(=> $held:ty)*),*)) => {
        $crate::__private::shape::Kind::Tuple(::std::vec![
            $($crate::__form!($types [$($mark)*] $of $(=> $held)*)),*
        ])
    };
    ($types:ident {$(
        $name:literal $($mark:ident)* : $of:ty $(=> $held:ty)* $(; [$($attribute:literal),*])?
    ),*}) => {{
        let __object = $crate::__private::shape::object();
        $(
            let __form = $crate::__form!($types [$($mark)*] $of $(=> $held)*);
            let __object = $crate::__field!($types __object __form [$($mark)*] $name);
            $(let __object = __object.with(&[$($attribute),*]);)?
        )*
        __object.kind()
    }};
}

/// A field with its form, by the word that stands before its type.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($types:ident $object:ident $form:ident [$(opaque)? flattened] $name:literal) => {
        $object.flattened($name, $form, $types)
    };
    ($types:ident $object:ident $form:ident [$(opaque)? optional] $name:literal) => {
        $object.optional($name, $form)
    };
    ($types:ident $object:ident $form:ident [$(opaque)?] $name:literal) => {
        $object.field($name, $form)
    };
}

/// The form of a type by the best means that it has, unless a function writes it.
#[doc(hidden)]
#[macro_export]
macro_rules! __form {
    ($types:ident [opaque $($mark:ident)?] $of:ty) => {
        $crate::__private::shape::opaque_form(::core::stringify!($of))
    };
    ($types:ident [$($mark:ident)?] $of:ty) => {
        (&&&$crate::__private::shape::place::<$of>()).es_form($types, ::core::stringify!($of))
    };
    ($types:ident [$($mark:ident)?] $of:ty => $held:ty $(=> $more:ty)*) => {
        (&&&$crate::__private::shape::place::<$of>()).es_form_of(
            $types,
            ::core::stringify!($of),
            |__types| $crate::__form!(__types [] $held $(=> $more)*),
        )
    };
}

/// A type that is known by its name alone: its tokens, with or without spaces between them. Two words
/// in a row stay two; the other spaces are the compiler's.
#[must_use]
pub fn opaque_form(name: &str) -> Form {
    let mut text = String::new();
    for token in name.split_whitespace() {
        let in_a_word = |c: char| c.is_alphanumeric() || c == '_';
        if text.ends_with(in_a_word) && token.starts_with(in_a_word) {
            text.push(' ');
        }
        text.push_str(token);
    }
    Form::Opaque(text)
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
        if let Some(fields) = fields_of(&form, types) {
            self.fields.extend(fields);
        } else {
            let attributes = vec!["flatten".to_owned()];
            self.fields.push(Field { required: false, attributes, ..Field::new(name, form) });
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
        opaque_form(name)
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
