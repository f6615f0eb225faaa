//! Two modules say `Opened`; one of them gets another variant.

use es_core::prelude::*;

mod shop {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "shop-opened")]
    pub struct Opened;
}

mod billing {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "bill-opened")]
    pub struct Opened;
}

#[derive(Aggregate, Default)]
#[aggregate(name = "shop", id = String, events(shop::Opened, billing::Opened as BillingOpened,))]
struct Shop;

impl Apply<shop::Opened> for Shop {
    fn apply(&mut self, _: shop::Opened) {}
}

impl Apply<billing::Opened> for Shop {
    fn apply(&mut self, _: billing::Opened) {}
}

fn main() {
    assert_eq!(ShopEvent::from(billing::Opened), ShopEvent::BillingOpened(billing::Opened));
    assert_ne!(ShopEvent::from(shop::Opened), ShopEvent::from(billing::Opened));
}
