//! Comparison of the code with what was released.

use std::cmp::Ordering;
use std::fmt;

use es_core::process::RequestKind;

use super::form::{Released, ReleasedStart, ReleasedStep, SagaForm, Sagas, kind};

/// The differences between a lock and the code.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Changes after which stored instances are not what they were: what has changed, and the cure.
    pub(super) breaches: Vec<(String, String)>,
    pub(super) new: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (changed, cure) in &self.breaches {
            write!(f, "\n  {changed}\n    {cure}")?;
        }
        for new in &self.new {
            write!(f, "\n  new: {new}")?;
        }
        Ok(())
    }
}

pub(super) fn check(released: &Sagas, present: &[SagaForm]) -> Verdict {
    let mut verdict = Verdict::default();
    for name in released.0.keys() {
        if !present.iter().any(|saga| saga.name == name) {
            verdict.breach(
                format!("the saga `{name}` is gone"),
                "its instances cannot be read: keep it, and list it in sagas_lock!",
            );
        }
    }
    for saga in present {
        verdict.saga(released, saga);
    }
    verdict
}

impl Verdict {
    fn breach(&mut self, changed: String, cure: &str) {
        self.breaches.push((changed, cure.to_owned()));
    }

    fn saga(&mut self, released: &Sagas, saga: &SagaForm) {
        let (name, version) = (saga.name, saga.plan.version());
        let Some(versions) = released.0.get(name) else {
            self.new.push(format!("the saga `{name}` in version {version}"));
            return;
        };
        for (earlier, form) in versions {
            match earlier.cmp(&version) {
                Ordering::Less => self.earlier(saga, *earlier, form),
                Ordering::Equal => self.same(saga, form),
                // The code is older than the lock, and is told so below.
                Ordering::Greater => {}
            }
        }
        match versions.keys().next_back() {
            Some(last) if *last > version => self.breach(
                format!("`{name}` is version {version}, and version {last} was released"),
                &format!("write version = {last}, or the next one"),
            ),
            _ if !versions.contains_key(&version) => {
                self.new.push(format!("version {version} of `{name}`"));
            }
            _ => {}
        }
    }

    /// Compares the version that the code has with its released form.
    fn same(&mut self, saga: &SagaForm, released: &Released) {
        let now = saga.released();
        if now.is_same(released) {
            return;
        }
        let spelled = |form: &Released| {
            let starts = form.starts.iter().map(ToString::to_string);
            starts.chain(form.steps.iter().map(ToString::to_string)).collect::<Vec<_>>().join("; ")
        };
        let (name, version) = (saga.name, saga.plan.version());
        let changed = format!(
            "version {version} of `{name}` was released as\n      {}\n    and is\n      {}",
            spelled(released),
            spelled(&now)
        );
        self.breach(changed, &format!("write version = {}", version.saturating_add(1)));
    }

    /// Compares the code with a version of which there may be instances.
    fn earlier(&mut self, saga: &SagaForm, version: u32, released: &Released) {
        let of = format!("of version {version} of `{}`", saga.name);
        for start in &released.starts {
            self.start(saga, start, &of);
        }
        for step in &released.steps {
            let known = saga.plan.steps().iter().chain(saga.plan.retired());
            let now = known.map(ReleasedStep::of).find(|now| now.name == step.name);
            self.step(step, now.as_ref(), &of);
        }
    }

    fn start(&mut self, saga: &SagaForm, start: &ReleasedStart, of: &str) {
        let name = &start.name;
        let now = saga.plan.starts().iter().map(ReleasedStart::of).find(|now| now.name == *name);
        if !(saga.can_start)(name) {
            let keys =
                if start.compensated_by.is_some() { "compensated, retired" } else { "retired" };
            self.breach(
                format!("the start `{name}` {of} is gone"),
                &format!(
                    "instances that it has started are read with it: keep it among the starts, as `starts(X({keys}))`"
                ),
            );
        } else if start.compensated_by.is_some() && !(saga.compensates)(name) {
            self.breach(
                format!("the start `{name}` {of} is not compensated any more"),
                "each instance that it has started would need a person: keep its compensation, `(compensated, retired)`",
            );
        } else if let Some((before, now)) =
            other_kind(start.compensated_by, now.and_then(|now| now.compensated_by))
        {
            self.breach(
                format!("the compensation of the start `{name}` {of} is now {}", with_article(now)),
                &keep_the_kind(before),
            );
        }
    }

    fn step(&mut self, step: &ReleasedStep, now: Option<&ReleasedStep>, of: &str) {
        let name = &step.name;
        let Some(now) = now else {
            return self.breach(
                format!("the step `{name}` {of} is gone"),
                "instances that have tried it are read with it: list it as retired",
            );
        };
        if now.kind != step.kind {
            self.breach(
                format!("the step `{name}` {of} is now {}", with_article(now.kind)),
                "what was asked for is read as another request: give the new step a name of its own, and list this one \
                 as retired",
            );
        } else if step.compensated_by.is_some() && now.compensated_by.is_none() {
            self.breach(
                format!("the step `{name}` {of} is not compensated any more"),
                "instances that have tried it would never take it back: keep its compensation",
            );
        } else if let Some((before, now)) = other_kind(step.compensated_by, now.compensated_by) {
            self.breach(
                format!("the compensation of the step `{name}` {of} is now {}", with_article(now)),
                &keep_the_kind(before),
            );
        }
    }
}

/// The kind of a compensation before and now, if there was one and is another one.
fn other_kind(
    before: Option<RequestKind>,
    now: Option<RequestKind>,
) -> Option<(RequestKind, RequestKind)> {
    before.zip(now).filter(|(before, now)| before != now)
}

fn keep_the_kind(before: RequestKind) -> String {
    let before = with_article(before);
    format!("what was asked for is made as {before}: keep it {before}")
}

fn with_article(of: RequestKind) -> String {
    let word = kind(of);
    format!("{} {word}", if of == RequestKind::Activity { "an" } else { "a" })
}
