//! Golden payloads under the laws.

use es_testing::Blessing::Given;
use es_testing::golden;
use es_testing::laws::Laws;

use super::sound::{Account, AccountEvent, Deposited, Opened};
use crate::scratch::Scratch;

const V1: &str = "tests/golden/deposited/v1.json";

fn blessed() -> Scratch {
    let scratch = Scratch::new();
    let samples: [AccountEvent; 2] = [Opened::of("ada").into(), Deposited::of(5).into()];
    golden::check(scratch.path(), &samples, Given).expect("nothing is there yet");
    scratch
}

fn read(scratch: &Scratch) {
    let directory = scratch.path().to_str().expect("a path in UTF-8");
    Laws::<Account>::new().every_golden_payload_is_read(directory);
}

#[test]
fn golden_payloads_are_read() {
    let scratch = blessed();

    read(&scratch);

    assert_eq!(scratch.read(V1), "{\n  \"cents\": 5\n}\n");
}

#[test]
#[should_panic(expected = "deposited")]
fn a_golden_payload_that_is_not_read_is_told() {
    let scratch = blessed();
    scratch.write(V1, "{\"euros\": 5}");

    read(&scratch);
}

#[test]
fn a_crate_without_golden_payloads_has_none_to_read() {
    let scratch = Scratch::new();

    read(&scratch);

    assert!(scratch.files().is_empty());
}
