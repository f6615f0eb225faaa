const _: () = {
    fn __history<T>() -> ::std::vec::Vec<crate::events::EventHistory>
    where
        T: Value,
    {
        ::std::vec![
            < Put < T > as __Listed > ::history(), < billing::Paid as __Listed >
            ::history(), < mail::Bounced as __Listed > ::history(), < PagesEvent < T > as
            __Reads < Laid >> ::history(),
        ]
    }
    use ::core::convert::TryFrom as __TryFrom;
    use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
    use crate::events::__private::Listed as __Listed;
    use crate::events::__private::Reads as __Reads;
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for PagesEvent<T>
    where
        T: Value,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            crate::events::__private::AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for PagesEvent<T>
    where
        T: Value,
    {
        fn clone(&self) -> Self {
            match self {
                Self::Put(__e) => Self::Put(<Put<T> as __Listed>::copy(__e)),
                Self::BillingPaid(__e) => {
                    Self::BillingPaid(<billing::Paid as __Listed>::copy(__e))
                }
                Self::Bounced(__e) => {
                    Self::Bounced(<mail::Bounced as __Listed>::copy(__e))
                }
            }
        }
    }
    impl<T> ::core::cmp::PartialEq for PagesEvent<T>
    where
        T: Value,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let __other = crate::events::__private::AsFact::fact(__other);
            crate::events::__private::AsFact::fact(self).same(__other)
        }
    }
    #[automatically_derived]
    impl<T> crate::events::EventSet for PagesEvent<T>
    where
        T: Value,
    {
        const EVENTS: &'static [crate::events::EventType] = &[
            <Put<T> as __Listed>::TYPE,
            <billing::Paid as __Listed>::TYPE,
            <mail::Bounced as __Listed>::TYPE,
        ];
        const IS_DERIVED: ::core::primitive::bool = true;
        const SUPERSEDED: &'static [crate::events::EventType] = &[
            <PagesEvent<T> as __Reads<Laid>>::TYPE,
        ];
        fn name(&self) -> crate::events::EventName {
            crate::events::__private::AsFact::fact(self).name()
        }
        fn version(&self) -> crate::events::SchemaVersion {
            crate::events::__private::AsFact::fact(self).version()
        }
        fn encode(
            &self,
        ) -> __Result<crate::events::Payload, crate::events::EncodeError> {
            crate::events::__private::AsFact::fact(self).encode()
        }
        fn tags(
            &self,
        ) -> __Result<::std::vec::Vec<crate::events::Tag>, crate::events::InvalidText> {
            crate::events::__private::AsFact::fact(self).tags()
        }
        fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
            crate::events::__private::AsFact::fact(self).tag_names()
        }
        fn decode(
            __name: &::core::primitive::str,
            __version: crate::events::SchemaVersion,
            __payload: &crate::events::Payload,
        ) -> __Result<crate::events::Decoded<Self>, crate::events::DecodeError> {
            const {
                use crate::events::__private::new_name as __new_name;
                __new_name::<Self>(1);
                __new_name::<Self>(2);
                __new_name::<Self>(3);
            }
            if <Put<T> as __Listed>::is(__name) {
                return <Put<T> as __Listed>::decode(__version, __payload, Self::Put);
            }
            if <billing::Paid as __Listed>::is(__name) {
                return <billing::Paid as __Listed>::decode(
                    __version,
                    __payload,
                    Self::BillingPaid,
                );
            }
            if <mail::Bounced as __Listed>::is(__name) {
                return <mail::Bounced as __Listed>::decode(
                    __version,
                    __payload,
                    Self::Bounced,
                );
            }
            if <PagesEvent<T> as __Reads<Laid>>::is(__name) {
                return <PagesEvent<T> as __Reads<Laid>>::decode(__version, __payload);
            }
            __Err(crate::events::DecodeError::unknown_event(__name))
        }
        fn history() -> ::std::vec::Vec<crate::events::EventHistory> {
            __history::<T>()
        }
    }
    crate::events::__private::member! {
        [< T >] [PagesEvent < T >] [Put < T >] [where T : Value] Put
    }
    #[automatically_derived]
    impl<T> __TryFrom<PagesEvent<T>> for Put<T>
    where
        T: Value,
    {
        type Error = PagesEvent<T>;
        fn try_from(__set: PagesEvent<T>) -> __Result<Self, Self::Error> {
            match __set {
                PagesEvent::Put(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    crate::events::__private::member! {
        [< T >] [PagesEvent < T >] [billing::Paid] [where T : Value] BillingPaid
    }
    #[automatically_derived]
    impl<T> __TryFrom<PagesEvent<T>> for billing::Paid
    where
        T: Value,
    {
        type Error = PagesEvent<T>;
        fn try_from(__set: PagesEvent<T>) -> __Result<Self, Self::Error> {
            match __set {
                PagesEvent::BillingPaid(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    crate::events::__private::member! {
        [< T >] [PagesEvent < T >] [mail::Bounced] [where T : Value] Bounced
    }
    #[automatically_derived]
    impl<T> __TryFrom<PagesEvent<T>> for mail::Bounced
    where
        T: Value,
    {
        type Error = PagesEvent<T>;
        fn try_from(__set: PagesEvent<T>) -> __Result<Self, Self::Error> {
            match __set {
                PagesEvent::Bounced(__e) => __Ok(__e),
                __other => __Err(__other),
            }
        }
    }
    crate::events::__private::superseded! {
        [< T >] [PagesEvent < T >] [Laid] [T : Value]
    }
    #[automatically_derived]
    impl<T> crate::events::__private::AsFact for PagesEvent<T>
    where
        T: Value,
    {
        const NAME_HASHES: &'static [::core::primitive::u64] = &crate::events::__private::name_hashes::<
            4,
            Self,
        >();
        fn fact(&self) -> &dyn crate::events::__private::Fact {
            match self {
                Self::Put(__e) => <Put<T> as __Listed>::fact(__e),
                Self::BillingPaid(__e) => <billing::Paid as __Listed>::fact(__e),
                Self::Bounced(__e) => <mail::Bounced as __Listed>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl<T> crate::events::Takes<Self> for PagesEvent<T>
    where
        T: Value,
    {
        fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
            __events.push(__event);
        }
    }
    #[automatically_derived]
    impl<T> crate::events::Describe for PagesEvent<T>
    where
        T: Value,
    {
        fn describe(&self) -> crate::events::Description {
            crate::events::__private::AsFact::fact(self).describe()
        }
    }
};
///Everything that [`Pages`] follows.
pub(crate) enum PagesEvent<T>
where
    T: Value,
{
    ///[`Put`]
    Put(Put<T>),
    ///[`BillingPaid`](billing::Paid)
    BillingPaid(billing::Paid),
    ///[`Bounced`](mail::Bounced)
    Bounced(mail::Bounced),
}
#[automatically_derived]
impl<T> crate::events::Projection for Pages<T>
where
    T: Value,
{
    const NAME: &'static ::core::primitive::str = "pages";
    const VERSION: ::core::primitive::u32 = 3u32;
    type Event = PagesEvent<T>;
    const HAS_EFFECTS: ::core::primitive::bool = true;
    const EFFECTS_START: crate::events::Start = crate::events::Start::Now;
    const KEYED_BY: &'static ::core::primitive::str = "keys::of_page";
    fn key(
        __stored: &crate::events::RecordedEvent,
    ) -> ::core::result::Result<
        crate::events::ProjectionKey,
        crate::events::projection::KeyError,
    > {
        crate::events::__private::key::<Self::Event, _>(__stored, keys::of_page)
    }
}
const _: () = {
    use crate::events::React as __React;
    #[automatically_derived]
    impl<T> crate::events::Projects<PgConnection> for Pages<T>
    where
        T: Value,
    {
        const IS_BULK: ::core::primitive::bool = true;
        async fn project(
            &self,
            __event: crate::events::Recorded<Self::Event>,
            __db: &mut PgConnection,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            <Self as crate::events::ProjectAll<
                PgConnection,
            >>::project_all(self, &[__event], __db)
                .await
        }
        async fn project_all(
            &self,
            __events: ::std::vec::Vec<crate::events::Recorded<Self::Event>>,
            __db: &mut PgConnection,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            if __events.is_empty() {
                return ::core::result::Result::Ok(());
            }
            <Self as crate::events::ProjectAll<
                PgConnection,
            >>::project_all(self, &__events, __db)
                .await
        }
        async fn react(
            &self,
            __event: crate::events::Recorded<Self::Event>,
            __db: &mut PgConnection,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            let (__at, __event) = crate::events::__private::apart(__event);
            match __event {
                PagesEvent::BillingPaid(__e) => {
                    <Self as __React<
                        billing::Paid,
                        PgConnection,
                    >>::react(self, __at.with_event(__e), __db)
                        .await
                }
                PagesEvent::Bounced(__e) => {
                    <Self as __React<
                        mail::Bounced,
                        PgConnection,
                    >>::react(self, __at.with_event(__e), __db)
                        .await
                }
                _ => ::core::result::Result::Ok(()),
            }
        }
    }
    #[automatically_derived]
    impl<T> crate::events::Projects<Totals<T>> for Pages<T>
    where
        T: Value,
    {
        const IS_BULK: ::core::primitive::bool = true;
        async fn project(
            &self,
            __event: crate::events::Recorded<Self::Event>,
            __db: &mut Totals<T>,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            <Self as crate::events::ProjectAll<
                Totals<T>,
            >>::project_all(self, &[__event], __db)
                .await
        }
        async fn project_all(
            &self,
            __events: ::std::vec::Vec<crate::events::Recorded<Self::Event>>,
            __db: &mut Totals<T>,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            if __events.is_empty() {
                return ::core::result::Result::Ok(());
            }
            <Self as crate::events::ProjectAll<
                Totals<T>,
            >>::project_all(self, &__events, __db)
                .await
        }
        async fn react(
            &self,
            __event: crate::events::Recorded<Self::Event>,
            __db: &mut Totals<T>,
        ) -> ::core::result::Result<(), crate::events::ProjectError> {
            let (__at, __event) = crate::events::__private::apart(__event);
            match __event {
                PagesEvent::BillingPaid(__e) => {
                    <Self as __React<
                        billing::Paid,
                        Totals<T>,
                    >>::react(self, __at.with_event(__e), __db)
                        .await
                }
                PagesEvent::Bounced(__e) => {
                    <Self as __React<
                        mail::Bounced,
                        Totals<T>,
                    >>::react(self, __at.with_event(__e), __db)
                        .await
                }
                _ => ::core::result::Result::Ok(()),
            }
        }
    }
};
