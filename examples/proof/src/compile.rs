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

pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let quick = run.options.quick;
    run.report.add(tokio::task::spawn_blocking(move || measured(quick)).await??);
    Ok(())
}

fn measured(quick: bool) -> anyhow::Result<Table> {
    let about = "A crate with one aggregate and a command for each event, made for the run. Seconds: \
        `cargo check` after a change of the file, median of three. Beside it the same structs with \
        serde's derives alone. Bytes: what the derives wrote for each event, its command included, as \
        the compiler prints it, without what serde wrote.";
    let columns = ["events", "check s", "with serde alone s", "ms an event more", "bytes an event"];
    let mut table = Table::new("Compiling", about, &columns);
    let counts: &[u32] = if quick { &[10] } else { &[10, 50, 200] };
    for &events in counts {
        progress(&format!("cargo check of {events} events"));
        let all = Domain::write(events, Derives::All)?;
        let serde = Domain::write(events, Derives::Serde)?;
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

/// A generated crate.
struct Domain {
    directory: PathBuf,
}

impl Domain {
    fn write(events: u32, derives: Derives) -> anyhow::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let kind = if derives == Derives::All { "all" } else { "serde" };
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
        domain.touch(&source(events, derives)?)?;
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

fn source(events: u32, derives: Derives) -> anyhow::Result<String> {
    let all = derives == Derives::All;
    let mut source = String::from("#![allow(unused)]\nuse es_core::prelude::*;\n");
    let mut names = Vec::new();
    for nth in 0..events {
        names.push(format!("Happened{nth}"));
        let (event, command) = if all { ("Event, ", "Command, ") } else { ("", "") };
        let attribute = |text: String| if all { text } else { String::new() };
        let name = attribute(format!("#[event(name = \"happened-{nth}\")]\n"));
        let aggregate = attribute("#[command(aggregate = State, any)]\n".to_owned());
        let id = attribute("#[command(id)] ".to_owned());
        write!(
            source,
            "#[derive({event}Serialize, Deserialize, Clone, Debug, PartialEq)]\n{name}\
             pub struct Happened{nth} {{ pub cents: i64, pub note: String }}\n\
             #[derive({command}Clone, Debug)]\n{aggregate}\
             pub struct Do{nth} {{ {id}pub id: String, pub cents: i64 }}\n"
        )?;
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
