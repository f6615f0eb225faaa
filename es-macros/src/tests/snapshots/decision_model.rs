const _: () = {
    fn __history() -> ::std::vec::Vec<::es_core::EventHistory> {
        ::std::vec![
            < Subscribed as __Listed > ::history(), < Unsubscribed as __Listed >
            ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    #[automatically_derived]
    impl ::core::fmt::Debug for SeatsEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for SeatsEvent {
        fn clone(&self) -> Self {
            match self {
                Self::Subscribed(__e) => {
                    Self::Subscribed(<Subscribed as __Listed>::copy(__e))
                }
                Self::Unsubscribed(__e) => {
                    Self::Unsubscribed(<Unsubscribed as __Listed>::copy(__e))
                }
            }
        }
    }
    impl ::core::cmp::PartialEq for SeatsEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let __other = ::es_core::__private::AsFact::fact(__other);
            ::es_core::__private::AsFact::fact(self).same(__other)
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for SeatsEvent {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Subscribed as __Listed>::TYPE,
            <Unsubscribed as __Listed>::TYPE,
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
            if <Subscribed as __Listed>::is(__name) {
                return <Subscribed as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Subscribed,
                );
            }
            if <Unsubscribed as __Listed>::is(__name) {
                return <Unsubscribed as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Unsubscribed,
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
        __new_name::<SeatsEvent>(1);
    };
    ::es_core::__private::member! {
        [] [SeatsEvent] [Subscribed] [] Subscribed
    }
    #[automatically_derived]
    impl __TryFrom<SeatsEvent> for Subscribed {
        type Error = SeatsEvent;
        fn try_from(__set: SeatsEvent) -> __Result<Self, Self::Error> {
            match __set {
                SeatsEvent::Subscribed(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    ::es_core::__private::member! {
        [] [SeatsEvent] [Unsubscribed] [] Unsubscribed
    }
    #[automatically_derived]
    impl __TryFrom<SeatsEvent> for Unsubscribed {
        type Error = SeatsEvent;
        fn try_from(__set: SeatsEvent) -> __Result<Self, Self::Error> {
            match __set {
                SeatsEvent::Unsubscribed(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::__private::AsFact for SeatsEvent {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Subscribed(__e) => <Subscribed as __Listed>::fact(__e),
                Self::Unsubscribed(__e) => <Unsubscribed as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::Takes<Self> for SeatsEvent {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for SeatsEvent {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
        }
    }
    const _: () = {
        use ::es_core::__private::{Listed as __Listed, carries as __carries};
        const __TAGS: &[(&::core::primitive::str, &::core::primitive::str)] = &[
            (
                "course",
                "this event has no tag `course`, so that the model would never know of it; put `#[event(tag)]` on its field `course`, or take the event off the list",
            ),
        ];
        __carries(<Subscribed as __Listed>::TAGS, __TAGS);
        __carries(<Unsubscribed as __Listed>::TAGS, __TAGS);
    };
};
///Everything that can happen to [`Seats`].
pub enum SeatsEvent {
    ///[`Subscribed`]
    Subscribed(Subscribed),
    ///[`Unsubscribed`]
    Unsubscribed(Unsubscribed),
}
#[automatically_derived]
impl ::es_core::DecisionModel for Seats {
    type Event = SeatsEvent;
    fn query(
        &self,
    ) -> ::core::result::Result<::es_core::Query, ::es_core::InvalidQuery> {
        ::es_core::__private::query::<
            Self,
        >(&[], [::es_core::__private::one_tag::<String>("course", &self.course)])
    }
    fn condition(
        &self,
    ) -> ::core::result::Result<::es_core::Query, ::es_core::InvalidQuery> {
        use ::es_core::__private::Listed as __Listed;
        ::es_core::__private::query::<
            Self,
        >(
            &[<Unsubscribed as __Listed>::TYPE],
            [::es_core::__private::one_tag::<String>("course", &self.course)],
        )
    }
    fn evolve(&mut self, __e: SeatsEvent) {
        match __e {
            SeatsEvent::Subscribed(__e) => {
                <Self as ::es_core::Apply<Subscribed>>::apply(self, __e)
            }
            SeatsEvent::Unsubscribed(__e) => {
                <Self as ::es_core::Apply<Unsubscribed>>::apply(self, __e)
            }
        }
    }
}
