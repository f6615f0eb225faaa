//! The keys of each attribute, and of each list within one, as an editor completes them. No sound
//! annotation refers to them.
//!
//! Keywords are not among them, since an editor would write `r#in`.

pub mod event {
    pub mod name {}
    pub mod version {}
    pub mod previous {}
    pub mod aliases {}
    pub mod removed {}
    pub mod unchecked {}
}

pub mod event_field {
    pub mod tag {}
    pub mod tags {}
    pub mod home {}
    pub mod added {}
    pub mod renamed {}
    pub mod changed {}
}

pub mod added {
    pub mod default {}
    pub mod with {}
}

pub mod renamed {
    pub mod from {}
}

pub mod changed {
    pub mod from {}
    pub mod with {}
}

pub mod removed {
    pub mod added {}
    pub mod renamed {}
    pub mod changed {}
}

pub mod aggregate {
    pub mod name {}
    pub mod id {}
    pub mod events {}
    pub mod superseded {}
    pub mod event {}
    pub mod error {}
    pub mod snapshot {}
}

pub mod snapshot {
    pub mod every {}
    pub mod keep {}
    pub mod version {}
}

pub mod shape {}

pub mod shape_field {
    pub mod opaque {}
}

pub mod event_set {
    pub mod superseded {}
}

pub mod decision_model {
    pub mod events {}
    pub mod superseded {}
    pub mod tolerates {}
}

pub mod decision_model_field {
    pub mod tag {}
    pub mod tags {}
}

pub mod projection {
    pub mod name {}
    pub mod version {}
    pub mod events {}
    pub mod superseded {}
    pub mod effects {}
    pub mod start {}
    pub mod key {}
    pub mod bulk {}
    pub mod db {}
}

pub mod command {
    pub mod aggregate {}
    pub mod creates {}
    pub mod needs {}
    pub mod any {}
    pub mod name {}
}

pub mod command_field {
    pub mod id {}
}

pub mod activity {
    pub mod name {}
    pub mod version {}
    pub mod output {}
}

pub mod saga {
    pub mod name {}
    pub mod version {}
    pub mod id {}
    pub mod by {}
    pub mod starts {}
    pub mod steps {}
    pub mod retired {}
    pub mod compensation {}
    pub mod deadline {}
}

pub mod starts {
    pub mod compensated {}
    pub mod retired {}
}

pub mod steps {
    pub mod timeout {}
    pub mod attempts {}
    pub mod first {}
    pub mod factor {}
    pub mod at_most {}
    pub mod optional {}
    pub mod may_be_skipped {}
    pub mod no_compensation {}
}

pub mod retired {
    pub mod no_compensation {}
}

pub mod compensation {
    pub mod timeout {}
    pub mod attempts {}
    pub mod first {}
    pub mod factor {}
    pub mod at_most {}
}
