//! Check of golden payloads: every released version is read from its file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use es_core::__private::{came_back, lossless};
use es_core::{DecodeError, EventSet, Payload, RawEvent, SchemaVersion};

use super::expected::{Expected, Reading};
use super::json::laid_out;
use super::report::{Finding, GoldenError, What};
use crate::schema::blessing::{self, Blessing};
use crate::schema::lock;

/// The folder of golden payloads, relative to the `Cargo.toml`.
const FOLDER: &str = "tests/golden";

type Version = (String, SchemaVersion);

/// True if the crate in `directory` has golden payloads.
#[cfg(feature = "laws")]
pub(crate) fn are_there(directory: &str) -> bool {
    Path::new(directory).join(FOLDER).is_dir()
}

/// Reads the golden payload of every version in `directory`, and compares with what it was read as.
///
/// The versions are those that the code writes, those in the lock, and those that have a file, as
/// far as they are of the set `S`. With a blessing, `samples` become the payloads of versions that
/// have none, and readings are added. Answers with the files that were written; a file with a payload
/// is never changed, and where something fails nothing is written.
pub fn check<S: EventSet + PartialEq>(
    directory: &Path,
    samples: &[S],
    blessing: Blessing,
) -> Result<Vec<PathBuf>, GoldenError> {
    let mut golden =
        Golden { folder: directory.join(FOLDER), findings: Vec::new(), writes: Vec::new() };
    let samples = by_version(samples);
    let mut versions = golden.stored::<S>().map_err(GoldenError::File)?;
    versions.extend(samples.keys().cloned());
    versions.extend(S::EVENTS.iter().map(|event| (event.name.to_owned(), event.version)));
    if let Some(released) = lock::read(directory).map_err(GoldenError::Lock)? {
        let of_the_set = released.versions().filter(|(name, _)| S::contains(name));
        versions.extend(of_the_set.map(|(name, version)| (name.to_owned(), version)));
    }
    for version in versions {
        let sample = samples.get(&version).copied();
        golden.version(version, sample).map_err(GoldenError::File)?;
    }
    golden.settle(blessing)
}

struct Golden {
    folder: PathBuf,
    findings: Vec<Finding>,
    /// Files that are new, or that grow.
    writes: Vec<(PathBuf, String)>,
}

impl Golden {
    /// The versions of events of the set that have a file.
    fn stored<S: EventSet>(&self) -> io::Result<BTreeSet<Version>> {
        let mut stored = BTreeSet::new();
        for event in names(&self.folder)?.into_iter().filter(|name| S::contains(name)) {
            for file in names(&self.folder.join(&event))? {
                let number = file.strip_prefix('v').and_then(|file| file.strip_suffix(".json"));
                if let Some(number) = number.and_then(|number| number.parse().ok()) {
                    stored.insert((event.clone(), SchemaVersion(number)));
                }
            }
        }
        Ok(stored)
    }

