#[path = "../bank.rs"]
mod bank;
use es_core::IntoEvents;

fn main() {
    let opened = bank::Opened {};
    let _: Vec<bank::AccountEvent> = [&opened].into_events();
}
