//! The log read from its beginning: whether any subscription broke a rule in the moment it happened.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use es_core::prelude::*;
use futures_util::TryStreamExt;

use crate::events::{
    CourseDefined, LimitChanged, SeatsChanged, StudentEnrolled, Subscribed, Unsubscribed,
};

/// Everything that happens at the school.
#[derive(EventSet)]
pub enum SchoolEvent {
    CourseDefined(CourseDefined),
    SeatsChanged(SeatsChanged),
    StudentEnrolled(StudentEnrolled),
    LimitChanged(LimitChanged),
    Subscribed(Subscribed),
    Unsubscribed(Unsubscribed),
}

/// The school as the log tells it.
#[derive(Default)]
struct School {
    seats: BTreeMap<String, u32>,
    limits: BTreeMap<String, u32>,
    attends: BTreeSet<(String, String)>,
}

/// The number of subscriptions in the log, and those that broke a rule.
pub struct Audit {
    pub subscriptions: usize,
    pub broken: Vec<Position>,
}

pub async fn audit(store: &impl EventStore) -> anyhow::Result<Audit> {
    let mut school = School::default();
    let mut audit = Audit { subscriptions: 0, broken: Vec::new() };
    let mut log = pin!(store.read_log(Cursor::<Position>::START));
    while let Some(event) = log.try_next().await? {
        if !SchoolEvent::contains(event.event.name.as_str()) {
            continue;
        }
        for event in event.decode::<SchoolEvent>()? {
            if let SchoolEvent::Subscribed(subscribed) = &event.event {
                audit.subscriptions += 1;
                if !school.has_room_for(subscribed) {
                    audit.broken.push(event.position);
                }
            }
            school.apply(event.event);
        }
    }
    Ok(audit)
}

impl School {
    fn has_room_for(&self, asked: &Subscribed) -> bool {
        let taken = self.attends.iter().filter(|(course, _)| *course == asked.course).count();
        let busy = self.attends.iter().filter(|(_, student)| *student == asked.student).count();
        let has = |most: Option<&u32>, so_far| most.is_some_and(|most| so_far < *most as usize);
        has(self.seats.get(&asked.course), taken) && has(self.limits.get(&asked.student), busy)
    }

    fn apply(&mut self, event: SchoolEvent) {
        match event {
            SchoolEvent::CourseDefined(CourseDefined { course, seats })
            | SchoolEvent::SeatsChanged(SeatsChanged { course, seats }) => {
                self.seats.insert(course, seats);
            }
            SchoolEvent::StudentEnrolled(StudentEnrolled { student, limit })
            | SchoolEvent::LimitChanged(LimitChanged { student, limit }) => {
                self.limits.insert(student, limit);
            }
            SchoolEvent::Subscribed(Subscribed { course, student }) => {
                self.attends.insert((course, student));
            }
            SchoolEvent::Unsubscribed(Unsubscribed { course, student }) => {
                self.attends.remove(&(course, student));
            }
        }
    }
}
