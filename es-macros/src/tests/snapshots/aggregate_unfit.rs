///Everything that can happen to [`Account`].
pub enum AccountEvent<'a, T, U = ()> {
    ///[`Opened`]
    Opened(Opened),
    #[doc(hidden)]
    _Unused(::core::marker::PhantomData<fn() -> Account<'a, T, U>>),
}
#[automatically_derived]
impl<T> ::es_core::Aggregate for Account<'static, T>
where
    Self: ::core::marker::Send + ::core::marker::Sync,
    Self: 'static,
{
    const NAME: &'static str = "unnamed";
    type Id = AccountId;
    type Event = <[(); {
        ::core::compile_error! {
            "an aggregate owns its data and takes no lifetime; hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"
        }
    }] as ::core::iter::IntoIterator>::Item;
    type Error = ::es_core::NoRejection;
    fn initial() -> Self {
        ::core::unimplemented!()
    }
    fn evolve(
        &mut self,
        _: <[(); {
            ::core::compile_error! {
                "an aggregate owns its data and takes no lifetime; hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"
            }
        }] as ::core::iter::IntoIterator>::Item,
    ) {}
}
#[automatically_derived]
impl<'a, T, U> ::es_core::Describe for Account<'a, T, U> {
    fn describe(&self) -> ::es_core::Description {
        use ::es_core::__private::show::*;
        __named(
            "Account",
            [
                ("owner", __Show(&self.owner).es_show()),
                ("of", __Show(&self.of).es_show()),
                ("with", __Show(&self.with).es_show()),
            ],
        )
    }
}
::core::compile_error! {
    "an aggregate owns its data and takes no lifetime; hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"
}
::core::compile_error! {
    "no event mentions the parameter `T`, so that nothing stored could bring it back; list an event that does, like `Put<T>`, or remove it"
}
::core::compile_error! {
    "no event mentions the parameter `U`, so that nothing stored could bring it back; list an event that does, like `Put<U>`, or remove it"
}
