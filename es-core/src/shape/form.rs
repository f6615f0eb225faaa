//! The stored form of a type, as data.

use std::collections::BTreeMap;

/// The stored form of a type, with every named type that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The type itself.
    pub form: Form,
    /// The named types within it, each once; [`Form::Named`] refers to them. So a type that holds
    /// itself has an end.
    pub definitions: BTreeMap<String, Definition>,
}

/// The stored form of one place: a field, an element, a variant's content.
// Exhaustive, as `Kind` and `Tagging`: a tool that compares forms or writes them in another language must not
// pass over one that it does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The value `null` and no other.
    Unit,
    /// `true` or `false`.
    Bool,
    /// A whole number, by its Rust type: `i8` to `i128`, `u8` to `u128`, `isize`, `usize`; one that
    /// is never zero has the word before it, `NonZero u8`.
    Integer(&'static str),
    /// `f32` or `f64`.
    Float(&'static str),
    /// A text; the word says of what kind: `String`, `char`, `Uuid`, `Timestamp`.
    Text(&'static str),
    /// The form, or `null`.
    Option(Box<Form>),
    /// Any number of elements.
    List(Box<Form>),
    /// A fixed number of elements.
    Array(Box<Form>, usize),
    /// Elements, each of which is there once.
    Set(Box<Form>),
    /// An object with keys of the first form.
    Map(Box<Form>, Box<Form>),
    /// Elements, each with a form of its own.
    Tuple(Vec<Form>),
    /// A type with a definition, by the path of the type.
    Named(String),
    /// A type whose form is not known, by its name: it does not derive `Shape`, or a function of its
    /// own writes it.
    Opaque(String),
}

/// A type with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The serde attributes on the type, one each, as they are written: `deny_unknown_fields`. Those
    /// that are told by `kind` are left out, and those that no stored form depends on, like `crate`
    /// and `bound`.
    pub attributes: Vec<String>,
    /// The kind of the type.
    pub kind: Kind,
}

impl Definition {
    /// A type without serde attributes that are not told by `kind`.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { attributes: Vec::new(), kind }
    }
}

/// The kind of a type with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Unit,
    /// A struct or variant of one field without a name, or a transparent struct: stored as that field.
    Newtype(Form),
    /// A struct of several fields without names: stored as a list.
    Tuple(Vec<Form>),
    /// A struct: stored as an object.
    Struct(Vec<Field>),
    /// An enum.
    Enum(Enum),
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key under which it is stored.
    pub name: String,
    /// The stored form of its value.
    pub form: Form,
    /// True if reading needs it: it is no `Option`, and has no default.
    pub required: bool,
    /// The other serde attributes on the field, one each, as they are written: `alias="old"`.
    /// `flatten` is among them where the keys within the field are not known: a map, an enum, an
    /// opaque type. Known ones stand in the place of the field.
    pub attributes: Vec<String>,
}

impl Field {
    /// A field without attributes, which may be missing if it is an `Option`.
    #[must_use]
    pub fn new(name: impl Into<String>, form: Form) -> Self {
        let required = !matches!(form, Form::Option(_));
        Self { name: name.into(), form, required, attributes: Vec::new() }
    }
}

/// The variants of an enum, and how one is told from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The place of the variant's name in the stored form.
    pub tagging: Tagging,
    /// The variants, in their order.
    pub variants: Vec<Variant>,
}

/// The place of a variant's name in the stored form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// Around the content: `{"Card": {…}}`, or `"Cash"` for a variant without content.
    External,
    /// Within the content, under this key.
    Internal(String),
    /// Beside the content, under these keys.
    Adjacent {
        /// The key of the name.
        tag: String,
        /// The key of the content.
        content: String,
    },
    /// Nowhere: the first variant that fits is taken.
    Untagged,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The name as it is stored.
    pub name: String,
    /// The content of the variant.
    pub kind: Kind,
    /// The other serde attributes on the variant, one each, as they are written: `other`.
    pub attributes: Vec<String>,
}
