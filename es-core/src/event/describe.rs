//! Descriptions of values, field by field, so that a report compares fields and never parses
//! `Debug`.

use std::fmt;

/// A value that can describe itself: its name and its fields. The derives implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe its fields",
    label = "no description",
    note = "the derives `Event`, `EventSet`, `Aggregate` and `Command` write it"
)]
pub trait Describe {
    /// Returns the name and the fields of this value.
    fn describe(&self) -> Description;
}

/// The description of a value: its name and, in the order of declaration, its fields.
///
/// Prints as the value's own `Debug` would: `Deposited { cents: 100 }`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// The name of the struct.
    pub name: &'static str,
    /// The syntax of its fields.
    pub style: FieldStyle,
    /// Its fields.
    pub fields: Vec<FieldDescription>,
}

/// The syntax of the fields of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldStyle {
    /// No fields: `Closed`.
    Unit,
    /// Fields without names: `Renamed("ada")`.
    Tuple,
    /// Fields with names: `Deposited { cents: 100 }`.
    Named,
}

/// One field of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldDescription {
    /// Its name; in a tuple its index, from 0.
    pub name: &'static str,
    /// Its value as `Debug` prints it; for a type without `Debug` the name of the type.
    pub value: String,
    /// Its value as Rust code, as far as that can be known.
    pub code: String,
}

impl Description {
    /// Creates the description of a value called `name`, without fields yet.
    #[must_use]
    pub fn new(name: &'static str, style: FieldStyle) -> Self {
        Self { name, style, fields: Vec::new() }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: Shown) -> Self {
        self.fields.push(FieldDescription { name, value: value.text, code: value.code });
        self
    }

    /// The value as Rust code.
    #[must_use]
    pub fn code(&self) -> String {
        self.written(|field| &field.code)
    }

    fn written(&self, text: impl Fn(&FieldDescription) -> &str) -> String {
        let fields = |form: fn(&FieldDescription, &str) -> String| -> String {
            let parts: Vec<_> = self.fields.iter().map(|field| form(field, text(field))).collect();
            parts.join(", ")
        };
        match self.style {
            FieldStyle::Unit => self.name.to_owned(),
            FieldStyle::Tuple => format!("{}({})", self.name, fields(|_, text| text.to_owned())),
            FieldStyle::Named if self.fields.is_empty() => format!("{} {{}}", self.name),
            FieldStyle::Named => {
                format!(
                    "{} {{ {} }}",
                    self.name,
                    fields(|field, text| format!("{}: {text}", field.name))
                )
            }
        }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|field| &field.value))
    }
}

/// The value of one field, printed and as code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    text: String,
    code: String,
}

impl Shown {
    /// A value whose code is its printed text, except for texts and lists: a text in quotes becomes
    /// a `String` and a list becomes a `Vec` by `into()`, which leaves `&str` and arrays as they
    /// are.
    #[must_use]
    pub fn plain(text: String) -> Self {
        Self { code: as_code(&text), text }
    }
}

/// Turns printed text into code: `Some("ada")` into `Some("ada".into())`,
/// `[1, 2]` into `[1, 2].into()`.
fn as_code(debug: &str) -> String {
    let mut code = String::with_capacity(debug.len());
    let (mut in_text, mut escaped) = (false, false);
    for character in debug.chars() {
        code.push(character);
        let ends_text = in_text && !escaped && character == '"';
        if ends_text || (!in_text && character == ']') {
            code.push_str(".into()");
        }
        in_text = if character == '"' && !escaped { !in_text } else { in_text };
        escaped = in_text && !escaped && character == '\\';
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_lists_are_turned_into_what_the_field_is() {
        let code = as_code(&format!("{:?}", (Some("ad\"a, [b]"), vec![1, 2], 'c')));

        assert_eq!(code, r#"(Some("ad\"a, [b]".into()), [1, 2].into(), 'c')"#);
    }

    #[test]
    fn what_holds_neither_is_written_as_it_prints() {
        assert_eq!(as_code("Eur { cents: -5 }"), "Eur { cents: -5 }");
    }
}
