//! Where in a JSON text something is.

/// The outermost field of `json` in which `column` is, counted in bytes from 1.
pub(crate) fn key_at(json: &str, column: usize) -> Option<&str> {
    let mut scan = Scan::default();
    for (at, next) in json.get(..column)?.char_indices() {
        scan.step(at, next, json);
    }
    scan.key.filter(|_| scan.depth > 0)
}

/// How far a text of JSON has been looked through.
#[derive(Default)]
struct Scan<'a> {
    depth: usize,
    /// Where the text began in which this is, after its quote.
    text_from: Option<usize>,
    is_escaped: bool,
    /// Behind the colon of an outermost field.
    is_in_value: bool,
    key: Option<&'a str>,
}

impl<'a> Scan<'a> {
    fn step(&mut self, at: usize, next: char, json: &'a str) {
        match (self.text_from, next) {
            (Some(_), _) if self.is_escaped => self.is_escaped = false,
            (Some(_), '\\') => self.is_escaped = true,
            (Some(from), '"') => {
                self.text_from = None;
                if self.depth == 1 && !self.is_in_value {
                    self.key = Some(&json[from..at]);
                }
            }
            (None, '"') => self.text_from = Some(at + 1),
            (None, '{' | '[') => self.depth += 1,
            (None, '}' | ']') => self.depth = self.depth.saturating_sub(1),
            (None, ':') if self.depth == 1 => self.is_in_value = true,
            (None, ',') if self.depth == 1 => self.is_in_value = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::key_at;

    #[test]
    fn a_place_in_an_object_is_in_one_of_its_fields() {
        let json = r#"{"a":{"b":"}\","},"c":[null,1],"größe":null}"#;
        let at = |text: &str| json.find(text).map(|from| from + text.len());

        assert_eq!(key_at(json, at(r#"\","#).unwrap()), Some("a"));
        assert_eq!(key_at(json, at("[null").unwrap()), Some("c"));
        assert_eq!(key_at(json, at("e\":null").unwrap()), Some("größe"));
    }

    #[test]
    fn the_end_of_an_object_is_in_none() {
        assert_eq!(key_at(r#"{"a":1}"#, 7), None);
        assert_eq!(key_at("null", 4), None);
        assert_eq!(key_at("null", 5), None);
    }
}
