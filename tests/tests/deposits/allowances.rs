//! What Permit2 may move: given where policy lets us, for exactly what a swap needs, and taken back.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallState,
    ChainViewError, Code, Ledger, MemoryLedger,
};
use countersign::chain_rpc::EvmRpc;
use countersign::journal::{JournalLedger, Label, Link, Outcome, State, Store, What};
use countersign::units::{EvmAddress, Lots};
use countersign::{
    AllowanceChange, Config, Countersign, Event, FlowError, Status, Step, SwapRequest,
};
use countersign_sandbox::Account;
use countersign_tests::{SHORT, Scene, assert_refused, short_steps};

use crate::bed::evm_rpc;
use crate::nonces::{Away, journal, key, worker};

/// A sandbox and its account that owns USDC and has let nobody move it.
async fn poor_scene() -> Scene {
    let scene =
        Scene::start(short_steps(), countersign::api_types::defi::Profile::G3, "SOL@solana");
    let mut scene = scene.await;
    let network = scene.account.network.clone();
    let poor = |it: &Account| it.name == "no-allowance" && it.network == network;
    scene.account = scene.sandbox.accounts().into_iter().find(poor).unwrap();
    scene
}

/// Returns a policy under which allowances are given.
fn giving(scene: &Scene) -> Config {
    giving_with(scene, |_| {})
}

fn giving_with(scene: &Scene, change: impl FnOnce(&mut String)) -> Config {
    scene.config_with(|_, policy| {
        *policy = policy.replace("[evm]\n", "[evm]\nsend_approve = true\n");
        assert!(policy.contains("send_approve"));
        change(policy);
    })
}

/// Returns the same, with a limit of the day that refuses after the allowance was given.
fn giving_alone(scene: &Scene) -> Config {
    giving_with(scene, |policy| {
        let usdc = policy.split_once("[limits.USDC]").unwrap().1;
        let line = usdc.lines().find(|line| line.starts_with("per_day")).unwrap().to_owned();
        *policy = policy.replacen(&line, "per_day = \"50\"", 1);
    })
}

/// Sets up a flow whose key and node may send calls too.
fn flow(scene: &Scene, config: Config) -> Countersign {
    scene
        .builder(config)
        .evm_key(scene.signer())
        .evm_node(&*scene.account.network, evm_rpc(scene))
        .build()
}

fn asking(scene: &Scene, amount: &str) -> SwapRequest {
    SwapRequest { amount: amount.to_owned(), ..scene.request() }
}

/// Returns the calls of a name that ran, by whom it pays.
fn approves(scene: &Scene) -> usize {
    let ran = scene.sandbox.executions();
    ran.iter().filter(|ran| ran.call == "approve" && ran.from == scene.account.address).count()
}

