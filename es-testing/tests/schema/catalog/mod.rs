//! What a catalog says, and when it is out of date. Bless with `UPDATE_EXPECT=1`.

mod async_api;
mod domain;
mod out_of_date;

use es_testing::catalog::{markdown, mermaid};
use expect_test::expect_file;

use domain::{account, school};

#[test]
fn the_page_tells_of_commands_events_and_their_fields() {
    expect_file!["page.md"].assert_eq(&markdown("bank", &[account(), school()]));
}

#[test]
fn the_event_model_leads_from_commands_through_events_to_states() {
    expect_file!["model.mmd"].assert_eq(&mermaid(&[account(), school()]));
}
