//! Approvals that a worker makes useless on this chain.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::api_types::defi::ApprovalSubmission;
use countersign::approval::SwapId;
use countersign::journal::{
    CancelKind, CancelStep, Death, Label, Outcome, SqliteStore, State, Store, What,
};
use countersign::units::{Bps, Lots};
use countersign::{
    ApiError, Config, Countersign, Intent, Mechanism, Offer as ApiOffer, Order, Progress, Status,
    Submission, SwapApi, SwapRequest, SwapStatus, TrackOptions, Worker, WorkerOptions,
};
use countersign_tests::HeldNonces;
use serde_json::json;
use tempfile::TempDir;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::chain::{CHAIN_ID, Chain, MINTED, our_address, signer};
use crate::offer::{Offer, WITNESS};
use crate::quoted::Desk;

/// A counterparty that makes one offer, and keeps what it is sent.
#[derive(Clone)]
struct Counterparty {
    offer: Offer,
    sent: Arc<Mutex<Option<String>>>,
}

#[async_trait]
impl SwapApi for Counterparty {
    async fn quote(&self, order: &Order) -> Result<ApiOffer, ApiError> {
        Ok(ApiOffer {
            id: "offer".to_owned(),
            from_token: None,
            from_network: None,
            from_decimals: None,
            from_amount: order.source.amount,
            to_token: None,
            to_network: None,
            to_decimals: None,
            min_out: Lots::from(1_000_000),
            max_out: None,
            slippage: None,
            expires_at: None,
            told: countersign::OfferDetails::default(),
        })
    }

    async fn create(&self, _: &Order, _: &ApiOffer) -> Result<Intent, ApiError> {
        Ok(Intent {
            id: "intent".to_owned(),
            mechanism: Mechanism::Permit2,
            deadline: Some(countersign::units::UnixSeconds::new(self.offer.deadline)),
            secret_hash: None,
            approve_to: None,
            params_to_sign: Some(self.offer.payload_text()),
            beside: None,
            offer: None,
            from_address: None,
            to_address: None,
            refund_address: None,
        })
    }

    async fn submit(&self, _: &str, submission: &Submission) -> Result<(), ApiError> {
        let Submission::Approval(ApprovalSubmission::Permit2 { signature }) = submission else {
            return Err(ApiError::not_taken(submission));
        };
        *self.sent.lock().unwrap() = Some(signature.clone());
        Ok(())
    }

    async fn status(&self, _: &str) -> Result<SwapStatus, ApiError> {
        Ok(SwapStatus::new(Status::Approved))
    }
}

/// A permit on this chain, and a journal.
struct Booth {
    chain: Chain,
    api: Counterparty,
    store: Arc<dyn Store>,
    _folder: TempDir,
}

impl Booth {
    async fn open() -> Option<Self> {
        let chain = Chain::start().await?;
        chain.approve(10_000).await;
        let offer = Offer::on(&chain, 4_000, 0x2a05).await;
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let api = Counterparty { offer, sent: Arc::default() };
        Some(Self { chain, api, store: Arc::new(store), _folder: folder })
    }

    fn worker(&self, patience: Duration) -> Worker {
        let flow = Countersign::builder(self.api.clone(), self.config())
            .evm_key(signer())
            .evm_node("node", self.chain.view());
        let track = TrackOptions {
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_millis(100),
            deadline: patience,
        };
        let options = WorkerOptions { track, ..WorkerOptions::new(label("worker")) };
        Worker::new(flow.build(), Arc::clone(&self.store), options)
    }

