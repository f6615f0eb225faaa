//! The keys of a TOML document.
//!
//! Reads documents that cargo has accepted, so that it need not say what is wrong with one. A parser of
//! all of TOML would be several crates that each build of a domain waits for.

/// A key of a document.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key behind the keys of the tables around it.
    pub(crate) path: Vec<String>,
    /// The value without its quotes; empty for a table and for an array.
    pub(crate) value: String,
}

impl Entry {
    /// True if the key is the one behind these names.
    pub(crate) fn is(&self, path: &[&str]) -> bool {
        self.path == path
    }
}

/// The keys of `document` in their order; `None` if it is no TOML.
pub(crate) fn entries(document: &str) -> Option<Vec<Entry>> {
    let mut reader = Reader { rest: document, entries: Vec::new() };
    reader.document()?;
    Some(reader.entries)
}

struct Reader<'a> {
    rest: &'a str,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<()> {
        let mut table = Vec::new();
        loop {
            self.skip_blank();
            if self.rest.is_empty() {
                return Some(());
            }
            if self.eat("[") {
                let is_array = self.eat("[");
                table = self.key()?;
                self.add(table.clone(), "");
                self.expect(if is_array { "]]" } else { "]" })?;
            } else {
                self.pair(&table)?;
            }
        }
    }

    /// Reads `key = value` in a table.
    fn pair(&mut self, table: &[String]) -> Option<()> {
        let path = [table, &self.key()?].concat();
        self.expect("=")?;
        self.value(path)
    }

    /// Reads a key with its dots.
    fn key(&mut self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        loop {
            self.skip_spaces();
            names.push(self.name()?);
            self.skip_spaces();
            if !self.eat(".") {
                return Some(names);
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        if self.rest.starts_with(['"', '\'']) {
            return self.string();
        }
        let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let name = self.take_while(is_bare);
        (!name.is_empty()).then_some(name)
    }

    fn value(&mut self, path: Vec<String>) -> Option<()> {
        self.skip_spaces();
        if self.rest.starts_with(['"', '\'']) {
            let text = self.string()?;
            self.add(path, &text);
        } else if self.eat("[") {
            self.add(path.clone(), "");
            self.each_until("]", |reader| {
                // An element has no key.
                let known = reader.entries.len();
                reader.value(Vec::new())?;
                reader.entries.truncate(known);
                Some(())
            })?;
        } else if self.eat("{") {
            self.add(path.clone(), "");
            self.each_until("}", |reader| reader.pair(&path))?;
        } else {
            let text = self.take_while(|c| !matches!(c, ',' | ']' | '}' | '#' | '\n'));
            let text = text.trim_end();
            if text.is_empty() {
                return None;
            }
            self.add(path, text);
        }
        Some(())
    }

    /// Reads what stands between commas, to the end of an array or of a table in one line.
    fn each_until(&mut self, end: &str, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        loop {
            self.skip_blank();
            if self.eat(end) {
                return Some(());
            }
            item(self)?;
            self.skip_blank();
            if !self.eat(",") && !self.rest.starts_with(end) {
                return None;
            }
        }
    }

    /// Reads a string in any of its four forms. Escapes stay as they are written.
    fn string(&mut self) -> Option<String> {
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        let quote = quotes.into_iter().find(|quote| self.eat(quote))?;
        let mut escaped = false;
        let end = self.rest.char_indices().find_map(|(at, c)| {
            let is_end = !escaped && self.rest.get(at..)?.starts_with(quote);
            escaped = !escaped && c == '\\' && quote.starts_with('"');
            is_end.then_some(at)
        })?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(quote)?;
        if quote.len() == 3 {
            // Up to two more quotes belong to the text.
            self.take_while(|c| quote.starts_with(c));
        }
        Some(text.to_owned())
    }

    fn add(&mut self, path: Vec<String>, value: &str) {
        self.entries.push(Entry { path, value: value.to_owned() });
    }

    /// Skips blanks, line ends and comments.
    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with('#') {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t'));
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken.to_owned()
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries as `a.b = value`.
    fn read(document: &str) -> Vec<String> {
        let entries = entries(document).expect("TOML");
        entries.iter().map(|entry| format!("{} = {}", entry.path.join("."), entry.value)).collect()
    }

    #[test]
    fn a_key_stands_behind_its_table() {
        let entries = read("[package] # of a service\nname = \"bank\"\nversion.workspace = true\n");

        assert_eq!(
            entries,
            ["package = ", "package.name = bank", "package.version.workspace = true"]
        );
    }

    #[test]
    fn a_table_in_one_line_is_a_table() {
        let entries = read("[dependencies]\r\na = { path = \"../a\", features = [\"b\", ] }\r\n");

        let [_, table, path, features] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!(
            [table, path, features],
            ["dependencies.a = ", "dependencies.a.path = ../a", "dependencies.a.features = "]
        );
    }

    #[test]
    fn brackets_and_comments_in_strings_are_text() {
        let entries = read(concat!(
            "[target.'cfg(any(unix, target_os = \"wasi\"))'.dependencies]\n",
            "a = \"# [1] \\\" }\" # a comment: [x\n",
            "b = [ '{', # {\n \"]\" ]\n",
        ));

        let [_, a, b] = &entries[..] else { panic!("{entries:?}") };
        let table = "target.cfg(any(unix, target_os = \"wasi\")).dependencies";
        assert_eq!(*a, format!("{table}.a = # [1] \\\" }}"));
        assert_eq!(*b, format!("{table}.b = "));
    }

    #[test]
    fn a_string_of_many_lines_ends_at_three_quotes() {
        let entries = read(
            "a = \"\"\"\n[b]\nc = \"1\"\\\"\"\"\"\"\"\nd = '''\n'e\\''''\nf = 1979-05-27 07:32:00\n",
        );

        assert_eq!(entries.len(), 3, "{entries:?}");
        assert_eq!(entries[2], "f = 1979-05-27 07:32:00");
    }

    #[test]
    fn an_array_of_tables_is_no_mistake() {
        assert_eq!(
            read("[[bin]]\nname = \"a\"\n[[ bin ]]\n"),
            ["bin = ", "bin.name = a", "bin = "]
        );
    }

    #[test]
    fn another_text_is_no_document() {
        assert_eq!(
            entries("#!/usr/bin/env -S cargo -Zscript\n---\n[dependencies]\n---\nfn main() {}\n"),
            None
        );
        assert_eq!(entries("a = \"b"), None);
        assert_eq!(entries("a = [1 2"), None);
        assert_eq!(entries("a ="), None);
    }
}
