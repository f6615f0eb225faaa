//! `sagas.lock`: what it looks like, what it allows, and what it says. Bless with `UPDATE_EXPECT=1`.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, Compensate, CompensateStart, Definition, Prepare, Saga, StepPolicy, Tried,
};
use es_testing::saga_lock::{SagaForm, expect_sagas_held};
use expect_test::{ExpectFile, expect_file};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
struct OrderPlaced {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "quote-accepted")]
struct QuoteAccepted {}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum Starts {
    Placed(OrderPlaced),
    Accepted(QuoteAccepted),
}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum PlacedAlone {
    Placed(OrderPlaced),
}

macro_rules! activities {
    ($($name:ident, $stored:literal;)*) => {
        $(#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
        struct $name {}

        impl Activity for $name {
            const NAME: &'static str = $stored;
            type Output = ();
        })*
    };
}

activities! {
    Pay, "pay";
    Refund, "refund";
    Ship, "ship";
    CallBack, "call-back";
    Confirm, "confirm";
    Cancel, "cancel";
}

macro_rules! saga {
    ($name:ident, $start:ty, $definition:expr) => {
        #[derive(Clone, Debug, Default, PartialEq)]
        struct $name;

        impl Saga for $name {
            const NAME: &'static str = "fulfilment";
            type Id = u32;
            type Start = $start;

            fn id(_: &Self::Start) -> u32 {
                17
            }

            fn definition() -> Definition<Self> {
                $definition
            }

            fn initial() -> Self {
                Self
            }

            fn start(&mut self, _: Self::Start) {}
        }

        impl Apply<()> for $name {
            fn apply(&mut self, (): ()) {}
        }

        saga!(@ $name, Pay, Refund; Ship, CallBack);

        impl Prepare<Confirm> for $name {
            fn prepare(&self) -> Confirm {
                Confirm {}
            }
        }

        impl CompensateStart<OrderPlaced> for $name {
            type By = Cancel;

            fn compensate_start(&self) -> Cancel {
                Cancel {}
            }
        }
    };
    (@ $name:ident, $($step:ident, $back:ident);*) => {
        $(impl Prepare<$step> for $name {
            fn prepare(&self) -> $step {
                $step {}
            }
        }

        impl Compensate<$step> for $name {
            type By = $back;

            fn compensate(&self, _: Tried<()>) -> $back {
                $back {}
            }
        })*
    };
}

fn version<S>(version: u32) -> Definition<S> {
    Definition::new(version, Duration::from_secs(60))
}

const WHY: &str = "a mail is not unsent";

saga!(
    First,
    Starts,
    version(1)
        .compensated_start::<OrderPlaced>()
        .start::<QuoteAccepted>()
        .step::<Pay>(|step| step)
        .step::<Ship>(|step| step)
        .step_without_compensation::<Confirm>(WHY, StepPolicy::optional)
);

saga!(
    FirstWithOtherTimes,
    Starts,
    version(1)
        .compensated_start::<OrderPlaced>()
        .start::<QuoteAccepted>()
        .step::<Pay>(|step| step.with_timeout(Duration::from_secs(7)))
        .step::<Ship>(|step| step)
        .step_without_compensation::<Confirm>(WHY, StepPolicy::optional)
);

saga!(
    FirstChanged,
    Starts,
    version(1)
        .compensated_start::<OrderPlaced>()
        .start::<QuoteAccepted>()
        .step::<Ship>(|step| step)
        .step::<Pay>(|step| step)
        .step_without_compensation::<Confirm>(WHY, StepPolicy::optional)
);

saga!(
    Second,
    Starts,
    version(2)
        .compensated_start::<OrderPlaced>()
        .step::<Ship>(|step| step)
        .retired_step::<Pay>()
        .retired_step_without_compensation::<Confirm>(WHY)
);

saga!(
    FirstInAnotherOrder,
    Starts,
    version(1)
        .start::<QuoteAccepted>()
        .compensated_start::<OrderPlaced>()
        .step::<Pay>(|step| step)
        .step::<Ship>(|step| step)
        .step_without_compensation::<Confirm>(WHY, StepPolicy::optional)
);

saga!(
    SecondThatRetiresTheStart,
    Starts,
    version(2)
        .start::<QuoteAccepted>()
        .retired_start::<OrderPlaced>()
        .step::<Pay>(|step| step)
        .step::<Ship>(|step| step)
        .retired_step_without_compensation::<Confirm>(WHY)
);

saga!(
    SecondThatKeepsTheOrder,
    Starts,
    version(2)
        .start::<OrderPlaced>()
        .start::<QuoteAccepted>()
        .step::<Pay>(|step| step)
        .step::<Ship>(|step| step)
        .retired_step_without_compensation::<Confirm>(WHY)
);

saga!(
    SecondThatForgets,
    PlacedAlone,
    version(2)
        .compensated_start::<OrderPlaced>()
        .step_without_compensation::<Ship>("it is here", |step| step)
        .step_without_compensation::<Confirm>(WHY, StepPolicy::optional)
);

