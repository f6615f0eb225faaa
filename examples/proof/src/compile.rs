//! Compile time of the derives: `cargo check` after a change, and how much they write.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, ensure};

use crate::measure::median;
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// The derives of the structs: those of this framework, or those of serde alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Derives {
    All,
    Serde,
}

/// The older versions of the events: none, or three, on their fields or as structs, as the derives
/// are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    None,
    Three,
}

pub async fn tables(run: &mut Run) -> anyhow::Result<()> {
    let quick = run.options.quick;
    let counts: &[u32] = if quick { &[10] } else { &[10, 50, 200] };
    for measured in [derives, history] {
        run.report.add(tokio::task::spawn_blocking(move || measured(counts)).await??);
    }
    Ok(())
}

fn derives(counts: &[u32]) -> anyhow::Result<Table> {
    let about = "A crate with one aggregate and a command for each event, made for the run. Seconds: \
        `cargo check` after a change of the file, median of three. Beside it the same structs with \
        serde's derives alone. Bytes: what the derives wrote for each event, its command included, as \
        the compiler prints it, without what serde wrote.";
    let columns = ["events", "check s", "with serde alone s", "ms an event more", "bytes an event"];
    let mut table = Table::new("Compiling", about, &columns);
    for &events in counts {
        progress(&format!("cargo check of {events} events"));
        let all = Domain::write(events, Derives::All, Past::None)?;
        let serde = Domain::write(events, Derives::Serde, Past::None)?;
        let (with, without) = (all.check_seconds()?, serde.check_seconds()?);
        let written = all.expanded_bytes()?.saturating_sub(serde.expanded_bytes()?);
        table.row(vec![
            Cell::count(events.into()),
            Cell::number(with, 2),
            Cell::number(without, 2),
            Cell::number((with - without) * 1000.0 / f64::from(events), 1),
            Cell::count(written as u64 / u64::from(events)),
        ]);
    }
    Ok(table)
}

fn history(counts: &[u32]) -> anyhow::Result<Table> {
    let about = "The same crate, and one in which each event has three older versions, written on its \
        fields: one added, one changed, one renamed. Milliseconds: what that adds to `cargo check`; \
        beside it what three structs with serde's `Deserialize` add, which whoever reads three versions \
        has anyway. Bytes: what the past adds to the output of `#[derive(Event)]` as the compiler prints \
        it, indented; what the macros of es-core make of that, each step of them counted; and what serde \
        writes to read the old versions. Target: the derive writes at most 2,048 bytes more.";
    let columns = [
        "events",
        "check s",
        "without history s",
        "ms an event more",
        "ms three structs of serde",
        "bytes an event more",
        "in macros",
        "by serde",
    ];
    let mut table = Table::new("Compiling three versions of history", about, &columns);
    for &events in counts {
        progress(&format!("cargo check of {events} events with history"));
        let plain = Domain::write(events, Derives::All, Past::None)?;
        let evolved = Domain::write(events, Derives::All, Past::Three)?;
        let plain_serde = Domain::write(events, Derives::Serde, Past::None)?;
        let evolved_serde = Domain::write(events, Derives::Serde, Past::Three)?;
        let (with, without) = (evolved.check_seconds()?, plain.check_seconds()?);
        let structs = evolved_serde.check_seconds()? - plain_serde.check_seconds()?;
        let (before, after) = (plain.written()?, evolved.written()?);
        let each = f64::from(events);
        let more =
            |after: u64, before: u64| Cell::count(after.saturating_sub(before) / u64::from(events));
        table.row(vec![
            Cell::count(events.into()),
            Cell::number(with, 2),
            Cell::number(without, 2),
            Cell::number((with - without) * 1000.0 / each, 1),
            Cell::number(structs * 1000.0 / each, 1),
            more(after.events, before.events),
            more(after.macros, before.macros),
            more(after.serde, before.serde),
        ]);
    }
    Ok(table)
}

