#[automatically_derived]
impl ::es_core::Event for Subscribed {
    const NAME: &'static str = "subscribed";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
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
    fn schemas() -> ::std::vec::Vec<
        (::es_core::SchemaVersion, ::es_core::shape::Schema),
    > {
        use ::es_core::__private::shape::{self as __s, means::*};
        __s::schemas::<
            Self,
        >(
            ::core::concat!(::core::module_path!(), "::Subscribed"),
            |__t| __s::Definition::new(
                __s::object()
                    .field(
                        "course",
                        (&&&__s::place::<CourseId>()).es_form(__t, "CourseId"),
                    )
                    .field("who", (&&&__s::place::<u32>()).es_form(__t, "u32"))
                    .kind(),
            ),
        )
    }
}
#[automatically_derived]
impl ::es_core::Tagged for Subscribed {}
#[automatically_derived]
impl ::es_core::Describe for Subscribed {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Subscribed", ::es_core::FieldStyle::Named)
            .field("course", (&&::es_core::__private::Show(&self.course)).es_show())
            .field("who", (&&::es_core::__private::Show(&self.who)).es_show())
    }
}
