//! Payments of our own: a deposit is mined, and what was signed over coins is dead once they went
//! back to ourselves.

use std::sync::Arc;

use bitcoin::{Address, Network, ScriptBuf};
use countersign_approval::{
    BitcoinChainView, BitcoinDeposit, BitcoinFacts, CoinId, ConfigDigest, Environment, Fact,
    FeeRate, MemoryLedger, PaymentAction, PaymentFacts, PaymentFees, PaymentTerms, Sats, SeenCoins,
    SwapId, Terms, reserve,
};
use countersign_bitcoin::{SignedPayment, build_payment, sign_payment, verify_payment};
use countersign_units::{Lots, UnixSeconds};

use crate::claims::assert_declined;
use crate::counterparty::Template;
use crate::keys::{CLAIMER, OURS};
use crate::scene::{COINS, REGTEST, Scene};
use crate::swap::{Funding, NOW, asset, policy, signer};

/// More than any one coin of ours.
const AMOUNT: u64 = 45_000_000;

#[tokio::test]
async fn a_deposit_is_paid_to_the_satoshi_and_the_rest_comes_back() {
    let Some(scene) = Scene::start().await else { return };
    let rate = scene.view.fee_rate(REGTEST, 6).await.unwrap();
    assert_eq!(rate, None, "a new chain has nothing to estimate from");
    for (payee, amount) in [(CLAIMER.p2tr(), AMOUNT), (CLAIMER.nested(), 5_000_000)] {
        let before = sum(&scene.our_coins().await);
        let payment = Payment::new(&scene, deposit(&payee, amount)).await;
        let signed = payment.sign(FeeRate::from_sats_per_vb(2)).await;
        scene.send_and_mine(&signed.to_bytes()).await;
        // What the chain has already may be sent again.
        scene.view.broadcast(REGTEST, &signed.to_bytes()).await.unwrap();
        assert_eq!(scene.coins_at(&payee).await, [(amount, 1)]);
        let after = scene.our_coins().await;
        let fee = before - amount - sum(&after);
        assert!((200..800).contains(&fee), "{fee} sats");
        assert!(after.coins.iter().any(|(coin, _)| coin.id.txid == signed.txid()));
    }
}

#[tokio::test]
async fn a_deposit_out_of_each_kind_of_coin_is_taken() {
    let Some(scene) = Scene::start().await else { return };
    // All that there is, but for the fee: nothing comes back.
    let total: u64 = COINS.iter().sum();
    let payment = Payment::new(&scene, deposit(&CLAIMER.p2wpkh(), total - 600)).await;
    let signed = payment.sign(FeeRate::from_sats_per_vb(2)).await;
    scene.send_and_mine(&signed.to_bytes()).await;
    assert_eq!(scene.our_coins().await.coins, []);
    assert_eq!(scene.coins_at(&CLAIMER.p2wpkh()).await, [(total - 600, 1)]);
}

#[tokio::test]
async fn an_approval_is_dead_once_its_coins_went_back_to_ourselves() {
    let Some(scene) = Scene::start().await else { return };
    let seen = scene.our_coins().await;
    let locktime = seen.height + 50;
    let funded = Funding::new(Template::P2tr, locktime, seen).sign().await;
    scene.view.test_accept(REGTEST, &funded.to_bytes()).await.unwrap();

    let back = Payment::new(&scene, PaymentAction::SelfSpend).await;
    let signed = back.sign(FeeRate::from_sats_per_vb(2)).await;
    scene.send_and_mine(&signed.to_bytes()).await;
    let refused = scene.view.test_accept(REGTEST, &funded.to_bytes()).await;
    assert_declined(refused, "missing-inputs");
    let refused = scene.view.broadcast(REGTEST, &funded.to_bytes()).await;
    assert_declined(refused, "missingorspent");
    let ours = scene.our_coins().await;
    assert_eq!(ours.coins.len(), 1);
    assert_eq!(ours.coins.first().unwrap().0.id, CoinId { txid: signed.txid(), vout: 0 });
}