/// The number of bytes that each macro wrote.
#[derive(Debug, Default, PartialEq)]
struct Written {
    /// `#[derive(Event)]`.
    events: u64,
    /// The macros of es-core that derives leave in what they write.
    macros: u64,
    /// `#[derive(Deserialize)]`.
    serde: u64,
}

impl Written {
    /// Adds up the compiler's table: name, uses, lines, lines a use, bytes, bytes a use. A long name
    /// has a line of its own before its numbers; no such one is asked for.
    fn of(stats: &str) -> anyhow::Result<Self> {
        let mut written = Self::default();
        for line in stats.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            let ["macro-stats", name, _, _, _, bytes, _] = words[..] else { continue };
            let sum = match name {
                "#[derive(Event)]" => &mut written.events,
                "#[derive(Deserialize)]" | "#[derive(__serde::Deserialize)]" => &mut written.serde,
                // The first is what a derive calls the module of the others.
                _ if name.starts_with("__s::") || name.starts_with("::es_core::") => {
                    &mut written.macros
                }
                _ => continue,
            };
            *sum += bytes.replace('_', "").parse::<u64>().context("a number of bytes")?;
        }
        ensure!(written.events > 0, "the compiler counts no macros: {stats}");
        Ok(written)
    }
}

/// A generated crate.
struct Domain {
    directory: PathBuf,
}

impl Domain {
    fn write(events: u32, derives: Derives, past: Past) -> anyhow::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let kind = match (derives, past) {
            (Derives::All, Past::None) => "all",
            (Derives::All, Past::Three) => "all-history",
            (Derives::Serde, Past::None) => "serde",
            (Derives::Serde, Past::Three) => "serde-history",
        };
        let directory = workspace.join(format!("target/proof/{kind}-{events}"));
        std::fs::create_dir_all(directory.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"checked-{kind}-{events}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [workspace]\n[dependencies]\nes-core = {{ path = \"{}\" }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
            workspace.join("es-core").display()
        );
        std::fs::write(directory.join("Cargo.toml"), manifest)?;
        // The versions that the workspace was built with.
        std::fs::copy(workspace.join("Cargo.lock"), directory.join("Cargo.lock"))?;
        let domain = Self { directory };
        domain.touch(&source(events, derives, past)?)?;
        Ok(domain)
    }

    fn touch(&self, source: &str) -> anyhow::Result<()> {
        Ok(std::fs::write(self.directory.join("src/lib.rs"), source)?)
    }

    fn cargo(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let said = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .current_dir(&self.directory)
            // One for all generated crates: the framework is compiled once.
            .env("CARGO_TARGET_DIR", self.directory.with_file_name("built"))
            // The expansion is printed for reading; that asks for what is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .context("cargo cannot be started")?;
        let text = String::from_utf8_lossy(&said.stderr);
        ensure!(said.status.success(), "cargo says: {text}");
        Ok(said)
    }

    fn check_seconds(&self) -> anyhow::Result<f64> {
        let file = self.directory.join("src/lib.rs");
        let source = std::fs::read_to_string(&file)?;
        self.cargo(&["check", "--offline", "--quiet"])?;
        let mut seconds = Vec::new();
        for nth in 0..3 {
            self.touch(&format!("{source}\n// change {nth}\n"))?;
            let begun = Instant::now();
            self.cargo(&["check", "--offline", "--quiet"])?;
            seconds.push(begun.elapsed().as_secs_f64());
        }
        Ok(median(&mut seconds))
    }

    fn expanded_bytes(&self) -> anyhow::Result<usize> {
        Ok(self.rustc("-Zunpretty=expanded")?.stdout.len())
    }

    fn written(&self) -> anyhow::Result<Written> {
        Written::of(&String::from_utf8_lossy(&self.rustc("-Zmacro-stats")?.stderr))
    }

    fn rustc(&self, flag: &str) -> anyhow::Result<Output> {
        self.cargo(&["rustc", "--offline", "--quiet", "--profile=check", "--", flag])
    }
}

/// The past of an event as its annotations: of the struct, of `cents` and of `note`.
const ON_FIELDS: [&str; 3] = [
    ", version = 4",
    "#[event(changed(from = i32, in = 3, with = i64::from))] ",
    "#[event(added(in = 2, default), renamed(from = \"text\", in = 4))] ",
];

