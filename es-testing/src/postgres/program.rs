//! Programs of PostgreSQL, and the report of one that failed.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

/// The last lines of an output that a report shows: the cause is seldom in the very last one.
const SHOWN: usize = 20;

/// Runs a program to its end; the error of one that fails holds the last lines that it printed.
///
/// Output goes through a file and not a pipe: the server would inherit the pipe and hold it.
pub(super) fn run(directory: &Path, command: &mut Command) -> io::Result<()> {
    let program = command.get_program().display().to_string();
    let output = directory.join("said");
    let file =
        File::create(&output).map_err(|error| about(&output.display().to_string(), &error))?;
    let status = command
        .stdout(file.try_clone()?)
        .stderr(file)
        .status()
        .map_err(|error| about(&program, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program} ended with {status}{}", printed(&output))))
}

/// The last lines of a file that a program has written, each on a line of its own.
pub(super) fn printed(file: &Path) -> String {
    let Ok(bytes) = fs::read(file) else { return String::new() };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let left_out = lines.len().saturating_sub(SHOWN);
    let mut shown = match (lines.len(), left_out) {
        (0, _) => " and printed nothing".to_owned(),
        (_, 0) => String::new(),
        _ => format!("\n  … {left_out} lines before"),
    };
    for line in lines.iter().skip(left_out) {
        let _ = write!(shown, "\n  {line}");
    }
    shown
}

/// The error, and what the machine has left: a server needs some of each.
pub(super) fn with_resources(error: &io::Error, directory: &Path) -> io::Error {
    let mut left = free_space(directory);
    left.extend(fs::read_to_string("/proc/meminfo").ok().and_then(|memory| {
        let line = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(format!("{} of memory", line.trim()))
    }));
    io::Error::new(error.kind(), format!("{error}\nfree on this machine: {}", left.join(", ")))
}

/// Free space where the files of a server are, and its shared memory.
fn free_space(directory: &Path) -> Vec<String> {
    let shown = Command::new("df").arg("-Pk").arg(directory).arg("/dev/shm").output();
    let Ok(shown) = shown else { return Vec::new() };
    String::from_utf8_lossy(&shown.stdout)
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(3);
            Some(format!("{} kB on {}", fields.next()?, fields.nth(1)?))
        })
        .collect()
}

fn about(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(script: &str) -> String {
        let directory = super::super::home::scratch("program");
        let failed = run(&directory, Command::new("sh").args(["-c", script])).unwrap_err();
        fs::remove_dir_all(directory).unwrap();
        failed.to_string()
    }

    #[test]
    fn a_program_that_fails_is_reported_with_all_that_it_printed() {
        let failed =
            failure("echo 'fixing it'; echo 'FATAL: no space' >&2; echo removing it; exit 3");

        let expected =
            "sh ended with exit status: 3\n  fixing it\n  FATAL: no space\n  removing it";
        assert_eq!(failed, expected);
    }

    #[test]
    fn a_long_output_is_cut_at_its_beginning() {
        let failed = failure("seq 100; exit 1");

        assert!(failed.starts_with("sh ended with exit status: 1\n  … 80 lines before\n  81\n"));
        assert!(failed.ends_with("\n  100"));
    }

    #[test]
    fn a_program_that_is_killed_in_silence_is_reported_with_its_signal() {
        let failed = failure("kill -9 $$");

        assert_eq!(failed, "sh ended with signal: 9 (SIGKILL) and printed nothing");
    }

    #[test]
    fn a_program_that_cannot_be_run_is_named() {
        let directory = super::super::home::scratch("program");
        let failed = run(&directory, &mut Command::new("/nowhere/initdb")).unwrap_err();
        fs::remove_dir_all(directory).unwrap();

        assert_eq!(failed.to_string(), "/nowhere/initdb: No such file or directory (os error 2)");
    }

    #[test]
    fn a_report_tells_how_much_the_machine_has_left() {
        let told = with_resources(&io::Error::other("it failed"), Path::new("/")).to_string();

        assert!(told.starts_with("it failed\nfree on this machine: "), "{told}");
        assert!(told.contains(" kB on /"), "{told}");
    }
}
