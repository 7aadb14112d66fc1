//! A journal with swaps in it, made without a counterparty.

use std::path::Path;
use std::sync::Arc;

use countersign::approval::{AssetLimits, Claim, Environment, Ledger as _, SwapId};
use countersign::journal::{
    Answer, ApprovalBytes, Asset, ConfigRecord, Digest, Entry, Finding, IntentRecord, Judgement,
    Label, Note, OfferRecord, Opening, Outcome, Request, SqliteStore, Stage, Store, SwapWriter,
    Term, Verdict, What,
};
use countersign::units::{Bps, Lots, UnixMillis};

/// When the swaps begin: 2027-01-15T08:00:00Z.
pub(crate) const NOW: UnixMillis = UnixMillis::new(1_800_000_000_000);

/// A minute later.
pub(crate) const LATER: UnixMillis = UnixMillis::new(1_800_000_060_000);

/// What is not agreed, so that the refusal of it holds what a terminal must not be sent.
pub(crate) const HOSTILE: &str = "spender: expected 0x01, found \u{202e}0x02";

/// How far a swap of a sample is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Far {
    Submitted,
    Finished,
    Refused,
}

/// Makes a journal in a file, with one swap under each key.
pub(crate) fn journal(path: &Path, swaps: &[(&str, Far)]) -> Vec<SwapId> {
    block_on(async {
        let store = Arc::new(SqliteStore::open(path).await.unwrap());
        let ids = fill(Arc::<SqliteStore>::clone(&store), swaps).await;
        store.close().await;
        ids
    })
}

/// Writes swaps into a journal.
pub(crate) async fn fill(store: Arc<dyn Store>, swaps: &[(&str, Far)]) -> Vec<SwapId> {
    let mut ids = Vec::new();
    for (key, far) in swaps {
        let writer = open(Arc::clone(&store), key).await;
        ids.push(writer.swap_id());
        advance(&writer, *far).await;
        writer.give_back(NOW).await.unwrap();
    }
    ids
}

/// Finishes a swap that was submitted.
pub(crate) fn finish(path: &Path, swap_id: SwapId) {
    block_on(async {
        let store = Arc::new(SqliteStore::open(path).await.unwrap());
        let holder = label("another");
        let term = Term { holder: &holder, until: LATER };
        let lease = store.lease(swap_id, &term, NOW).await.unwrap();
        let (writer, _) =
            SwapWriter::resume(Arc::<SqliteStore>::clone(&store), lease, NOW).await.unwrap();
        writer.append(&entries(at_end()), NOW).await.unwrap();
        writer.give_back(NOW).await.unwrap();
        store.close().await;
    });
}

pub(crate) fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

async fn open(store: Arc<dyn Store>, key: &str) -> SwapWriter {
    let (holder, first) = (label("sample"), entries([requested(key), quoted(), What::Creating]));
    let term = Term { holder: &holder, until: LATER };
    let opening = Opening { swap_id: SwapId::generate(), entries: &first, term };
    SwapWriter::open(store, &opening, NOW).await.unwrap().0.unwrap()
}

