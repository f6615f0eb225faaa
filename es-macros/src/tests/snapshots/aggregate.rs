const _: () = {
    fn _every_event_is_declared() {
        <Opened as _Listed>::declared();
        <billing::Paid as _Listed>::declared();
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
                Self::BillingPaid(event) => {
                    Self::BillingPaid(<billing::Paid as _Listed>::copy(event))
                }
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
            <billing::Paid as _Listed>::TYPE,
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
            if <billing::Paid as _Listed>::is(name) {
                return <billing::Paid as _Listed>::decode(version, payload)
                    .map(Self::BillingPaid);
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
    impl _From<billing::Paid> for AccountEvent {
        fn from(event: billing::Paid) -> Self {
            Self::BillingPaid(event)
        }
    }
    #[automatically_derived]
    impl _TryFrom<AccountEvent> for billing::Paid {
        type Error = AccountEvent;
        fn try_from(set: AccountEvent) -> _Result<Self, Self::Error> {
            match set {
                AccountEvent::BillingPaid(event) => _Result::Ok(event),
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
                Self::BillingPaid(event) => <billing::Paid as _Listed>::fact(event),
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
///Everything that can happen to [`Account`].
pub enum AccountEvent {
    ///[`Opened`]
    Opened(Opened),
    ///[`BillingPaid`](billing::Paid)
    BillingPaid(billing::Paid),
}
#[automatically_derived]
impl ::es_core::Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = AccountId;
    type Event = AccountEvent;
    type Error = AccountError;
    fn evolve(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened(event) => {
                <Self as ::es_core::Apply<Opened>>::apply(self, event)
            }
            AccountEvent::BillingPaid(event) => {
                <Self as ::es_core::Apply<billing::Paid>>::apply(self, event)
            }
        }
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Account", ::es_core::Shape::Named)
            .field("open", (&&&::es_core::__private::Show(&self.open)).es_show())
    }
}
