use es_core::prelude::*;

#[derive(Shape)]
union Bits {
    whole: u32,
    float: f32,
}

fn main() {}
