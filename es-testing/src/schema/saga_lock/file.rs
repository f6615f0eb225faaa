//! The lock where it lies: compared, and written when that is blessed.

use std::path::Path;

use super::check::check;
use super::form::{SagaForm, Sagas};
use crate::schema::blessing::{self, Blessing};

/// The name of the file.
const FILE: &str = "sagas.lock";

/// Checks the lock; [`sagas_lock!`](crate::sagas_lock!) calls it.
///
/// # Panics
///
/// With a report, if the lock does not hold.
#[doc(hidden)]
#[track_caller]
pub fn expect_sagas_held(directory: &str, present: &[SagaForm]) {
    match hold(Path::new(directory), present, Blessing::of_this_run()) {
        Ok(None) => {}
        Ok(Some(written)) => blessing::announce(&written),
        Err(report) => panic!("{report}"),
    }
}

/// Compares the lock in `directory` with the sagas, and adds what is new if that is blessed; the text of what was
/// written. Fails with a report.
fn hold(
    directory: &Path,
    present: &[SagaForm],
    blessing: Blessing,
) -> Result<Option<String>, String> {
    let path = directory.join(FILE);
    let no_file = |error| format!("{FILE} cannot be read or written\n  {error}");
    let text = blessing::read(&path).map_err(no_file)?;
    let lock = text.as_deref().map(str::parse::<Sagas>).transpose();
    let lock = lock.map_err(|error| format!("{FILE} cannot be read\n  {error}"))?;
    let (is_missing, mut sagas) = (lock.is_none(), lock.unwrap_or_default());
    let verdict = check(&sagas, present);
    if !verdict.breaches.is_empty() {
        return Err(format!(
            "what is released has changed, and nothing was written to {FILE}{verdict}\n  \
             ES_BLESS=1 writes only what is new. If a version has never left this machine, take its lines out of \
             {FILE} by hand."
        ));
    }
    if verdict.new.is_empty() && !is_missing {
        return Ok(None);
    }
    if blessing == Blessing::Withheld {
        let lacks = if is_missing {
            "is not there yet"
        } else {
            "does not have all that would be released"
        };
        return Err(format!(
            "{FILE} {lacks}{verdict}\n  write it with ES_BLESS=1, and commit it: from then on what it holds is released"
        ));
    }
    sagas.add(present);
    blessing::write(&path, &sagas.to_string()).map_err(no_file)?;
    Ok(Some(format!("written to {FILE}{verdict}")))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use es_core::process::{Plan, RequestKind, Start, Step};

    use super::*;

    fn fulfilment(version: u32) -> SagaForm {
        let pay = Step::new("pay").compensated(RequestKind::Activity);
        let start = Start::new("order-placed");
        let plan = Plan::new(version, Duration::from_secs(60), [start], [pay]).unwrap();
        SagaForm {
            name: "fulfilment",
            plan,
            can_start: |name| name == "order-placed",
            compensates: |_| true,
        }
    }

    #[test]
    fn what_is_new_is_written_where_that_is_blessed() {
        let directory = std::env::temp_dir().join(format!("es-saga-lock-{}", std::process::id()));
        let read = || fs::read_to_string(directory.join(FILE)).unwrap();

        let first = hold(&directory, &[fulfilment(1)], Blessing::Given).unwrap().unwrap();
        let again = hold(&directory, &[fulfilment(1)], Blessing::Given).unwrap();
        let withheld = hold(&directory, &[fulfilment(2)], Blessing::Withheld).unwrap_err();
        let before = read();
        let second = hold(&directory, &[fulfilment(2)], Blessing::Given).unwrap().unwrap();
        let after = read();
        fs::remove_dir_all(&directory).unwrap();

        assert!(first.contains("new: the saga `fulfilment` in version 1"), "{first}");
        assert_eq!(again, None);
        assert!(withheld.contains("new: version 2 of `fulfilment`"), "{withheld}");
        assert!(second.contains("new: version 2 of `fulfilment`"), "{second}");
        assert!(!before.contains("version 2"));
        assert!(after.starts_with(before.trim_end()) && after.contains("version 2"), "{after}");
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let text = include_str!("../../../tests/schema/saga_lock/a_lock.txt");

        let sagas: Sagas = text.parse().unwrap();

        assert_eq!(sagas.to_string(), text);
    }

    #[test]
    fn what_is_no_lock_is_told_with_its_line() {
        let error = |text: &str| text.parse::<Sagas>().unwrap_err().to_string();

        assert_eq!(error(""), "line 1: the file is empty");
        assert_eq!(error("format 9"), "line 1: `format 1` was expected, and there is `format 9`");
        assert_eq!(
            error("format 1\n\nsaga a\n  start b"),
            "line 4: `start b` stands before a saga and its version"
        );
        assert_eq!(error("format 1\nsaga a\n  version x"), "line 3: `x` is no version");
        assert_eq!(
            error("format 1\nsaga a\n  version 1\n    timer b"),
            "line 4: `start`, `activity` or `command` was expected, and there is `timer`"
        );
        assert_eq!(
            error("format 1\nsaga a\n  version 1\n    activity b, compensated by hand"),
            "line 4: `hand` is no kind of request"
        );
    }
}
