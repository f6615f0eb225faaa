//! What the derives cost the compiler: `cargo check` after a change, and how much they write.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};

use crate::measure::median;
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// Whether the structs have the derives of this framework, or those of serde alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Derives {
    All,
    Serde,
}

/// What there is of an event besides its current version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    /// Nothing.
    None,
    /// Three older versions: written on the fields, or structs that serde reads.
    Read,
    /// Three older versions, as structs that nothing reads.
    Unread,
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
        beside it what three structs with serde's `Deserialize` add, which anyone needs who reads three \
        versions. Bytes: what the derive wrote for that past, as the compiler prints it with all macros \
        expanded, without what serde wrote for the old versions. Target: at most 2,048 bytes.";
    let columns = [
        "events",
        "check s",
        "without history s",
        "ms an event more",
        "ms three structs of serde",
        "bytes an event more",
        "of serde's",
    ];
    let mut table = Table::new("Compiling three versions of history", about, &columns);
    for &events in counts {
        progress(&format!("cargo check of {events} events with history"));
        let each = f64::from(events);
        let [now, past] =
            [Past::None, Past::Read].map(|past| Domain::write(events, Derives::All, past));
        let (now, past) = (now?, past?);
        let serde = Domain::write(events, Derives::Serde, Past::None)?;
        let serde_past = Domain::write(events, Derives::Serde, Past::Read)?;
        let unread = Domain::write(events, Derives::Serde, Past::Unread)?;
        let (with, without) = (past.check_seconds()?, now.check_seconds()?);
        let structs = serde_past.check_seconds()? - serde.check_seconds()?;
        let more = past.expanded_bytes()?.saturating_sub(now.expanded_bytes()?);
        let of_serde = serde_past.expanded_bytes()?.saturating_sub(unread.expanded_bytes()?);
        table.row(vec![
            Cell::count(events.into()),
            Cell::number(with, 2),
            Cell::number(without, 2),
            Cell::number((with - without) * 1000.0 / each, 1),
            Cell::number(structs * 1000.0 / each, 1),
            Cell::count(more.saturating_sub(of_serde) as u64 / u64::from(events)),
            Cell::count(of_serde as u64 / u64::from(events)),
        ]);
    }
    Ok(table)
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
            (Derives::All, Past::Read | Past::Unread) => "all-history",
            (Derives::Serde, Past::None) => "serde",
            (Derives::Serde, Past::Read) => "serde-history",
            (Derives::Serde, Past::Unread) => "serde-structs",
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

    fn cargo(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
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
        Ok(said.stdout)
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
        let arguments =
            ["rustc", "--offline", "--quiet", "--profile=check", "--", "-Zunpretty=expanded"];
        Ok(self.cargo(&arguments)?.len())
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

fn older_structs(nth: u32, past: Past) -> String {
    let derive = match past {
        Past::None => return String::new(),
        Past::Read => "#[derive(Deserialize)]\n",
        Past::Unread => "",
    };
    let structs = AS_STRUCTS.iter().zip(1..).map(|(fields, version)| {
        format!("{derive}pub struct Happened{nth}V{version} {{ {fields} }}\n")
    });
    structs.collect()
}

fn source(events: u32, derives: Derives, past: Past) -> anyhow::Result<String> {
    let all = derives == Derives::All;
    let mut source = String::from("#![allow(unused)]\nuse es_core::prelude::*;\n");
    let mut names = Vec::new();
    let has_history = all && past != Past::None;
    let [version, cents, note] = if has_history { ON_FIELDS } else { [""; 3] };
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
        if !all {
            source.push_str(&older_structs(nth, past));
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
