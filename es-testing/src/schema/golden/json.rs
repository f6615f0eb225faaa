//! JSON a line a field, with every number as it is written.

/// The same JSON, laid out; `json` must be JSON.
pub(super) fn laid_out(json: &str) -> String {
    let mut text = String::new();
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    let mut characters = json.chars().filter(|next| !next.is_control()).peekable();
    while let Some(next) = characters.next() {
        if is_text {
            text.push(next);
            is_text = is_escaped || next != '"';
            is_escaped = !is_escaped && next == '\\';
            continue;
        }
        match next {
            ' ' => {}
            '{' | '[' => {
                text.push(next);
                while characters.next_if_eq(&' ').is_some() {}
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(end);
                } else {
                    depth += 1;
                    new_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
                text.push(next);
            }
            ',' => {
                text.push(next);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            '"' => {
                is_text = true;
                text.push(next);
            }
            other => text.push(other),
        }
    }
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn every_field_has_a_line() {
        let text = laid_out("{\"a\":[1,{}],\n \"b\" : {\"c\\\",{\": null}, \"d\":[ ]}");

        let lines = [
            "{",
            "  \"a\": [",
            "    1,",
            "    {}",
            "  ],",
            "  \"b\": {",
            "    \"c\\\",{\": null",
            "  },",
            "  \"d\": []",
            "}",
        ];
        assert_eq!(text, lines.join("\n"));
    }

    #[test]
    fn a_number_is_not_rounded() {
        assert_eq!(
            laid_out("340282366920938463463374607431768211455"),
            "340282366920938463463374607431768211455"
        );
    }
}
