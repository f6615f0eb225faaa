//! Schemas as text: the same on every machine and from every compiler.

use std::fmt;

use super::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};

/// The form, and each definition on a line of its own.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.form.fmt(f)?;
        self.definitions.iter().try_for_each(|(name, it)| write!(f, "\n{name} = {it}"))
    }
}

/// Writes the form as one would write the type: `Option<List<shop::Line>>`, `opaque DateTime<Utc>`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("()"),
            Self::Bool => f.write_str("bool"),
            Self::Integer(word) | Self::Float(word) | Self::Text(word) => f.write_str(word),
            Self::Option(of) => write!(f, "Option<{of}>"),
            Self::List(of) => write!(f, "List<{of}>"),
            Self::Array(of, length) => write!(f, "[{of}; {length}]"),
            Self::Set(of) => write!(f, "Set<{of}>"),
            Self::Map(key, value) => write!(f, "Map<{key}, {value}>"),
            Self::Tuple(parts) => tuple(parts, f),
            Self::Named(path) => f.write_str(path),
            Self::Opaque(name) => write!(f, "opaque {name}"),
        }
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        attributes_before(&self.attributes, f)?;
        match &self.kind {
            Kind::Unit => f.write_str("null"),
            kind => kind.fmt(f),
        }
    }
}

/// Writes the part behind a name: `(String, u32)`, `{count: u32}`, or nothing.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => Ok(()),
            Self::Newtype(form) => write!(f, "({form})"),
            Self::Tuple(forms) => tuple(forms, f),
            Self::Struct(fields) => {
                f.write_str("{")?;
                separated(fields, f)?;
                f.write_str("}")
            }
            Self::Enum(of) => of.fmt(f),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        attributes_before(&self.attributes, f)?;
        name(&self.name, f)?;
        let mark = if self.required { "" } else { "?" };
        write!(f, "{mark}: {}", self.form)
    }
}

impl fmt::Display for Enum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tagging {
            Tagging::External => f.write_str("one of [")?,
            Tagging::Internal(tag) => write!(f, "one by {tag:?} of [")?,
            Tagging::Adjacent { tag, content } => {
                write!(f, "one by {tag:?} with {content:?} of [")?;
            }
            Tagging::Untagged => f.write_str("untagged one of [")?,
        }
        separated(&self.variants, f)?;
        f.write_str("]")
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        attributes_before(&self.attributes, f)?;
        name(&self.name, f)?;
        self.kind.fmt(f)
    }
}

fn attributes_before(attributes: &[String], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if attributes.is_empty() { Ok(()) } else { write!(f, "#[{}] ", attributes.join(", ")) }
}

/// Writes a name, in quotes unless it is a word, so that none reads as what stands around it.
fn name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_word { f.write_str(name) } else { write!(f, "{name:?}") }
}

/// A tuple of one part keeps its comma, as in Rust: it is no newtype.
fn tuple(parts: &[Form], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("(")?;
    separated(parts, f)?;
    f.write_str(if parts.len() == 1 { ",)" } else { ")" })
}

fn separated(parts: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    parts.iter().enumerate().try_for_each(|(nth, part)| {
        if nth > 0 {
            f.write_str(", ")?;
        }
        part.fmt(f)
    })
}
