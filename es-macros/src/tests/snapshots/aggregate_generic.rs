const _: () = {
    fn _every_event_is_declared<T>()
    where
        T: Value,
    {
        <Put<T> as _Listed>::declared();
        <Cleared as _Listed>::declared();
    }
    use ::core::convert::{From as _From, TryFrom as _TryFrom};
    use ::core::result::Result as _Result;
    use ::es_core::__private::Listed as _Listed;
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for CacheEvent<T>
    where
        T: Value,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::es_core::__private::AsFact::fact(self).print(f)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for CacheEvent<T>
    where
        T: Value,
    {
        fn clone(&self) -> Self {
            match self {
                Self::Put(event) => Self::Put(<Put<T> as _Listed>::copy(event)),
                Self::Cleared(event) => Self::Cleared(<Cleared as _Listed>::copy(event)),
            }
        }
    }
    impl<T> ::core::cmp::PartialEq for CacheEvent<T>
    where
        T: Value,
    {
        fn eq(&self, other: &Self) -> ::core::primitive::bool {
            let other = ::es_core::__private::AsFact::fact(other);
            ::es_core::__private::AsFact::fact(self).same(other)
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::EventSet for CacheEvent<T>
    where
        T: Value,
    {
        const EVENTS: &'static [::es_core::EventType] = &[
            <Put<T> as _Listed>::TYPE,
            <Cleared as _Listed>::TYPE,
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
            const {
                use ::es_core::__private::new_name as _new_name;
                _new_name::<Self>(1);
            }
            if <Put<T> as _Listed>::is(name) {
                return <Put<T> as _Listed>::decode(version, payload).map(Self::Put);
            }
            if <Cleared as _Listed>::is(name) {
                return <Cleared as _Listed>::decode(version, payload).map(Self::Cleared);
            }
            _Result::Err(::es_core::DecodeError::unknown_event(name))
        }
    }
    #[automatically_derived]
    impl<T> _From<Put<T>> for CacheEvent<T>
    where
        T: Value,
    {
        fn from(event: Put<T>) -> Self {
            Self::Put(event)
        }
    }
    #[automatically_derived]
    impl<T> _TryFrom<CacheEvent<T>> for Put<T>
    where
        T: Value,
    {
        type Error = CacheEvent<T>;
        fn try_from(set: CacheEvent<T>) -> _Result<Self, Self::Error> {
            match set {
                CacheEvent::Put(event) => _Result::Ok(event),
                other => _Result::Err(other),
            }
        }
    }
    #[automatically_derived]
    impl<T> _From<Cleared> for CacheEvent<T>
    where
        T: Value,
    {
        fn from(event: Cleared) -> Self {
            Self::Cleared(event)
        }
    }
    #[automatically_derived]
    impl<T> _TryFrom<CacheEvent<T>> for Cleared
    where
        T: Value,
    {
        type Error = CacheEvent<T>;
        fn try_from(set: CacheEvent<T>) -> _Result<Self, Self::Error> {
            match set {
                CacheEvent::Cleared(event) => _Result::Ok(event),
                other => _Result::Err(other),
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
                Self::Put(event) => <Put<T> as _Listed>::fact(event),
                Self::Cleared(event) => <Cleared as _Listed>::fact(event),
            }
        }
    }
    #[automatically_derived]
    impl<T> ::es_core::IntoEvents<Self> for CacheEvent<T>
    where
        T: Value,
    {
        fn push_to(self, events: &mut ::std::vec::Vec<Self>) {
            events.push(self);
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
    fn evolve(&mut self, event: CacheEvent<T>) {
        match event {
            CacheEvent::Put(event) => {
                <Self as ::es_core::Apply<Put<T>>>::apply(self, event)
            }
            CacheEvent::Cleared(event) => {
                <Self as ::es_core::Apply<Cleared>>::apply(self, event)
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
        ::es_core::Description::new("Cache", ::es_core::Shape::Named)
            .field("value", (&&&::es_core::__private::Show(&self.value)).es_show())
    }
}
