#[automatically_derived]
impl ::es_core::Event for Opened {
    const NAME: &'static str = "account-opened";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(3u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    const ALIASES: &'static [&'static ::core::primitive::str] = &["opened"];
    fn decode_past(
        __version: ::es_core::SchemaVersion,
        __payload: &::es_core::Payload,
    ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
        <past::OpenedV2 as ::es_core::__private::PreviousOf<
            Self,
        >>::climb(__version, __payload)
    }
    fn schemas() -> ::es_core::__private::shape::Schemas {
        use ::es_core::__private::shape as __s;
        <past::OpenedV2 as ::es_core::__private::PreviousOf<
            Self,
        >>::schemas(__s::schema!(Self, "::Opened", { "owner" : String }))
    }
}
const _: () = {
    use ::es_core::__private::follows as __follows;
    __follows(
        ::es_core::EventType::of::<Opened>(),
        <past::OpenedV2 as ::es_core::__private::PreviousOf<Opened>>::TYPE,
    )
};
#[automatically_derived]
impl ::es_core::Describe for Opened {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Opened", ::es_core::FieldStyle::Named)
            .field("owner", (&&__Show(&self.owner)).es_show())
    }
}
