const _: () = {
    fn __history() -> ::std::vec::Vec<::es_core::EventHistory> {
        ::std::vec![
            < Opened as __Listed > ::history(), < Closed as __Listed > ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    #[automatically_derived]
    impl ::core::fmt::Debug for AccountEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for AccountEvent {
        fn clone(&self) -> Self {
            match self {
                Self::Opened(__e) => Self::Opened(<Opened as __Listed>::copy(__e)),
                Self::Closed(__e) => Self::Closed(<Closed as __Listed>::copy(__e)),
            }
        }
    }
    impl ::core::cmp::PartialEq for AccountEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let __other = ::es_core::__private::AsFact::fact(__other);
            ::es_core::__private::AsFact::fact(self).same(__other)
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for AccountEvent {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Opened as __Listed>::TYPE,
            <Closed as __Listed>::TYPE,
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
            if <Opened as __Listed>::is(__name) {
                return <Opened as __Listed>::decode(__version, __payload, Self::Opened);
            }
            if <Closed as __Listed>::is(__name) {
                return <Closed as __Listed>::decode(__version, __payload, Self::Closed);
            }
            __Err(::es_core::DecodeError::unknown_event(__name))
        }
        fn history() -> ::std::vec::Vec<::es_core::EventHistory> {
            __history()
        }
    }
    const _: () = {
        use ::es_core::__private::new_name as __new_name;
        __new_name::<AccountEvent>(1);
    };
    ::es_core::__private::member! {
        [] [AccountEvent] [Opened] [] Opened
    }
    #[automatically_derived]
    impl __TryFrom<AccountEvent> for Opened {
        type Error = AccountEvent;
        fn try_from(__set: AccountEvent) -> __Result<Self, Self::Error> {
            match __set {
                AccountEvent::Opened(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    ::es_core::__private::member! {
        [] [AccountEvent] [Closed] [] Closed
    }
    #[automatically_derived]
    impl __TryFrom<AccountEvent> for Closed {
        type Error = AccountEvent;
        fn try_from(__set: AccountEvent) -> __Result<Self, Self::Error> {
            match __set {
                AccountEvent::Closed(__e) => __Ok(__e),
                __other => __Err(__other),
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
                Self::Opened(__e) => <Opened as __Listed>::fact(__e),
                Self::Closed(__e) => <Closed as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::Takes<Self> for AccountEvent {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
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
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: AccountEvent) {
        match __e {
            AccountEvent::Opened(__e) => {
                <Self as ::es_core::Apply<Opened>>::apply(self, __e)
            }
            AccountEvent::Closed(__e) => {
                <Self as ::es_core::Apply<Closed>>::apply(self, __e)
            }
        }
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        ::es_core::Description::new("Account", ::es_core::FieldStyle::Unit)
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
    "unknown key `frob`; known keys of `aggregate` are `name`, `id`, `events`, `superseded`, `event`, `error`, `snapshot` and `crate`"
}
::core::compile_error! {
    "`id` is missing; write `id = AccountId` with the type that tells one from the other"
}
