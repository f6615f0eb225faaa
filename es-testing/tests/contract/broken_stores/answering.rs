//! Stores that answer a request twice, or not as the first time.

use es_core::{RequestFingerprint, RequestId};
use es_testing::contract::requests;

use super::broken::Broken;
use super::check;
use super::faults::with_fresh_ids;
use super::writing::finds;

finds! {
    an_answer_that_is_cut: requests::an_answer_is_found_as_it_was_kept, "the answer as it was", {
        request: |mut new| {
            new.fingerprint = RequestFingerprint(new.fingerprint.0 >> 1);
            Some(new)
        }
    }
    a_request_whose_case_does_not_matter: requests::an_answer_is_found_as_it_was_kept,
    "another request has no answer", {
        key: |mut key| {
            key.id = RequestId::new(key.id.as_str().to_lowercase()).expect("an id");
            key
        }
    }
    versions_that_are_not_kept: requests::the_answer_of_an_append_is_found_with_its_versions,
    "assertion `left == right` failed", {
        first: |first| first.map(|mut first| { first.versions.clear(); first })
    }
    a_request_that_an_append_forgets:
    requests::a_second_append_of_a_request_is_refused_with_the_first_answer,
    "expected the first answer, but the append was stored", {
        request: |_| None
    }
    an_answer_that_is_lost_when_it_is_sent_again:
    requests::an_append_of_a_request_that_is_sent_again_has_its_own_answer, "it is answered", {
        parts: with_fresh_ids
    }
    an_answer_to_an_append_that_was_refused:
    requests::an_append_that_is_refused_answers_no_request, "a refused append is no answer", {
        answers_refused: true
    }
    an_answer_that_is_replaced: requests::an_answer_without_events_stays, "the first answer", {
        answer_anew: true
    }
    a_race_that_everybody_wins: requests::of_appends_that_race_for_a_request_one_is_stored,
    "of 8 appends with one request one is stored", {
        request: |_| None
    }
    an_answer_beside_an_append: requests::appends_and_answers_that_race_have_one_answer,
    "one", {
        request: |_| None
    }
}
