//! A deposit from its signature to its end: the chain decides, whatever a node or the API says.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BitcoinChainView, BitcoinNetwork, BroadcastError, CallChainView, CallFacts,
    CallFactsQuery, CallState, ChainViewError, CoinId, Decision, FeeRate, MempoolConflict,
    ReviewRequest, Reviewer, SeenCoins,
};
use countersign::chain_rpc::{Esplora, EvmRpc};
use countersign::evm::{CallSigner, SignCall, SignerError, UncheckedSignature};
use countersign::journal::{Death, Outcome, State, Store, What};
use countersign::units::{EvmAddress, Lots};
use countersign::{
    ApiError, Config, Countersign, CountersignBuilder, FlowError, Intent, Offer, Order, Progress,
    QuotedApi, Status, Submission, SwapApi, SwapStatus, Takes, TrackOptions, Worker, WorkerOptions,
};
use countersign_tests::{CountingSigner, SHORT, Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, evm_rpc, flow, scene};
use crate::nonces::{journal, key, worker};

const HOUR: i64 = 3_600;

/// What a node does with transactions, and how many it was sent.
#[derive(Clone, Default)]
struct Moods {
    /// How many it declines before it takes one.
    declines: Arc<AtomicU32>,
    sent: Arc<AtomicU32>,
    /// How much dearer a block is than its chain says.
    dearer: Arc<AtomicU64>,
    behind: Arc<Mutex<Option<Behind>>>,
}

/// A node that declines at first.
struct Moody {
    node: EvmRpc,
    moods: Moods,
}

#[async_trait]
impl CallChainView for Moody {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        self.node.account_nonce(chain_id, owner).await
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        let facts = self.node.call_facts(query).await?;
        let dearer = u128::from(self.moods.dearer.load(Ordering::SeqCst));
        Ok(CallFacts { base_fee: facts.base_fee.map(|fee| fee.saturating_add(dearer)), ..facts })
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        self.moods.sent.fetch_add(1, Ordering::SeqCst);
        let left = |left: u32| left.checked_sub(1);
        if self.moods.declines.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
            return Err(BroadcastError::InsufficientFunds("for the moment".to_owned()));
        }
        self.node.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        let behind = *self.moods.behind.lock().unwrap();
        match behind {
            Some(Behind::Forgets) => Ok(CallState::Unknown),
            Some(Behind::Fails) => Err(ChainViewError::Unavailable("no answer".to_owned())),
            None => self.node.call_state(chain_id, hash).await,
        }
    }
}

type Change<T> = Box<dyn Fn(&mut T) + Send + Sync>;

/// An API that says other things than it does.
struct Says {
    api: QuotedApi,
    offer: Change<Offer>,
    status: Change<SwapStatus>,
}

impl Says {
    fn status(scene: &Scene, status: impl Fn(&mut SwapStatus) + Send + Sync + 'static) -> Self {
        let api = api(scene, Over::OneClick, By::Deposit);
        Self { api, offer: Box::new(|_| {}), status: Box::new(status) }
    }
}

#[async_trait]
impl SwapApi for Says {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn takes(&self) -> Takes {
        self.api.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        let mut offer = self.api.quote(order).await?;
        (self.offer)(&mut offer);
        Ok(offer)
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.api.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        self.api.submit(intent_id, submission).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let mut seen = self.api.status(intent_id).await?;
        (self.status)(&mut seen);
        Ok(seen)
    }
}

fn builder(
    scene: &Scene,
    api: impl SwapApi + 'static,
    config: Config,
    moods: &Moods,
) -> CountersignBuilder {
    let node = Moody { node: evm_rpc(scene), moods: moods.clone() };
    let network = scene.account.network.as_str();
    Countersign::builder(api, config).evm_key(scene.signer()).call_chain(network, node)
}

async fn usdc() -> Scene {
    scene(short_steps(), "USDC@ethereum", "USDC@base").await
}

