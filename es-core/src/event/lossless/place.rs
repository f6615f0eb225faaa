//! Places in a JSON text.

use super::leaves;

/// A place within a JSON text: the innermost value that is not complete.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// `lines[1].price`; empty for the whole text.
    pub(super) path: String,
    /// The JSON from there on.
    pub(super) rest: &'a str,
}

/// The place that a reader had come to after `offset` bytes.
pub(super) fn at(json: &str, offset: usize) -> Option<Place<'_>> {
    let mut scan = Scan::default();
    for (at, next) in json.get(..offset)?.char_indices() {
        scan.step(at, next, json);
    }
    Some(Place { path: scan.path(), rest: json[scan.value_from..].trim_start() })
}

/// The JSON from the value at `path` on.
pub(super) fn of<'a>(json: &'a str, path: &str) -> Option<&'a str> {
    let mut scan = Scan::default();
    for (at, next) in json.char_indices() {
        let before = scan.value_from;
        scan.step(at, next, json);
        if scan.value_from > before && scan.path() == path {
            return Some(json[scan.value_from..].trim_start());
        }
    }
    None
}

/// The place up to which a text of JSON has been looked through.
#[derive(Default)]
struct Scan<'a> {
    within: Vec<Within<'a>>,
    /// The beginning of the text in which this is, after its quote.
    text_from: Option<usize>,
    is_escaped: bool,
    /// The beginning of the innermost value.
    value_from: usize,
}

enum Within<'a> {
    /// The key, once it was read, and whether its value has begun.
    Object {
        from: usize,
        key: Option<&'a str>,
        is_in_value: bool,
    },
    List {
        from: usize,
        nth: usize,
    },
}

impl<'a> Scan<'a> {
    fn step(&mut self, at: usize, next: char, json: &'a str) {
        match (self.text_from, next) {
            (Some(_), _) if self.is_escaped => self.is_escaped = false,
            (Some(_), '\\') => self.is_escaped = true,
            (Some(from), '"') => self.text(&json[from..at]),
            (None, '"') => self.text_from = Some(at + 1),
            (None, '{') => {
                let from = self.value_from;
                self.within.push(Within::Object { from, key: None, is_in_value: false });
            }
            (None, '[') => {
                self.within.push(Within::List { from: self.value_from, nth: 0 });
                self.value_from = at + 1;
            }
            (None, '}' | ']') => {
                if let Some(Within::Object { from, .. } | Within::List { from, .. }) =
                    self.within.pop()
                {
                    self.value_from = from;
                }
            }
            (None, ':' | ',') => self.between(at, next),
            (Some(_) | None, _) => {}
        }
    }

    fn text(&mut self, text: &'a str) {
        self.text_from = None;
        if let Some(Within::Object { key, is_in_value: false, .. }) = self.within.last_mut() {
            *key = Some(text);
        }
    }

    fn between(&mut self, at: usize, next: char) {
        match self.within.last_mut() {
            Some(Within::Object { is_in_value, .. }) if next == ':' => {
                *is_in_value = true;
                self.value_from = at + 1;
            }
            Some(Within::Object { from, key, is_in_value }) => {
                (*key, *is_in_value) = (None, false);
                self.value_from = *from;
            }
            Some(Within::List { nth, .. }) => {
                *nth += 1;
                self.value_from = at + 1;
            }
            None => {}
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for within in &self.within {
            match within {
                Within::Object { key: Some(key), is_in_value: true, .. } => {
                    leaves::field(&mut path, key);
                }
                Within::Object { .. } => {}
                Within::List { nth, .. } => leaves::element(&mut path, *nth),
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"a":{"b":"}\","},"c":[null,1],"größe":null}"#;

    fn after(text: &str) -> Place<'static> {
        at(JSON, JSON.find(text).unwrap() + text.len()).unwrap()
    }

    #[test]
    fn a_place_is_told_with_its_path() {
        assert_eq!(after(r#"\","#), Place { path: "a.b".into(), rest: &JSON[10..] });
        assert_eq!(after("[null").path, "c[0]");
        assert_eq!(after("[null,1").path, "c[1]");
        assert_eq!(after("[null,1").rest, "1],\"größe\":null}");
        assert_eq!(after("e\":null").path, "größe");
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        assert_eq!(of(JSON, "c[1]"), Some("1],\"größe\":null}"));
        assert_eq!(of(JSON, "größe"), Some("null}"));
        assert_eq!(of(JSON, "a.c"), None);
    }

    #[test]
    fn the_end_of_an_object_is_the_object() {
        assert_eq!(at(JSON, JSON.len()), Some(Place { path: String::new(), rest: JSON }));
        assert_eq!(after("},").path, "");
        assert_eq!(at("null", 4), Some(Place { path: String::new(), rest: "null" }));
        assert_eq!(at("null", 5), None);
    }
}
