//! Items with which the derives write stored forms.

pub use crate::shape::{Definition, Enum, Form, Kind, Shape, Tagging, Types, Variant};

use crate::event::name::SchemaVersion;
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

/// The result of [`Event::schemas`](crate::Event::schemas).
pub type Schemas = Vec<(SchemaVersion, Schema)>;

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

/// The text whose hash is the fingerprint of the state `T`.
#[must_use]
pub fn fingerprinted<T: Shape>() -> String {
    crate::shape::fingerprinted::<T>()
}
