//! Comparison of the code with what was released.

use std::fmt;

use super::form::{Released, ReleasedStep, SagaForm, Sagas, kind};

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
            if *earlier == version {
                self.same(saga, form);
            } else {
                self.earlier(saga, *earlier, form);
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
        if now == *released {
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
            if !(saga.can_start)(&start.name) {
                self.breach(
                    format!("the start `{}` {of} is gone", start.name),
                    "instances that it has started are read with it: keep it among the events of `Start`",
                );
            }
        }
        for step in &released.steps {
            let known = saga.plan.steps().iter().chain(saga.plan.retired());
            let now = known.map(ReleasedStep::of).find(|now| now.name == step.name);
            self.step(step, now.as_ref(), &of);
        }
    }

    fn step(&mut self, step: &ReleasedStep, now: Option<&ReleasedStep>, of: &str) {
        let name = &step.name;
        match now {
            None => self.breach(
                format!("the step `{name}` {of} is gone"),
                "instances that have tried it are read with it: list it as retired",
            ),
            Some(now) if now.kind != step.kind => self.breach(
                format!("the step `{name}` {of} is now {}", with_article(kind(now.kind))),
                "what was asked for is read as another request: give the new step a name of its own, and list this one \
                 as retired",
            ),
            Some(now) if step.compensated_by.is_some() && now.compensated_by.is_none() => self.breach(
                format!("the step `{name}` {of} is not compensated any more"),
                "instances that have tried it would keep it: keep its compensation",
            ),
            Some(_) => {}
        }
    }
}

fn with_article(kind: &str) -> String {
    format!("{} {kind}", if kind == "activity" { "an" } else { "a" })
}
