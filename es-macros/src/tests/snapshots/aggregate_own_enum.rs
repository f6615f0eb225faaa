#[automatically_derived]
impl ::es_core::Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = AccountId;
    type Event = history::AccountEvent;
    type Error = ::es_core::NoRejection;
    fn initial() -> Self {
        <Self as ::core::default::Default>::default()
    }
    fn evolve(&mut self, __e: history::AccountEvent) {
        <_ as ::es_core::Apply<history::AccountEvent>>::apply(self, __e)
    }
}
#[automatically_derived]
impl ::es_core::Describe for Account {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        __unit("Account")
    }
}
