//! What the sandbox tells of each swap, for those who judge a client by it.

use countersign_sandbox::{ExecutionKind, HtlcTemplate, Sandbox, SandboxConfig, SwapRecord};

use crate::bitcoin::{self, Finish, Swap, psbt};
use crate::client::{Dialect, Wish, account, id, token, wait_for};

fn record(sandbox: &Sandbox, id: &str) -> SwapRecord {
    sandbox.swaps().into_iter().find(|record| record.intent_id == id).unwrap()
}

fn kinds(sandbox: &Sandbox, id: &str) -> Vec<ExecutionKind> {
    let ran = sandbox.executions().into_iter();
    ran.filter(|ran| ran.intent_id.as_deref() == Some(id)).map(|ran| ran.kind).collect()
}

#[tokio::test]
async fn a_swap_on_an_evm_is_told_with_its_parties_and_what_ran_for_it() {
    let config = bitcoin::quick(HtlcTemplate::P2wshV1);
    let sandbox = Sandbox::start(config).await.unwrap();
    let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
    let user = account(&sandbox, "default");
    let recipient = sandbox.new_recipient("solana").unwrap();
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (4, &sol),
        amount: "100",
        owner: &user.address,
        recipient: &recipient,
    };
    let (intent, untouched) = (wish.open(&sandbox).await, wish.open(&sandbox).await);
    let signature = wish.sign(&user, &intent, "100000000");
    for status in [200, 200] {
        assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, status);
    }
    let other = wish.sign(&user, &untouched, "100000000");
    assert_eq!(wish.approve(&sandbox, &intent, &other).await.status, 422);
    wait_for(&sandbox, &intent, "Finished").await;

    let told = record(&sandbox, id(&intent));
    assert_eq!((told.status.as_str(), told.source_token.as_str()), ("Finished", "USDC"));
    assert_eq!(told.amount.to_string(), "100000000");
    assert_eq!((&told.from_address, &told.refund_address), (&user.address, &user.address));
    assert_eq!(told.to_address, recipient);
    let approvals = (told.approvals, told.repeated_approvals, told.refused_approvals);
    assert_eq!(approvals, (1, 1, 1));
    assert_eq!((told.deposits, told.payouts, told.claims, told.refunds), (1, 1, 1, 0));
    assert_eq!(
        kinds(&sandbox, id(&intent)),
        [ExecutionKind::Deposit, ExecutionKind::Payout, ExecutionKind::Claim]
    );

    let told = record(&sandbox, id(&untouched));
    assert_eq!((told.status.as_str(), told.approvals, told.deposits), ("Created", 0, 0));
    assert_eq!(kinds(&sandbox, id(&untouched)), []);
}

#[tokio::test]
async fn a_refused_approval_counts_as_none_and_runs_nothing() {
    let config = bitcoin::quick(HtlcTemplate::P2wshV1);
    let swap = Swap::new(config, Dialect::G2, "default").await;
    let intent = swap.open().await;
    let other = bitcoin::account(&swap.sandbox, "nested");
    let wrong = bitcoin::sign(&other, psbt(&intent), Finish::Final);
    assert_eq!(swap.approve(&intent, &wrong).await.status, 422);
    let told = record(&swap.sandbox, id(&intent));
    assert_eq!((told.approvals, told.refused_approvals, told.deposits), (0, 1, 0));
}

#[tokio::test]
async fn a_refund_is_told_apart_from_a_claim() {
    let config = SandboxConfig {
        resolver_fails: true,
        intent_lifetime: std::time::Duration::from_secs(1),
        ..bitcoin::quick(HtlcTemplate::P2wshV1)
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
    let user = account(&sandbox, "default");
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (4, &sol),
        amount: "100",
        owner: &user.address,
        recipient: &sandbox.new_recipient("solana").unwrap(),
    };
    let intent = wish.open(&sandbox).await;
    let signature = wish.sign(&user, &intent, "100000000");
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    wait_for(&sandbox, &intent, "Refunded").await;
    assert_eq!(kinds(&sandbox, id(&intent)), [ExecutionKind::Deposit, ExecutionKind::Refund]);
    let told = record(&sandbox, id(&intent));
    assert_eq!((told.deposits, told.payouts, told.claims, told.refunds), (1, 0, 0, 1));
}
