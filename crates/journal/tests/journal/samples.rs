//! Entries and claims for tests.

use countersign_approval::{AssetLimits, Claim, Environment, SwapId};
use countersign_journal::{
    Answer, ApprovalBytes, Asset, ConfigRecord, Digest, Entry, Head, IntentRecord, Judgement,
    Label, Lease, Note, OfferRecord, Opened, Opening, Outcome, Payload, Request, Stage, Store,
    Term, Verdict, What, Write,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

/// When the tests take place, in milliseconds.
pub(crate) const NOW: UnixMillis = UnixMillis::new(1_800_000_000_000);

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

/// Returns the moment so many seconds after the beginning.
pub(crate) fn after(seconds: u64) -> UnixMillis {
    UnixMillis::new(NOW.value() + seconds * 1_000)
}

fn config() -> ConfigRecord {
    ConfigRecord { policy: Digest::of(b"policy"), registry: Digest::of(b"registry") }
}

fn asset(token: &str) -> Asset {
    Asset {
        token: label(token),
        symbol: label(token),
        network: label("ethereum"),
        decimals: 6,
        amount: Lots::from(100),
    }
}

pub(crate) fn requested(key: &str, digest: u8) -> What {
    What::Requested(Box::new(Request {
        key: label(key),
        digest: Digest::new([digest; 32]),
        environment: Environment::Sandbox,
        config: config(),
        source: asset("USDC"),
        destination: asset("USDT"),
        slippage: Bps::new(50).unwrap(),
        owner: label("0x01"),
        recipient: label("0x02"),
        refund_address: label("0x01"),
        coins: None,
        api: None,
    }))
}

pub(crate) fn quoted() -> What {
    What::Quoted(OfferRecord {
        id: label("offer-1"),
        from_token: None,
        from_network: Some(1),
        from_decimals: None,
        from_amount: Lots::from(100),
        to_token: Some(Note::new("0xdead")),
        to_network: None,
        to_decimals: Some(6),
        min_out: Lots::MAX,
        max_out: None,
        slippage: None,
        expires_at: Some(after(60)),
        floor: None,
    })
}

pub(crate) fn created() -> What {
    What::Created(Box::new(IntentRecord {
        id: label("intent-1"),
        mechanism: label("permit2"),
        deadline: Some(after(600).to_seconds()),
        secret_hash: None,
        approve_to: None,
        params_to_sign: Some(Payload::new("{\"a\": \"ä\\n\"}").unwrap()),
        beside: None,
        offer: None,
        from_address: None,
        to_address: None,
        refund_address: None,
    }))
}

pub(crate) fn judged() -> What {
    What::Judged(Box::new(Judgement {
        stage: Stage::Payload,
        config: config(),
        digest: Some(Digest::new([7; 32])),
        height: Some(12),
        facts: Vec::new(),
        not_judged: Vec::new(),
        verdict: Verdict::Passed { statement: None },
    }))
}

pub(crate) fn signed() -> What {
    What::Signed {
        digest: Digest::new([7; 32]),
        valid_until: after(600).to_seconds(),
        intent_id: label("intent-1"),
        approval: ApprovalBytes::Permit2 { signature: label("0x1234") },
    }
}

pub(crate) fn status(name: &str) -> What {
    What::Status { status: label(name), deposit_tx: None, payout_tx: None }
}

pub(crate) fn ended(outcome: Outcome) -> What {
    What::Ended { outcome, reason: Note::new("as it is") }
}

pub(crate) fn entries(list: impl IntoIterator<Item = What>) -> Vec<Entry> {
    list.into_iter().map(|what| Entry::new(NOW, what)).collect()
}

/// All that stands in a history until a claim is made.
pub(crate) fn until_claim() -> Vec<Entry> {
    let bound = What::Bound { payload: Digest::of(b"payload"), claims: Vec::new() };
    entries([created(), bound, judged()])
}

/// All that stands in a history behind the claim, of a swap that goes well.
pub(crate) fn after_claim() -> Vec<Entry> {
    entries([
        signed(),
        What::Submitted { attempt: 1 },
        What::Answered(Answer::Taken),
        status("deposited"),
        ended(Outcome::Finished),
    ])
}

/// A swap in the hands of one worker.
pub(crate) struct Worker {
    pub(crate) lease: Lease,
    pub(crate) head: Head,
}

impl Worker {
    pub(crate) fn write<'a>(&'a self, entries: &'a [Entry]) -> Write<'a> {
        Write { lease: &self.lease, head: self.head, entries, now: NOW, until: after(60) }
    }
}

pub(crate) async fn try_open(
    store: &dyn Store,
    key: &str,
    digest: u8,
) -> Result<Opened, countersign_journal::StoreError> {
    let entries = entries([requested(key, digest), quoted(), What::Creating]);
    let term = Term { holder: &label("worker-1"), until: after(60) };
    store.open(&Opening { swap_id: SwapId::generate(), entries: &entries, term }).await
}

/// Opens a swap that is new.
pub(crate) async fn open(store: &dyn Store, key: &str) -> Worker {
    match try_open(store, key, 1).await.unwrap() {
        Opened::New(lease, head) => Worker { lease, head },
        Opened::Same(swap) => panic!("expected a new swap, found {swap:?}"),
    }
}

pub(crate) fn claim(swap_id: SwapId, resource: &str, amount: u64) -> Claim {
    Claim {
        swap_id,
        environment: Environment::Sandbox,
        digest: [7; 32],
        resources: vec![resource.to_owned()],
        token: "USDC".to_owned(),
        amount: Lots::from(amount),
        valid_until: UnixSeconds::new(after(600).to_seconds().value()),
    }
}

pub(crate) fn per_day(amount: u64) -> AssetLimits {
    AssetLimits { per_swap: Lots::MAX, per_day: Lots::from(amount), max_allowance: None }
}

/// Brings a swap to its reservation.
pub(crate) async fn reserve(store: &dyn Store, worker: &mut Worker, resource: &str) {
    let claim = claim(worker.lease.swap_id, resource, 100);
    let entries = until_claim();
    let head = store.reserve(&worker.write(&entries), &claim, per_day(u64::MAX)).await.unwrap();
    worker.head = head;
}
