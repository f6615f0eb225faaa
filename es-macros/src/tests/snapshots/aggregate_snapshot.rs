#[automatically_derived]
impl ::es_core::Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = AccountId;
    type Event = AccountEvent;
    type Error = ::es_core::NoRejection;
    const SNAPSHOTS: ::core::option::Option<::es_core::SnapshotPolicy<Self>> = ::core::option::Option::Some(
        <Self as ::es_core::SnapshotState>::POLICY
            .with_every(100u32)
            .with_keep(3u32)
            .with_version(2u32),
    );
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: AccountEvent) {
        <_ as ::es_core::Apply<AccountEvent>>::apply(self, __e)
    }
}
#[automatically_derived]
impl ::es_core::Shape for Account {
    fn form(__t: &mut ::es_core::shape::Types) -> ::es_core::shape::Form {
        use ::es_core::__private::shape as __s;
        __s::define::<
            Self,
        >(
            __s::path!("::Account"),
            "#[serde(rename_all=\"camelCase\")]{open:bool,#[serde(default)]since:calendar::Day<'static,7>,}",
            __t,
            |__t| __s::Definition::new(
                __s::object()
                    .field("open", <bool as __s::Shape>::form(__t))
                    .optional("since", __s::opaque_form("calendar::Day<'static,7>"))
                    .kind(),
            ),
        )
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        __named(
            "Account",
            [
                ("open", __Show(&self.open).es_show()),
                ("since", __Show(&self.since).es_show()),
            ],
        )
    }
}
