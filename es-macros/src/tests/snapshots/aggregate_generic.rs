const _: () = {
    use ::es_core::__private::set::*;
    #[automatically_derived]
    impl<T> __AsFact for CacheEvent<T>
    where
        T: Value,
    {
        const MEMBERS: &'static [__Member<Self>] = &[
            <Put<T> as __Listed<Self>>::MEMBER,
            <Cleared as __Listed<Self>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            2,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Put(__e) => <Put<T> as __Listed<Self>>::fact(__e),
                Self::Cleared(__e) => <Cleared as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for CacheEvent<T>
    where
        T: Value,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for CacheEvent<T>
    where
        T: Value,
    {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl<T> ::core::cmp::PartialEq for CacheEvent<T>
    where
        T: Value,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::EventSet for CacheEvent<T>
    where
        T: Value,
    {
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
            const {
                (__new_name::<Self>)(1);
            }
            __decode(__name, __version, __payload)
        }
        fn history() -> __Vec<::es_core::EventHistory> {
            __histories::<Self>()
        }
    }
    #[automatically_derived]
    impl<T> __From<Put<T>> for CacheEvent<T>
    where
        T: Value,
    {
        fn from(__e: Put<T>) -> Self {
            Self::Put(__e)
        }
    }
    #[automatically_derived]
    impl<T> __Takes<Put<T>> for CacheEvent<T>
    where
        T: Value,
    {
        fn take(__e: Put<T>, __to: &mut __Vec<Self>) {
            __to.push(Self::Put(__e));
        }
    }
    #[automatically_derived]
    impl<T> __From<Cleared> for CacheEvent<T>
    where
        T: Value,
    {
        fn from(__e: Cleared) -> Self {
            Self::Cleared(__e)
        }
    }
    #[automatically_derived]
    impl<T> __Takes<Cleared> for CacheEvent<T>
    where
        T: Value,
    {
        fn take(__e: Cleared, __to: &mut __Vec<Self>) {
            __to.push(Self::Cleared(__e));
        }
    }
    #[automatically_derived]
    impl<T> __Takes<Self> for CacheEvent<T>
    where
        T: Value,
    {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::Describe for CacheEvent<T>
    where
        T: Value,
    {
        fn describe(&self) -> ::es_core::Description {
            __AsFact::fact(self).describe()
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
    type Error = ::es_core::NoRejection;
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: CacheEvent<T>) {
        use ::es_core::Apply as __Apply;
        match __e {
            CacheEvent::Put(__e) => <_ as __Apply<Put<T>>>::apply(self, __e),
            CacheEvent::Cleared(__e) => <_ as __Apply<Cleared>>::apply(self, __e),
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
        __named("Cache", [("value", __Show(&self.value).es_show())])
    }
}
