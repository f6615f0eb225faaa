const _: () = {
    use crate::events::__private::set::*;
    #[automatically_derived]
    impl<T> __AsFact for PagesEvent<T>
    where
        T: Value,
    {
        const MEMBERS: &'static [__Member<Self>] = &[
            <Put<T> as __Listed<Self>>::MEMBER,
            <billing::Paid as __Listed<Self>>::MEMBER,
            <mail::Bounced as __Listed<Self>>::MEMBER,
        ];
        const READS: &'static [__Member<Self>] = &[
            <PagesEvent<T> as __Reads<Laid>>::MEMBER,
        ];
        const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<
            4,
            Self,
        >();
        fn fact(&self) -> &dyn __FactOf<Self> {
            match self {
                Self::Put(__e) => <Put<T> as __Listed<Self>>::fact(__e),
                Self::BillingPaid(__e) => <billing::Paid as __Listed<Self>>::fact(__e),
                Self::Bounced(__e) => <mail::Bounced as __Listed<Self>>::fact(__e),
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for PagesEvent<T>
    where
        T: Value,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __AsFact::fact(self).print(__f)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for PagesEvent<T>
    where
        T: Value,
    {
        fn clone(&self) -> Self {
            __AsFact::fact(self).copy()
        }
    }
    impl<T> ::core::cmp::PartialEq for PagesEvent<T>
    where
        T: Value,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            __AsFact::fact(self).same(__AsFact::fact(__other))
        }
    }
    #[automatically_derived]
    impl<T> crate::events::EventSet for PagesEvent<T>
    where
        T: Value,
    {
        const EVENTS: &'static [crate::events::EventType] = &__types::<3, Self>();
        const IS_DERIVED: ::core::primitive::bool = true;
        const SUPERSEDED: &'static [crate::events::EventType] = &__types_read::<
            1,
            Self,
        >();
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
            const {
                (__new_name::<Self>)(1);
                (__new_name::<Self>)(2);
                (__new_name::<Self>)(3);
            }
            __decode(__name, __version, __payload)
        }
        fn history() -> __Vec<crate::events::EventHistory> {
            __histories::<Self>()
        }
    }
    #[automatically_derived]
    impl<T> __From<Put<T>> for PagesEvent<T>
    where
        T: Value,
    {
        fn from(__e: Put<T>) -> Self {
            Self::Put(__e)
        }
    }
    #[automatically_derived]
    impl<T> __Takes<Put<T>> for PagesEvent<T>
    where
        T: Value,
    {
        fn take(__e: Put<T>, __to: &mut __Vec<Self>) {
            __to.push(Self::Put(__e));
        }
    }
    #[automatically_derived]
    impl<T> __From<billing::Paid> for PagesEvent<T>
    where
        T: Value,
    {
        fn from(__e: billing::Paid) -> Self {
            Self::BillingPaid(__e)
        }
    }
    #[automatically_derived]
    impl<T> __Takes<billing::Paid> for PagesEvent<T>
    where
        T: Value,
    {
        fn take(__e: billing::Paid, __to: &mut __Vec<Self>) {
            __to.push(Self::BillingPaid(__e));
        }
    }
    #[automatically_derived]
    impl<T> __From<mail::Bounced> for PagesEvent<T>
    where
        T: Value,
    {
        fn from(__e: mail::Bounced) -> Self {
            Self::Bounced(__e)
        }
    }
    #[automatically_derived]
    impl<T> __Takes<mail::Bounced> for PagesEvent<T>
    where
        T: Value,
    {
        fn take(__e: mail::Bounced, __to: &mut __Vec<Self>) {
            __to.push(Self::Bounced(__e));
        }
    }
    #[automatically_derived]
    impl<T> __Takes<Self> for PagesEvent<T>
    where
        T: Value,
    {
        fn take(__e: Self, __to: &mut __Vec<Self>) {
            __to.push(__e);
        }
    }
    crate::events::__private::superseded! {
        [< T >] [PagesEvent < T >] [Laid] [T : Value]
    }
    #[automatically_derived]
    impl<T> crate::events::Describe for PagesEvent<T>
    where
        T: Value,
    {
        fn describe(&self) -> crate::events::Description {
            __AsFact::fact(self).describe()
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
    fn key(
        __stored: &crate::events::RecordedEvent,
    ) -> ::core::result::Result<
        crate::events::ProjectionKey,
        crate::events::projection::KeyError,
    > {
        crate::events::__private::key::<Self::Event, _>(__stored, keys::of_page)
    }
    const KEYED_BY: &'static ::core::primitive::str = "keys::of_page";
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
