//! Mistakes in annotations, each with the one error that a newcomer meets; and surprising code that
//! must compile.

#[test]
fn each_mistake_has_its_sentence() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/[!p]*/*.rs");
}
