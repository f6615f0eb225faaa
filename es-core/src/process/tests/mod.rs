//! Tests of the machine: all stories of a small world, and each transition by itself.

mod commands;
mod deadlines;
mod enumeration;
mod every_event;
mod intervention;
mod misplaced;
mod performed;
mod plans;
mod rows;
mod services;
mod stored;
mod story;
mod transitions;
mod versions;
mod world;
