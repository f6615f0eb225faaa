//! The event model as a Mermaid flow chart.

use std::fmt::{self, Write};

use super::chapter::{Asked, Chapter};

/// A diagram of the commands, the events that they cause and the states that these make; for
/// decisions across streams, of the models that they rest on as well.
#[must_use]
pub fn mermaid(chapters: &[Chapter]) -> String {
    let mut page = String::new();
    let written = write(&mut page, chapters);
    debug_assert!(written.is_ok(), "a string takes every text");
    page
}

fn write(text: &mut String, chapters: &[Chapter]) -> fmt::Result {
    text.write_str("flowchart LR\n")?;
    for (nth, chapter) in chapters.iter().enumerate() {
        let prefix = format!("m{nth}");
        writeln!(text, "    subgraph {prefix} [\"{}\"]", chapter.name)?;
        nodes(text, &prefix, chapter)?;
        for asked in &chapter.asked {
            arrows(text, &prefix, chapter, asked)?;
        }
        belongings(text, &prefix, chapter)?;
        text.write_str("    end\n")?;
    }
    text.write_str("    classDef command fill:#a8d1ff,stroke:#2f6fb2,color:#000\n")?;
    text.write_str("    classDef event fill:#ffd08a,stroke:#b26b00,color:#000\n")?;
    text.write_str("    classDef state fill:#fff3b0,stroke:#a68a00,color:#000\n")?;
    Ok(())
}

fn nodes(text: &mut String, prefix: &str, chapter: &Chapter) -> fmt::Result {
    for asked in &chapter.asked {
        writeln!(text, "        {prefix}_c_{0}[\"{0}\"]:::command", asked.name)?;
    }
    for event in &chapter.events {
        let name = event.name;
        let remark = if event.is_superseded { " (superseded)" } else { "" };
        writeln!(text, "        {}([\"{name}{remark}\"]):::event", event_id(prefix, name))?;
    }
    for model in chapter.models() {
        writeln!(text, "        {prefix}_s_{0}{{{{\"{0}\"}}}}:::state", model.name)?;
    }
    if chapter.is_aggregate {
        writeln!(text, "        {prefix}_s[(\"{}\")]:::state", chapter.name)?;
    }
    Ok(())
}

fn arrows(text: &mut String, prefix: &str, chapter: &Chapter, asked: &Asked) -> fmt::Result {
    for event in &asked.events {
        if chapter.events.iter().any(|known| known.name == *event) {
            writeln!(text, "        {prefix}_c_{} --> {}", asked.name, event_id(prefix, event))?;
        }
    }
    for model in &asked.models {
        writeln!(text, "        {prefix}_s_{} -.-> {prefix}_c_{}", model.name, asked.name)?;
    }
    Ok(())
}

/// Writes the arrows from the events to the states that they make.
fn belongings(text: &mut String, prefix: &str, chapter: &Chapter) -> fmt::Result {
    for event in &chapter.events {
        let id = event_id(prefix, event.name);
        if chapter.is_aggregate {
            writeln!(text, "        {id} --> {prefix}_s")?;
        }
        for model in chapter.models() {
            if model.events.contains(&event.name) {
                writeln!(text, "        {id} --> {prefix}_s_{}", model.name)?;
            }
        }
    }
    Ok(())
}

/// Ids of Mermaid are words: `-` and `.` would be read as arrows.
fn event_id(prefix: &str, name: &str) -> String {
    let mut id = format!("{prefix}_e_");
    for character in name.chars() {
        match character {
            '-' => id.push_str("_d"),
            '.' => id.push_str("_p"),
            '_' => id.push_str("__"),
            word => id.push(word),
        }
    }
    id
}
