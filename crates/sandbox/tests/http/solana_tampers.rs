//! Lies about a transaction on Solana, seen over HTTP. What each one changes is tested inside the
//! crate.

use countersign_sandbox::{CosignForm, Fault, SandboxConfig, SponsorSigns, Tamper};

use crate::client::{DIALECTS, Dialect};
use crate::solana::{Swap, Wire, key, quick};

fn config(tamper: Tamper) -> SandboxConfig {
    let honest = quick(CosignForm::V0WithTable, SponsorSigns::Before);
    SandboxConfig { tamper: Some(tamper), ..honest }
}

/// Returns the key of the token that a lie is told about.
fn source(tamper: Tamper) -> &'static str {
    match tamper.source() {
        "USDC@solana" => "USDC_SOL",
        "PYUSD@solana" => "PYUSD",
        source => panic!("{tamper} is told of {source}"),
    }
}

#[tokio::test]
async fn a_lie_is_told_in_every_dialect() {
    for dialect in DIALECTS {
        let swap = Swap::new(config(Tamper::SolTrailingBytes), dialect, "SOL").await;
        let wire = Wire::of(&swap.open().await);
        assert_eq!(wire.message[wire.message.len() - 4..], [0; 4], "{dialect:?}");
    }
}

#[tokio::test]
async fn nothing_moves_by_a_transaction_that_was_a_lie() {
    for tamper in [
        Tamper::SolSystemTransfer,
        Tamper::SolSetAuthority,
        Tamper::SolDestination,
        Tamper::SolAmountMore,
        Tamper::SolUserPays,
        Tamper::SolTablesMisordered,
        Tamper::SolForeignBlockhash,
        Tamper::SolTransferWithFee,
    ] {
        let swap = Swap::new(config(tamper), Dialect::G3, source(tamper)).await;
        let before = swap.sandbox.balances(&swap.user.address);
        let intent = swap.open().await;
        let refused = swap.approve(&intent, &Wire::of(&intent).signed(&key(&swap.user))).await;
        assert_eq!(refused.status, 422, "{tamper} {refused:?}");
        assert!(refused.body.contains("expected the message that was offered"), "{tamper}");
        assert_eq!(swap.sandbox.balances(&swap.user.address), before);
    }
}

#[tokio::test]
async fn where_the_cluster_lies_about_accounts_the_transaction_is_the_honest_one() {
    for tamper in [Tamper::SolSourceDelegated, Tamper::SolPermanentDelegate] {
        let swap = Swap::new(config(tamper), Dialect::G2, source(tamper)).await;
        let intent = swap.open().await;
        assert_eq!(swap.sign_and_approve(&intent).await.status, 200, "{tamper}");
    }
    let tamper = Tamper::SolDestinationFrozen;
    let swap = Swap::new(config(tamper), Dialect::G2, source(tamper)).await;
    let intent = swap.open().await;
    let refused = swap.sign_and_approve(&intent).await;
    assert!(refused.body.contains("InstructionError(2, Custom(17))"), "{refused:?}");
}

#[tokio::test]
async fn a_broken_answer_breaks_in_its_transaction() {
    for (fault, shows) in [
        (Fault::Duplicated, ",\"transaction\":\"0200\"}"),
        (Fault::WrongTyped, "\"transaction\":7,\"recent_blockhash\":[]"),
    ] {
        let honest = quick(CosignForm::V0WithTable, SponsorSigns::Before);
        let config = SandboxConfig { fault: Some(fault), ..honest };
        let swap = Swap::new(config, Dialect::G2, "SOL").await;
        let quote = swap.wish().quote(&swap.sandbox).await.json();
        let answer = swap.wish().create(&swap.sandbox, quote["id"].as_str().unwrap()).await;
        assert!(answer.body.contains(shows), "{answer:?}");
    }
}
