const _: () = {
    fn __history() -> ::std::vec::Vec<::es_core::EventHistory> {
        ::std::vec![
            < account::Opened as __Listed > ::history(), < order::Placed as __Listed >
            ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    #[automatically_derived]
    impl ::es_core::EventSet for Activity {
        const EVENTS: &'static [::es_core::EventType] = &[
            <account::Opened as __Listed>::TYPE,
            <order::Placed as __Listed>::TYPE,
        ];
        const IS_DERIVED: ::core::primitive::bool = true;
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
            if <account::Opened as __Listed>::is(__name) {
                return <account::Opened as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Account,
                );
            }
            if <order::Placed as __Listed>::is(__name) {
                return <order::Placed as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Order,
                );
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
    };
    ::es_core::__private::member! {
        [] [Activity] [account::Opened] [] Account
    }
    #[automatically_derived]
    impl __TryFrom<Activity> for account::Opened {
        type Error = Activity;
        fn try_from(__set: Activity) -> __Result<Self, Self::Error> {
            match __set {
                Activity::Account(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    ::es_core::__private::member! {
        [] [Activity] [order::Placed] [] Order
    }
    #[automatically_derived]
    impl __TryFrom<Activity> for order::Placed {
        type Error = Activity;
        fn try_from(__set: Activity) -> __Result<Self, Self::Error> {
            match __set {
                Activity::Order(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::__private::AsFact for Activity {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Account(__e) => <account::Opened as __Listed>::fact(__e),
                Self::Order(__e) => <order::Placed as __Listed>::fact(__e),
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
