#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Event for Put<T> {
    const NAME: &'static str = "put";
    const VERSION: crate::events::SchemaVersion = crate::events::SchemaVersion(1u32);
    fn schemas() -> ::std::vec::Vec<
        (crate::events::SchemaVersion, crate::events::shape::Schema),
    > {
        use crate::events::__private::shape::{self as __s, means::*};
        __s::schemas::<
            Self,
        >(
            &::std::format!(
                ::core::concat!(::core::module_path!(), "::Put<{}>"),
                ::core::any::type_name:: < T > ()
            ),
            |__t| __s::Definition::new(
                __s::Kind::Tuple(
                    ::std::vec![
                        (&& & __s::place:: < String > ()).es_form(__t, "String"), (&& &
                        __s::place:: < T > ()).es_form(__t, ::core::any::type_name:: < T
                        > ())
                    ],
                ),
            ),
        )
    }
}
#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Describe for Put<T> {
    fn describe(&self) -> crate::events::Description {
        use crate::events::__private::show::*;
        crate::events::Description::new("Put", crate::events::FieldStyle::Tuple)
            .field("0", (&&crate::events::__private::Show(&self.0)).es_show())
            .field("1", (&&crate::events::__private::Show(&self.1)).es_show())
    }
}
