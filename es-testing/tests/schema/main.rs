//! Lock, golden payloads and catalog. Bless the texts with `UPDATE_EXPECT=1`.

mod catalog;
#[allow(dead_code, reason = "a catalog needs types and no values")]
#[path = "../fixture/courses.rs"]
mod courses;
#[path = "../fixture/mod.rs"]
mod fixture;
mod golden_payloads;
mod lock;
mod saga_lock;
#[path = "../fixture/scratch.rs"]
mod scratch;