/// Runs a swap with what the API says of it, on a journal.
async fn run(scene: &Scene, api: Says, moods: &Moods) -> (Progress, Arc<dyn Store>) {
    let (store, _folder) = journal().await;
    let worker = worker(builder(scene, api, scene.config(), moods).build(), &store, "one");
    (worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap(), store)
}

async fn failures(store: &Arc<dyn Store>, swap: &Progress) -> Vec<String> {
    let history = store.load(swap.swap_id).await.unwrap();
    let failed = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Failed { step, code, .. } => Some(format!("{}:{}", step.as_str(), code.as_str())),
        _ => None,
    });
    failed.collect()
}

fn assert_funded_once(scene: &Scene) {
    let deposits = scene.sandbox.deposits();
    let [deposit] = &deposits[..] else { panic!("{} addresses", deposits.len()) };
    assert_eq!((deposit.received, deposit.transactions.len()), (deposit.expected, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_declined_is_sent_again_whatever_the_api_shows() {
    for shown in [Status::Created, Status::Deposited, Status::Failed] {
        let scene = usdc().await;
        let moods = Moods::default();
        moods.declines.store(2, Ordering::SeqCst);
        let told = shown.clone();
        // Until it is paid, it says something else.
        let says = Says::status(&scene, move |seen| {
            if seen.status == Status::Created {
                seen.status = told.clone();
            }
        });
        let (done, _store) = run(&scene, says, &moods).await;
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{shown}: {:?}", done.reason);
        assert_eq!(moods.sent.load(Ordering::SeqCst), 3, "{shown}");
        assert_funded_once(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_without_a_journal_sends_again_what_was_declined() {
    for shown in [Status::Created, Status::Approved, Status::Deposited] {
        let scene = usdc().await;
        let moods = Moods::default();
        moods.declines.store(2, Ordering::SeqCst);
        let told = shown.clone();
        let says = Says::status(&scene, move |seen| {
            if seen.status == Status::Created {
                seen.status = told.clone();
            }
        });
        let flow = builder(&scene, says, scene.config(), &moods).build();
        let done = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(done.status.status, Status::Finished, "{shown}");
        assert_funded_once(&scene);
    }
}

/// What a node that stands further back says of a deposit that was mined.
#[derive(Clone, Copy)]
enum Behind {
    /// It does not know it.
    Forgets,
    /// It can't be asked.
    Fails,
}

/// What the API says of a deposit decides nothing while its chain can't tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_its_chain_does_not_show_is_not_ended_by_the_apis_word() {
    for (behind, said, at_last) in [
        (Behind::Forgets, Status::Failed, Some(Outcome::Disputed)),
        (Behind::Forgets, Status::Finished, Some(Outcome::Disputed)),
        (Behind::Fails, Status::Failed, None),
        (Behind::Fails, Status::Finished, None),
    ] {
        let scene = usdc().await;
        let (store, _folder) = journal().await;
        let (moods, clock) = (Moods::default(), SetClock::default());
        *moods.behind.lock().unwrap() = Some(behind);
        let told = said.clone();
        let says = Says::status(&scene, move |seen| {
            seen.status = told.clone();
            seen.deposit_tx = None;
        });
        let flow = builder(&scene, says, scene.config(), &moods).clock(clock.clone()).build();
        let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
        let brief = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
        let worker = Worker::new(flow, Arc::clone(&store), brief);
        let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{said}: {:?}", open.reason);
        clock.advance(2 * HOUR);
        let late = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        let ended = at_last.map(State::Ended);
        assert_eq!(late.state.is_ended().then_some(late.state), ended, "{said}: {:?}", late.reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_still_be_mined_after_its_deadline_stays_open_and_is_not_sent_again() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    moods.declines.store(u32::MAX, Ordering::SeqCst);
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    let brief = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
    let worker = Worker::new(flow, Arc::clone(&store), brief);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    let sent = moods.sent.load(Ordering::SeqCst);
    assert!(sent > 0);
    for hours in [2, 24, 720] {
        clock.advance(HOUR.saturating_mul(hours));
        let late = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!late.state.is_ended(), "{:?}", late.reason);
        let reason = late.reason.unwrap_or_default();
        assert!(reason.contains("cancelled"), "{reason}");
        assert_eq!(moods.sent.load(Ordering::SeqCst), sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_for_the_first_time_after_the_deadline() {
    let scene = usdc().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    let accepted = flow.accept(flow.quote(&scene.request()).await.unwrap()).unwrap();
    let bound = flow.bind(flow.create(accepted).await.unwrap()).unwrap();
    let verified = flow.verify(bound).await.unwrap();
    let reserved = flow.reserve(flow.review(verified).await.unwrap()).await.unwrap();
    let signed = flow.sign(&reserved).await.unwrap();
    clock.advance(HOUR);
    let late = flow.approve(&signed).await;
    assert!(matches!(late, Err(FlowError::TooLate { .. })), "{late:?}");
    assert_eq!(moods.sent.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_paid_out_too_little_is_none() {
    let scene = usdc().await;
    let little = |seen: &mut SwapStatus| {
        seen.amount_out = seen.amount_out.map(|_| Lots::from(1_u64));
    };
    let says = Says::status(&scene, little);
    let (done, _store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    let flow = builder(&scene, Says::status(&scene, little), scene.config(), &Moods::default());
    let error = flow.build().swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    let FlowError::AfterSigning { source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, FlowError::Underpaid { .. }), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_of_somebody_else_is_noted_and_is_not_ours() {
    let scene = usdc().await;
    let asked = AtomicU32::new(0);
    let says = Says::status(&scene, move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) < 3 {
            seen.status = Status::Deposited;
            let other = format!("0x{}", "12".repeat(32));
            (seen.deposit_tx, seen.paid_in) = (Some(other.clone()), vec![other]);
        }
    });
    let (done, store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let failed = failures(&store, &done).await;
    assert!(failed.contains(&"deposit:other_deposit".to_owned()), "{failed:?}");
    let history = store.load(done.swap_id).await.unwrap();
    for link in &history.links {
        if let What::Status { deposit_tx: Some(id), .. } = &link.entry.what {
            assert!(!id.as_str().contains("1212"), "{}", id.as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_is_said_to_be_incomplete_ends_nothing() {
    let scene = usdc().await;
    let asked = AtomicU32::new(0);
    let says = Says::status(&scene, move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) < 5 {
            seen.status = Status::Incomplete;
        }
    });
    let (done, store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let failed = failures(&store, &done).await;
    assert!(failed.contains(&"deposit:incomplete".to_owned()), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_quote_may_be_worse_than_the_first_but_not_than_what_was_asked_for() {
    let scene = usdc().await;
    for (least, finishes) in [("1", true), ("99999", false)] {
        let mut request = scene.request();
        request.min_out = Some(least.to_owned());
        // The quote without an address promises more than the one with it.
        let better = |offer: &mut Offer| {
            offer.min_out = offer.max_out.unwrap();
        };
        let says = Says { offer: Box::new(better), ..Says::status(&scene, |_| {}) };
        let flow = builder(&scene, says, scene.config(), &Moods::default()).build();
        let done = flow.swap(&request, SHORT, |_| {}).await;
        assert_eq!(done.is_ok(), finishes, "{least}: {done:?}");
    }
}

/// Approves, after fees have moved.
#[derive(Clone)]
struct Slow {
    moods: Moods,
    shown: Arc<Mutex<Vec<[u8; 32]>>>,
}

#[async_trait]
impl Reviewer for Slow {
    async fn review(&self, request: &ReviewRequest<'_>) -> Decision {
        self.shown.lock().unwrap().push(request.digest);
        self.moods.dearer.store(1_000_000, Ordering::SeqCst);
        Decision::Approve { by: "Ada".to_owned() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_deposit_is_drafted_anew_and_is_the_one_that_was_approved() {
    let scene = usdc().await;
    let review = "review_above = { USDC = \"1\" }\n";
    let (store, _folder) = journal().await;
    let moods = Moods::default();
    let person = Slow { moods: moods.clone(), shown: Arc::default() };
    let config = scene.config_with(|_, policy| policy.insert_str(0, review));
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, config, &moods).reviewer(person.clone()).build();
    let worker = worker(flow, &store, "one");
    let done = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let history = store.load(done.swap_id).await.unwrap();
    let drafts: Vec<_> = history
        .links
        .iter()
        .filter_map(|link| match &link.entry.what {
            What::Judged(judged) => judged.digest,
            _ => None,
        })
        .collect();
    let [before, after] = drafts[..] else { panic!("{} drafts", drafts.len()) };
    assert_ne!(before, after);
    assert_eq!(done.digest, Some(*after.as_bytes()));
    let shown = person.shown.lock().unwrap().clone();
    let [shown] = shown[..] else { panic!("asked {} times", shown.len()) };
    let reviewed =
        |what: &What| matches!(what, What::Reviewed { digest, .. } if *digest.as_bytes() == shown);
    assert!(history.links.iter().any(|link| reviewed(&link.entry.what)));
    assert_funded_once(&scene);
}

/// What a node of Bitcoin says of coins once it was sent a payment, which it passes on to nobody.
#[derive(Clone, Default)]
struct Pool {
    /// Whether it was sent one.
    sent: Arc<AtomicBool>,
    /// Whether what spends the coins is mined by now.
    mined: Arc<AtomicBool>,
    /// What it says that others pay, in satoshis for a virtual byte.
    rate: Arc<AtomicU64>,
}

/// A node in whose mempool another transaction spends the coins.
struct Conflicting {
    node: Esplora,
    pool: Pool,
}

#[async_trait]
impl BitcoinChainView for Conflicting {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        let mut seen = self.node.coins(network, scripts).await?;
        if self.pool.sent.load(Ordering::SeqCst) {
            seen.coins.clear();
        }
        Ok(seen)
    }

    async fn broadcast(&self, _: BitcoinNetwork, _: &[u8]) -> Result<(), ChainViewError> {
        self.pool.sent.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn fee_rate(&self, _: BitcoinNetwork, _: u16) -> Result<Option<FeeRate>, ChainViewError> {
        let rate = self.pool.rate.load(Ordering::SeqCst);
        Ok((rate > 0).then(|| FeeRate::from_sats_per_vb(rate)))
    }

    async fn conflict(
        &self,
        _: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        let waits =
            self.pool.sent.load(Ordering::SeqCst) && !self.pool.mined.load(Ordering::SeqCst);
        let coins = if waits { coins.to_vec() } else { Vec::new() };
        Ok(MempoolConflict { coins, ..MempoolConflict::default() })
    }
}

fn over_coins(scene: &Scene, api: impl SwapApi + 'static, pool: &Pool) -> CountersignBuilder {
    let (node, key) = (scene.esplora(), scene.coin_signer());
    Countersign::builder(api, scene.config())
        .coin_signer(key.public_key(), key)
        .unwrap()
        .bitcoin_chain("bitcoin", Conflicting { node, pool: pool.clone() })
}

#[tokio::test(flavor = "multi_thread")]
async fn coins_that_a_waiting_transaction_spends_end_nothing_and_mined_ones_are_looked_at() {
    let scene = scene(short_steps(), "BTC@bitcoin", "USDC@ethereum").await;
    let (store, _folder) = journal().await;
    let pool = Pool::default();
    let says = Says::status(&scene, |seen| seen.status = Status::Failed);
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    let brief = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
    let clock = SetClock::default();
    let flow = over_coins(&scene, says, &pool).clock(clock.clone()).build();
    let worker = Worker::new(flow, Arc::clone(&store), brief);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(pool.sent.load(Ordering::SeqCst), "{:?}", open.reason);
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    pool.mined.store(true, Ordering::SeqCst);
    clock.advance(600);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    let history = store.load(done.swap_id).await.unwrap();
    let spent = |what: &What| match what {
        What::Dead(Death::CoinSpent { coin, height: Some(_) }) => coin.as_str().contains(':'),
        _ => false,
    };
    assert!(history.links.iter().any(|link| spent(&link.entry.what)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_rate_beyond_policy_is_no_draft_and_is_not_lowered() {
    let scene = scene(short_steps(), "BTC@bitcoin", "USDC@ethereum").await;
    let pool = Pool::default();
    pool.rate.store(123_456, Ordering::SeqCst);
    let api = api(&scene, Over::OneClick, By::Deposit);
    let refused =
        over_coins(&scene, api, &pool).build().swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Draft(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("123456000") && why.contains("at most"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_on_bitcoin_is_given_time_to_be_mined() {
    for (from, to, seconds) in
        [("BTC@bitcoin", "USDC@ethereum", 14_400), ("USDC@ethereum", "USDC@base", 1_800)]
    {
        let scene = scene(short_steps(), from, to).await;
        let flow = flow(&scene, Over::OneClick, By::Deposit);
        let accepted = flow.accept(flow.quote(&scene.request()).await.unwrap()).unwrap();
        let before = countersign::Clock::now(&countersign::SystemClock).to_seconds();
        let created = flow.create(accepted).await.unwrap();
        let left = created.intent().deadline.unwrap().abs_diff(before);
        assert!(left.abs_diff(seconds) < 60, "{from}: {left}");
        // Policy admits it.
        let _ = flow.bind(created).unwrap();
    }
}

/// A key that takes six minutes to answer.
struct Dozing {
    key: CountingSigner,
    clock: SetClock,
}

#[async_trait]
impl CallSigner for Dozing {
    fn account(&self) -> EvmAddress {
        self.key.account()
    }

    async fn sign_call(&self, call: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        let signed = self.key.sign_call(call).await;
        self.clock.advance(360);
        signed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_too_late_is_never_let_out_and_what_it_took_is_free() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let node = Moody { node: evm_rpc(&scene), moods: moods.clone() };
    let network = scene.account.network.as_str();
    let key_at_hand = Dozing { key: scene.signer(), clock: clock.clone() };
    let api = api(&scene, Over::OneClick, By::Deposit).lifetime(Duration::from_mins(5));
    let flow = Countersign::builder(api, scene.config())
        .call_signer(key_at_hand)
        .call_chain(network, node)
        .clock(clock)
        .build();
    let options = WorkerOptions { lease: Duration::from_mins(9), ..WorkerOptions::new(key("one")) };
    let worker = Worker::new(flow, Arc::clone(&store), options);
    let done = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Expired), "{:?}", done.reason);
    assert_eq!(moods.sent.load(Ordering::SeqCst), 0);
    let history = store.load(done.swap_id).await.unwrap();
    let dead = |what: &What| matches!(what, What::Dead(Death::NeverLetOut));
    assert!(history.links.iter().any(|link| dead(&link.entry.what)));
    let reserved = history.links.iter().find_map(|link| match &link.entry.what {
        What::Reserved(reserved) => Some(&reserved.resources),
        _ => None,
    });
    let names: Vec<_> = reserved.unwrap().iter().map(|name| name.as_str().to_owned()).collect();
    assert_eq!(store.taken(&names).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_of_later_than_now_is_refused() {
    let scene = usdc().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    clock.advance(-HOUR);
    let refused = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Refused { refusal, .. }) = refused else { panic!("{refused:?}") };
    assert!(refusal.to_string().contains("timestamp"), "{refusal}");
}
