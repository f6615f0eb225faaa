#[automatically_derived]
impl ::es_core::Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = AccountId;
    type Event = AccountEvent;
    type Error = ::core::convert::Infallible;
    const SNAPSHOTS: ::core::option::Option<::es_core::SnapshotPolicy<Self>> = ::core::option::Option::Some(
        <Self as ::es_core::SnapshotState>::POLICY.every(100u32).keep(3u32).version(2u32),
    );
    fn evolve(&mut self, __e: AccountEvent) {
        <Self as ::es_core::Apply<AccountEvent>>::apply(self, __e)
    }
}
#[automatically_derived]
impl ::es_core::StateShape for Account {
    fn outline(__outline: &mut ::es_core::Outline) {
        if __outline.begins::<Self>(::core::module_path!(), "Account") {
            __outline
                .text("#[serde(rename_all=\"camelCase\")]{open:")
                .of::<bool>()
                .text(",#[serde(default)]since:opaque calendar::Day<'static,7>,}");
        }
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        ::es_core::Description::new("Account", ::es_core::Shape::Named)
            .field("open", (&&::es_core::__private::Show(&self.open)).es_show())
            .field("since", (&&::es_core::__private::Show(&self.since)).es_show())
    }
}
