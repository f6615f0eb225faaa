const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for SeatsEvent {
        const MEMBERS: &'static [__Member<Self>] = &[
            <Subscribed as __Listed<Self>>::MEMBER,
            <Unsubscribed as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Subscribed(__e) => <Subscribed as __Listed<Self>>::fact(__e),
                Self::Unsubscribed(__e) => <Unsubscribed as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for SeatsEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for SeatsEvent {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl ::core::cmp::PartialEq for SeatsEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for SeatsEvent {
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
        (__new_name::<SeatsEvent>)(1);
    };
    #[automatically_derived]
    impl __From<Subscribed> for SeatsEvent {
        fn from(__e: Subscribed) -> Self {
            Self::Subscribed(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Subscribed> for SeatsEvent {
        fn take(__e: Subscribed, __to: &mut __Vec<Self>) {
            __to.push(Self::Subscribed(__e));
        }
    }
    #[automatically_derived]
    impl __From<Unsubscribed> for SeatsEvent {
        fn from(__e: Unsubscribed) -> Self {
            Self::Unsubscribed(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Unsubscribed> for SeatsEvent {
        fn take(__e: Unsubscribed, __to: &mut __Vec<Self>) {
            __to.push(Self::Unsubscribed(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for SeatsEvent {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for SeatsEvent {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
    }
    const _: () = {
        use ::es_core::__private::set::*;
        const __TAGS: &[(&::core::primitive::str, &::core::primitive::str)] = &[
            (
                "course",
                "this event has no tag `course`, so that the model would never know of it; put `#[event(tag)]` on its field `course`, or take the event off the list",
            ),
        ];
        (__carries)(<Subscribed as __Listed<SeatsEvent>>::MEMBER.event.tags, __TAGS);
        (__carries)(<Unsubscribed as __Listed<SeatsEvent>>::MEMBER.event.tags, __TAGS);
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
        use ::es_core::__private::set::*;
        ::es_core::__private::query::<
            Self,
        >(
            &[<Unsubscribed as __Listed<Self::Event>>::MEMBER.event],
            [::es_core::__private::one_tag::<String>("course", &self.course)],
        )
    }
    fn evolve(&mut self, __e: SeatsEvent) {
        use ::es_core::Apply as __Apply;
        use ::es_core::__private::{Listed as __Is, Only as __Of};
        match __e {
            SeatsEvent::Subscribed(__e) => {
                <_ as __Apply<
                    <[Subscribed; <Subscribed as __Is<SeatsEvent>>::ONE] as __Of>::It,
                >>::apply(self, __e)
            }
            SeatsEvent::Unsubscribed(__e) => {
                <_ as __Apply<
                    <[Unsubscribed; <Unsubscribed as __Is<SeatsEvent>>::ONE] as __Of>::It,
                >>::apply(self, __e)
            }
        }
    }
}
