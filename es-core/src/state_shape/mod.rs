//! What a state is made of, written as one text, so that a change of it can be seen.

mod known;

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use crate::snapshot::Fingerprint;

/// A type whose shape is known: what it is made of, down to integers and texts.
///
/// A [snapshot](crate::SnapshotPolicy) is read only by a program whose state has the shape of the
/// one that wrote it. So the shape of every type within the state must be known.
/// [`derive(Aggregate)`](derive@crate::Aggregate) writes it for the state itself, and
/// [`derive(StateShape)`](derive@crate::StateShape) for the types in it:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "ordered")]
/// # pub struct Ordered { line: Line }
///
/// #[derive(StateShape, Serialize, Deserialize, Clone, Debug, PartialEq)]
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
/// The path and name of each type, the names of fields and variants, in their order, the types of
/// the fields, and every serde attribute as it is written. Whatever of this changes makes another
/// shape, also where serde would read the old form: a full replay costs time, a state read in the
/// wrong way is wrong. `Box`, `Rc`, `Arc` and `Cow` are what they hold.
///
/// Not in it is what is written in functions: [`Apply`](crate::Apply), a `Serialize` by hand,
/// `#[serde(with = "…")]`. If such a function changes its meaning, raise the
/// [`version`](crate::SnapshotPolicy::version).
///
/// # Types of other crates
///
/// The shape of a type that comes from a crate without it cannot be known. A field of such a type
/// says so, and is then in the shape with the name of its type alone:
///
/// ```
/// # use es_core::prelude::*;
/// # mod money { #[derive(serde::Serialize, serde::Deserialize)] pub struct Amount(i64); }
/// #[derive(StateShape, Serialize, Deserialize)]
/// pub struct Price {
///     #[state_shape(opaque)]
///     amount: money::Amount,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the shape of `{Self}` is not known, so a snapshot with it could be misread",
    label = "`StateShape` is missing",
    note = "put `#[derive(StateShape)]` on it; if it is a type of another crate, write `#[state_shape(opaque)]` on the field"
)]
pub trait StateShape: 'static {
    /// Writes the shape of this type.
    ///
    /// By hand it is needed where no derive can be, for example for a macro's own types. What is
    /// written must differ from what any other type writes: begin with the path of the type.
    ///
    /// ```
    /// use es_core::{Outline, StateShape};
    ///
    /// pub struct Percent(u8);
    ///
    /// impl StateShape for Percent {
    ///     fn outline(outline: &mut Outline) {
    ///         if outline.begins::<Self>(module_path!(), "Percent") {
    ///             outline.text("(").of::<u8>().text(")");
    ///         }
    ///     }
    /// }
    /// ```
    fn outline(outline: &mut Outline);
}

/// The shape of a type as text: `shop::Line{article:String,count:u32}`.
///
/// The same text on every machine and from every compiler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    text: String,
    /// The types with a name, in the order in which they were met.
    met: Vec<TypeId>,
}

impl Outline {
    /// The outline of `T`.
    #[must_use]
    pub fn new<T: StateShape + ?Sized>() -> Self {
        let mut outline = Self::default();
        outline.of::<T>();
        outline
    }

    /// Begins a type with a name. Answers whether what it is made of is still to be written: a type
    /// that was met before is a number, so that one which holds itself has an end.
    #[must_use = "a type that was met before is not written again"]
    pub fn begins<T: ?Sized + 'static>(&mut self, module: &str, name: &str) -> bool {
        let id = TypeId::of::<T>();
        if let Some(nth) = self.met.iter().position(|met| *met == id) {
            self.text("^").text(&nth.to_string());
            return false;
        }
        self.met.push(id);
        self.text(module).text("::").text(name);
        true
    }

    /// Writes what is not a type: names and punctuation.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Writes the shape of `T`.
    pub fn of<T: StateShape + ?Sized>(&mut self) -> &mut Self {
        T::outline(self);
        self
    }

    /// The outline as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Fingerprint {
    /// The fingerprint of the shape of `T` and of the `version` of what its values mean: FNV-1a of
    /// both, so the same everywhere.
    #[must_use]
    pub fn of<T: StateShape>(version: u32) -> Self {
        /// Asked for at each load, and the text is not short.
        static KNOWN: RwLock<BTreeMap<(TypeId, u32), Fingerprint>> = RwLock::new(BTreeMap::new());
        let key = (TypeId::of::<T>(), version);
        if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        let outline = Outline::new::<T>();
        let fingerprint = Self(fnv_1a(&format!("{outline} version {version}")));
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, fingerprint);
        fingerprint
    }
}

/// Not the standard library's hash, which may be another in the next release.
fn fnv_1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
