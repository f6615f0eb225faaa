//! Display of progress: a bar on a terminal, now and then a line elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// Lines that are written, at most, where there is no terminal.
const LINES: u64 = 10;

pub struct Progress {
    what: &'static str,
    bar: ProgressBar,
    every: u64,
}

impl Progress {
    /// `total` steps of which `done` are behind us.
    pub fn new(what: &'static str, total: usize, done: usize) -> Self {
        let bar = ProgressBar::new(total as u64).with_position(done as u64).with_message(what);
        if let Ok(style) =
            ProgressStyle::with_template("{msg:>8} [{bar:40}] {pos}/{len}, {eta} left")
        {
            bar.set_style(style);
        }
        Self { what, bar, every: (total as u64).div_ceil(LINES).max(1) }
    }

    pub fn step(&self) {
        self.bar.inc(1);
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or_default());
        if !stderr().is_terminal() && (done.is_multiple_of(self.every) || done == total) {
            eprintln!("{}: {done} of {total}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