/// The same past as structs.
const AS_STRUCTS: [&str; 3] =
    ["pub cents: i32", "pub cents: i32, pub text: String", "pub cents: i64, pub text: String"];

fn older_structs(nth: u32) -> String {
    let structs = AS_STRUCTS.iter().zip(1..).map(|(fields, version)| {
        format!("#[derive(Deserialize)]\npub struct Happened{nth}V{version} {{ {fields} }}\n")
    });
    structs.collect()
}

fn source(events: u32, derives: Derives, past: Past) -> anyhow::Result<String> {
    let all = derives == Derives::All;
    let mut source = String::from("#![allow(unused)]\nuse es_core::prelude::*;\n");
    let mut names = Vec::new();
    let is_evolved = past == Past::Three;
    let [version, cents, note] = if all && is_evolved { ON_FIELDS } else { [""; 3] };
    for nth in 0..events {
        names.push(format!("Happened{nth}"));
        let (event, command) = if all { ("Event, ", "Command, ") } else { ("", "") };
        let attribute = |text: String| if all { text } else { String::new() };
        let name = attribute(format!("#[event(name = \"happened-{nth}\"{version})]\n"));
        let aggregate = attribute("#[command(aggregate = State, any)]\n".to_owned());
        let id = attribute("#[command(id)] ".to_owned());
        write!(
            source,
            "#[derive({event}Serialize, Deserialize, Clone, Debug, PartialEq)]\n{name}\
             pub struct Happened{nth} {{ {cents}pub cents: i64, {note}pub note: String }}\n\
             #[derive({command}Clone, Debug)]\n{aggregate}\
             pub struct Do{nth} {{ {id}pub id: String, pub cents: i64 }}\n"
        )?;
        if !all && is_evolved {
            source.push_str(&older_structs(nth));
        }
        if all {
            write!(
                source,
                "impl Apply<Happened{nth}> for State {{\n\
                 fn apply(&mut self, event: Happened{nth}) {{ self.cents += event.cents; }}\n}}\n\
                 impl Decide<Do{nth}> for State {{\ntype Events = Happened{nth};\n\
                 fn decide(&self, command: Do{nth}) -> Result<Happened{nth}, Self::Error> {{\n\
                 Ok(Happened{nth} {{ cents: command.cents, note: String::new() }})\n}}\n}}\n"
            )?;
        }
    }
    let names = names.join(", ");
    let derive = if all { "Aggregate, " } else { "" };
    let attribute = if all {
        format!("#[aggregate(name = \"state\", id = String, events({names}))]\n")
    } else {
        String::new()
    };
    write!(
        source,
        "#[derive({derive}Default)]\n{attribute}pub struct State {{ pub cents: i64 }}\n"
    )?;
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compilers_table_is_added_up_by_who_wrote() {
        let stats = "\
            macro-stats MACRO EXPANSION STATS: a_crate\n\
            macro-stats Macro Name        Uses  Lines  Avg Lines   Bytes  Avg Bytes\n\
            macro-stats -----------------------------------------------------------\n\
            macro-stats #[derive(__serde::Deserialize)]  30  4_620  154.0  248_760  8_292.0\n\
            macro-stats #[derive(Deserialize)]  10  1_660  166.0  1_240  9_110.0\n\
            macro-stats #[derive(Event)]  10  810  81.0  33_270  3_327.0\n\
            macro-stats __s::schema!  40  360  9.0  12_590  314.8\n\
            macro-stats ::es_core::__stored!  40  300  7.5  10  294.8\n\
            macro-stats ::std::vec!  1  11  11.0  634  634.0\n";

        let written = Written::of(stats).expect("a table");

        assert_eq!(written, Written { events: 33_270, macros: 12_600, serde: 250_000 });
    }

    #[test]
    fn a_compiler_that_counts_nothing_is_told_of() {
        assert!(Written::of("").is_err());
    }
}