    fn config(&self) -> Config {
        let Offer { escrow, code_hash, resolver, token, .. } = self.api.offer;
        let code_hash = alloy::primitives::B256::from(code_hash);
        let registry = format!(
            r#"
            environment = "testnet"
            [networks.node]
            kind = "evm"
            api_network_id = 1
            chain_id = {CHAIN_ID}
            permit2 = "{PERMIT2_ADDRESS}"
            escrows = ["{escrow}"]
            escrow_code_hash = "{code_hash}"
            resolvers = ["{resolver}"]
            witnesses = ["{WITNESS}"]
            [tokens.TKN]
            network = "node"
            address = "{token}"
            decimals = 6
            [tokens.OTHER]
            network = "node"
            address = "0x00000000000000000000000000000000000000aa"
            decimals = 6
            "#
        );
        let policy = r#"
            paused = false
            max_deadline_seconds = 3600
            max_slippage_bps = 100
            require_facts = []
            [evm]
            max_gas = 500000
            max_fee_per_gas = 200000000000
            max_priority_fee_per_gas = 20000000000
            max_fee = 50000000000000000
            [limits.TKN]
            per_swap = "1000000"
            per_day = "1000000"
        "#;
        Config::from_toml(&registry, policy).unwrap()
    }

    /// Lets the permit out.
    async fn let_out(&self) -> Progress {
        let owner = self.chain.owner.to_string();
        let request = SwapRequest {
            from: "TKN@node".parse().unwrap(),
            to: "OTHER@node".parse().unwrap(),
            amount: "0.004".to_owned(),
            min_out: Some("1".to_owned()),
            slippage: Bps::new(50).unwrap(),
            owner: owner.clone(),
            recipient: owner.clone(),
            refund_address: owner,
            coins: None,
        };
        let worker = self.worker(Duration::from_millis(300));
        let progress = worker.swap(&label("order"), &request, |_| {}).await.unwrap();
        assert!(progress.digest.is_some() && !progress.state.is_ended(), "{progress:?}");
        progress
    }

    /// Has the escrow pull by the permit.
    async fn pull(&self) -> Result<(), String> {
        let signature = self.api.sent.lock().unwrap().clone().unwrap();
        let signature = hex::decode(signature.trim_start_matches("0x")).unwrap();
        self.api.offer.deposit_by(&self.chain, &signature).await.map(drop)
    }
}

fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

/// Has the node mine a block every so often while something goes on.
async fn while_mining<T>(chain: &Chain, going: impl Future<Output = T>) -> T {
    let mining = async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            chain.anvil.ask("evm_mine", json!([])).await.unwrap();
        }
    };
    tokio::select! {
        done = going => done,
        () = mining => panic!("expected blocks to be found for ever"),
    }
}

#[tokio::test]
async fn a_permit_that_was_let_out_reverts_once_it_is_cancelled() {
    let Some(booth) = Booth::open().await else { return };
    let first = booth.let_out().await;
    let worker = booth.worker(Duration::from_secs(30));
    let cancelling = Box::pin(worker.cancel(first.swap_id, |_| {}));
    let ended = while_mining(&booth.chain, cancelling).await.unwrap();
    assert_eq!(ended.state, State::Ended(Outcome::Failed), "{ended:?}");
    assert!(ended.cancelled);
    let history = booth.store.load(first.swap_id).await.unwrap();
    let names: Vec<_> = history.links.iter().map(|link| link.entry.what.name()).collect();
    assert!(names.ends_with(&["dead", "ended", "released"]), "{names:?}");
    assert_eq!(booth.pull().await.unwrap_err(), "InvalidNonce");
    assert_eq!(booth.chain.balance(booth.chain.owner).await.to::<u64>(), MINTED);
}

#[tokio::test]
async fn a_permit_that_was_used_first_is_told_from_one_that_was_not() {
    let Some(booth) = Booth::open().await else { return };
    let first = booth.let_out().await;
    // Both wait for one block: the permit is used in it, and then its nonce is spent once more.
    booth.chain.anvil.ask("evm_setAutomine", json!([false])).await.unwrap();
    let signature = booth.api.sent.lock().unwrap().clone().unwrap();
    let signature = hex::decode(signature.trim_start_matches("0x")).unwrap();
    booth.api.offer.send_by(&booth.chain, &signature).await;
    let worker = booth.worker(Duration::from_secs(30));
    let cancelling = Box::pin(worker.cancel(first.swap_id, |_| {}));
    let ended = while_mining(&booth.chain, cancelling).await.unwrap();
    let reason = ended.reason.clone().unwrap_or_default();
    let balance = booth.chain.balance(booth.chain.owner).await.to::<u64>();
    assert_eq!(balance, MINTED - 4_000, "{ended:?}");
    // Nothing frees its limits, whichever of the two came first.
    let history = booth.store.load(first.swap_id).await.unwrap();
    let released = history.links.iter().any(|link| link.entry.what == What::Released);
    assert!(!released, "{reason}");
}

