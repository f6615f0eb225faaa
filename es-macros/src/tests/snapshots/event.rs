#[automatically_derived]
impl ::es_core::Event for Opened {
    const NAME: &'static str = "account-opened";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
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
