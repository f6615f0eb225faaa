#[automatically_derived]
impl ::es_core::Event for Opened {
    const NAME: &'static str = "account-opened";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(1u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    fn schemas() -> ::es_core::__private::shape::Schemas {
        use ::es_core::__private::shape as __s;
        __s::from_the_first([
            __s::schema!(Self, "::Opened", { "owner" : String, "overdraft" : i64 }),
        ])
    }
}
#[automatically_derived]
impl ::es_core::Describe for Opened {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Opened", ::es_core::FieldStyle::Named)
            .field("owner", (&&__Show(&self.owner)).es_show())
            .field("overdraft", (&&__Show(&self.overdraft)).es_show())
    }
}