#[tokio::test]
async fn what_waits_to_be_mined_gives_way_to_what_pays_more() {
    let Some(scene) = Scene::start().await else { return };
    let payee = CLAIMER.p2wpkh();
    let payment = Payment::new(&scene, deposit(&payee, AMOUNT)).await;
    let waiting = payment.sign(FeeRate::from_sats_per_vb(7)).await.to_bytes();
    scene.view.broadcast(REGTEST, &waiting).await.unwrap();

    // The same coins, back to ourselves: at two satoshis a byte it would never get in.
    let mut back = Payment { action: PaymentAction::SelfSpend, ..payment };
    let blind = PaymentFacts { conflict: None, ..back.facts.clone() };
    let cheap = Payment { facts: blind, require: Vec::new(), ..back.clone() };
    let cheap = cheap.sign(FeeRate::from_sats_per_vb(2)).await.to_bytes();
    assert_declined(scene.view.broadcast(REGTEST, &cheap).await, "insufficient fee");
    back.facts = facts(&scene, &back.seen).await;
    let conflict = back.facts.conflict.clone().unwrap();
    assert_eq!(conflict.coins.len(), 2, "{conflict:?}");
    assert!((7_000..7_200).contains(&conflict.rate.sats_per_kvb()), "{conflict:?}");

    let signed = back.sign(FeeRate::from_sats_per_vb(2)).await.to_bytes();
    scene.view.broadcast(REGTEST, &signed).await.unwrap();
    assert_declined(scene.view.broadcast(REGTEST, &waiting).await, "insufficient fee");
    scene.mine(1).await;
    assert_declined(scene.view.broadcast(REGTEST, &waiting).await, "missingorspent");
    assert_eq!(scene.coins_at(&payee).await, []);
}

/// A payment out of the coins that were seen once.
#[derive(Clone)]
struct Payment {
    action: PaymentAction,
    seen: SeenCoins,
    facts: PaymentFacts,
    require: Vec<Fact>,
}

impl Payment {
    async fn new(scene: &Scene, action: PaymentAction) -> Self {
        let seen = scene.our_coins().await;
        let facts = facts(scene, &seen).await;
        Self { action, seen, facts, require: Fact::PAYMENT.to_vec() }
    }

    /// Builds, verifies, reserves and signs it.
    async fn sign(&self, rate: FeeRate) -> SignedPayment {
        let terms = self.terms();
        let draft = build_payment(&terms.approval, rate, &self.facts).unwrap();
        let evidence = verify_payment(draft, &terms, &self.facts, NOW).unwrap();
        let policy = policy();
        let reservation =
            reserve(&MemoryLedger::new(), evidence.claim(), &policy, NOW).await.unwrap();
        let signed = sign_payment(&evidence, &reservation, &policy, &signer(), NOW).await.unwrap();
        assert_eq!(signed.txid(), evidence.txid());
        signed
    }

    fn terms(&self) -> Arc<Terms<PaymentTerms>> {
        let amount = match &self.action {
            PaymentAction::Pay(deposit) => deposit.amount,
            PaymentAction::SelfSpend => Sats::ZERO,
        };
        Arc::new(Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: asset("BTC", amount.into()),
            destination: asset("USDC", Lots::from(1)),
            recipient: "someone".to_owned(),
            refund_address: OURS.address(),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: self.approval(),
        })
    }

    fn approval(&self) -> PaymentTerms {
        PaymentTerms {
            network: REGTEST,
            public_key: OURS.public().serialize(),
            action: self.action.clone(),
            coins: self.seen.coins.iter().map(|(coin, _)| coin.clone()).collect(),
            change_script: OURS.p2wpkh().to_bytes(),
            fees: PaymentFees {
                max: Sats::new(10_000).unwrap(),
                max_rate: FeeRate::from_sats_per_vb(50),
                min_rate: FeeRate::from_sats_per_vb(1),
                max_share: None,
            },
            max_inputs: 50,
            replaceable: true,
            current_height: self.seen.height,
            min_confirmations: 1,
            deadline: UnixSeconds::new(NOW.value() + 3_600),
            min_remaining: 600,
            require_facts: self.require.clone(),
        }
    }
}

fn deposit(payee: &ScriptBuf, sats: u64) -> PaymentAction {
    let address = Address::from_script(payee, Network::Regtest).unwrap().to_string();
    PaymentAction::Pay(BitcoinDeposit { address, memo: None, amount: Sats::new(sats).unwrap() })
}

/// Asks for all facts about coins that were seen before.
async fn facts(scene: &Scene, seen: &SeenCoins) -> PaymentFacts {
    let now = scene.our_coins().await;
    let ids: Vec<CoinId> = seen.coins.iter().map(|(coin, _)| coin.id).collect();
    PaymentFacts {
        chain: BitcoinFacts {
            coins: Some(now.coins.iter().map(|(coin, _)| coin.clone()).collect()),
            confirmations: Some(now.coins.iter().map(|(coin, count)| (coin.id, *count)).collect()),
            reserved: Some(Vec::new()),
            height: Some(now.height),
        },
        conflict: Some(scene.view.conflict(REGTEST, &ids).await.unwrap()),
    }
}

fn sum(seen: &SeenCoins) -> u64 {
    seen.coins.iter().map(|(coin, _)| coin.amount.value()).sum()
}
