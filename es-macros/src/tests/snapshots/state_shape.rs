#[automatically_derived]
impl<T: ::es_core::StateShape> ::es_core::StateShape for Payment<T>
where
    T: Copy,
{
    fn outline(__outline: &mut ::es_core::Outline) {
        if __outline.begins::<Self>(::core::module_path!(), "Payment") {
            __outline
                .text("[Card{#[serde(rename='n')]type:")
                .of::<T>()
                .text(",digits:")
                .of::<[u8; 4]>()
                .text(",},Transfer(")
                .of::<String>()
                .text(",")
                .of::<Option<Box<Self>>>()
                .text(",),Cash,]");
        }
    }
}
