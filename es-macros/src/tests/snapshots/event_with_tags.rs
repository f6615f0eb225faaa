#[automatically_derived]
impl ::es_core::Event for Subscribed {
    const NAME: &'static str = "subscribed";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    const TAGS: &'static [&'static ::core::primitive::str] = &["course", "student"];
    fn tags(
        &self,
    ) -> ::core::result::Result<
        ::std::vec::Vec<::es_core::Tag>,
        ::es_core::InvalidText,
    > {
        ::es_core::__private::tags([
            ::es_core::__private::tag::<CourseId>("course", &self.course),
            ::es_core::__private::tag::<u32>("student", &self.who),
        ])
    }
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
