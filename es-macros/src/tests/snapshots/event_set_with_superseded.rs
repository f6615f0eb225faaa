const _: () = {
    fn __history() -> ::std::vec::Vec<::es_core::EventHistory> {
        ::std::vec![
            < Moved as __Listed > ::history(), < Activity as __Reads < Changed >>
            ::history(), < Activity as __Reads < account::Pinged >> ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    use ::es_core::__private::Reads as __Reads;
    #[automatically_derived]
    impl ::es_core::EventSet for Activity {
        const EVENTS: &'static [::es_core::EventType] = &[<Moved as __Listed>::TYPE];
        const IS_DERIVED: ::core::primitive::bool = true;
        const SUPERSEDED: &'static [::es_core::EventType] = &[
            <Activity as __Reads<Changed>>::TYPE,
            <Activity as __Reads<account::Pinged>>::TYPE,
        ];
        fn name(&self) -> ::es_core::EventName {
            ::es_core::__private::AsFact::fact(self).name()
        }
        fn version(&self) -> ::es_core::SchemaVersion {
            ::es_core::__private::AsFact::fact(self).version()
        }
        fn encode(&self) -> __Result<::es_core::Payload, ::es_core::EncodeError> {
            ::es_core::__private::AsFact::fact(self).encode()
        }
        fn tags(
            &self,
        ) -> __Result<::std::vec::Vec<::es_core::Tag>, ::es_core::InvalidText> {
            ::es_core::__private::AsFact::fact(self).tags()
        }
        fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
            ::es_core::__private::AsFact::fact(self).tag_names()
        }
        fn decode(
            __name: &::core::primitive::str,
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> __Result<::es_core::Decoded<Self>, ::es_core::DecodeError> {
            if <Moved as __Listed>::is(__name) {
                return <Moved as __Listed>::decode(__version, __payload, Self::Moved);
            }
            if <Activity as __Reads<Changed>>::is(__name) {
                return <Activity as __Reads<Changed>>::decode(__version, __payload);
            }
            if <Activity as __Reads<account::Pinged>>::is(__name) {
                return <Activity as __Reads<
                    account::Pinged,
                >>::decode(__version, __payload);
            }
            __Err(::es_core::DecodeError::unknown_event(__name))
        }
        fn history() -> ::std::vec::Vec<::es_core::EventHistory> {
            __history()
        }
    }
    const _: () = {
        use ::es_core::__private::new_name as __new_name;
        __new_name::<Activity>(1);
        __new_name::<Activity>(2);
    };
    ::es_core::__private::member! {
        [] [Activity] [Moved] [] Moved
    }
    #[automatically_derived]
    impl __TryFrom<Activity> for Moved {
        type Error = Activity;
        fn try_from(__set: Activity) -> __Result<Self, Self::Error> {
            match __set {
                Activity::Moved(__e) => __Ok(__e),
            }
        }
    }
    ::es_core::__private::superseded! {
        [] [Activity] [Changed] []
    }
    ::es_core::__private::superseded! {
        [] [Activity] [account::Pinged] []
    }
    #[automatically_derived]
    impl ::es_core::__private::AsFact for Activity {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            3,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Moved(__e) => <Moved as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::Takes<Self> for Activity {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for Activity {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
        }
    }
};