async fn allowance(scene: &Scene, config: Config) -> Lots {
    let registry = config.registry();
    let pins = registry.network(&scene.account.network).unwrap().permit2.clone().unwrap();
    let (_, token) = registry.find("USDC", "ethereum").unwrap();
    let [owner, token] = [&scene.account.address, &token.address].map(|it| it.parse().unwrap());
    let permit2 = pins.contract.unwrap();
    let open = evm_rpc(scene).allowances(pins.chain_id, owner, permit2, &[token]).await;
    open.unwrap().first().unwrap().allowance
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_allowance_is_given_for_exactly_one_swap() {
    let scene = poor_scene().await;
    let mut changes: Vec<AllowanceChange> = Vec::new();
    let observe = |event: Event<'_>| {
        if let Event::Allowed { change } = event {
            changes.push(change.clone());
        }
    };
    let flow = flow(&scene, giving(&scene));
    let outcome = flow.swap(&scene.request(), SHORT, observe).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(change.amount, Lots::from(100_000_000));
    assert!(change.block > 0);
    assert_eq!(approves(&scene), 1);
    // The swap has used all of it.
    assert_eq!(allowance(&scene, scene.config()).await, Lots::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_sent_again_once_the_api_sees_its_allowance() {
    let scene = poor_scene().await;
    let giver = flow(&scene, giving_alone(&scene));
    let scene = scene.blind();
    let (store, _folder) = journal().await;
    let blind = worker(scene.builder(scene.config()).build(), &store, "blind");
    let (one, request) = (key("one"), scene.request());
    let giving = async {
        until_missed(store.as_ref(), &one).await;
        let error = giver.swap(&request, SHORT, |_| {}).await.unwrap_err();
        assert!(matches!(error, FlowError::Refused { step: Step::Reserve, .. }), "{error}");
    };
    let (done, ()) = tokio::join!(blind.swap(&one, &request, |_| {}), giving);
    let done = done.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    // One permit, and one `approve`.
    assert_eq!((scene.signatures.get(), approves(&scene)), (2, 1));
}

/// Waits until an API has said that an allowance is missing.
async fn until_missed(store: &dyn Store, key: &Label) {
    let missed = |link: &Link| match &link.entry.what {
        What::Failed { code, .. } => code.as_str() == "permit2_allowance_missing",
        _ => false,
    };
    loop {
        if let Some(found) = store.find(key).await.unwrap()
            && store.load(found.swap_id).await.unwrap().links.iter().any(missed)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_that_is_too_small_is_set_to_nothing_first() {
    let scene = poor_scene().await;
    let (store, _folder) = journal().await;
    let first = worker(flow(&scene, giving_alone(&scene)), &store, "bounded");
    let done = first.swap(&key("one"), &asking(&scene, "60"), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refused), "{:?}", done.reason);
    let Some(FlowError::Refused { step: Step::Reserve, .. }) = done.failure else {
        panic!("{:?}", done.failure)
    };
    assert_eq!(allowance(&scene, scene.config()).await, Lots::from(60_000_000));
    let mut amounts = Vec::new();
    let observe = |event: Event<'_>| {
        if let Event::Allowed { change } = event {
            amounts.push(change.amount);
        }
    };
    let second = worker(flow(&scene, giving(&scene)), &store, "giving");
    let done = second.swap(&key("two"), &scene.request(), observe).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(amounts, [Lots::ZERO, Lots::from(100_000_000)]);
    assert_eq!(approves(&scene), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_where_policy_does_not_say_so() {
    let scene = poor_scene().await;
    let before = scene.funds();
    let reviewed = |policy: &mut String| policy.insert_str(0, "review_above = { USDC = \"1\" }\n");
    for config in [scene.config(), giving_with(&scene, reviewed)] {
        let refused = flow(&scene, config).swap(&scene.request(), SHORT, |_| {}).await;
        assert!(matches!(refused, Err(FlowError::Allowance(_))), "{refused:?}");
        scene.assert_untouched(&before, "no allowance");
    }
    // A gas price beyond policy, too.
    let cheap = giving_with(&scene, |policy| {
        *policy = policy.replace("max_fee = 50000000000000000", "max_fee = 1");
    });
    let refused = flow(&scene, cheap).swap(&scene.request(), SHORT, |_| {}).await;
    assert!(matches!(refused, Err(FlowError::Draft(_))), "{refused:?}");
    scene.assert_untouched(&before, "too dear");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_revoke_a_swap_is_refused() {
    let scene = Scene::honest().await;
    let flow = flow(&scene, scene.config());
    let (ledger, token) = (MemoryLedger::new(), "USDC@ethereum".parse().unwrap());
    assert_ne!(allowance(&scene, scene.config()).await, Lots::ZERO);
    let owner = &scene.account.address;
    let change = flow.revoke_allowance(&ledger, &token, owner).await.unwrap();
    assert_eq!((change.amount, approves(&scene)), (Lots::ZERO, 1));
    assert_eq!(allowance(&scene, scene.config()).await, Lots::ZERO);
    let signed = scene.signatures.get();
    let refused = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Allowance(missing)) = refused else { panic!("{refused:?}") };
    assert_eq!(missing.allowance, Lots::ZERO);
    assert_eq!(scene.signatures.get(), signed);
    // A second one does no harm, and has a nonce of its own.
    let again = flow.revoke_allowance(&ledger, &token, owner).await.unwrap();
    assert_ne!(again.transaction, change.transaction);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoke_is_bounded_by_policy() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let (ledger, owner) = (MemoryLedger::new(), scene.account.address.clone());
    let revoke = async |change: fn(&mut String), token: &str| {
        let config = scene.config_with(|_, policy| change(policy));
        let token = token.parse().unwrap();
        flow(&scene, config).revoke_allowance(&ledger, &token, &owner).await
    };
    let paused = |policy: &mut String| *policy = policy.replace("paused = false", "paused = true");
    let result = revoke(paused, "USDC@ethereum").await;
    assert!(matches!(result, Err(FlowError::Paused)), "{result:?}");
    let unbounded = |policy: &mut String| {
        let (head, rest) = policy.split_once("[evm]").unwrap();
        *policy = format!("{head}[tron]{}", rest.split_once("[tron]").unwrap().1);
    };
    let result = revoke(unbounded, "USDC@ethereum").await;
    assert_refused(result, Step::Verify, Code::Unpinned, "no bounds");
    let result = revoke(|_| {}, "USDT@tron").await;
    assert_refused(result, Step::Verify, Code::Unpinned, "another kind of chain");
    let result = revoke(|_| {}, "NONE@ethereum").await;
    assert!(matches!(result, Err(FlowError::Request(_))), "{result:?}");
    scene.assert_untouched(&before, "refused");
}

/// A node that finds some transactions too cheap before it takes one.
struct Dear {
    node: EvmRpc,
    declines: AtomicU32,
}

#[async_trait]
impl CallChainView for Dear {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        self.node.account_nonce(chain_id, owner).await
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        self.node.call_facts(query).await
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        let one_less = |left: u32| left.checked_sub(1);
        if self.declines.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return Err(BroadcastError::Underpriced("not now".to_owned()));
        }
        self.node.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        self.node.call_state(chain_id, hash).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_declined_is_sent_again_and_leaves_no_nonce_open() {
    let scene = Scene::honest().await;
    let node = Dear { node: evm_rpc(&scene), declines: AtomicU32::new(3) };
    let flow = scene
        .builder(scene.config())
        .evm_key(scene.signer())
        .call_chain(&*scene.account.network, node)
        .build();
    let (ledger, token) = (MemoryLedger::new(), "USDC@ethereum".parse().unwrap());
    let change = flow.revoke_allowance(&ledger, &token, &scene.account.address).await.unwrap();
    assert_eq!((change.amount, approves(&scene)), (Lots::ZERO, 1));
    assert_eq!(scene.signatures.get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_not_signed_leaves_no_nonce_open() {
    let scene = Scene::honest().await;
    let (store, _folder) = journal().await;
    let (token, owner) = ("USDC@ethereum".parse().unwrap(), scene.account.address.clone());
    let network = scene.account.network.as_str();
    let config = scene.config();
    let pins = config.registry().network(network).unwrap().permit2.clone().unwrap();
    let away = scene.builder(scene.config()).call_signer(Away(scene.signer()));
    let away = away.call_chain(network, evm_rpc(&scene)).build();
    let ledgers: [&dyn Ledger; 2] = [&MemoryLedger::new(), &JournalLedger::new(store)];
    for ledger in ledgers {
        let next = async || {
            let owner = owner.parse().unwrap();
            away.allot_nonce(ledger, network, pins.chain_id, owner).await.unwrap()
        };
        let first = next().await;
        let refused = away.revoke_allowance(ledger, &token, &owner).await;
        assert!(matches!(refused, Err(FlowError::SignCall(_))), "{refused:?}");
        assert_eq!(next().await, first);
        let flow = flow(&scene, scene.config());
        flow.revoke_allowance(ledger, &token, &owner).await.unwrap();
        assert_eq!(next().await, first + 1);
    }
    assert_eq!(approves(&scene), 2);
}
