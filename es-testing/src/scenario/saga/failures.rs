//! All runs of a saga with up to so many faults.

use std::panic::Location;

use es_core::process::Saga;
use es_core::sagas::Performs;

use super::fault::Fault;
use super::run::{Run, Tried};
use crate::page::{Colour, Line, Page, of_this_test};

/// Writes a test that runs a saga with every fault, in up to so many attempts, and checks how each run ends.
///
/// The number of runs grows about fifteenfold with each further fault: a saga of four steps has 1, 29, 485 and 6,732.
///
/// The services are new for each run, and are the real code of the test: they perform activities as in production
/// and keep what they have done. They answer at once: what awaits a sleep, a socket or a lock that another task holds
/// fails the test. Commands are decided by their aggregates, in a store in memory. An attempt has one of
/// the [faults](Fault), or none. Runs with fewer faults come first, so that the run that is reported has as few as possible.
///
/// [The chapter on testing](../es_testing/guide/testing/index.html#sagas) has an example. `holds` sees a
/// [`Run`](crate::saga::Run). The test fails at the first run of which it is false, and prints it.
#[macro_export]
macro_rules! every_failure {
    (
        $(#[$attr:meta])*
        $name:ident, saga = $saga:ty, started_by = $start:expr, services = $services:expr,
        faults = $faults:expr, holds = $holds:expr $(,)?
    ) => {
        $(#[$attr])*
        #[test]
        fn $name() {
            $crate::saga::check_every_failure::<$saga, _>(
                || ::core::convert::Into::into($start),
                || $services,
                $faults,
                $holds,
            );
        }
    };
}

/// Runs the saga with every fault in up to `faults` attempts, and returns the number of runs. What
/// [`every_failure!`](crate::every_failure) calls.
///
/// # Panics
///
/// If `holds` is false of a run. If a run cannot be made: its start begins no instance, a service does not answer at once,
/// the instance is read again as another one, or it has no end.
#[track_caller]
pub fn check_every_failure<S: Saga, P: Performs<S>>(
    start: impl Fn() -> <S as Saga>::Start,
    services: impl Fn() -> P,
    faults: usize,
    holds: impl Fn(&Run<S, P>) -> bool,
) -> usize {
    let at = Location::caller();
    let all = All { start, services, holds };
    (0..=faults).map(|exactly| all.runs(exactly, &mut Vec::new(), at)).sum()
}

struct All<B, F, H> {
    start: B,
    services: F,
    holds: H,
}

impl<B, F, H> All<B, F, H> {
    /// Runs those that begin as `script` and have `left` faults more; the number of runs.
    fn runs<S: Saga, P: Performs<S>>(
        &self,
        left: usize,
        script: &mut Vec<Option<Fault>>,
        at: &'static Location<'static>,
    ) -> usize
    where
        B: Fn() -> <S as Saga>::Start,
        F: Fn() -> P,
        H: Fn(&Run<S, P>) -> bool,
    {
        let run = match Run::to_its_end((self.start)(), (self.services)(), script) {
            Ok(run) => run,
            Err(error) => panic!("`{}` cannot be run with {script:?}: {error}", S::NAME),
        };
        if left == 0 {
            if !(self.holds)(&run) {
                report(&run, at);
            }
            return 1;
        }
        let (length, mut runs) = (script.len(), 0);
        for (place, tried) in run.attempts.iter().enumerate().skip(length) {
            let can_happen = |fault: &Fault| fault.can_happen_to(tried.kind, tried.direction);
            for fault in Fault::ALL.into_iter().filter(can_happen) {
                script.resize(place, None);
                script.push(Some(fault));
                runs += self.runs(left - 1, script, at);
                script.truncate(length);
            }
        }
        runs
    }
}

/// Fails with the story of the run.
fn report<S: Saga, P>(run: &Run<S, P>, at: &'static Location<'static>) -> ! {
    let line = |tried: &Tried| match tried.fault {
        Some(fault) => Line::left_over(format!("`{}` {fault}", tried.request)),
        None => Line::text(format!("`{}` is answered", tried.request)),
    };
    let faults = run.attempts.iter().filter(|tried| tried.fault.is_some()).count();
    let page = Page {
        name: of_this_test(),
        headline: format!("what has to hold is false of a run with {faults} faults"),
        at,
        blocks: vec![("run", run.attempts.iter().map(line).collect())],
        end: format!("at its end {}", run.play.needs().long()),
    };
    panic!("{}", page.render(Colour::of_this_terminal()))
}
