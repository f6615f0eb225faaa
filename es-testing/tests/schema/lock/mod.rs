//! `events.lock`: what it looks like, what it allows, and what it says. Bless with `UPDATE_EXPECT=1`.

mod blessing;
mod drawn;
mod file_format;
mod forms;
mod invalid;
mod recursive_enums;
mod reports;
mod rules;
mod tags;
