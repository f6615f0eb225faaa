const _: () = {
    fn __history<T>() -> ::std::vec::Vec<::es_core::EventHistory>
    where
        T: Value,
    {
        ::std::vec![
            < Put < T > as __Listed > ::history(), < Cleared as __Listed > ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use ::es_core::__private::Listed as __Listed;
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for CacheEvent<T>
    where
        T: Value,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for CacheEvent<T>
    where
        T: Value,
    {
        fn clone(&self) -> Self {
            match self {
                Self::Put(__e) => Self::Put(<Put<T> as __Listed>::copy(__e)),
                Self::Cleared(__e) => Self::Cleared(<Cleared as __Listed>::copy(__e)),
            }
        }
    }
    impl<T> ::core::cmp::PartialEq for CacheEvent<T>
    where
        T: Value,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let __other = ::es_core::__private::AsFact::fact(__other);
            ::es_core::__private::AsFact::fact(self).same(__other)
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::EventSet for CacheEvent<T>
    where
        T: Value,
    {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Put<T> as __Listed>::TYPE,
            <Cleared as __Listed>::TYPE,
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
            const {
                use ::es_core::__private::new_name as __new_name;
                __new_name::<Self>(1);
            }
            if <Put<T> as __Listed>::is(__name) {
                return <Put<T> as __Listed>::decode(__version, __payload, Self::Put);
            }
            if <Cleared as __Listed>::is(__name) {
                return <Cleared as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Cleared,
                );
            }
            __Err(::es_core::DecodeError::unknown_event(__name))
        }
        fn history() -> ::std::vec::Vec<::es_core::EventHistory> {
            __history::<T>()
        }
    }
    ::es_core::__private::member! {
        [< T >] [CacheEvent < T >] [Put < T >] [where T : Value] Put
    }
    #[automatically_derived]
    impl<T> __TryFrom<CacheEvent<T>> for Put<T>
    where
        T: Value,
    {
        type Error = CacheEvent<T>;
        fn try_from(__set: CacheEvent<T>) -> __Result<Self, Self::Error> {
            match __set {
                CacheEvent::Put(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    ::es_core::__private::member! {
        [< T >] [CacheEvent < T >] [Cleared] [where T : Value] Cleared
    }
    #[automatically_derived]
    impl<T> __TryFrom<CacheEvent<T>> for Cleared
    where
        T: Value,
    {
        type Error = CacheEvent<T>;
        fn try_from(__set: CacheEvent<T>) -> __Result<Self, Self::Error> {
            match __set {
                CacheEvent::Cleared(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::__private::AsFact for CacheEvent<T>
    where
        T: Value,
    {
        const NAME_HASHES: &'static [::core::primitive::u64] = &::es_core::__private::name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn ::es_core::__private::Fact {
            match self {
                Self::Put(__e) => <Put<T> as __Listed>::fact(__e),
                Self::Cleared(__e) => <Cleared as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::Takes<Self> for CacheEvent<T>
    where
        T: Value,
    {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::Describe for CacheEvent<T>
    where
        T: Value,
    {
        fn describe(&self) -> ::es_core::Description {
            ::es_core::__private::AsFact::fact(self).describe()
        }
    }
};
///Everything that can happen to [`Cache`].
pub(crate) enum CacheEvent<T>
where
    T: Value,
{
    ///[`Put`]
    Put(Put<T>),
    ///[`Cleared`]
    Cleared(Cleared),
}
#[automatically_derived]
impl<T> ::es_core::Aggregate for Cache<T>
where
    T: Value,
{
    const NAME: &'static str = "cache";
    type Id = String;
    type Event = CacheEvent<T>;
    type Error = ::core::convert::Infallible;
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: CacheEvent<T>) {
        match __e {
            CacheEvent::Put(__e) => <Self as ::es_core::Apply<Put<T>>>::apply(self, __e),
            CacheEvent::Cleared(__e) => {
                <Self as ::es_core::Apply<Cleared>>::apply(self, __e)
            }
        }
    }
}
#[automatically_derived]
impl<T> ::es_core::Describe for Cache<T>
where
    T: Value,
{
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Cache", ::es_core::FieldStyle::Named)
            .field("value", (&&__Show(&self.value)).es_show())
    }
}
