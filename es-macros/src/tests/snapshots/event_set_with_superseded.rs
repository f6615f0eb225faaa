const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for Activity {
        const MEMBERS: &'static [__Member<Self>] = &[<Moved as __Listed<Self>>::MEMBER];
        const READS: &'static [__Member<Self>] = &[
            <Activity as __Reads<Changed>>::MEMBER,
            <Activity as __Reads<account::Pinged>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            3,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Moved(__e) => <Moved as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for Activity {
        const EVENTS: &'static [::es_core::EventType] = &__types::<1, Self>();
        const IS_DERIVED: ::core::primitive::bool = true;
        const SUPERSEDED: &'static [::es_core::EventType] = &__types_read::<2, Self>();
        fn name(&self) -> ::es_core::EventName {
            __AsFact::fact(self).name()
        }
        fn version(&self) -> ::es_core::SchemaVersion {
            __AsFact::fact(self).version()
        }
        fn encode(&self) -> __Result<::es_core::Payload, ::es_core::EncodeError> {
            __AsFact::fact(self).encode()
        }
        fn tags(&self) -> __Result<__Vec<::es_core::Tag>, ::es_core::InvalidText> {
            __AsFact::fact(self).tags()
        }
        fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
            __AsFact::fact(self).tag_names()
        }
        fn decode(
            __name: &::core::primitive::str,
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> __Result<::es_core::Decoded<Self>, ::es_core::DecodeError> {
            __decode(__name, __version, __payload)
        }
        fn history() -> __Vec<::es_core::EventHistory> {
            __histories::<Self>()
        }
    }
    const _: () = {
        (__new_name::<Activity>)(1);
        (__new_name::<Activity>)(2);
    };
    #[automatically_derived]
    impl __From<Moved> for Activity {
        fn from(__e: Moved) -> Self {
            Self::Moved(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Moved> for Activity {
        fn take(__e: Moved, __to: &mut __Vec<Self>) {
            __to.push(Self::Moved(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for Activity {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    ::es_core::__private::superseded! {
        [] [Activity] [Changed] []
    }
    ::es_core::__private::superseded! {
        [] [Activity] [account::Pinged] []
    }
    #[automatically_derived]
    impl ::es_core::Describe for Activity {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
    }
};
