//! The stored form of a type as data, which locks, schemas and snapshots compare.

mod canonical;
mod fingerprint;
mod foreign;
mod form;
mod known;
mod types;

pub use form::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
pub use types::Types;

pub(crate) use fingerprint::{fnv_1a, text as fingerprinted};

/// A type whose stored form is known: what it is made of, down to integers and texts.
///
/// [`derive(Shape)`](derive@crate::Shape) writes it from the fields and their serde attributes:
///
/// ```
/// use es_core::prelude::*;
/// use es_core::shape::Schema;
///
/// #[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[serde(rename_all = "camelCase")]
/// pub struct Line {
///     article_no: String,
///     #[serde(default)]
///     count: u32,
/// }
///
/// let text = Schema::of::<Line>().to_string();
/// assert!(text.ends_with("Line = {articleNo: String, count?: u32}"), "{text}");
/// ```
///
/// # Where it is needed
///
/// - *In a state with snapshots*, for every type within: a [snapshot](crate::SnapshotPolicy) is read
///   only by a program whose state has the shape of the one that wrote it.
///   [`derive(Aggregate)`](derive@crate::Aggregate) writes the shape of the state itself. A type within
///   it without one does not compile.
/// - *In an event* it is a help: [`Event::schemas`](crate::Event::schemas) tells of a type with a shape
///   what it is made of, and of any other the name alone ([`Form::Opaque`]).
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "ordered")]
/// # pub struct Ordered { line: Line }
///
/// #[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// pub struct Line {
///     article: String,
///     count: u32,
/// }
///
/// #[derive(Aggregate, Default, Serialize, Deserialize, Clone, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[aggregate(name = "order", id = String, events(Ordered), snapshot(every = 100))]
/// pub struct Order {
///     lines: Vec<Line>,
/// }
/// # impl Apply<Ordered> for Order { fn apply(&mut self, e: Ordered) { self.lines.push(e.line); } }
/// ```
///
/// # What is in it
///
/// What serde makes of the type: keys and names of variants as they are stored, in their order, what
/// may be missing, how variants are told apart, and the forms of all fields. `Box`, `Rc`, `Arc` and
/// `Cow` are what they hold. Attributes that say more about reading or writing are kept as text.
///
/// A type or field that a function writes is [`Form::Opaque`]: `with`, `serialize_with`,
/// `deserialize_with`, `from`, `try_from`, `into`, `remote`. What serde skips is not in it.
///
/// The fingerprint of a snapshot is stricter. In it is all of this, and besides the path of each type
/// and its text as it is written: names of fields and variants, also of those that are skipped, the
/// types of fields, every serde attribute. Whatever of this changes makes another fingerprint, also
/// where serde would read the old form: a full replay costs time, a state read in the wrong way is
/// wrong.
///
/// In neither is what is written in functions: [`Apply`](crate::Apply), a `Serialize` by hand, and
/// what an attribute like `with` names. If such a function changes its meaning, raise the
/// [`with_version`](crate::SnapshotPolicy::with_version) of the snapshots; for events make a new version.
///
/// # Types of other crates
///
/// The features `bytes`, `chrono`, `rust_decimal` and `url` of es-core bring the shapes of these crates'
/// types: dates and times of chrono, `Decimal`, `Url`, `Bytes`. `serde_json::Value` has a shape without a
/// feature, an [opaque](Form::Opaque) one. With a feature switched on the lock file names the form of such
/// a field instead of its type alone.
///
/// The shape of a type that comes from another crate cannot be known. A field of such a type says so, and
/// is then in the shape with the name of its type alone:
///
/// ```
/// # use es_core::prelude::*;
/// # mod money { #[derive(serde::Serialize, serde::Deserialize)] pub struct Amount(i64); }
/// #[derive(Shape, Serialize, Deserialize)]
/// pub struct Price {
///     #[shape(opaque)]
///     amount: money::Amount,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the shape of `{Self}` is not known, so a snapshot with it could be misread",
    label = "`Shape` is missing",
    note = "put `#[derive(Shape)]` on it; if it is a type of another crate, write `#[shape(opaque)]` on the field"
)]
pub trait Shape: 'static {
    /// The stored form of this type. A type with a name leaves its definition in `types`.
    ///
    /// By hand it is needed where serde is by hand:
    ///
    /// ```
    /// use es_core::Shape;
    /// use es_core::shape::{Definition, Form, Kind, Types};
    ///
    /// /// Stored as `"12%"`.
    /// pub struct Percent(u8);
    ///
    /// impl Shape for Percent {
    ///     fn form(_: &mut Types) -> Form {
    ///         Form::Text("Percent")
    ///     }
    /// }
    ///
    /// /// Stored as `[12.5, 9.25]`.
    /// pub struct Place {
    ///     x: f64,
    ///     y: f64,
    /// }
    ///
    /// impl Shape for Place {
    ///     fn form(types: &mut Types) -> Form {
    ///         types.define::<Self>(concat!(module_path!(), "::Place"), |types| {
    ///             Definition::new(Kind::Tuple(vec![f64::form(types), f64::form(types)]))
    ///         })
    ///     }
    /// }
    /// ```
    fn form(types: &mut Types) -> Form;
}
