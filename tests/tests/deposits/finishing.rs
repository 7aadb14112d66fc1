//! Honest quotes end in a deposit of exactly what was asked for, once, and in a payout.

use countersign::Status;
use countersign::approval::IntentStandard;
use countersign_tests::{Scene, short_steps};

use crate::bed::{By, Over, scene, swap};

/// Requires that the one address was funded once, exactly, and that the recipient was paid.
fn assert_funded_once(scene: &Scene, what: &str) {
    let deposits = scene.sandbox.deposits();
    let [deposit] = &deposits[..] else { panic!("{what}: {} addresses", deposits.len()) };
    assert_eq!(deposit.received, deposit.expected, "{what}");
    assert_eq!(deposit.transactions.len(), 1, "{what}: {:?}", deposit.transactions);
    assert_eq!((deposit.status.as_str(), deposit.payouts), ("SUCCESS", 1), "{what}");
    assert_eq!(deposit.recipient, scene.recipient, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_finishes_from_each_chain() {
    for over in [Over::OneClick, Over::Aurora] {
        for (from, to) in [
            ("USDC@ethereum", "USDC@base"),
            ("ETH@ethereum", "USDC@base"),
            ("USDT@tron", "USDC@base"),
            ("TRX@tron", "USDC@base"),
            ("USDC@ethereum", "TRX@tron"),
            ("BTC@bitcoin", "USDC@ethereum"),
            ("SOL@solana", "USDC@ethereum"),
            ("USDC@solana", "BTC@bitcoin"),
        ] {
            let what = format!("{over:?}, {from} to {to}");
            let scene = scene(short_steps(), from, to).await;
            let ended = swap(&scene, over, By::Deposit).await;
            let outcome = ended.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(outcome.status.status, Status::Finished, "{what}");
            assert_funded_once(&scene, &what);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_intent_finishes_by_each_standard() {
    for (from, standard) in [
        ("USDC@ethereum", IntentStandard::Erc191),
        ("USDT@tron", IntentStandard::Tip191),
        ("USDC@solana", IntentStandard::RawEd25519),
        ("USDC@solana", IntentStandard::Nep413),
    ] {
        let what = format!("{from} by {standard:?}");
        let scene = scene(short_steps(), from, "USDC@base").await;
        let ended = swap(&scene, Over::OneClick, By::Intent(standard)).await;
        let outcome = ended.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(outcome.status.status, Status::Finished, "{what}");
        assert_funded_once(&scene, &what);
    }
}
