#[automatically_derived]
impl ::es_core::Event for Opened {
    const NAME: &'static str = "account-opened";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(2u32);
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
                    .field("owner", (&&&__s::place::<String>()).es_form(__t, "String"))
                    .field("overdraft", (&&&__s::place::<i64>()).es_form(__t, "i64"))
                    .kind(),
            ),
        )
    }
}
#[automatically_derived]
impl ::es_core::Describe for Opened {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Opened", ::es_core::FieldStyle::Named)
            .field("owner", (&&::es_core::__private::Show(&self.owner)).es_show())
            .field(
                "overdraft",
                (&&::es_core::__private::Show(&self.overdraft)).es_show(),
            )
    }
}
