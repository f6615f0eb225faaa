//! Tests of the machine: all stories of a small world, and each transition by itself.

mod commands;
mod enumeration;
mod intervention;
mod plans;
mod services;
mod stored;
mod story;
mod transitions;
mod world;
