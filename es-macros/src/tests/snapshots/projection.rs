const _: () = {
    fn __history() -> ::std::vec::Vec<::es_core::EventHistory> {
        ::std::vec![
            < Opened as __Listed > ::history(), < Deposited as __Listed > ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    #[automatically_derived]
    impl ::core::fmt::Debug for BalancesEvent {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for BalancesEvent {
        fn clone(&self) -> Self {
            match self {
                Self::Opened(__e) => Self::Opened(<Opened as __Listed>::copy(__e)),
                Self::Deposited(__e) => {
                    Self::Deposited(<Deposited as __Listed>::copy(__e))
                }
            }
        }
    }
    impl ::core::cmp::PartialEq for BalancesEvent {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let __other = ::es_core::__private::AsFact::fact(__other);
            ::es_core::__private::AsFact::fact(self).same(__other)
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for BalancesEvent {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Opened as __Listed>::TYPE,
            <Deposited as __Listed>::TYPE,
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
            if <Deposited as __Listed>::is(__name) {
                return <Deposited as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Deposited,
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
        __new_name::<BalancesEvent>(1);
    };
    ::es_core::__private::member! {
        [] [BalancesEvent] [Opened] [] Opened
    }
    #[automatically_derived]
    impl __TryFrom<BalancesEvent> for Opened {
        type Error = BalancesEvent;
        fn try_from(__set: BalancesEvent) -> __Result<Self, Self::Error> {
            match __set {
                BalancesEvent::Opened(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    ::es_core::__private::member! {
        [] [BalancesEvent] [Deposited] [] Deposited
    }
    #[automatically_derived]
    impl __TryFrom<BalancesEvent> for Deposited {
        type Error = BalancesEvent;
        fn try_from(__set: BalancesEvent) -> __Result<Self, Self::Error> {
            match __set {
                BalancesEvent::Deposited(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::__private::AsFact for BalancesEvent {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Opened(__e) => <Opened as __Listed>::fact(__e),
                Self::Deposited(__e) => <Deposited as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::Takes<Self> for BalancesEvent {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
        }
    }
    #[automatically_derived]
    impl ::es_core::Describe for BalancesEvent {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
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
