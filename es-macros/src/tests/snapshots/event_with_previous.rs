const _: () = {
    use ::es_core::__private::derived::*;
    #[automatically_derived]
    impl __Event for Opened {
        const NAME: &'static str = "account-opened";
        const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(3u32);
        const ALIASES: &'static [&'static ::core::primitive::str] = &["opened"];
        fn decode_past(
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            <past::OpenedV2 as ::es_core::__private::PreviousOf<
                Self,
            >>::upcast_from(__version, __payload)
        }
        const STORED: __MaybeStored = __Some(|| {
            __object(
                    ::core::module_path!(),
                    "Opened",
                    [__field("owner", __of::<String>("String").es_form())],
                )
                .after(
                    <past::OpenedV2 as ::es_core::__private::PreviousOf<Self>>::schemas,
                )
        });
    }
    const _: () = {
        use ::es_core::__private::follows as __follows;
        __follows(
            ::es_core::EventType::of::<Opened>(),
            <past::OpenedV2 as ::es_core::__private::PreviousOf<Opened>>::TYPE,
        )
    };
    #[automatically_derived]
    impl __Describe for Opened {
        fn describe(&self) -> __Description {
            __named("Opened", [("owner", __Show(&self.owner).es_show())])
        }
    }
};
