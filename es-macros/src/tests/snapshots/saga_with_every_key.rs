const _: () = {
    use crate::events::__private::set::*;
    #[automatically_derived]
    impl __AsFact for FulfilmentStart {
        const MEMBERS: &'static [__Member<Self>] = &[
            <OrderPlaced as __Listed<Self>>::MEMBER,
            <import::OrderPlaced as __Listed<Self>>::MEMBER,
            <OrderTyped as __Listed<Self>>::MEMBER,
            <OrderFaxed as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            4,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::OrderPlaced(__e) => <OrderPlaced as __Listed<Self>>::fact(__e),
                Self::OrderImported(__e) => {
                    <import::OrderPlaced as __Listed<Self>>::fact(__e)
                }
                Self::OrderTyped(__e) => <OrderTyped as __Listed<Self>>::fact(__e),
                Self::OrderFaxed(__e) => <OrderFaxed as __Listed<Self>>::fact(__e),
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
    impl crate::events::EventSet for FulfilmentStart {
        const EVENTS: &'static [crate::events::EventType] = &__types::<4, Self>();
        const IS_DERIVED: ::core::primitive::bool = true;
        fn name(&self) -> crate::events::EventName {
            __AsFact::fact(self).name()
        }
        fn version(&self) -> crate::events::SchemaVersion {
            __AsFact::fact(self).version()
        }
        fn encode(
            &self,
        ) -> __Result<crate::events::Payload, crate::events::EncodeError> {
            __AsFact::fact(self).encode()
        }
        fn tags(
            &self,
        ) -> __Result<__Vec<crate::events::Tag>, crate::events::InvalidText> {
            __AsFact::fact(self).tags()
        }
        fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
            __AsFact::fact(self).tag_names()
        }
        fn decode(
            __name: &::core::primitive::str,
            __version: crate::events::SchemaVersion,
            __payload: &crate::events::Payload,
        ) -> __Result<crate::events::Decoded<Self>, crate::events::DecodeError> {
            __decode(__name, __version, __payload)
        }
        fn history() -> __Vec<crate::events::EventHistory> {
            __histories::<Self>()
        }
    }
    const _: () = {
        (__new_name::<FulfilmentStart>)(1);
        (__new_name::<FulfilmentStart>)(2);
        (__new_name::<FulfilmentStart>)(3);
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
    impl __From<import::OrderPlaced> for FulfilmentStart {
        fn from(__e: import::OrderPlaced) -> Self {
            Self::OrderImported(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<import::OrderPlaced> for FulfilmentStart {
        fn take(__e: import::OrderPlaced, __to: &mut __Vec<Self>) {
            __to.push(Self::OrderImported(__e));
        }
    }
    #[automatically_derived]
    impl __From<OrderTyped> for FulfilmentStart {
        fn from(__e: OrderTyped) -> Self {
            Self::OrderTyped(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<OrderTyped> for FulfilmentStart {
        fn take(__e: OrderTyped, __to: &mut __Vec<Self>) {
            __to.push(Self::OrderTyped(__e));
        }
    }
    #[automatically_derived]
    impl __From<OrderFaxed> for FulfilmentStart {
        fn from(__e: OrderFaxed) -> Self {
            Self::OrderFaxed(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<OrderFaxed> for FulfilmentStart {
        fn take(__e: OrderFaxed, __to: &mut __Vec<Self>) {
            __to.push(Self::OrderFaxed(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for FulfilmentStart {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl crate::events::Describe for FulfilmentStart {
        fn describe(&self) -> crate::events::Description {
            __AsFact::fact(self).describe()
        }
    }
};
///Everything that starts a [`Fulfilment`].
enum FulfilmentStart {
    ///[`OrderPlaced`]
    OrderPlaced(OrderPlaced),
    ///[`OrderImported`](import::OrderPlaced)
    OrderImported(import::OrderPlaced),
    ///[`OrderTyped`]
    OrderTyped(OrderTyped),
    ///[`OrderFaxed`]
    OrderFaxed(OrderFaxed),
}
const _: () = {
    use crate::events::__private::saga::*;
    type __Start0 = <[OrderPlaced; <OrderPlaced as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __CompensatedStart0 = <[__Start0; <[__Start0; 1] as __StartBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Start1 = <[import::OrderPlaced; <import::OrderPlaced as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __Start2 = <[OrderTyped; <OrderTyped as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __Start3 = <[OrderFaxed; <OrderFaxed as __Listed<
        FulfilmentStart,
    >>::ONE] as __Only>::It;
    type __CompensatedStart3 = <[__Start3; <[__Start3; 1] as __StartBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Step0 = <[TakePayment; <TakePayment as __Request>::ONE] as __Only>::It;
    type __CompensatedStep0 = <[__Step0; <[__Step0; 1] as __StepBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Step1 = <[stock::Reserve; <stock::Reserve as __Request>::ONE] as __Only>::It;
    type __CompensatedStep1 = <[__Step1; <[__Step1; 1] as __StepBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Step2 = <[Ship; <Ship as __Request>::ONE] as __Only>::It;
    type __CompensatedStep2 = <[__Step2; <[__Step2; 1] as __StepBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Step3 = <[Confirm; <Confirm as __Request>::ONE] as __Only>::It;
    type __Retired0 = <[TakeDeposit; <TakeDeposit as __Request>::ONE] as __Only>::It;
    type __CompensatedRetired0 = <[__Retired0; <[__Retired0; 1] as __StepBack<
        Fulfilment,
    >>::ONE] as __Only>::It;
    type __Retired1 = <[Print; <Print as __Request>::ONE] as __Only>::It;
    const __TAG_OF_START0: ::core::primitive::usize = (__tag_at)(
        <OrderPlaced as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`OrderPlaced` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    const __TAG_OF_START1: ::core::primitive::usize = (__tag_at)(
        <import::OrderPlaced as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`import::OrderPlaced` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    const __TAG_OF_START2: ::core::primitive::usize = (__tag_at)(
        <OrderTyped as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`OrderTyped` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    const __TAG_OF_START3: ::core::primitive::usize = (__tag_at)(
        <OrderFaxed as __Listed<FulfilmentStart>>::MEMBER.event.tags,
        "order",
        "`OrderFaxed` has no tag `order`, by which `Fulfilment` finds its instances; put `#[event(tag)]` on its field `order`",
    );
    #[automatically_derived]
    impl __Saga for Fulfilment {
        const NAME: &'static ::core::primitive::str = "fulfilment";
        type Id = OrderId;
        type Start = FulfilmentStart;
        fn id(__e: &FulfilmentStart) -> OrderId {
            match __e {
                FulfilmentStart::OrderPlaced(__e) => {
                    <[OrderPlaced; <OrderPlaced as __TagAt<
                        __TAG_OF_START0,
                    >>::ONE] as __StartOf<_, OrderId, __TAG_OF_START0>>::id_of(__e)
                }
                FulfilmentStart::OrderImported(__e) => {
                    <[import::OrderPlaced; <import::OrderPlaced as __TagAt<
                        __TAG_OF_START1,
                    >>::ONE] as __StartOf<_, OrderId, __TAG_OF_START1>>::id_of(__e)
                }
                FulfilmentStart::OrderTyped(__e) => {
                    <[OrderTyped; <OrderTyped as __TagAt<
                        __TAG_OF_START2,
                    >>::ONE] as __StartOf<_, OrderId, __TAG_OF_START2>>::id_of(__e)
                }
                FulfilmentStart::OrderFaxed(__e) => {
                    <[OrderFaxed; <OrderFaxed as __TagAt<
                        __TAG_OF_START3,
                    >>::ONE] as __StartOf<_, OrderId, __TAG_OF_START3>>::id_of(__e)
                }
            }
        }
        fn definition() -> __Definition<Self> {
            let __to = __Definition::new(3u32, __Duration::from_secs(7200))
                .with_compensation(__CompensationPolicy {
                    timeout: __Duration::from_secs(60),
                    retry: __RetryPolicy::attempts(10u32)
                        .with_first(__Duration::from_micros(1500))
                        .with_factor(1u32)
                        .with_at_most(__Duration::from_secs(86400)),
                });
            let __to = <[__Start0; 1] as __StartBack<Self>>::start(__to);
            let __to = <[__Start1; 1] as __ListedStart<Self>>::start(__to);
            let __to = <[__Start3; 1] as __StartBack<Self>>::retired(__to);
            let __to = <[__Step0; 1] as __ListedStep<
                Self,
            >>::step(
                __to,
                __StepPolicy::new()
                    .with_timeout(__Duration::from_secs(30))
                    .with_retry(
                        __RetryPolicy::attempts(5u32)
                            .with_first(__Duration::from_millis(500))
                            .with_factor(3u32)
                            .with_at_most(__Duration::from_secs(60)),
                    ),
                &<[__Step0; 1] as __StepBack<Self>>::way_back(),
            );
            let __to = <[__Step1; 1] as __ListedStep<
                Self,
            >>::step(
                __to,
                __StepPolicy::new(),
                &<[__Step1; 1] as __StepBack<Self>>::way_back(),
            );
            let __to = <[__Step2; 1] as __ListedStep<
                Self,
            >>::step(
                __to,
                __StepPolicy::new().may_be_skipped(),
                &<[__Step2; 1] as __StepBack<Self>>::way_back(),
            );
            let __to = <[__Step3; 1] as __ListedStep<
                Self,
            >>::step(
                __to,
                __StepPolicy::new().with_retry(__RetryPolicy::attempts(2u32)).optional(),
                &__Backward::none("a mail is not unsent"),
            );
            let __to = <[__Retired0; 1] as __RetiredStep<
                Self,
            >>::retired(__to, &<[__Retired0; 1] as __StepBack<Self>>::way_back());
            let __to = <[__Retired1; 1] as __RetiredStep<
                Self,
            >>::retired(__to, &__Backward::none("paper is patient"));
            __to
        }
        fn initial() -> Self {
            <Self as ::core::default::Default>::default()
        }
        fn start(&mut self, __e: FulfilmentStart) {
            use crate::events::Apply as __Apply;
            use crate::events::__private::{Listed as __Is, Only as __Of};
            match __e {
                FulfilmentStart::OrderPlaced(__e) => {
                    <_ as __Apply<
                        <[OrderPlaced; <OrderPlaced as __Is<
                            FulfilmentStart,
                        >>::ONE] as __Of>::It,
                    >>::apply(self, __e)
                }
                FulfilmentStart::OrderImported(__e) => {
                    <_ as __Apply<
                        <[import::OrderPlaced; <import::OrderPlaced as __Is<
                            FulfilmentStart,
                        >>::ONE] as __Of>::It,
                    >>::apply(self, __e)
                }
                FulfilmentStart::OrderTyped(__e) => {
                    <_ as __Apply<
                        <[OrderTyped; <OrderTyped as __Is<
                            FulfilmentStart,
                        >>::ONE] as __Of>::It,
                    >>::apply(self, __e)
                }
                FulfilmentStart::OrderFaxed(__e) => {
                    <_ as __Apply<
                        <[OrderFaxed; <OrderFaxed as __Is<
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
            + __PerformsStep<__Step2> + __PerformsStep<__Step3>
            + __PerformsCompensation<Fulfilment, __CompensatedStep0>
            + __PerformsCompensation<Fulfilment, __CompensatedStep1>
            + __PerformsCompensation<Fulfilment, __CompensatedStep2>
            + __PerformsCompensation<Fulfilment, __CompensatedRetired0>
            + __PerformsStartCompensation<Fulfilment, __CompensatedStart0>
            + __PerformsStartCompensation<Fulfilment, __CompensatedStart3>,
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
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStep<
                __Step2,
            >>::perform_step(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStep<
                __Step3,
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
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsCompensation<
                Fulfilment,
                __CompensatedStep1,
            >>::perform_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsCompensation<
                Fulfilment,
                __CompensatedStep2,
            >>::perform_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsCompensation<
                Fulfilment,
                __CompensatedRetired0,
            >>::perform_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStartCompensation<
                Fulfilment,
                __CompensatedStart0,
            >>::perform_start_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            if let ::core::option::Option::Some(__answer) = <__P as __PerformsStartCompensation<
                Fulfilment,
                __CompensatedStart3,
            >>::perform_start_compensation(__performer, __call)
                .await
            {
                return __answer;
            }
            __nobody_performs(__call)
        }
    }
    const _: () = {
        const __NAMES: &[&::core::primitive::str] = &[
            <__Start0 as crate::events::Event>::NAME,
            <__Start1 as crate::events::Event>::NAME,
            <__Start2 as crate::events::Event>::NAME,
            <__Start3 as crate::events::Event>::NAME,
            __name_of::<__Step0>(),
            __name_of::<__Step1>(),
            __name_of::<__Step2>(),
            __name_of::<__Step3>(),
            __name_of::<__Retired0>(),
            __name_of::<__Retired1>(),
        ];
        (__distinct)(__NAMES, 4);
        (__distinct)(__NAMES, 5);
        (__distinct)(__NAMES, 6);
        (__distinct)(__NAMES, 7);
        (__distinct)(__NAMES, 8);
        (__distinct)(__NAMES, 9);
        (__refuse)(
            __Compensates::<Fulfilment, __Step3>::IS,
            "`impl Compensate<Confirm> for Fulfilment` says how it is taken back; remove that or `no_compensation`",
        );
        (__refuse)(
            __Compensates::<Fulfilment, __Retired1>::IS,
            "`impl Compensate<Print> for Fulfilment` says how it is taken back; remove that or `no_compensation`",
        );
        (__refuse)(
            __CompensatesStart::<Fulfilment, __Start1>::IS,
            "`impl CompensateStart<import::OrderPlaced> for Fulfilment` is never asked; write `import::OrderPlaced(compensated)`",
        );
        (__refuse)(
            __CompensatesStart::<Fulfilment, __Start2>::IS,
            "`impl CompensateStart<OrderTyped> for Fulfilment` is never asked; write `OrderTyped(compensated, retired)`",
        );
    };
};
