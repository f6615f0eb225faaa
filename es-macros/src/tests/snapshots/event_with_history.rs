const _: () = {
    use ::es_core::__private::derived::*;
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
    impl __Event for Opened {
        const NAME: &'static str = "account-opened";
        const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(4u32);
        fn decode_past(
            __version: ::es_core::SchemaVersion,
            __payload: &::es_core::Payload,
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            __p::upcast_from::<(((__V1,), __V2), __V3), Self>(__version, __payload)
        }
        const STORED: __MaybeStored = __Some(|| {
            __object(
                    ::core::module_path!(),
                    "Opened",
                    [
                        __field("firstName", __of::<String>("String").es_form())
                            .since(3),
                        __field("currency", __of::<Currency>("Currency").es_form())
                            .since(2),
                        __field("amount", __of::<u32>("u32").es_form()).until(2),
                        __field("note", __of::<String>("String").es_form()).until(1),
                        __field("owner", __of::<String>("String").es_form()).until(2),
                        __field("cents", __of::<u32>("u32").es_form())
                            .with(&["alias=\"money\""])
                            .since(3)
                            .until(3),
                        __field("cents", __of::<i64>("i64").es_form())
                            .with(&["alias=\"money\""])
                            .since(4),
                    ],
                )
                .versions(4)
        });
    }
    #[automatically_derived]
    impl __Describe for Opened {
        fn describe(&self) -> __Description {
            __named(
                "Opened",
                [
                    ("first_name", __Show(&self.first_name).es_show()),
                    ("currency", __Show(&self.currency).es_show()),
                    ("cents", __Show(&self.cents).es_show()),
                ],
            )
        }
    }
};
