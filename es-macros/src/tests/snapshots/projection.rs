const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl __AsFact for BalancesEvent {
        const MEMBERS: &'static [__Member<Self>] = &[
            <Opened as __Listed<Self>>::MEMBER,
            <Deposited as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Opened(__e) => <Opened as __Listed<Self>>::fact(__e),
                Self::Deposited(__e) => <Deposited as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for BalancesEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for BalancesEvent {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl ::core::cmp::PartialEq for BalancesEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for BalancesEvent {
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
        (__new_name::<BalancesEvent>)(1);
    };
    #[automatically_derived]
    impl __From<Opened> for BalancesEvent {
        fn from(__e: Opened) -> Self {
            Self::Opened(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Opened> for BalancesEvent {
        fn take(__e: Opened, __to: &mut __Vec<Self>) {
            __to.push(Self::Opened(__e));
        }
    }
    #[automatically_derived]
    impl __From<Deposited> for BalancesEvent {
        fn from(__e: Deposited) -> Self {
            Self::Deposited(__e)
        }
    }
    #[automatically_derived]
    impl __Takes<Deposited> for BalancesEvent {
        fn take(__e: Deposited, __to: &mut __Vec<Self>) {
            __to.push(Self::Deposited(__e));
        }
    }
    #[automatically_derived]
    impl __Takes<Self> for BalancesEvent {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for BalancesEvent {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
        }
    }
    fn __handlers() {
        use ::es_core::__private::{AnyDb as _, name_what_it_writes_into_with_the_key_db};
        name_what_it_writes_into_with_the_key_db::<_>()
            .has::<Balances, Opened>()
            .has::<Balances, Deposited>()
            .it()
            .__is_known();
    }
};
///Everything that [`Balances`] follows.
pub enum BalancesEvent {
    ///[`Opened`]
    Opened(Opened),
    ///[`Deposited`]
    Deposited(Deposited),
}
#[automatically_derived]
impl ::es_core::Projection for Balances {
    const NAME: &'static ::core::primitive::str = "balances";
    const VERSION: ::core::primitive::u32 = 1u32;
    type Event = BalancesEvent;
}
const _: () = {
    use ::es_core::Project as __Project;
    #[automatically_derived]
    impl<__Db: ::core::marker::Send> ::es_core::Projects<__Db> for Balances
    where
        Self: __Project<Opened, __Db> + __Project<Deposited, __Db>,
    {
        async fn project(
            &self,
            __event: ::es_core::Recorded<Self::Event>,
            __db: &mut __Db,
        ) -> ::core::result::Result<(), ::es_core::ProjectError> {
            let (__at, __event) = ::es_core::__private::apart(__event);
            match __event {
                BalancesEvent::Opened(__e) => {
                    __Project::project(self, __at.with_event(__e), __db).await
                }
                BalancesEvent::Deposited(__e) => {
                    __Project::project(self, __at.with_event(__e), __db).await
                }
            }
        }
    }
};
