const _: () = {
    use crate::events::__private::derived::*;
    #[automatically_derived]
    impl<T: Ord + crate::events::__private::Part> __Event for Put<T> {
        const NAME: &'static str = "put";
        const STORED: __MaybeStored = __Some(|| {
            __tuple(
                    ::core::module_path!(),
                    "Put",
                    [__of::<String>("String").es_form(), __of::<T>("T").es_form()],
                )
                .of(&[&::core::any::type_name::<T>()])
        });
    }
    #[automatically_derived]
    impl<T: Ord + crate::events::__private::Part> __Describe for Put<T> {
        fn describe(&self) -> __Description {
            __numbered(
                "Put",
                [("0", __Show(&self.0).es_show()), ("1", __Show(&self.1).es_show())],
            )
        }
    }
};
