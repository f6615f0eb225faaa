#[automatically_derived]
impl ::es_core::Command for Open {
    type Aggregate = Account;
    const NAME: &'static str = "Open";
    const LIFECYCLE: ::es_core::Lifecycle = ::es_core::Lifecycle::Creates;
    fn aggregate_id(&self) -> &<Account as ::es_core::Aggregate>::Id {
        ::es_core::__private::id_of::<Account, AccountId>(&self.account)
    }
}
#[automatically_derived]
impl ::es_core::process::StepRequest for Open {
    type Kind = ::es_core::process::OfCommand;
    type Output = ();
    const REQUEST_NAME: &'static str = "open";
}
#[automatically_derived]
impl ::es_core::Describe for Open {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        __named(
            "Open",
            [
                ("account", __Show(&self.account).es_show()),
                ("type", __Show(&self.r#type).es_show()),
            ],
        )
    }
}
