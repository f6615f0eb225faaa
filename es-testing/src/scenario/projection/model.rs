//! Assertions on a read model in memory.

use std::fmt::Debug;
use std::panic::Location;

use es_core::{Projection, Projects};
use futures_util::FutureExt;

use super::fold::{Failed, fold};
use super::given::Given;
use crate::page::Line;
use crate::scenario::report::{Pair, align_by};

impl<P: Projection> Given<P> {
    /// Asserts that the model, folded from its default, is `expected`.
    ///
    /// # Panics
    ///
    /// If it is not, with a report of the lines that differ, or if a handler fails.
    #[expect(clippy::needless_pass_by_value, reason = "the model reads as a sentence")]
    #[track_caller]
    pub fn then_model<M>(self, expected: M)
    where
        P: Projects<M>,
        M: Default + Debug + PartialEq + Send,
    {
        let model = self.model::<M>(Location::caller());
        if model != expected {
            let then = lines(&model, &expected);
            let end = format!("accept with: .then_model({model:?})");
            let headline = "the model differs".to_owned();
            self.fail(Location::caller(), headline, None, vec![("then", then)], end);
        }
        self.unasserted.fulfil();
    }

    /// Runs `asserts` on the model, which panics where it does not hold.
    ///
    /// # Panics
    ///
    /// If `asserts` does, or a handler fails.
    #[track_caller]
    pub fn then<M>(self, asserts: impl FnOnce(&M))
    where
        P: Projects<M>,
        M: Default + Send,
    {
        let model = self.model::<M>(Location::caller());
        self.unasserted.fulfil();
        asserts(&model);
    }

    /// Asserts that a handler that writes into `M` fails with an error that says so: the text is
    /// part of what the error and its causes print.
    ///
    /// # Panics
    ///
    /// If none fails, or one with another error.
    #[track_caller]
    pub fn then_fails<M>(self, error: &str)
    where
        P: Projects<M>,
        M: Default + Send,
    {
        let folded = self.folded::<M>().map(drop);
        self.expect_failure(Location::caller(), folded, error, "then_fails");
        self.unasserted.fulfil();
    }

    fn model<M>(&self, at: &'static Location<'static>) -> M
    where
        P: Projects<M>,
        M: Default + Send,
    {
        match self.folded() {
            Ok(model) => model,
            Err(failed) => self.fail_for(at, &failed, "then_fails"),
        }
    }

    fn folded<M>(&self) -> Result<M, Failed>
    where
        P: Projects<M>,
        M: Default + Send,
    {
        let mut model = M::default();
        let folded = fold(&self.projection, &self.log.stored(), &mut model).now_or_never();
        folded.expect("a handler that writes into memory waits for nobody")?;
        Ok(model)
    }
}

/// The lines of both models as they print, beside each other.
pub(super) fn lines(actual: &impl Debug, expected: &impl Debug) -> Vec<Line> {
    let (actual, expected) = (format!("{actual:#?}"), format!("{expected:#?}"));
    let (actual, expected): (Vec<_>, Vec<_>) =
        (actual.lines().collect(), expected.lines().collect());
    if actual == expected {
        let alike = "every line prints alike, but the models are not equal (PartialEq)";
        return vec![Line::changed(alike)];
    }
    let pairs = align_by(&actual, &expected, |actual, expected| u32::from(actual == expected));
    let lines = pairs.into_iter().map(|pair| match pair {
        Pair::Same(line) | Pair::Different { actual: line, .. } => Line::text(*line),
        Pair::Unexpected(line) => Line::left_over(*line),
        Pair::Missing(line) => Line::lost(*line),
    });
    lines.collect()
}
