//! A law tried with many values, and the story of the first that breaks it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::Location;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use super::drawn::Undrawn;
use crate::page::{Colour, Line, Page, of_this_test};

/// Steps towards the shortest case; proptest's own number leaves sequences of events long.
const SHRINKING: u32 = 20_000;

/// A law that does not hold for a value.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The reason, in half a sentence.
    pub(crate) headline: String,
    pub(crate) blocks: Vec<(&'static str, Vec<Line>)>,
    pub(crate) cure: String,
}

/// Tries `law` with values of `values`, and panics with the story of the shortest that breaks it.
#[track_caller]
pub(crate) fn hold<V: Debug>(
    values: &impl Strategy<Value = V>,
    law: impl Fn(V) -> Result<(), Broken>,
) {
    let mut runner = runner();
    // The last case that failed is the shortest: shrinking ends with it. It is kept, since a law of
    // what is not pure may hold when it is tried again.
    let shortest = RefCell::new(None);
    let result = runner.run(values, |value| {
        law(value).map_err(|broken| {
            let reason = broken.headline.clone();
            *shortest.borrow_mut() = Some(broken);
            TestCaseError::fail(reason)
        })
    });
    match (result, shortest.into_inner()) {
        (Err(TestError::Fail(..)), Some(broken)) => report(broken, Some(runner.config())),
        (Err(error), _) => panic!("the law could not be tried: {error}"),
        (Ok(()), _) => {}
    }
}

/// Values in the same order each time: 256 of them with the seed 0, unless `PROPTEST_CASES` and
/// `PROPTEST_RNG_SEED` say otherwise.
pub(crate) fn runner() -> TestRunner {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(0);
    }
    if config.max_shrink_iters == u32::MAX {
        config.max_shrink_iters = SHRINKING;
    }
    TestRunner::new(config)
}

/// Panics, since there is nothing to try a law with.
#[track_caller]
pub(crate) fn refuse(undrawn: Undrawn) -> ! {
    let Undrawn { headline, lines, cure } = undrawn;
    report(Broken { headline, blocks: vec![("field", lines)], cure }, None)
}

#[track_caller]
pub(crate) fn report(broken: Broken, tried: Option<&Config>) -> ! {
    let mut end = format!("what to do: {}", broken.cure);
    if let Some(config) = tried {
        let (seed, cases) = (config.rng_seed, config.cases);
        end = format!(
            "{end}\n  drawn with: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}; the case is the \
             shortest that was found"
        );
    }
    let page = Page {
        name: of_this_test(),
        headline: broken.headline,
        at: Location::caller(),
        blocks: broken.blocks,
        end,
    };
    panic!("{}", page.render(Colour::of_this_terminal()))
}