    fn version<S: EventSet + PartialEq>(
        &mut self,
        (event, version): Version,
        sample: Option<&S>,
    ) -> io::Result<()> {
        let path = self.folder.join(&event).join(format!("v{version}.json"));
        let stored = blessing::read(&path)?;
        let is_new = stored.is_none();
        let found = match (stored, sample) {
            (Some(text), _) => read_text::<S>(&event, version, text),
            (None, Some(sample)) => first_reading(sample),
            (None, None) => {
                let is_written =
                    S::EVENTS.iter().any(|of| of.name == event && of.version == version);
                Err(if is_written { What::NoSample } else { What::NoPayload })
            }
        };
        let (payload, events) = match found {
            Ok(found) => found,
            Err(what) => {
                self.findings.push(Finding { event, version, path, what });
                return Ok(());
            }
        };
        if is_new {
            self.writes.push((path.clone(), format!("{}\n", laid_out(payload.as_str()))));
        }
        match self.readings(&path.with_extension("expected"), &events) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(what)) => {
                self.findings.push(Finding { event, version, path, what });
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Compares with what earlier releases read, and notes what is new in this one.
    fn readings<S: EventSet + PartialEq>(
        &mut self,
        path: &Path,
        events: &[S],
    ) -> io::Result<Result<(), What>> {
        let mut expected = match blessing::read(path)?.map(|text| text.parse::<Expected>()) {
            None => Expected::default(),
            Some(Ok(expected)) => expected,
            Some(Err(problem)) => return Ok(Err(What::InvalidExpected(problem))),
        };
        for reading in &expected.readings {
            if let Err(what) = same_as(reading, events) {
                return Ok(Err(what));
            }
        }
        let now = events.iter().map(S::to_raw).collect::<Result<Vec<_>, _>>();
        let now = match now {
            Ok(now) => Reading(now),
            Err(error) => return Ok(Err(What::Unwritable(error))),
        };
        if expected.readings.iter().all(|reading| !reading.is_of_the_release_of(&now)) {
            expected.readings.push(now);
            self.writes.push((path.to_owned(), expected.to_string()));
        }
        Ok(Ok(()))
    }

    fn settle(self, blessing: Blessing) -> Result<Vec<PathBuf>, GoldenError> {
        if !self.findings.is_empty() {
            return Err(GoldenError::Broken(self.findings));
        }
        if !self.writes.is_empty() && blessing == Blessing::Withheld {
            return Err(GoldenError::New(self.writes.into_iter().map(|(path, _)| path).collect()));
        }
        let mut written = Vec::new();
        for (path, text) in self.writes {
            blessing::write(&path, &text).map_err(GoldenError::File)?;
            written.push(path);
        }
        Ok(written)
    }
}

/// The samples by what they are a sample of; the first of each counts.
fn by_version<S: EventSet>(samples: &[S]) -> BTreeMap<Version, &S> {
    let mut by_version = BTreeMap::new();
    for sample in samples {
        let version = (sample.name().as_str().to_owned(), sample.version());
        by_version.entry(version).or_insert(sample);
    }
    by_version
}

/// The one place that knows how many events a stored one is read as.
fn read<S: EventSet>(
    event: &str,
    version: SchemaVersion,
    payload: &Payload,
) -> Result<Vec<S>, DecodeError> {
    Ok(S::decode(event, version, payload)?.into_iter().collect())
}

fn read_text<S: EventSet>(
    event: &str,
    version: SchemaVersion,
    text: String,
) -> Result<(Payload, Vec<S>), What> {
    let payload = Payload::parse(text).map_err(What::NoJson)?;
    let events = read(event, version, &payload).map_err(What::Unreadable)?;
    Ok((payload, events))
}

/// The stored form of a sample, and the events that it is read as.
fn first_reading<S: EventSet + PartialEq>(sample: &S) -> Result<(Payload, Vec<S>), What> {
    let raw = sample.to_raw().map_err(What::Unwritable)?;
    lossless(sample, &raw).map_err(What::Unwritable)?;
    let events = read(raw.name.as_str(), raw.version, &raw.payload).map_err(What::Unreadable)?;
    Ok((raw.payload, events))
}

/// Checks that the present code reads as `events` what an earlier release made of the payload.
fn same_as<S: EventSet + PartialEq>(reading: &Reading, events: &[S]) -> Result<(), What> {
    let mut expected = Vec::new();
    for RawEvent { name, version, payload, .. } in &reading.0 {
        let events = read::<S>(name.as_str(), *version, payload);
        expected.extend(events.map_err(What::ExpectedUnreadable)?);
    }
    let is_same = expected.len() == events.len()
        && expected.iter().zip(events).all(|(expected, event)| came_back(event, expected));
    if is_same {
        return Ok(());
    }
    Err(What::Another { expected: described(&expected), read: described(events) })
}

fn described<S: EventSet>(events: &[S]) -> Vec<String> {
    events.iter().map(|event| event.describe().to_string()).collect()
}

/// The names in a directory, in order; empty if there is no directory.
fn names(directory: &Path) -> io::Result<BTreeSet<String>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}