/// A folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("saga-lock-{name}"));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// With the lock of these sagas.
    fn with(name: &str, lock: &str) -> Self {
        let folder = Self::new(name);
        fs::write(folder.0.join("sagas.lock"), lock).unwrap();
        folder
    }

    fn held(&self, sagas: &[SagaForm]) -> Result<(), String> {
        let directory = self.0.to_str().unwrap();
        let held = AssertUnwindSafe(|| expect_sagas_held(directory, sagas));
        std::panic::catch_unwind(held).map_err(|panic| *panic.downcast::<String>().unwrap())
    }

    fn check(&self, sagas: &[SagaForm], report: &ExpectFile) {
        report.assert_eq(&format!("{}\n", self.held(sagas).unwrap_err()));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

const LOCK: &str = include_str!("a_lock.txt");

#[test]
fn what_is_as_it_was_released_is_held() {
    let folder = Folder::with("held", LOCK);

    folder.held(&[SagaForm::of::<First>()]).unwrap();
    folder.held(&[SagaForm::of::<FirstWithOtherTimes>()]).unwrap();
    folder.held(&[SagaForm::of::<FirstInAnotherOrder>()]).unwrap();
}

#[test]
fn a_version_that_was_released_keeps_its_steps() {
    let folder = Folder::with("changed", LOCK);

    folder.check(&[SagaForm::of::<FirstChanged>()], &expect_file!["steps_that_changed.txt"]);
}

#[test]
fn what_earlier_versions_had_is_kept() {
    let folder = Folder::with("forgets", LOCK);

    folder.check(&[SagaForm::of::<SecondThatForgets>()], &expect_file!["things_that_are_gone.txt"]);
}

#[test]
fn a_version_whose_past_is_retired_is_new() {
    let folder = Folder::with("second", LOCK);

    folder.check(&[SagaForm::of::<Second>()], &expect_file!["a_new_version.txt"]);
}

/// What a later version has, an earlier one is not asked for.
#[test]
fn a_version_does_not_go_back() {
    let released = LOCK.replace("version 1", "version 2").replace("activity ship", "activity send");
    let folder = Folder::with("back", &released);

    let report = folder.held(&[SagaForm::of::<First>()]).unwrap_err();

    assert!(report.contains("`fulfilment` is version 1, and version 2 was released"), "{report}");
    assert!(!report.contains("`send`"), "{report}");
}

#[test]
fn a_start_that_was_compensated_stays_compensated() {
    let folder = Folder::with("start", LOCK);

    let retired = folder.held(&[SagaForm::of::<SecondThatRetiresTheStart>()]).unwrap_err();
    let report = folder.held(&[SagaForm::of::<SecondThatKeepsTheOrder>()]).unwrap_err();

    assert!(retired.contains("new: version 2 of `fulfilment`"), "{retired}");
    assert!(!retired.contains("the start"), "{retired}");
    let told = "the start `order-placed` of version 1 of `fulfilment` is not compensated any more";
    assert!(report.contains(told), "{report}");
}

#[test]
fn a_compensation_of_another_kind_is_another_request() {
    let by_command = LOCK
        .replace("activity ship, compensated by activity", "activity ship, compensated by command");
    let start_by_command =
        LOCK.replace("placed, compensated by activity", "placed, compensated by command");
    let folder = Folder::with("compensation", &by_command);
    let folder_of_start = Folder::with("compensation-of-start", &start_by_command);

    let step = folder.held(&[SagaForm::of::<Second>()]).unwrap_err();
    let start = folder_of_start.held(&[SagaForm::of::<Second>()]).unwrap_err();

    let told =
        "the compensation of the step `ship` of version 1 of `fulfilment` is now an activity";
    assert!(step.contains(told), "{step}");
    let told = "the compensation of the start `order-placed` of version 1 of `fulfilment` is now an activity";
    assert!(start.contains(told), "{start}");
}

#[test]
fn a_saga_that_was_released_stays() {
    let folder = Folder::with("gone", &format!("{LOCK}\nsaga returns\n\n  version 1\n"));

    let report = folder.held(&[SagaForm::of::<First>()]).unwrap_err();

    assert!(report.contains("the saga `returns` is gone"), "{report}");
}

#[test]
fn a_step_of_another_kind_is_another_step() {
    let folder = Folder::with("kind", &LOCK.replace("activity ship", "command ship"));

    let report = folder.held(&[SagaForm::of::<Second>()]).unwrap_err();

    assert!(
        report.contains("the step `ship` of version 1 of `fulfilment` is now an activity"),
        "{report}"
    );
}

#[test]
fn a_lock_that_is_missing_is_told_with_what_it_would_hold() {
    let folder = Folder::new("missing");

    folder.check(&[SagaForm::of::<First>()], &expect_file!["no_lock_yet.txt"]);
    assert!(!folder.0.join("sagas.lock").exists());
}
