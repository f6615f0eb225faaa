#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Event for Put<T> {
    const NAME: &'static str = "put";
    const VERSION: crate::events::SchemaVersion = crate::events::SchemaVersion(1u32);
}
#[automatically_derived]
impl<T: Ord + crate::events::__private::Part> crate::events::Describe for Put<T> {
    fn describe(&self) -> crate::events::Description {
        use crate::events::__private::show::*;
        crate::events::Description::new("Put", crate::events::Shape::Tuple)
            .field("0", (&&crate::events::__private::Show(&self.0)).es_show())
            .field("1", (&&crate::events::__private::Show(&self.1)).es_show())
    }
}
