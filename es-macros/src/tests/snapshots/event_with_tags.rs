#[automatically_derived]
impl ::es_core::Event for Subscribed {
    const NAME: &'static str = "subscribed";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    const TAGS: ::es_core::__private::TagNames = &["course", "student"];
    fn tags(&self) -> ::es_core::__private::Tags {
        ::es_core::__private::all_tags([
            ::es_core::__private::one_tag::<CourseId>("course", &self.course),
            ::es_core::__private::one_tag::<u32>("student", &self.who),
        ])
    }
    const HOME: ::es_core::__private::HomeName = ::core::option::Option::Some("course");
    fn schemas() -> ::es_core::__private::shape::Schemas {
        use ::es_core::__private::shape as __s;
        __s::from_the_first([
            __s::schema!(Self, "::Subscribed", { "course" : CourseId, "who" : u32 }),
        ])
    }
}
#[automatically_derived]
impl ::es_core::Tagged for Subscribed {}
#[automatically_derived]
impl ::es_core::Describe for Subscribed {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Subscribed", ::es_core::FieldStyle::Named)
            .field("course", (&&__Show(&self.course)).es_show())
            .field("who", (&&__Show(&self.who)).es_show())
    }
}
