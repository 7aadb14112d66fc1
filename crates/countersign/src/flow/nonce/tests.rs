use countersign_approval::{AssetLimits, Claim, Environment, MemoryLedger, SwapId};
use countersign_units::{Lots, UnixSeconds};

use super::*;

const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);

fn account() -> Account {
    Account { chain_id: 1, owner: "0x1111111111111111111111111111111111111111".parse().unwrap() }
}

/// Returns a ledger in which each of the nonces belongs to a swap.
async fn holding(nonces: impl IntoIterator<Item = u64>) -> MemoryLedger {
    let ledger = MemoryLedger::new();
    for nonce in nonces {
        let claim = Claim {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            digest: [0; 32],
            resources: vec![account().resource(nonce)],
            token: "USDC".to_owned(),
            amount: Lots::ZERO,
            valid_until: UnixSeconds::new(u64::MAX),
        };
        let limits = AssetLimits { per_swap: Lots::MAX, per_day: Lots::MAX, max_allowance: None };
        ledger.record(&claim, limits, NOW).await.unwrap();
    }
    ledger
}

async fn free(held: impl IntoIterator<Item = u64>, mined: u64, pending: u64) -> u64 {
    let ledger = holding(held).await;
    account().held(&ledger, AccountNonce { mined, pending }).await.unwrap().free
}

#[tokio::test]
async fn the_first_nonce_that_nobody_has_is_free() {
    assert_eq!(free([], 7, 7).await, 7);
    // Those that were mined don't matter.
    assert_eq!(free([4, 5, 6], 7, 7).await, 7);
    // Ours that no node knows of, with one that was given back.
    assert_eq!(free([7, 8], 7, 7).await, 9);
    assert_eq!(free([8, 9], 7, 7).await, 7);
    assert_eq!(free([7, 9], 7, 7).await, 8);
    // What waits is another's, or ours.
    assert_eq!(free([], 7, 9).await, 9);
    assert_eq!(free([7, 8], 7, 9).await, 9);
    assert_eq!(free([8, 9, 10], 7, 9).await, 11);
    // A node that has forgotten what waits.
    assert_eq!(free([], 7, 5).await, 7);
}

#[tokio::test]
async fn more_than_one_window_is_looked_through() {
    for (held, expected) in [(0..WINDOW, WINDOW), (0..WINDOW * 3 + 5, WINDOW * 3 + 5)] {
        assert_eq!(free(held, 0, 0).await, expected);
    }
    assert_eq!(free([], 0, WINDOW + 3).await, WINDOW + 3);
    let ledger = holding(0..WINDOW * (WINDOWS + 1)).await;
    let none = account().held(&ledger, AccountNonce { mined: 0, pending: 0 }).await;
    assert!(matches!(none, Err(FlowError::Nonce(NonceError::Full { found: 4_160, .. }))));
    // There are none after the last.
    let last = AccountNonce { mined: u64::MAX, pending: u64::MAX };
    let none = account().held(&ledger, last).await;
    assert!(matches!(none, Err(FlowError::Nonce(NonceError::Full { .. }))));
}

#[tokio::test]
async fn what_we_hold_counts_as_waiting() {
    let ledger = holding([7, 8, 10]).await;
    for (pending, expected) in [(7, 9), (8, 9), (9, 9), (10, 11), (12, 12)] {
        let counted = account().with_ours(&ledger, AccountNonce { mined: 7, pending }).await;
        assert_eq!(counted.unwrap(), AccountNonce { mined: 7, pending: expected });
    }
}

#[tokio::test]
async fn what_is_held_behind_a_free_nonce_is_found() {
    let ledger = holding([7, 9, 10, 70, 120, 300]).await;
    let behind = async |nonce| {
        let held = account().held_behind(&ledger, nonce).await.unwrap();
        held.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(behind(8).await, [9, 10, 70, 120]);
    assert!(behind(120).await.is_empty());
    assert!(behind(u64::MAX).await.is_empty());
}

#[test]
fn few_may_wait_that_are_none_of_ours() {
    let found = |mined, pending| account().require_few(AccountNonce { mined, pending }, 16);
    assert_eq!(found(7, 23), Ok(()));
    assert_eq!(found(7, 3), Ok(()));
    let NonceError::Waiting { most: 16, found: 17, .. } = found(7, 24).unwrap_err() else {
        panic!("expected that too many wait")
    };
    assert!(found(0, u64::MAX).is_err());
}
