#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    mod keys {
        use ::es_core::__private::keys::saga::*;
        use self::signals as _;
    }
};
const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for FulfilmentStart {
        const MEMBERS: &'static [__Member<Self>] = &[
            <OrderPlaced as __Listed<Self>>::MEMBER,
            <Imported as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::OrderPlaced(__e) => <OrderPlaced as __Listed<Self>>::fact(__e),
                Self::Imported(__e) => <Imported as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for FulfilmentStart {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for FulfilmentStart {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl ::core::cmp::PartialEq for FulfilmentStart {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for FulfilmentStart {
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
        (__new_name::<FulfilmentStart>)(1);
    };
    #[automatically_derived]
    impl __From<OrderPlaced> for FulfilmentStart {
        fn from(__e: OrderPlaced) -> Self {
            Self::OrderPlaced(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<OrderPlaced> for FulfilmentStart {
        fn take(__e: OrderPlaced, __to: &mut __Vec<Self>) {
            __to.push(Self::OrderPlaced(__e));
        }
    }
    #[automatically_derived]
    impl __From<Imported> for FulfilmentStart {
        fn from(__e: Imported) -> Self {
            Self::Imported(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Imported> for FulfilmentStart {
        fn take(__e: Imported, __to: &mut __Vec<Self>) {
            __to.push(Self::Imported(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for FulfilmentStart {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for FulfilmentStart {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
    }
};
///Everything that starts a [`Fulfilment`].
pub enum FulfilmentStart {
    ///[`OrderPlaced`]
    OrderPlaced(OrderPlaced),
    ///[`Imported`]
    Imported(Imported),
}
const _: () = {
    use ::es_core::__private::saga::*;
    type __Start0 = <[OrderPlaced; <OrderPlaced as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __Start1 = <[Imported; <Imported as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __Step0 = <[TakePayment; <TakePayment as __Request>::ONE] as __Only>::It;
    type __CompensatedStep0 = <[__Step0; <[__Step0; 1] as __StepBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Step1 = <[Ship; <Ship as __Request>::ONE] as __Only>::It;
    const __TAG_OF_START0: ::core::primitive::usize = (__tag_at)(
        <OrderPlaced as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`OrderPlaced` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    const __TAG_OF_START1: ::core::primitive::usize = (__tag_at)(
        <Imported as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`Imported` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    #[automatically_derived]
    impl __Saga for Fulfilment {
        const NAME: &'static ::core::primitive::str = "fulfilment";
        type Id = <[(); {
            ::core::compile_error! {
                "an event is written without quotes; write for example `starts(OrderPlaced)`"
            }
        }] as ::core::iter::IntoIterator>::Item;
        type Start = FulfilmentStart;
        fn id(
            __e: &FulfilmentStart,
        ) -> <[(); {
            ::core::compile_error! {
                "an event is written without quotes; write for example `starts(OrderPlaced)`"
            }
        }] as ::core::iter::IntoIterator>::Item {
            match __e {
                FulfilmentStart::OrderPlaced(__e) => {
                    <[OrderPlaced; <OrderPlaced as __TagAt<
                        __TAG_OF_START0,
                    >>::ONE] as __StartOf<
                        _,
                        <[(); {
                            ::core::compile_error! {
                                "an event is written without quotes; write for example `starts(OrderPlaced)`"
                            }
                        }] as ::core::iter::IntoIterator>::Item,
                        __TAG_OF_START0,
                    >>::id_of(__e)
                }
                FulfilmentStart::Imported(__e) => {
                    <[Imported; <Imported as __TagAt<
                        __TAG_OF_START1,
                    >>::ONE] as __StartOf<
                        _,
                        <[(); {
                            ::core::compile_error! {
                                "an event is written without quotes; write for example `starts(OrderPlaced)`"
                            }
                        }] as ::core::iter::IntoIterator>::Item,
                        __TAG_OF_START1,
                    >>::id_of(__e)
                }
            }
        }
        fn definition() -> __Definition<Self> {
            let __to = __Definition::new(1u32, __Duration::from_secs(1));
            let __to = <[__Start0; 1] as __ListedStart<Self>>::start(__to);
            let __to = <[__Start1; 1] as __ListedStart<Self>>::start(__to);
            let __to = <[__Step0; 1] as __ListedStep<
                Self,
            >>::step(
                __to,
                __StepPolicy::new(),
                &<[__Step0; 1] as __StepBack<Self>>::way_back(),
            );
            let __to = <[__Step1; 1] as __ListedStep<
                Self,
            >>::step(__to, __StepPolicy::new(), &__Backward::none(""));
            __to
        }
        fn initial() -> Self {
            <Self as ::core::default::Default>::default()
        }
        fn start(&mut self, __e: FulfilmentStart) {
            use ::es_core::Apply as __Apply;
            use ::es_core::__private::{Listed as __Is, Only as __Of};
            match __e {
                FulfilmentStart::OrderPlaced(__e) => {
                    <_ as __Apply<
                        <[OrderPlaced; <OrderPlaced as __Is<
                            FulfilmentStart,
                        >>::ONE] as __Of>::It,
                    >>::apply(self, __e)
                }
                FulfilmentStart::Imported(__e) => {
                    <_ as __Apply<
                        <[Imported; <Imported as __Is<
                            FulfilmentStart,
                        >>::ONE] as __Of>::It,
                    >>::apply(self, __e)
                }
            }
        }
    }
    #[automatically_derived]
    impl __Apply<()> for Fulfilment {
        fn apply(&mut self, (): ()) {}
    }
    #[automatically_derived]
    impl<__P> __PerformedBy<__P> for Fulfilment
    where
        __P: ::core::marker::Sync + __PerformsStep<__Step0> + __PerformsStep<__Step1>
            + __PerformsCompensation<Fulfilment, __CompensatedStep0>,
    {
        async fn perform_by(__performer: &__P, __call: &__Call<'_>) -> __Answer {
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStep<
                __Step0,
            >>::perform_step(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStep<
                __Step1,
            >>::perform_step(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsCompensation<
                Fulfilment,
                __CompensatedStep0,
            >>::perform_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            __nobody_performs(__call)
        }
    }
    const _: () = {
        const __NAMES: &[&::core::primitive::str] = &[
            <__Start0 as ::es_core::Event>::NAME,
            <__Start1 as ::es_core::Event>::NAME,
            __name_of::<__Step0>(),
            __name_of::<__Step1>(),
        ];
        (__distinct)(__NAMES, 2);
        (__distinct)(__NAMES, 3);
        (__refuse)(
            __CompensatesStart::<Fulfilment, __Start0>::IS,
            "`impl CompensateStart<OrderPlaced> for Fulfilment` is never asked; write `OrderPlaced(compensated)`",
        );
        (__refuse)(
            __CompensatesStart::<Fulfilment, __Start1>::IS,
            "`impl CompensateStart<Imported> for Fulfilment` is never asked; write `Imported(compensated)`",
        );
    };
};
::core::compile_error! {
    "an event is written without quotes; write for example `starts(OrderPlaced)`"
}
::core::compile_error! {
    "this is no value for `timeout`; write `timeout = \"30s\"`"
}
::core::compile_error! {
    "`TakePayment` is listed twice; remove one of the two"
}
::core::compile_error! {
    "`no_compensation` needs a value; write `no_compensation = \"a mail is not unsent\"`"
}
::core::compile_error! {
    "unknown key `signals`; known keys of `saga` are `name`, `version`, `id`, `by`, `starts`, `steps`, `retired`, `compensation`, `deadline` and `crate`"
}
::core::compile_error! {
    "\"soon\" is no duration, which is a whole number and one of `us`, `ms`, `s`, `m`, `h` and `d`; write `deadline = \"2h\"`"
}
