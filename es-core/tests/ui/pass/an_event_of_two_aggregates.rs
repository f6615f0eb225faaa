//! One fact that two aggregates tell, each in a stream of its own.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "renamed")]
struct Renamed(String);

#[derive(Aggregate, Default)]
#[aggregate(name = "person", id = u32, events(Renamed))]
struct Person(String);

#[derive(Aggregate, Default)]
#[aggregate(name = "company", id = u32, events(Renamed))]
struct Company(String);

impl Apply<Renamed> for Person {
    fn apply(&mut self, event: Renamed) {
        self.0 = event.0;
    }
}

impl Apply<Renamed> for Company {
    fn apply(&mut self, event: Renamed) {
        self.0 = event.0;
    }
}

fn main() {
    let renamed = Renamed("Ada".into());
    let person = PersonEvent::from(renamed.clone());
    assert_eq!(person.get::<Renamed>(), Some(&renamed));
    assert_eq!(CompanyEvent::from(renamed).name().as_str(), "renamed");
}
