//! What every store does.

mod audits;
mod cancels;
mod claims;
mod deaths;
mod histories;
mod leases;
mod ledger;
mod many;
mod model;
mod writers;

use std::future::Future;
use std::pin::Pin;

use crate::bed::Bed;

pub(crate) use model::draw;

/// A case of the suite.
type Case = for<'a> fn(&'a dyn Bed) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

macro_rules! cases {
    ($($case:path),* $(,)?) => {
        &[$((stringify!($case), |bed| Box::pin($case(bed)))),*]
    };
}

const CASES: &[(&str, Case)] = cases![
    histories::one_key_is_one_swap,
    histories::a_key_in_a_hundred_hands_is_one_swap,
    histories::a_swap_lives_from_its_request_to_its_end,
    histories::a_refund_recipe_and_a_reservation_are_one_write,
    histories::an_impossible_order_is_refused,
    histories::a_write_whose_answer_was_lost_is_there_once,
    histories::two_who_know_the_same_head_do_not_both_write,
    histories::lists_are_sorted_and_paged,
    histories::what_does_not_fit_is_refused,
    leases::a_stale_worker_writes_nothing,
    leases::a_lease_is_taken_once,
    leases::a_lease_that_was_given_back_waits_for_its_time,
    leases::open_swaps_are_shared_out,
    leases::what_is_left_to_others_is_free_for_them,
    claims::a_live_reservation_keeps_out_a_second_one,
    claims::a_reservation_may_have_no_end,
    claims::a_resource_belongs_to_one_swap,
    claims::a_claim_that_fails_leaves_no_trace,
    claims::a_limit_is_met_to_the_unit,
    claims::what_is_released_can_move_again,
    claims::amounts_are_exact_beyond_64_bits,
    claims::a_ledger_alone_keeps_the_rules,
    deaths::a_dead_approval_makes_room_for_another,
    deaths::a_deadline_is_over_when_it_is_over,
    deaths::limits_are_free_once_the_approval_is_dead,
    deaths::what_was_never_let_out_is_free_again,
    deaths::what_was_signed_and_never_let_out_is_free_again,
    deaths::nothing_is_signed_for_a_dead_approval,
    deaths::what_another_call_does_is_not_only_written,
    cancels::a_cancel_stands_beside_a_live_approval,
    cancels::a_swap_has_one_live_cancel,
    cancels::only_a_live_approval_is_cancelled,
    cancels::a_clock_that_is_fast_keeps_no_cancel_up,
    cancels::a_cancel_replaces_nothing_of_another_swap,
    cancels::a_gap_below_is_taken_beside_a_cancel,
    cancels::what_a_signed_cancel_took_stays_taken,
    cancels::what_nobody_signed_is_given_back,
    cancels::it_is_known_since_when_a_cancel_has_something,
    many::claims_at_once_pass_no_limit,
    many::claims_at_once_take_a_resource_once,
    many::claims_at_once_reserve_a_swap_once,
    many::writers_at_once_write_in_turn,
    many::swaps_that_end_at_once_are_counted,
    writers::a_flow_writes_in_five_commits,
    writers::a_refused_claim_is_a_refusal,
    ledger::any_claims_are_those_of_the_memory_ledger,
    model::any_operations_are_those_of_a_model,
    audits::an_export_verifies_alone,
    audits::an_export_of_many_swaps_has_each_once,
    audits::checkpoints_commit_to_all_that_changed,
    audits::any_changed_byte_is_found,
];

/// Runs each case in an empty place of its own.
pub(crate) async fn conforms<B: Bed>(make: impl Fn() -> B) {
    for (name, case) in CASES {
        println!("{name}");
        let bed = make();
        case(&bed).await;
    }
}
