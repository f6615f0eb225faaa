//! Workers that do one thing over and over for a while, and how long each time took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use crate::cpu::CpuTime;

/// The work that was done in one turn.
#[derive(Default)]
pub struct Turn {
    done: u64,
    seconds: f64,
    micros: Vec<u32>,
}

/// All turns of one contender.
#[derive(Default)]
pub struct Turns {
    rates: Vec<f64>,
    done: u64,
    /// The CPU time of all turns together. `None` if it could not be read in one of them.
    cpu: Option<CpuTime>,
    micros: Vec<u32>,
}

/// Something that can be done again and again by one worker.
pub trait Worker: Send + 'static {
    fn work(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Lets all workers begin at once and work until `slice` is over; hands them back.
pub async fn turn<W: Worker>(workers: Vec<W>, slice: Duration) -> anyhow::Result<(Turn, Vec<W>)> {
    let start = Arc::new(Barrier::new(workers.len()));
    let begun = Instant::now();
    let tasks = workers.into_iter().map(|mut worker| {
        let start = start.clone();
        tokio::spawn(async move {
            start.wait().await;
            let begun = Instant::now();
            let mut micros = Vec::new();
            let mut before = begun;
            while before.duration_since(begun) < slice {
                worker.work().await?;
                let now = Instant::now();
                let took = now.duration_since(before).as_micros();
                micros.push(u32::try_from(took).unwrap_or(u32::MAX));
                before = now;
            }
            anyhow::Ok((worker, micros))
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut turn = Turn::default();
    let mut workers = Vec::with_capacity(tasks.len());
    for task in tasks {
        let (worker, micros) = task.await??;
        turn.done += micros.len() as u64;
        turn.micros.extend(micros);
        workers.push(worker);
    }
    turn.seconds = begun.elapsed().as_secs_f64();
    Ok((turn, workers))
}

impl Turns {
    #[expect(clippy::cast_precision_loss, reason = "no turn has 2^53 of anything")]
    pub fn add(&mut self, turn: Turn, cpu: Option<CpuTime>) {
        let so_far = if self.done == 0 { Some(CpuTime::default()) } else { self.cpu };
        self.cpu = so_far.zip(cpu).map(|(so_far, cpu)| so_far.plus(cpu));
        self.done += turn.done;
        self.rates.push(turn.done as f64 / turn.seconds);
        self.micros.extend(turn.micros);
    }

    /// One time more.
    pub fn took(&mut self, time: Duration) {
        self.micros.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// The number of measured times.
    pub fn count(&self) -> u64 {
        self.micros.len() as u64
    }

    /// The number of times a second that it was done: the median of the turns.
    pub fn rate(&mut self) -> f64 {
        median(&mut self.rates)
    }

    /// CPU time of the program each time, in microseconds.
    pub fn client_micros(&self) -> Option<f64> {
        self.cpu.map(|cpu| self.micros_each(cpu.client))
    }

    /// CPU time of the server each time, in microseconds.
    pub fn server_micros(&self) -> Option<f64> {
        self.cpu.map(|cpu| self.micros_each(cpu.server))
    }

    #[expect(clippy::cast_precision_loss, reason = "no turn has 2^53 of anything")]
    fn micros_each(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.done as f64
    }

    /// The milliseconds that `share` of the times took at most.
    pub fn millis(&mut self, share: f64) -> f64 {
        self.micros.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "an index between 0 and the length"
        )]
        let index = (self.micros.len() as f64 * share) as usize;
        let last = self.micros.len().saturating_sub(1);
        self.micros.get(index.min(last)).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

/// The one in the middle; of none, not a number.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The rate of `count` in a second.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^53")]
pub fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_times_are_at_most_the_median() {
        let mut turns = Turns { micros: (1..=1000).rev().collect(), ..Turns::default() };

        assert!((turns.millis(0.5) - 0.501).abs() < 1e-9);
        assert!((turns.millis(1.0) - 1.0).abs() < 1e-9);
    }
}
