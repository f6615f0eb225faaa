const _: () = {
    use ::es_core::__private::{self as __p, serde as __serde};
    #[derive(__serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V1 {
        #[serde(rename = "amount")]
        amount: u32,
        note: String,
        owner: String,
    }
    #[derive(__serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V2 {
        currency: Currency,
        #[serde(rename = "amount")]
        amount: u32,
        owner: String,
    }
    #[derive(__serde::Deserialize)]
    #[serde(crate = "__serde", rename_all = "camelCase")]
    struct __V3 {
        first_name: String,
        currency: Currency,
        #[serde(alias = "money")]
        cents: u32,
    }
    #[automatically_derived]
    impl ::es_core::Upcast<__V1> for __V2 {
        fn upcast(
            __V1 { amount: __old_amount, note: __old_note, owner: __old_owner }: __V1,
        ) -> Self {
            Self {
                currency: Currency::EUR,
                amount: __old_amount,
                owner: __old_owner,
            }
        }
    }
    #[automatically_derived]
    impl ::es_core::TryUpcast<__V2> for __V3 {
        type Error = __p::BoxError;
        fn try_upcast(
            __V2 {
                currency: __old_currency,
                amount: __old_amount,
                owner: __old_owner,
            }: __V2,
        ) -> ::core::result::Result<Self, Self::Error> {
            let __new_first_name = __p::FieldValue::<
                String,
            >::field_value(first_name(&__old_owner))?;
            ::core::result::Result::Ok(Self {
                first_name: __new_first_name,
                currency: __old_currency,
                cents: __old_amount,
            })
        }
    }
    #[automatically_derived]
    impl ::es_core::TryUpcast<__V3> for Opened {
        type Error = __p::BoxError;
        fn try_upcast(
            __V3 {
                first_name: __old_first_name,
                currency: __old_currency,
                cents: __old_cents,
            }: __V3,
        ) -> ::core::result::Result<Self, Self::Error> {
            ::core::result::Result::Ok(Self {
                first_name: __old_first_name,
                currency: __old_currency,
                cents: __p::FieldValue::<i64>::field_value(i64::from(__old_cents))?,
            })
        }
    }
    #[automatically_derived]
    impl ::es_core::Event for Opened {
        const NAME: &'static str = "account-opened";
        const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(4u32);
        const IS_DERIVED: ::core::primitive::bool = true;
        fn decode_past(
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            __p::climb::<(((__V1,), __V2), __V3), Self>(__version, __payload)
        }
        fn schemas() -> ::es_core::__private::shape::Schemas {
            use ::es_core::__private::shape as __s;
            __s::from_the_first([
                __s::schema!(
                    Self, "::Opened", { "amount" : u32, "note" : String, "owner" : String
                    }
                ),
                __s::schema!(
                    Self, "::Opened", { "currency" : Currency, "amount" : u32, "owner" :
                    String }
                ),
                __s::schema!(
                    Self, "::Opened", { "firstName" : String, "currency" : Currency,
                    "cents" : u32; ["alias=\"money\""] }
                ),
                __s::schema!(
                    Self, "::Opened", { "firstName" : String, "currency" : Currency,
                    "cents" : i64; ["alias=\"money\""] }
                ),
            ])
        }
    }
};
#[automatically_derived]
impl ::es_core::Describe for Opened {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Opened", ::es_core::FieldStyle::Named)
            .field("first_name", (&&__Show(&self.first_name)).es_show())
            .field("currency", (&&__Show(&self.currency)).es_show())
            .field("cents", (&&__Show(&self.cents)).es_show())
    }
}
