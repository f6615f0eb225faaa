const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for Activity {
        const MEMBERS: &'static [__Member<Self>] = &[
            <account::Opened as __Listed<Self>>::MEMBER,
            <order::Placed as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Account(__e) => <account::Opened as __Listed<Self>>::fact(__e),
                Self::Order(__e) => <order::Placed as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for Activity {
        const EVENTS: &'static [::es_core::EventType] = &__types::<2, Self>();
        const IS_DERIVED: ::core::primitive::bool = true;
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
    };
    #[automatically_derived]
    impl __From<account::Opened> for Activity {
        fn from(__e: account::Opened) -> Self {
            Self::Account(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<account::Opened> for Activity {
        fn take(__e: account::Opened, __to: &mut __Vec<Self>) {
            __to.push(Self::Account(__e));
        }
    }
    #[automatically_derived]
    impl __From<order::Placed> for Activity {
        fn from(__e: order::Placed) -> Self {
            Self::Order(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<order::Placed> for Activity {
        fn take(__e: order::Placed, __to: &mut __Vec<Self>) {
            __to.push(Self::Order(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for Activity {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for Activity {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
    }
};