#[tokio::test]
async fn a_deposit_that_is_stuck_is_replaced_by_its_worker() {
    let Some(desk) = Desk::open("USDC@ethereum").await else { return };
    desk.mine(false).await;
    let left = desk.swap_for("order", "0.5", Duration::from_secs(1)).await;
    assert!(!left.state.is_ended(), "{left:?}");
    let worker = desk.worker(Duration::from_secs(30));
    let cancelling = Box::pin(worker.cancel(left.swap_id, |_| {}));
    // What is mined first has to be what pays more.
    let cancelling = async {
        tokio::select! {
            ended = cancelling => ended,
            () = async {
                tokio::time::sleep(Duration::from_secs(2)).await;
                loop {
                    desk.chain.anvil.ask("evm_mine", json!([])).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            } => panic!("expected blocks to be found for ever"),
        }
    };
    let ended = cancelling.await.unwrap();
    assert_eq!(ended.state, State::Ended(Outcome::Failed), "{ended:?}");
    assert!(ended.cancelled);
    let address = left.intent_id.unwrap().parse().unwrap();
    assert!(desk.held(address).await[0].is_zero());
    assert_eq!(desk.sent().await, 1);
    let history = desk.store.load(left.swap_id).await.unwrap();
    let spent = |what: &What| matches!(what, What::Dead(Death::NonceSpent { .. }));
    assert!(history.links.iter().any(|link| spent(&link.entry.what)));
    // The account is free: the next deposit arrives.
    desk.mine(true).await;
    let next = desk.swap("order-2", "0.5").await;
    assert_eq!(next.state, State::Ended(Outcome::Finished), "{next:?}");
}

/// What was signed to cancel a swap, in its order.
async fn signed_kinds(store: &dyn Store, swap_id: SwapId) -> Vec<CancelKind> {
    let history = store.load(swap_id).await.unwrap();
    let signed = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Cancel(CancelStep::Signed { kind, .. }) => Some(*kind),
        _ => None,
    });
    signed.collect()
}

#[tokio::test]
async fn a_deposit_behind_a_gap_is_replaced_before_the_gap_is_filled() {
    let Some(desk) = Desk::open("USDC@ethereum").await else { return };
    // The node keeps what comes behind a nonce that nobody has used, and mines all else.
    let account = (CHAIN_ID, our_address(desk.chain.owner));
    let held = HeldNonces::take(&desk.store, account, [0, 1]).await;
    let left = desk.swap_for("order", "0.5", Duration::from_secs(1)).await;
    held.give_back().await;
    assert!(!left.state.is_ended(), "{left:?}");
    assert_eq!(desk.sent().await, 0);
    let pool = desk.chain.anvil.ask("txpool_status", json!([])).await.unwrap();
    assert_eq!(pool["queued"], "0x1", "{pool}");
    let worker = desk.worker(Duration::from_secs(30));
    let cancelling = Box::pin(worker.cancel(left.swap_id, |_| {}));
    let ended = while_mining(&desk.chain, cancelling).await.unwrap();
    assert_eq!(ended.state, State::Ended(Outcome::Failed), "{ended:?}");
    assert!(ended.cancelled && ended.released, "{ended:?}");
    let kinds = signed_kinds(desk.store.as_ref(), left.swap_id).await;
    assert_eq!(kinds, [CancelKind::AccountNonce, CancelKind::Gap, CancelKind::Gap]);
    let address = left.intent_id.unwrap().parse().unwrap();
    assert!(desk.held(address).await[0].is_zero());
    assert_eq!(desk.sent().await, 3);
    // The account is free: the next deposit arrives.
    let next = desk.swap("order-2", "0.5").await;
    assert_eq!(next.state, State::Ended(Outcome::Finished), "{next:?}");
}
