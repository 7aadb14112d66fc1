//! A swap in the hands of a writer, through the doors that a flow takes.

use std::sync::Arc;

use countersign_approval::{Claim, Code, Policy, Registry, ReserveError, SwapId, reserve};
use countersign_journal::{Opened, Opening, Outcome, State, StoreError, SwapWriter, Term, What};

use crate::bed::Bed;
use crate::samples::{
    NOW, after, claim, ended, entries, label, quoted, requested, signed, until_claim,
};

const REGISTRY: &str = r#"
environment = "sandbox"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 31337
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = ["0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E"]
resolvers = []
witnesses = ["DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"]
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;

fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\n[limits.USDC]\nper_swap = \"1\"\nper_day = \"1.5\""
    );
    Policy::from_toml(&text, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

pub(super) async fn a_flow_writes_in_five_commits(bed: &dyn Bed) {
    let store = bed.connect().await;
    let holder = label("worker-1");
    let term = Term { holder: &holder, until: after(60) };
    let first = entries([requested("order-1", 1), quoted(), What::Creating]);
    let opening = Opening { swap_id: SwapId::generate(), entries: &first, term };
    let (writer, opened) = SwapWriter::open(Arc::clone(&store), &opening, NOW).await.unwrap();
    let (Some(writer), Opened::New(lease, _)) = (writer, opened) else { panic!("expected a swap") };
    let (again, opened) = SwapWriter::open(Arc::clone(&store), &opening, NOW).await.unwrap();
    assert!(again.is_none() && matches!(opened, Opened::Same(_)), "{opened:?}");

    // Nothing is reserved while signing is paused, and nothing is written.
    let now = after(10).to_seconds();
    let ask = Claim { ..claim(lease.swap_id, "nonce-1", 1_000_000) };
    let paused = reserve(&writer.ledger(until_claim()), ask.clone(), &policy(true), now).await;
    assert!(matches!(paused, Err(ReserveError::Paused)), "{paused:?}");
    assert_eq!(writer.head().count, 3);
    let reserved = reserve(&writer.ledger(until_claim()), ask, &policy(false), now).await.unwrap();
    assert_eq!((reserved.claim().swap_id, writer.head().count), (lease.swap_id, 7));
    // Each write makes the lease last for its term anew.
    assert_eq!(writer.lease().until, after(70));

    // After a crash another goes on, and the first one can't any more.
    let holder = label("worker-2");
    let term = Term { holder: &holder, until: after(200) };
    let lease = store.lease(lease.swap_id, &term, after(70)).await.unwrap();
    let (next, history) = SwapWriter::resume(Arc::clone(&store), lease, after(70)).await.unwrap();
    assert_eq!(history.state, State::Reserved);
    let result = writer.append(&entries([signed()]), after(65)).await;
    assert!(matches!(result, Err(StoreError::LeaseLost { .. })), "{result:?}");
    let (ledger, ask) = (writer.ledger(Vec::new()), claim(next.swap_id(), "nonce-2", 1));
    let error = reserve(&ledger, ask, &policy(false), now).await.unwrap_err();
    assert_eq!(error.to_string(), "the ledger is not available: lease_lost");
    let list = entries([signed(), What::Submitted { attempt: 1 }]);
    next.append(&list, after(80)).await.unwrap();
    next.append(&entries([ended(Outcome::Failed)]), after(90)).await.unwrap();
    assert_eq!(next.head(), store.load(next.swap_id()).await.unwrap().head);
}

pub(super) async fn a_refused_claim_is_a_refusal(bed: &dyn Bed) {
    let store = bed.connect().await;
    let holder = label("worker-1");
    let term = Term { holder: &holder, until: after(60) };
    let mut codes = Vec::new();
    for (number, amount) in [(1, 1_000_000), (2, 1_000_000), (3, 500_000), (3, 1)] {
        let name = format!("order-{}", codes.len());
        let first = entries([requested(&name, 1), quoted(), What::Creating]);
        let opening = Opening { swap_id: SwapId::generate(), entries: &first, term };
        let (writer, _) = SwapWriter::open(Arc::clone(&store), &opening, NOW).await.unwrap();
        let writer = writer.unwrap();
        let ask = claim(writer.swap_id(), &format!("nonce-{number}"), amount);
        let ledger = writer.ledger(until_claim());
        codes.push(match reserve(&ledger, ask, &policy(false), NOW.to_seconds()).await {
            Ok(_) => None,
            Err(ReserveError::Refused(refusal)) => Some(refusal.violations()[0].code),
            Err(error) => panic!("{error}"),
        });
        // What was refused left nothing behind, and is written as such.
        if codes.last().unwrap().is_some() {
            assert_eq!(writer.head().count, 3);
            writer.append(&entries([ended(Outcome::Refused)]), NOW).await.unwrap();
        }
    }
    assert_eq!(codes, [None, Some(Code::Limits), None, Some(Code::Replay)]);
}
