#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Event for Put<T> {
    const NAME: &'static str = "put";
    const VERSION: crate::events::SchemaVersion = crate::events::SchemaVersion(1u32);
    const IS_DERIVED: ::core::primitive::bool = true;
    fn schemas() -> crate::events::__private::shape::Schemas {
        use crate::events::__private::shape as __s;
        __s::from_the_first([
            __s::schema!(
                Self, "::Put<{}>"[::core::any::type_name:: < T > ()], (: String, : T)
            ),
        ])
    }
}
#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Describe for Put<T> {
    fn describe(&self) -> crate::events::Description {
        use crate::events::__private::show::*;
        crate::events::Description::new("Put", crate::events::FieldStyle::Tuple)
            .field("0", (&&__Show(&self.0)).es_show())
            .field("1", (&&__Show(&self.1)).es_show())
    }
}
