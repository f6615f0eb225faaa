//! Words of the language as words of the domain.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "struct-raised")]
#[allow(non_camel_case_types, reason = "the point of this file")]
pub struct r#struct {
    pub r#type: String,
    pub r#match: u32,
}

#[derive(Aggregate, Default)]
#[aggregate(name = "site", id = String, events(r#struct as Struct))]
pub struct Site {
    r#in: bool,
}

impl Apply<r#struct> for Site {
    fn apply(&mut self, event: r#struct) {
        self.r#in = event.r#match > 0;
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Site)]
pub struct Raise {
    #[command(id)]
    pub r#where: String,
}

fn main() {
    let raised = r#struct { r#type: "house".into(), r#match: 1 };
    let event = SiteEvent::from(raised);
    assert_eq!(event.describe().to_string(), r#"struct { type: "house", match: 1 }"#);
    assert_eq!(Raise { r#where: "here".into() }.aggregate_id(), "here");
}
