use super::*;
use crate::registry::tests::SAMPLE;
use crate::{MemoryLedger, Registry};

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);

fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n[limits.USDC]\nper_swap = \"100\"\nper_day = \"150\""
    );
    Policy::from_toml(&text, &Registry::from_toml(SAMPLE).unwrap()).unwrap()
}

fn claim(nonce: u8, usdc: u64) -> Claim {
    Claim {
        swap_id: SwapId::generate(),
        environment: Environment::Testnet,
        digest: [nonce; 32],
        resources: vec![format!("nonce {nonce}")],
        token: "USDC".to_owned(),
        amount: Lots::from(usdc.saturating_mul(1_000_000)),
        valid_until: NOW.saturating_add(600),
    }
}

/// Reserves a claim that is valid for ten minutes from `now`.
async fn code(ledger: &MemoryLedger, claim: Claim, now: UnixSeconds) -> Option<Code> {
    let claim = Claim { valid_until: now.saturating_add(600), ..claim };
    match reserve(ledger, claim, &policy(false), now).await {
        Ok(_) => None,
        Err(ReserveError::Refused(refusal)) => Some(refusal.violations()[0].code),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn one_live_approval_a_swap() {
    let ledger = MemoryLedger::new();
    let first = claim(1, 1);
    let second = Claim { resources: vec!["nonce 2".to_owned()], ..first.clone() };
    assert_eq!(code(&ledger, first, NOW).await, None);
    assert_eq!(code(&ledger, second.clone(), NOW).await, Some(Code::Replay));
    assert_eq!(code(&ledger, second.clone(), NOW.saturating_add(600)).await, Some(Code::Replay));
    assert_eq!(code(&ledger, second, NOW.saturating_add(601)).await, None);
}

#[tokio::test]
async fn one_swap_a_nonce_for_ever() {
    let ledger = MemoryLedger::new();
    assert_eq!(code(&ledger, claim(1, 1), NOW).await, None);
    assert_eq!(code(&ledger, claim(1, 1), NOW.saturating_add(90_000)).await, Some(Code::Replay));
}

#[tokio::test]
async fn limits_a_swap_and_a_day() {
    let ledger = MemoryLedger::new();
    assert_eq!(code(&ledger, claim(1, 101), NOW).await, Some(Code::Limits));
    let first = claim(2, 100);
    let swap_id = first.swap_id;
    assert_eq!(code(&ledger, first, NOW).await, None);
    assert_eq!(code(&ledger, claim(3, 51), NOW).await, Some(Code::Limits));
    assert_eq!(code(&ledger, claim(3, 50), NOW).await, None);
    assert_eq!(code(&ledger, claim(4, 1), NOW).await, Some(Code::Limits));
    let still_live = ledger.release(swap_id, NOW).await.unwrap_err();
    assert!(matches!(still_live, LedgerError::LiveApproval { .. }), "{still_live}");
    let later = NOW.saturating_add(601);
    ledger.release(swap_id, later).await.unwrap();
    assert_eq!(code(&ledger, claim(5, 100), later).await, None);
    assert_eq!(code(&ledger, claim(6, 1), later).await, Some(Code::Limits));
    assert_eq!(code(&ledger, claim(7, 50), NOW.saturating_add(86_400)).await, None);
}

#[tokio::test]
async fn what_can_no_longer_be_used_is_not_reserved() {
    let ledger = MemoryLedger::new();
    let expired =
        Claim { valid_until: UnixSeconds::new(NOW.value().saturating_sub(1)), ..claim(1, 1) };
    let error = reserve(&ledger, expired, &policy(false), NOW).await.unwrap_err();
    let ReserveError::Refused(refusal) = error else { panic!("{error}") };
    assert!(refusal.has(Code::Deadline));
    assert_eq!(code(&ledger, claim(1, 1), NOW).await, None);
}

#[tokio::test]
async fn a_token_without_limits_is_refused() {
    let unlimited = Claim { token: "SOL".to_owned(), ..claim(1, 1) };
    assert_eq!(code(&MemoryLedger::new(), unlimited, NOW).await, Some(Code::Limits));
}

#[tokio::test]
async fn nothing_is_reserved_while_paused() {
    let ledger = MemoryLedger::new();
    let paused = reserve(&ledger, claim(1, 1), &policy(true), NOW).await;
    assert_eq!(paused.unwrap_err(), ReserveError::Paused);
    assert_eq!(code(&ledger, claim(1, 1), NOW).await, None);
}

/// Reserves what makes the approval of another claim's swap useless.
async fn cancel_code(
    ledger: &MemoryLedger,
    of: &Claim,
    nonce: u8,
    paused: bool,
) -> Result<Reservation, Code> {
    let resources = vec![format!("nonce {nonce}")];
    let claim = Claim { resources, amount: Lots::ZERO, ..of.clone() };
    match reserve_cancel(ledger, claim, &policy(paused), NOW).await {
        Ok(reservation) => Ok(reservation),
        Err(ReserveError::Refused(refusal)) => Err(refusal.violations()[0].code),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_cancel_needs_a_live_approval_and_counts_no_limit() {
    let ledger = MemoryLedger::new();
    let first = claim(1, 100);
    assert_eq!(cancel_code(&ledger, &first, 2, false).await.err(), Some(Code::Replay));
    assert_eq!(code(&ledger, first.clone(), NOW).await, None);
    assert_eq!(code(&ledger, claim(3, 1), NOW).await, None);
    // What another swap has it does not get; what is free, or its own, it does.
    assert_eq!(cancel_code(&ledger, &first, 3, false).await.err(), Some(Code::Replay));
    drop(cancel_code(&ledger, &first, 2, false).await.unwrap());
    // The day's limit is the same as before.
    assert_eq!(code(&ledger, claim(4, 50), NOW).await, Some(Code::Limits));
    assert_eq!(code(&ledger, claim(4, 49), NOW).await, None);
    // The same once more is no second cancel, another one is.
    drop(cancel_code(&ledger, &first, 2, false).await.unwrap());
    assert_eq!(cancel_code(&ledger, &first, 5, false).await.err(), Some(Code::Replay));
    assert_eq!(code(&ledger, claim(2, 1), NOW).await, Some(Code::Replay));
}

#[tokio::test]
async fn a_pause_keeps_no_cancel_up_and_lets_nothing_else_through() {
    let ledger = MemoryLedger::new();
    let first = claim(1, 1);
    assert_eq!(code(&ledger, first.clone(), NOW).await, None);
    let reservation = cancel_code(&ledger, &first, 2, true).await.unwrap();
    assert!(reservation.is_cancel());
    assert!(!reservation.is_for(reservation.claim()), "it would let an approval through");
    // What moves more than a fee is none.
    let moves = Claim { resources: vec!["nonce 2".to_owned()], ..first };
    let found = reserve_cancel(&ledger, moves, &policy(false), NOW).await;
    let Err(ReserveError::Refused(refusal)) = found else { panic!("{found:?}") };
    assert_eq!(refusal.violations()[0].code, Code::Limits);
}

#[tokio::test]
async fn a_clock_that_is_fast_keeps_no_cancel_up() {
    let ledger = MemoryLedger::new();
    let first = claim(1, 1);
    assert_eq!(code(&ledger, first.clone(), NOW).await, None);
    let late = first.valid_until.saturating_add(3_600);
    let resources = vec!["nonce 2".to_owned()];
    let cancel = Claim { resources, amount: Lots::ZERO, ..first };
    let reservation = reserve_cancel(&ledger, cancel, &policy(false), late).await.unwrap();
    assert!(reservation.is_cancel());
}

#[tokio::test]
async fn a_cancel_replaces_nothing_of_another_swap() {
    let ledger = MemoryLedger::new();
    let (first, other) = (claim(1, 1), claim(2, 1));
    assert_eq!(code(&ledger, first.clone(), NOW).await, None);
    assert_eq!(code(&ledger, other.clone(), NOW).await, None);
    let replacing = |of: &Claim, nonce: &str| {
        let resources = vec![format!("{nonce}:replacement")];
        Claim { resources, amount: Lots::ZERO, ..of.clone() }
    };
    for not_ours in [other.resources[0].as_str(), "nonce of nobody"] {
        let claim = replacing(&first, not_ours);
        let found = reserve_cancel(&ledger, claim, &policy(false), NOW).await;
        let Err(ReserveError::Refused(refusal)) = found else { panic!("{found:?}") };
        assert_eq!(refusal.violations()[0].code, Code::Replay, "{not_ours}");
    }
    let own = replacing(&first, &first.resources[0]);
    drop(reserve_cancel(&ledger, own, &policy(false), NOW).await.unwrap());
}

fn nonce(number: u8) -> String {
    format!("evm:1:0xab:account-nonce:{number}")
}

fn taking(of: &Claim, resource: String) -> Claim {
    Claim { resources: vec![resource], amount: Lots::ZERO, ..of.clone() }
}

#[tokio::test]
async fn beside_a_cancel_free_nonces_below_are_taken_and_no_others() {
    let ledger = MemoryLedger::new();
    let deposit = Claim { resources: vec![nonce(9)], ..claim(1, 1) };
    let other = Claim { resources: vec![nonce(7)], ..claim(2, 1) };
    for claim in [&deposit, &other] {
        assert_eq!(code(&ledger, claim.clone(), NOW).await, None);
    }
    let take = async |resource: String| {
        let claim = taking(&deposit, resource);
        reserve_cancel(&ledger, claim, &policy(false), NOW).await.map(drop)
    };
    take(format!("{}:replacement", nonce(9))).await.unwrap();
    // One above it, one of another swap, and one of another account.
    for not_below in [nonce(10), nonce(7), nonce(8).replace("0xab", "0xcd")] {
        let found = take(not_below.clone()).await;
        assert!(matches!(found, Err(ReserveError::Refused(_))), "{not_below}: {found:?}");
    }
    for _ in 0..2 {
        take(nonce(8)).await.unwrap();
        take(format!("{}:replacement", nonce(9))).await.unwrap();
    }
    let next = Claim { resources: vec![nonce(8)], ..claim(3, 1) };
    assert_eq!(code(&ledger, next, NOW).await, Some(Code::Replay));
}

#[tokio::test]
async fn what_was_not_signed_is_given_back() {
    let ledger = MemoryLedger::new();
    let first = claim(1, 1);
    assert_eq!(code(&ledger, first.clone(), NOW).await, None);
    ledger.give_back(first.swap_id).await.unwrap();
    assert_eq!(ledger.taken(&first.resources).await, Ok(vec![]));
    let again = Claim { resources: first.resources, ..claim(2, 1) };
    assert_eq!(code(&ledger, again, NOW).await, None);
}
