const _: () = {
    fn _every_event_is_declared() {
        <Opened as _Listed>::declared();
        <Closed as _Listed>::declared();
    }
    use ::core::convert::{From as _From, TryFrom as _TryFrom};
    use ::core::result::Result as _Result;
    use ::es_core::__private::Listed as _Listed;
    #[automatically_derived]
    impl ::core::fmt::Debug for AccountEvent {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for AccountEvent {
        fn clone(&self) -> Self {
            match self {
                Self::Opened(event) => Self::Opened(<Opened as _Listed>::copy(event)),
                Self::Closed(event) => Self::Closed(<Closed as _Listed>::copy(event)),
            }
        }
    }
    impl ::core::cmp::PartialEq for AccountEvent {
        fn eq(&self, other: &Self) -> ::core::primitive::bool {
            let other = ::es_core::__private::AsFact::fact(other);
            ::es_core::__private::AsFact::fact(self).same(other)
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for AccountEvent {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Opened as _Listed>::TYPE,
            <Closed as _Listed>::TYPE,
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
            if <Opened as _Listed>::is(name) {
                return <Opened as _Listed>::decode(version, payload).map(Self::Opened);
            }
            if <Closed as _Listed>::is(name) {
                return <Closed as _Listed>::decode(version, payload).map(Self::Closed);
            }
            _Result::Err(::es_core::DecodeError::unknown_event(name))
        }
    }
    const _: () = {
        use ::es_core::__private::new_name as _new_name;
        _new_name::<AccountEvent>(1);
    };
    #[automatically_derived]
    impl _From<Opened> for AccountEvent {
        fn from(event: Opened) -> Self {
            Self::Opened(event)
        }
    }
    #[automatically_derived]
    impl _TryFrom<AccountEvent> for Opened {
        type Error = AccountEvent;
        fn try_from(set: AccountEvent) -> _Result<Self, Self::Error> {
            match set {
                AccountEvent::Opened(event) => _Result::Ok(event),
                other => _Result::Err(other),
            }
        }
    }
    #[automatically_derived]
    impl _From<Closed> for AccountEvent {
        fn from(event: Closed) -> Self {
            Self::Closed(event)
        }
    }
    #[automatically_derived]
    impl _TryFrom<AccountEvent> for Closed {
        type Error = AccountEvent;
        fn try_from(set: AccountEvent) -> _Result<Self, Self::Error> {
            match set {
                AccountEvent::Closed(event) => _Result::Ok(event),
                other => _Result::Err(other),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::__private::AsFact for AccountEvent {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Opened(event) => <Opened as _Listed>::fact(event),
                Self::Closed(event) => <Closed as _Listed>::fact(event),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::IntoEvents<Self> for AccountEvent {
        fn push_to(self, events: &mut ::std::vec::Vec<Self>) {
            events.push(self);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for AccountEvent {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
        }
    }
};
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    mod keys {
        use ::es_core::__private::keys::aggregate::*;
        use self::frob as _;
    }
};
///Everything that can happen to [`Account`].
enum AccountEvent {
    ///[`Opened`]
    Opened(Opened),
    ///[`Closed`]
    Closed(Closed),
}
#[automatically_derived]
impl ::es_core::Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = ::std::string::String;
    type Event = AccountEvent;
    type Error = ::core::convert::Infallible;
    fn evolve(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened(event) => {
                <Self as ::es_core::Apply<Opened>>::apply(self, event)
            }
            AccountEvent::Closed(event) => {
                <Self as ::es_core::Apply<Closed>>::apply(self, event)
            }
        }
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        ::es_core::Description::new("Account", ::es_core::Shape::Unit)
    }
}
::core::compile_error! {
    "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`"
}
::core::compile_error! {
    "`Opened` is listed twice; remove one of the two"
}
::core::compile_error! {
    "`as` needs a name for the variant; write for example `events(Opened, billing::Paid as BillingPaid)`"
}
::core::compile_error! {
    "unknown key `frob`; known keys of `aggregate` are `name`, `id`, `events`, `event`, `error` and `crate`"
}
::core::compile_error! {
    "`id` is missing; write `id = AccountId` with the type that tells one from the other"
}
