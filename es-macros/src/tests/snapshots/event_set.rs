const _: () = {
    fn _every_event_is_declared() {
        <account::Opened as _Listed>::declared();
        <order::Placed as _Listed>::declared();
    }
    use ::core::convert::{From as _From, TryFrom as _TryFrom};
    use ::core::result::Result as _Result;
    use ::es_core::__private::Listed as _Listed;
    #[automatically_derived]
    impl ::es_core::EventSet for Activity {
        const EVENTS: &'static [::es_core::EventType] = &[
            <account::Opened as _Listed>::TYPE,
            <order::Placed as _Listed>::TYPE,
        ];
        fn name(&self) -> ::es_core::EventName {
            ::es_core::__private::AsFact::fact(self).name()
        }
        fn version(&self) -> ::es_core::SchemaVersion {
            ::es_core::__private::AsFact::fact(self).version()
        }
        fn encode(&self) -> _Result<::es_core::Payload, ::es_core::EncodeError> {
            ::es_core::__private::AsFact::fact(self).encode()
        }
        fn decode(
            name: &::core::primitive::str,
            version: ::es_core::SchemaVersion,
            payload: &::es_core::Payload,
        ) -> _Result<Self, ::es_core::DecodeError> {
            if <account::Opened as _Listed>::is(name) {
                return <account::Opened as _Listed>::decode(version, payload)
                    .map(Self::Account);
            }
            if <order::Placed as _Listed>::is(name) {
                return <order::Placed as _Listed>::decode(version, payload)
                    .map(Self::Order);
            }
            _Result::Err(::es_core::DecodeError::unknown_event(name))
        }
    }
    const _: () = {
        use ::es_core::__private::new_name as _new_name;
        _new_name::<Activity>(1);
    };
    #[automatically_derived]
    impl _From<account::Opened> for Activity {
        fn from(event: account::Opened) -> Self {
            Self::Account(event)
        }
    }
    #[automatically_derived]
    impl _TryFrom<Activity> for account::Opened {
        type Error = Activity;
        fn try_from(set: Activity) -> _Result<Self, Self::Error> {
            match set {
                Activity::Account(event) => _Result::Ok(event),
                other => _Result::Err(other),
            }
        }
    }
    #[automatically_derived]
    impl _From<order::Placed> for Activity {
        fn from(event: order::Placed) -> Self {
            Self::Order(event)
        }
    }
    #[automatically_derived]
    impl _TryFrom<Activity> for order::Placed {
        type Error = Activity;
        fn try_from(set: Activity) -> _Result<Self, Self::Error> {
            match set {
                Activity::Order(event) => _Result::Ok(event),
                other => _Result::Err(other),
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
                Self::Account(event) => <account::Opened as _Listed>::fact(event),
                Self::Order(event) => <order::Placed as _Listed>::fact(event),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::IntoEvents<Self> for Activity {
        fn push_to(self, events: &mut ::std::vec::Vec<Self>) {
            events.push(self);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for Activity {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
        }
    }
};
