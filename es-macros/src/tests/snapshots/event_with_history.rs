const _: () = {
    use ::es_core::__private::serde as __serde;
    #[derive(::es_core::__private::serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V1 {
        #[serde(rename = "amount")]
        amount: u32,
        note: String,
        owner: String,
    }
    #[derive(::es_core::__private::serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V2 {
        currency: Currency,
        #[serde(rename = "amount")]
        amount: u32,
        owner: String,
    }
    #[derive(::es_core::__private::serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V3 {
        first_name: String,
        currency: Currency,
        #[serde(alias = "money")]
        cents: u32,
    }
    #[automatically_derived]
    impl ::es_core::Upcast<__V1> for __V2 {
        fn upcast(__previous: __V1) -> Self {
            let __V1 { amount: __old_amount, note: __old_note, owner: __old_owner } = __previous;
            Self {
                currency: Currency::EUR,
                amount: __old_amount,
                owner: __old_owner,
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::TryUpcast<__V2> for __V3 {
        type Error = ::es_core::__private::Reason;
        fn try_upcast(__previous: __V2) -> ::core::result::Result<Self, Self::Error> {
            let __V2 {
                currency: __old_currency,
                amount: __old_amount,
                owner: __old_owner,
            } = __previous;
            let __new_first_name = ::es_core::__private::Given::<
                String,
            >::given(first_name(&__old_owner))?;
            ::core::result::Result::Ok(Self {
                first_name: __new_first_name,
                currency: __old_currency,
                cents: __old_amount,
            })
        }
    }
    #[automatically_derived]
    impl ::es_core::TryUpcast<__V3> for Opened {
        type Error = ::es_core::__private::Reason;
        fn try_upcast(__previous: __V3) -> ::core::result::Result<Self, Self::Error> {
            let __V3 {
                first_name: __old_first_name,
                currency: __old_currency,
                cents: __old_cents,
            } = __previous;
            ::core::result::Result::Ok(Self {
                first_name: __old_first_name,
                currency: __old_currency,
                cents: ::es_core::__private::Given::<i64>::given(i64::from(__old_cents))?,
            })
        }
    }
    #[automatically_derived]
    impl ::es_core::Event for Opened {
        const NAME: &'static str = "account-opened";
        const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(4u32);
        fn decode_past(
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            ::es_core::__private::Climb::<__V1>::begin::<Self>(__version, __payload)?
                .step::<__V2>()?
                .step::<__V3>()?
                .arrive()
        }
        fn schemas() -> ::std::vec::Vec<
            (::es_core::SchemaVersion, ::es_core::shape::Schema),
        > {
            use ::es_core::__private::shape::{self as __s, means::*};
            __s::schemas::<
                Self,
            >(
                ::core::concat!(::core::module_path!(), "::Opened"),
                |__t| __s::Definition::new(
                    __s::object()
                        .field(
                            "firstName",
                            (&&&__s::place::<String>()).es_form(__t, "String"),
                        )
                        .field(
                            "currency",
                            (&&&__s::place::<Currency>()).es_form(__t, "Currency"),
                        )
                        .field("cents", (&&&__s::place::<i64>()).es_form(__t, "i64"))
                        .with(&["alias=\"money\""])
                        .kind(),
                ),
            )
        }
    }
};
#[automatically_derived]
impl ::es_core::Describe for Opened {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Opened", ::es_core::FieldStyle::Named)
            .field(
                "first_name",
                (&&::es_core::__private::Show(&self.first_name)).es_show(),
            )
            .field("currency", (&&::es_core::__private::Show(&self.currency)).es_show())
            .field("cents", (&&::es_core::__private::Show(&self.cents)).es_show())
    }
}
