//! Each law holds for a sound aggregate, and fails for one that breaks just that. Bless the reports
//! with `UPDATE_EXPECT=1`.

mod broken;
mod foreign;
mod golden;
mod history;
mod reports;
mod sound;
