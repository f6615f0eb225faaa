//! Descriptions of structs, as the derives write them.
//!
//! ```text
//! __named("Opened", [("owner", __Show(&self.owner).es_show())])
//! ```
//!
//! The names begin with two underscores, since an expansion has all of them in scope.

use std::any::type_name;
use std::fmt;

pub use crate::event::describe::{Describe as __Describe, Description as __Description};

use crate::event::describe::{Description, FieldStyle, Shown};

/// A field that is shown by the best means that its type has.
#[derive(Debug)]
pub struct __Show<'a, T: ?Sized>(pub &'a T);

/// The first means: the type prints. A method of the type itself is found before one of a trait.
impl<T: fmt::Debug + ?Sized> __Show<'_, T> {
    #[must_use]
    pub fn es_show(self) -> Shown {
        Shown::plain(format!("{:?}", self.0))
    }
}

/// The second means: the name of the type.
pub trait __ShowOpaque: Sized {
    #[must_use]
    fn es_show(self) -> Shown;
}

impl<T: ?Sized> __ShowOpaque for __Show<'_, T> {
    fn es_show(self) -> Shown {
        Shown::plain(format!("<{}>", type_name::<T>()))
    }
}

/// A field by its name; in a tuple by its place.
pub type Named = (&'static str, Shown);

/// The description of a struct with named fields.
#[must_use]
pub fn __named<const N: usize>(name: &'static str, fields: [Named; N]) -> Description {
    described(name, FieldStyle::Named, &mut fields.into_iter())
}

/// The description of a struct with numbered fields.
#[must_use]
pub fn __numbered<const N: usize>(name: &'static str, fields: [Named; N]) -> Description {
    described(name, FieldStyle::Tuple, &mut fields.into_iter())
}

/// The description of a struct without fields.
#[must_use]
pub fn __unit(name: &'static str) -> Description {
    Description::new(name, FieldStyle::Unit)
}

fn described(
    name: &'static str,
    style: FieldStyle,
    fields: &mut dyn Iterator<Item = Named>,
) -> Description {
    let description = Description::new(name, style);
    fields.fold(description, |description, (name, value)| description.field(name, value))
}
