const _: () = {
    use ::es_core::__private::derived::*;
    #[automatically_derived]
    impl __Event for Opened {
        const NAME: &'static str = "account-opened";
        const STORED: __MaybeStored = __Some(|| __object(
            ::core::module_path!(),
            "Opened",
            [
                __field("owner", __of::<String>("String").es_form()),
                __field("overdraft", __of::<i64>("i64").es_form()),
            ],
        ));
    }
    #[automatically_derived]
    impl __Describe for Opened {
        fn describe(&self) -> __Description {
            __named(
                "Opened",
                [
                    ("owner", __Show(&self.owner).es_show()),
                    ("overdraft", __Show(&self.overdraft).es_show()),
                ],
            )
        }
    }
};
