#[automatically_derived]
impl ::es_core::process::Activity for TakePayment {
    const NAME: &'static ::core::primitive::str = "take-payment";
    const VERSION: ::es_core::SchemaVersion = ::es_core::SchemaVersion(2u32);
    type Output = PaymentTaken;
}
