//! One fold for an aggregate and a decision model: what a course is, is written once.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "capacity-set")]
struct CapacitySet {
    #[event(tag)]
    course: String,
    capacity: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
struct Subscribed {
    #[event(tag, home)]
    course: String,
    #[event(tag)]
    student: String,
}

/// Asked by its id as an aggregate, and by its tag as a model.
#[expect(clippy::struct_field_names, reason = "a tag is named as what it is of")]
#[derive(Aggregate, DecisionModel, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "course", id = String, events(CapacitySet, Subscribed))]
#[decision_model(tolerates(CapacitySet))]
struct Course {
    #[decision_model(tag)]
    course: String,
    capacity: u32,
    taken: u32,
}

impl Apply<CapacitySet> for Course {
    fn apply(&mut self, event: CapacitySet) {
        self.capacity = event.capacity;
    }
}

impl Apply<Subscribed> for Course {
    fn apply(&mut self, _: Subscribed) {
        self.taken += 1;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Course, any)]
struct SetCapacity {
    #[command(id)]
    course: String,
    capacity: u32,
}

impl Decide<SetCapacity> for Course {
    type Events = CapacitySet;

    fn decide(&self, command: SetCapacity) -> Result<CapacitySet, Self::Error> {
        Ok(CapacitySet { course: command.course, capacity: command.capacity })
    }
}

/// The number of courses that a student attends.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Attended {
    #[decision_model(tag)]
    student: String,
    courses: u32,
}

impl Apply<Subscribed> for Attended {
    fn apply(&mut self, _: Subscribed) {
        self.courses += 1;
    }
}

#[derive(Clone, Debug)]
struct Subscribe(&'static str, &'static str);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the course is full, or the student is busy")]
struct No;

impl Decision for Subscribe {
    type Model = (Course, Attended);
    type Events = Subscribed;
    type Error = No;

    fn model(&self) -> Self::Model {
        let course = Course { course: self.0.to_owned(), ..Course::default() };
        (course, Attended { student: self.1.to_owned(), courses: 0 })
    }

    fn decide(&self, (course, attended): &Self::Model) -> Result<Subscribed, No> {
        if course.taken >= course.capacity || attended.courses > 0 {
            return Err(No);
        }
        Ok(Subscribed { course: self.0.to_owned(), student: self.1.to_owned() })
    }
}

#[tokio::test]
async fn an_aggregate_is_a_model_of_its_own_events() {
    let store = MemoryStore::new();
    let courses = Repository::<Course, _>::new(store.clone());
    let decisions = Decisions::new(store);

    let empty = decisions.execute(Subscribe("rust", "ada")).await;
    courses.execute(SetCapacity { course: "rust".into(), capacity: 2 }).await.unwrap();
    decisions.execute(Subscribe("rust", "ada")).await.unwrap();
    let twice = decisions.execute(Subscribe("rust", "ada")).await;
    let second = decisions.execute(Subscribe("rust", "bob")).await.unwrap();
    let full = decisions.execute(Subscribe("rust", "cleo")).await;

    for refused in [empty, twice, full] {
        assert!(matches!(refused, Err(DecisionError::Rejected(No))), "{refused:?}");
    }
    let model = second.model.0;
    let aggregate = courses.load(&"rust".into()).await.unwrap().state;
    assert_eq!((model.capacity, model.taken), (2, 2));
    assert_eq!((aggregate.capacity, aggregate.taken), (2, 2));
}

#[tokio::test]
async fn its_query_and_its_condition_are_those_of_a_model() {
    let course = Course { course: "rust".into(), ..Course::default() };

    let query = course.query().unwrap();
    let condition = course.condition().unwrap();

    assert_eq!(query.items()[0].tags(), ["course:rust".parse().unwrap()]);
    assert_eq!(query.items()[0].types().len(), 2);
    assert_eq!(condition.items()[0].types().len(), 1, "a capacity may be set unseen");
}
