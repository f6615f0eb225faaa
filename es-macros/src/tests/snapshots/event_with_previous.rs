#[automatically_derived]
impl ::es_core::Event for Opened {
    const NAME: &'static str = "account-opened";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(3u32);
    const ALIASES: &'static [&'static ::core::primitive::str] = &["opened"];
    fn decode_past(
        __version: ::es_core::SchemaVersion,
        __payload: &::es_core::Payload,
    ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
        <past::OpenedV2 as ::es_core::__private::PreviousOf<
            Self,
        >>::climb(__version, __payload)
    }
    fn schemas() -> ::std::vec::Vec<
        (::es_core::SchemaVersion, ::es_core::shape::Schema),
    > {
        use ::es_core::__private::shape::{self as __s, means::*};
        __s::schemas::<
            Self,
        >(
            ::core::concat!(::core::module_path!(), "::Opened"),
            |__t| __s::Definition::new(
                __s::object()
                    .field("owner", (&&&__s::place::<String>()).es_form(__t, "String"))
                    .kind(),
            ),
        )
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
            .field("owner", (&&::es_core::__private::Show(&self.owner)).es_show())
    }
}
