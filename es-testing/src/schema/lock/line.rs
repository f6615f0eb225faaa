//! Parser of one line of the lock, from left to right.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use es_core::shape::{Enum, Field, Form, Kind, Tagging};

use super::form::{FLOATS, INTEGERS};

/// The rest of a line. Errors say what was wanted and what is there instead.
pub(super) struct Line<'a> {
    rest: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Takes `text` if the line goes on with it, and the blanks behind it.
    pub(super) fn takes(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest.trim_start_matches(' ');
        true
    }

    /// Takes `word` if it is the next one as a whole.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let is_next = self.peek() == word;
        is_next && self.takes(word)
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.takes(text) { Ok(()) } else { Err(self.instead(&format!("`{text}`"))) }
    }

    pub(super) fn end(&self) -> Result<(), String> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.instead("nothing more")) }
    }

    /// Everything up to a blank: a name as events have it.
    pub(super) fn name(&mut self) -> Result<String, String> {
        let (name, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        if name.is_empty() {
            return Err(self.instead("a name"));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    pub(super) fn number<N: std::str::FromStr>(&mut self) -> Result<N, String> {
        let word = self.peek();
        let number = word.parse().map_err(|_| self.instead("a number"))?;
        self.takes(word);
        Ok(number)
    }

    /// The key of a field or variant.
    pub(super) fn key(&mut self) -> Result<String, String> {
        if self.rest.starts_with('"') { self.quoted() } else { self.word() }
    }

    /// The name of a type.
    pub(super) fn type_name(&mut self) -> Result<String, String> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let mut name = self.word()?;
        while self.rest.starts_with("::") {
            self.takes("::");
            name = format!("{name}::{}", self.word()?);
        }
        Ok(name)
    }

    fn word(&mut self) -> Result<String, String> {
        let word = self.peek();
        if word.is_empty() {
            return Err(self.instead("a name"));
        }
        self.takes(word);
        Ok(word.to_owned())
    }

    fn peek(&self) -> &'a str {
        let is_part = |next: char| next.is_alphanumeric() || next == '_' || next == '-';
        let end = self.rest.find(|next| !is_part(next)).unwrap_or(self.rest.len());
        self.rest.get(..end).unwrap_or_default()
    }

    /// A text in quotes, with the escapes of Rust.
    pub(super) fn quoted(&mut self) -> Result<String, String> {
        let unclosed = || "a text in quotes has no end".to_owned();
        let Some(inner) = self.rest.strip_prefix('"') else {
            return Err(self.instead("a text in quotes"));
        };
        let mut text = String::new();
        let mut characters = inner.chars();
        loop {
            match characters.next().ok_or_else(unclosed)? {
                '"' => break,
                '\\' => text.push(escaped(&mut characters)?),
                plain => text.push(plain),
            }
        }
        self.rest = characters.as_str().trim_start_matches(' ');
        Ok(text)
    }

    pub(super) fn form(&mut self) -> Result<Form, String> {
        if self.takes("[") {
            let part = self.form()?;
            self.expect(";")?;
            let length = self.number()?;
            self.expect("]")?;
            return Ok(Form::Array(Box::new(part), length));
        }
        if self.rest.starts_with('(') {
            return Ok(Form::Tuple(self.tuple()?));
        }
        if self.rest.starts_with('"') {
            return Ok(Form::Named(self.quoted()?));
        }
        let name = self.type_name().map_err(|_| self.instead("a form"))?;
        let number = |words: &[&'static str]| words.iter().find(|&&word| word == name).copied();
        if let Some(word) = number(&INTEGERS) {
            return Ok(Form::Integer(word));
        }
        if let Some(word) = number(&FLOATS) {
            return Ok(Form::Float(word));
        }
        match name.as_str() {
            "null" => Ok(Form::Unit),
            "bool" => Ok(Form::Bool),
            "String" | "char" => Ok(Form::Text(kept(&name))),
            "text" => Ok(Form::Text(kept(&self.key()?))),
            "opaque" => Ok(Form::Opaque(self.quoted()?)),
            "NonZero" => {
                let word = self.inner(Self::word)?;
                Ok(Form::Integer(kept(&format!("NonZero<{word}>"))))
            }
            "Option" => Ok(Form::Option(Box::new(self.inner(Self::form)?))),
            "Vec" => Ok(Form::List(Box::new(self.inner(Self::form)?))),
            "Set" => Ok(Form::Set(Box::new(self.inner(Self::form)?))),
            "Map" => self.inner(|line| {
                let key = line.form()?;
                line.expect(",")?;
                Ok(Form::Map(Box::new(key), Box::new(line.form()?)))
            }),
            _ => Ok(Form::Named(name)),
        }
    }

    fn inner<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.expect("<")?;
        let inner = read(self)?;
        self.expect(">")?;
        Ok(inner)
    }

    fn tuple(&mut self) -> Result<Vec<Form>, String> {
        let mut parts = Vec::new();
        self.expect("(")?;
        while !self.takes(")") {
            parts.push(self.form()?);
            if !self.takes(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(parts)
    }

    /// Parses the kind of a type, without the lines of its parts.
    pub(super) fn kind(&mut self) -> Result<Kind, String> {
        let word = self.peek();
        self.takes(word);
        match word {
            "unit" => Ok(Kind::Unit),
            "newtype" => Ok(Kind::Newtype(self.form()?)),
            "tuple" => Ok(Kind::Tuple(self.tuple()?)),
            "struct" => Ok(Kind::Struct(Vec::new())),
            "enum" => Ok(Kind::Enum(Enum { tagging: self.tagging()?, variants: Vec::new() })),
            _ => Err(format!(
                "`{word}` is not what a type can be: write `struct`, `enum`, `newtype`, `tuple` or `unit`"
            )),
        }
    }

    fn tagging(&mut self) -> Result<Tagging, String> {
        if self.takes_word("untagged") {
            return Ok(Tagging::Untagged);
        }
        if !self.takes_word("tag") {
            return Ok(Tagging::External);
        }
        let tag = self.quoted()?;
        if self.takes_word("content") {
            return Ok(Tagging::Adjacent { tag, content: self.quoted()? });
        }
        Ok(Tagging::Internal(tag))
    }

    /// `#[alias = "x"]`, any number of them.
    pub(super) fn attributes(&mut self) -> Result<Vec<String>, String> {
        let mut attributes = Vec::new();
        while self.takes("#[") {
            let attribute = if self.rest.starts_with('"') {
                self.quoted()?
            } else {
                let (text, _) = self.rest.split_once(']').ok_or("an attribute has no `]`")?;
                self.takes(text);
                text.to_owned()
            };
            self.expect("]")?;
            attributes.push(attribute);
        }
        Ok(attributes)
    }

    fn instead(&self, wanted: &str) -> String {
        match self.rest {
            "" => format!("{wanted} is missing at the end"),
            rest => format!("{wanted} was expected, and there is `{rest}`"),
        }
    }
}

/// `cents: i64 default #[…]`, from the key to the end.
pub(super) fn field(line: &mut Line<'_>) -> Result<Field, String> {
    let name = line.key()?;
    line.expect(":")?;
    let form = line.form()?;
    let required = match &form {
        Form::Option(_) => line.takes_word("required"),
        _ => !line.takes_word("default"),
    };
    Ok(Field { name, form, required, attributes: line.attributes()? })
}

fn escaped(characters: &mut std::str::Chars<'_>) -> Result<char, String> {
    let wrong = || "a text in quotes has an escape that is not one of Rust's".to_owned();
    match characters.next().ok_or_else(wrong)? {
        same @ ('"' | '\\' | '\'') => Ok(same),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        '0' => Ok('\0'),
        'u' => {
            let (digits, rest) = characters
                .as_str()
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'))
                .ok_or_else(wrong)?;
            *characters = rest.chars();
            u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// The word for as long as the process lives: forms hold words that were written in code. The few
/// words of a lock are kept once each.
fn kept(word: &str) -> &'static str {
    static WORDS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = words.get(word) {
        return kept;
    }
    let kept: &'static str = word.to_owned().leak();
    words.insert(kept);
    kept
}
