use es_core::prelude::*;

#[derive(StateShape)]
union Bits {
    whole: u32,
    float: f32,
}

fn main() {}
