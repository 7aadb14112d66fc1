//! Deposits on Bitcoin: coins that another transaction spends, fees beyond policy, and time to be mined.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use countersign::approval::{
    BitcoinChainView, BitcoinNetwork, ChainViewError, CoinId, FeeRate, MempoolConflict, SeenCoins,
};
use countersign::chain_rpc::Esplora;
use countersign::journal::{Death, Outcome, State, What};
use countersign::{Countersign, CountersignBuilder, FlowError, Status, SwapApi};
use countersign_tests::{SHORT, Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, flow, scene};
use crate::moody::brief;
use crate::nonces::{journal, key};
use crate::says::Says;

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
    let clock = SetClock::default();
    let flow = over_coins(&scene, says, &pool).clock(clock.clone()).build();
    let worker = brief(flow, &store);
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
