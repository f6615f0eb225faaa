#[automatically_derived]
impl ::es_core::Event for Booked {
    const NAME: &'static str = "room-booked";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    const TAGS: ::es_core::__private::TagNames = &["room", "night"];
    fn tags(&self) -> ::es_core::__private::Tags {
        ::es_core::__private::all_tags([
            ::es_core::__private::one_tag::<RoomId>("room", &self.room),
            ::es_core::__private::each_tag::<Vec<Night>>("night", &self.nights),
        ])
    }
    const HOME: ::es_core::__private::HomeName = ::core::option::Option::Some("room");
    fn schemas() -> ::es_core::__private::shape::Schemas {
        use ::es_core::__private::shape as __s;
        __s::from_the_first([
            __s::schema!(
                Self, "::Booked", { "room" : RoomId, "nights" : Vec < Night > => Night }
            ),
        ])
    }
}
#[automatically_derived]
impl ::es_core::Tagged for Booked {}
#[automatically_derived]
impl ::es_core::Describe for Booked {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Booked", ::es_core::FieldStyle::Named)
            .field("room", (&&__Show(&self.room)).es_show())
            .field("nights", (&&__Show(&self.nights)).es_show())
    }
}