async fn advance(writer: &SwapWriter, far: Far) {
    let bound = What::Bound {
        payload: Digest::of(b"payload"),
        claims: vec![(label("nonce"), Note::new("7"))],
    };
    let bound = entries([created(), bound]);
    if far == Far::Refused {
        let end = What::Ended { outcome: Outcome::Refused, reason: Note::new("spender") };
        writer.append(&[bound, entries([refused(), end])].concat(), NOW).await.unwrap();
        return;
    }
    let claim = claim(writer.swap_id());
    let before = [bound, entries([passed()])].concat();
    writer.ledger(before).record(&claim, limits(), NOW.to_seconds()).await.unwrap();
    writer.append(&entries([signed(), What::Submitted { attempt: 1 }]), NOW).await.unwrap();
    if far == Far::Finished {
        writer.append(&entries(at_end()), NOW).await.unwrap();
    }
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn entries(whats: impl IntoIterator<Item = What>) -> Vec<Entry> {
    whats.into_iter().map(|what| Entry::new(NOW, what)).collect()
}

const fn config() -> ConfigRecord {
    ConfigRecord { policy: Digest::NONE, registry: Digest::NONE }
}

fn asset(symbol: &str, network: &str, decimals: u8) -> Asset {
    Asset {
        token: label(symbol),
        symbol: label(symbol),
        network: label(network),
        decimals,
        amount: Lots::from(100_000_000),
    }
}

fn requested(key: &str) -> What {
    What::Requested(Box::new(Request {
        key: label(key),
        digest: Digest::of(key.as_bytes()),
        environment: Environment::Sandbox,
        config: config(),
        source: asset("USDC", "ethereum", 6),
        destination: asset("SOL", "solana", 9),
        slippage: Bps::new(50).unwrap(),
        owner: label("0x01"),
        recipient: label("recipient-1"),
        refund_address: label("0x01"),
        coins: None,
        api: None,
    }))
}

fn quoted() -> What {
    What::Quoted(OfferRecord {
        id: label("offer-1"),
        from_token: None,
        from_network: None,
        from_decimals: None,
        from_amount: Lots::from(100_000_000),
        to_token: None,
        to_network: None,
        to_decimals: None,
        min_out: Lots::from(500_000_000),
        max_out: None,
        slippage: None,
        expires_at: Some(LATER),
        floor: None,
    })
}

fn created() -> What {
    What::Created(Box::new(IntentRecord {
        id: label("intent-1"),
        mechanism: label("permit2"),
        deadline: Some(NOW.to_seconds().saturating_add(600)),
        secret_hash: None,
        approve_to: None,
        params_to_sign: None,
        beside: None,
        offer: None,
        from_address: None,
        to_address: None,
        refund_address: None,
    }))
}

fn judged(verdict: Verdict) -> What {
    What::Judged(Box::new(Judgement {
        stage: Stage::Payload,
        config: config(),
        digest: Some(Digest::new([7; 32])),
        height: Some(12),
        facts: Vec::new(),
        not_judged: Vec::new(),
        verdict,
    }))
}

fn passed() -> What {
    use countersign::approval::{Origin, Statement};
    let mut statement = Statement::new("A permit of the sample");
    statement.push("amount", "100 USDC", Origin::Agreed);
    let statement = countersign::journal::StatementRecord::new(&statement).unwrap();
    judged(Verdict::Passed { statement: Some(statement) })
}

fn refused() -> What {
    let finding = Finding { code: Note::new("spender"), message: Note::whole(HOSTILE) };
    judged(Verdict::Refused { findings: vec![finding] })
}

fn signed() -> What {
    What::Signed {
        digest: Digest::new([7; 32]),
        valid_until: NOW.to_seconds().saturating_add(600),
        intent_id: label("intent-1"),
        approval: ApprovalBytes::Permit2 { signature: label("0x1234") },
    }
}

fn at_end() -> [What; 3] {
    [
        What::Answered(Answer::Taken),
        What::Status {
            status: label("completed"),
            deposit_tx: Some(label("0xabc")),
            payout_tx: None,
        },
        What::Ended { outcome: Outcome::Finished, reason: Note::new("paid") },
    ]
}

fn claim(swap_id: SwapId) -> Claim {
    Claim {
        swap_id,
        environment: Environment::Sandbox,
        digest: [7; 32],
        resources: vec![format!("nonce-of-{swap_id}")],
        token: "USDC".to_owned(),
        amount: Lots::from(100_000_000),
        valid_until: NOW.to_seconds().saturating_add(600),
    }
}

const fn limits() -> AssetLimits {
    AssetLimits { per_swap: Lots::MAX, per_day: Lots::MAX, max_allowance: None }
}
