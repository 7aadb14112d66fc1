//! Several late deposits of one account: none of them is mined because another is cancelled.

use std::time::Duration;

use countersign::approval::SwapId;
use countersign::evm::account_nonce_resource;
use countersign::journal::{CancelKind, JournalLedger, Outcome, State};
use countersign::{FlowError, NonceError, Progress};

use crate::bed::Bed;
use crate::gaps::{failures, hold, signed};
use crate::pool::Pool;

/// Later than the deadlines of all that was let out before.
const LATE: i64 = 250;

/// Lets two deposits out that wait behind nonces, and waits until they are late; returns the account
/// nonce of the first.
async fn two_late(bed: &Bed, held: u64) -> ([SwapId; 2], u64) {
    let held = hold(bed, held).await;
    let (one, two) = (bed.let_out("one").await, bed.let_out("two").await);
    held.give_back().await;
    bed.clock.advance(LATE);
    let first = nonce_of(bed, one.swap_id).await;
    assert_eq!(nonce_of(bed, two.swap_id).await.checked_sub(1), Some(first));
    ([one.swap_id, two.swap_id], first)
}

/// Returns which account nonce a deposit has.
async fn nonce_of(bed: &Bed, swap_id: SwapId) -> u64 {
    let (chain_id, owner) = bed.evm_account();
    let name = |nonce| account_nonce_resource(chain_id, owner, nonce);
    let names: Vec<_> = (0..20).map(name).collect();
    let taken = bed.store.taken(&names).await.unwrap();
    let taken = taken.into_iter().find(|taken| taken.swap_id == swap_id).unwrap();
    taken.resource.rsplit(':').next().unwrap().parse().unwrap()
}

/// Works on a cancel for a moment.
async fn begin(bed: &Bed, swap_id: SwapId) -> Progress {
    let worker = bed.worker_staying(bed.scene.config(), Duration::from_millis(600));
    let open = worker.cancel(swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    open
}

/// Asks for a nonce, and returns whose deposit has to be cancelled first.
async fn blocked(bed: &Bed) -> Result<(u64, SwapId), FlowError> {
    let (chain_id, owner) = bed.evm_account();
    let ledger = JournalLedger::new(std::sync::Arc::clone(&bed.store));
    let flow = bed.flow(bed.scene.config());
    let network = bed.scene.account.network.as_str();
    match flow.allot_nonce(&ledger, network, chain_id, owner).await.unwrap_err() {
        FlowError::Nonce(NonceError::Blocked { nonce, swap_id, .. }) => Ok((nonce, swap_id)),
        other => Err(other),
    }
}

async fn all_dead(bed: &Bed, swaps: [SwapId; 2]) {
    for swap_id in swaps {
        let progress = bed.worker().cancel(swap_id, |_| {}).await.unwrap();
        assert_eq!(progress.state, State::Ended(Outcome::Failed), "{progress:?}");
        assert!(progress.cancelled && progress.released, "{progress:?}");
    }
    let deposits = bed.scene.sandbox.deposits();
    assert_eq!(deposits.len(), 2);
    assert!(deposits.iter().all(|deposit| deposit.transactions.is_empty()), "{deposits:?}");
}

fn kinds(signed: &[(CancelKind, u64)]) -> Vec<CancelKind> {
    signed.iter().map(|(kind, _)| *kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_filled_once_all_late_deposits_above_it_are_replaced() {
    for first in [0, 1] {
        let (bed, _pool) = Bed::pooled("USDC@ethereum").await;
        let (swaps, nonce) = two_late(&bed, 1).await;
        let [one, two] = swaps;
        // The account is kept, and the last one is named.
        assert_eq!(blocked(&bed).await.unwrap(), (nonce + 1, two));
        if first == 0 {
            begin(&bed, one).await;
            assert_eq!(signed(&bed, one).await, []);
            let failures = failures(&bed, one).await;
            assert!(failures[0].contains(&two.to_string()), "{failures:?}");
        }
        begin(&bed, two).await;
        assert_eq!(signed(&bed, two).await, [(CancelKind::AccountNonce, nonce + 1)]);
        let failures = failures(&bed, two).await;
        assert!(failures[0].contains(&one.to_string()), "{failures:?}");
        assert!(failures[0].contains("cancel that swap too"), "{failures:?}");
        // What has its place taken is not named any more.
        assert_eq!(blocked(&bed).await.unwrap(), (nonce, one));
        all_dead(&bed, swaps).await;
        let signed = signed(&bed, one).await;
        assert_eq!(signed, [(CancelKind::AccountNonce, nonce), (CancelKind::Gap, nonce - 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_and_not_sent_is_let_out_by_the_cancel_below() {
    for gaps in [1, 0] {
        let (bed, pool) = Bed::pooled("USDC@ethereum").await;
        pool.is_dear(gaps == 0);
        let (swaps, nonce) = two_late(&bed, gaps).await;
        let [one, two] = swaps;
        // It is in the journal, and the node has the deposit still.
        pool.is_away(true);
        begin(&bed, two).await;
        assert_eq!(signed(&bed, two).await, [(CancelKind::AccountNonce, nonce + 1)]);
        begin(&bed, one).await;
        assert_eq!(signed(&bed, one).await, []);
        pool.is_away(false);
        if gaps == 0 {
            begin(&bed, one).await;
            pool.is_dear(false);
        }
        all_dead(&bed, swaps).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_of_two_that_wait_for_their_price_is_replaced_last() {
    let (bed, pool) = Bed::pooled("USDC@ethereum").await;
    pool.is_dear(true);
    let (swaps, nonce) = two_late(&bed, 0).await;
    let [one, two] = swaps;
    assert_eq!(blocked(&bed).await.unwrap(), (nonce + 1, two));
    begin(&bed, one).await;
    assert_eq!(signed(&bed, one).await, []);
    begin(&bed, two).await;
    assert_eq!(blocked(&bed).await.unwrap(), (nonce, one));
    begin(&bed, one).await;
    for swap_id in swaps {
        assert_eq!(kinds(&signed(&bed, swap_id).await), [CancelKind::AccountNonce]);
    }
    // Both have their places taken, and wait: the first one goes first.
    assert_eq!(blocked(&bed).await.unwrap(), (nonce, one));
    pool.is_dear(false);
    all_dead(&bed, swaps).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_that_was_left_behind_is_used_once_the_late_deposit_above_it_is_replaced() {
    let (bed, _): (Bed, Pool) = Bed::pooled("USDC@ethereum").await;
    let held = hold(&bed, 1).await;
    let one = bed.let_out("one").await.swap_id;
    bed.clock.advance(LATE);
    let nonce = nonce_of(&bed, one).await;
    // Nobody knows until when the one below is wanted, so that it is late comes a day later.
    let longest = bed.scene.config().policy().unwrap().max_deadline_seconds();
    let day = i64::try_from(longest).unwrap();
    bed.clock.advance(day);
    assert_eq!(blocked(&bed).await.unwrap(), (nonce, one));
    bed.clock.advance(-day);
    begin(&bed, one).await;
    assert_eq!(signed(&bed, one).await, [(CancelKind::AccountNonce, nonce)]);
    // Now nothing is mined late because of it.
    bed.clock.advance(day);
    let Err(FlowError::Nonce(stranded)) = blocked(&bed).await else { panic!("it is free") };
    let owner = bed.evm_account().1;
    assert_eq!(stranded, NonceError::Stranded { owner, nonce: nonce - 1, first: nonce - 1 });
    bed.clock.advance(-day);
    held.give_back().await;
    bed.cancelled(one).await;
}
