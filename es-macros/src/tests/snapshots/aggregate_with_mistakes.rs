#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    mod keys {
        use ::es_core::__private::keys::aggregate::*;
        use self::frob as _;
    }
};
const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for AccountEvent {
        const MEMBERS: &'static [__Member<Self>] = &[
            <Opened as __Listed<Self>>::MEMBER,
            <Closed as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Opened(__e) => <Opened as __Listed<Self>>::fact(__e),
                Self::Closed(__e) => <Closed as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for AccountEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for AccountEvent {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl ::core::cmp::PartialEq for AccountEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for AccountEvent {
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
        (__new_name::<AccountEvent>)(1);
    };
    #[automatically_derived]
    impl __From<Opened> for AccountEvent {
        fn from(__e: Opened) -> Self {
            Self::Opened(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Opened> for AccountEvent {
        fn take(__e: Opened, __to: &mut __Vec<Self>) {
            __to.push(Self::Opened(__e));
        }
    }
    #[automatically_derived]
    impl __From<Closed> for AccountEvent {
        fn from(__e: Closed) -> Self {
            Self::Closed(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Closed> for AccountEvent {
        fn take(__e: Closed, __to: &mut __Vec<Self>) {
            __to.push(Self::Closed(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for AccountEvent {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for AccountEvent {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
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
    type Id = <[(); {
        ::core::compile_error! {
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`"
        }
    }] as ::core::iter::IntoIterator>::Item;
    type Event = AccountEvent;
    type Error = <[(); {
        ::core::compile_error! {
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`"
        }
    }] as ::core::iter::IntoIterator>::Item;
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: AccountEvent) {
        use ::es_core::Apply as __Apply;
        use ::es_core::__private::{Listed as __Is, Only as __Of};
        match __e {
            AccountEvent::Opened(__e) => {
                <_ as __Apply<
                    <[Opened; <Opened as __Is<AccountEvent>>::ONE] as __Of>::It,
                >>::apply(self, __e)
            }
            AccountEvent::Closed(__e) => {
                <_ as __Apply<
                    <[Closed; <Closed as __Is<AccountEvent>>::ONE] as __Of>::It,
                >>::apply(self, __e)
            }
        }
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        __unit("Account")
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
