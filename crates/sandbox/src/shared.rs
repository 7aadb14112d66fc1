//! What all requests share: the world, the quotes, the intents, and the clockwork that moves
//! approved intents along.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alloy::primitives::Address;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::api::ReadFailures;
use crate::auth::Credentials;
use crate::chain::ChainError;
use crate::clock;
use crate::config::SandboxConfig;
use crate::network::Network;
use crate::quoted::Quoted;
use crate::solana::read_address;
use crate::swap::{Event, Funding, Intent, Quote, Status};
use crate::world::{Settlement, World};

/// How long the clockwork of deposits rests at least.
const LEAST_PAUSE: Duration = Duration::from_millis(5);

/// The sandbox behind its server.
pub(crate) struct Shared {
    config: SandboxConfig,
    credentials: Credentials,
    state: Mutex<State>,
    read_failures: ReadFailures,
    paused: AtomicBool,
    stop: CancellationToken,
}

/// Everything that changes.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) quoted: Quoted,
    quotes: HashMap<Uuid, Quote>,
    /// The quotes in the order in which they expire: each lives as long as the others.
    quotes_by_age: VecDeque<Uuid>,
    /// In the order of creation.
    intents: Vec<Intent>,
    /// Where each intent stands among them.
    places: HashMap<Uuid, usize>,
}

impl Shared {
    pub(crate) fn new(config: SandboxConfig, credentials: Credentials, world: World) -> Self {
        let quoted = Quoted::start(&world, config.wealth);
        let state = State {
            world,
            quoted,
            quotes: HashMap::new(),
            quotes_by_age: VecDeque::new(),
            intents: Vec::new(),
            places: HashMap::new(),
        };
        Self {
            config,
            credentials,
            state: Mutex::new(state),
            read_failures: ReadFailures::default(),
            paused: AtomicBool::new(false),
            stop: CancellationToken::new(),
        }
    }

    pub(crate) const fn config(&self) -> &SandboxConfig {
        &self.config
    }

    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) const fn read_failures(&self) -> &ReadFailures {
        &self.read_failures
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    /// Lets the API be away, or come back.
    pub(crate) fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::Release);
    }

    /// Returns the signal that ends the server and all clockwork.
    pub(crate) const fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Looks at the state. The lock is held for as long as `look` runs, never across an await.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state. The lock is held for as long as `change` runs, never across an await.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Moves deposits along, a step at a time, until the server ends.
    pub(crate) async fn follow_deposits(shared: Arc<Self>) {
        let stop = shared.stop.clone();
        let pause = shared.config.step.max(LEAST_PAUSE);
        stop.run_until_cancelled(async {
            loop {
                tokio::time::sleep(pause).await;
                shared.change(|State { world, quoted, .. }| quoted.tick(world, &shared.config));
            }
        })
        .await;
    }

    /// Moves an approved intent one step at a time until nothing follows.
    pub(crate) fn follow(shared: &Arc<Self>, id: Uuid) {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let stop = shared.stop.clone();
            stop.run_until_cancelled(async {
                loop {
                    tokio::time::sleep(shared.config.step).await;
                    if shared.change(|state| state.step(&shared.config, id)) {
                        break;
                    }
                }
            })
            .await;
        });
    }
}

impl State {
    /// Keeps a quote, and forgets those that have expired. An expired one is kept for a while:
    /// a client that accepts it is to be told why that fails.
    pub(crate) fn keep_quote(&mut self, quote: Quote) {
        const MEMORY_MILLIS: u64 = 3_600_000;
        let oldest = clock::now().value().saturating_sub(MEMORY_MILLIS);
        let is_old = |quote: &Quote| quote.expires_at.value() <= oldest;
        while let Some(id) = self.quotes_by_age.front()
            && self.quotes.get(id).is_none_or(is_old)
        {
            self.quotes.remove(id);
            self.quotes_by_age.pop_front();
        }
        self.quotes_by_age.push_back(quote.id);
        self.quotes.insert(quote.id, quote);
    }

    pub(crate) fn quote(&self, id: Uuid) -> Option<&Quote> {
        self.quotes.get(&id)
    }

    pub(crate) fn keep_intent(&mut self, intent: Intent) {
        self.places.insert(intent.id, self.intents.len());
        self.intents.push(intent);
    }

    pub(crate) fn intent(&self, id: Uuid) -> Option<&Intent> {
        self.intents.get(*self.places.get(&id)?)
    }

    pub(crate) fn intent_mut(&mut self, id: Uuid) -> Option<&mut Intent> {
        self.intents.get_mut(*self.places.get(&id)?)
    }

    /// Returns every intent, the oldest first.
    pub(crate) fn intents(&self) -> &[Intent] {
        &self.intents
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter().rev()
    }

    /// Returns an intent whose status takes the time into account.
    pub(crate) fn refreshed(&mut self, id: Uuid) -> Option<&mut Intent> {
        let intent = self.intent_mut(id)?;
        intent.expire();
        Some(intent)
    }

    /// Brings every status up to the time.
    pub(crate) fn refresh_all(&mut self) {
        self.intents.iter_mut().for_each(Intent::expire);
    }

    /// Returns the nonce of an owner's latest finished swap out of a network.
    pub(crate) fn finished_nonce(&self, network: &Network, owner: Address) -> Option<u64> {
        let finished = |intent: &&Intent| {
            intent.funding.deposit().is_some_and(|deposit| deposit.owner == owner)
                && intent.quote.source.listing.network.name == network.name
                && intent.status == Status::Finished
        };
        let deposit = self.newest_first().find(finished)?.funding.deposit()?;
        Some(deposit.nonce.saturating_to())
    }

    /// Moves an intent one step along, and says whether it has arrived.
    fn step(&mut self, config: &SandboxConfig, id: Uuid) -> bool {
        let Self { world, intents, places, .. } = self;
        let intent = places.get(&id).and_then(|place| intents.get_mut(*place));
        let Some(intent) = intent else { return true };
        intent.status = match intent.status {
            Status::Approved => Status::Verified,
            Status::Verified => Status::Deposited,
            Status::Deposited if config.resolver_fails => neglect(intent),
            Status::Deposited => world.run_for(id, |world| settle(world, intent)),
            Status::RefundRequested => world.run_for(id, |world| refund(world, intent)),
            arrived => arrived,
        };
        intent.status.is_final()
    }
}

impl Intent {
    /// Ends an intent that nobody approved in time.
    fn expire(&mut self) {
        if self.status == Status::Created && clock::seconds(clock::now()) > self.deadline {
            self.status = Status::Expired;
        }
    }
}

/// Does nothing until the deadline, as a resolver that never pays.
fn neglect(intent: &Intent) -> Status {
    if clock::seconds(clock::now()) > intent.deadline {
        Status::RefundRequested
    } else {
        Status::Deposited
    }
}

/// Pays out and claims. A resolver that comes too late leaves the deposit to be refunded.
fn settle(world: &mut World, intent: &mut Intent) -> Status {
    let now = clock::now();
    // An escrow says itself that a deadline has passed; the others know none.
    if intent.funding.deposit().is_none() && clock::seconds(now) > intent.deadline {
        return Status::RefundRequested;
    }
    let settlement = Settlement {
        source: &intent.quote.source,
        funding: &intent.funding,
        funded: intent.history.deposit.map(|deposit| deposit.id),
        deposited: intent.quote.amount,
        target: &intent.quote.target,
        payout: intent.quote.price.expected,
        recipient: intent.recipient.clone(),
        secret: intent.secret,
    };
    match world.settle(clock::seconds(now), &settlement) {
        Ok(settled) => {
            tracing::debug!(intent = %intent.id, claim = %settled.claim, "settled");
            intent.history.payout = Some(Event { id: settled.payout, at: now });
            Status::Finished
        }
        Err(error) => {
            tracing::debug!(intent = %intent.id, %error, "not settled");
            Status::RefundRequested
        }
    }
}

/// Refunds, which the chain allows after the deadline; until then the request stands. Coins on
/// Bitcoin are taken back by the user alone; the vault on Solana pays back by itself.
fn refund(world: &mut World, intent: &mut Intent) -> Status {
    let now = clock::now();
    let source = &intent.quote.source;
    let refunded = match &intent.funding {
        Funding::Permit2(deposit) => world.refund(clock::seconds(now), source, deposit),
        Funding::Htlc(offer) => {
            let funded = intent.history.deposit.map(|deposit| deposit.id);
            world.find_refund(source, offer, funded).ok_or_else(not_refunded)
        }
        Funding::Cosign(offer) => {
            let to = read_address(&intent.parties.refund).unwrap_or(offer.order.user);
            world.give_back(clock::seconds(now), source, offer, &to)
        }
    };
    match refunded {
        Ok(id) => {
            intent.history.refund = Some(Event { id, at: now });
            Status::Refunded
        }
        Err(error) => {
            tracing::debug!(intent = %intent.id, %error, "not refunded yet");
            Status::RefundRequested
        }
    }
}

fn not_refunded() -> ChainError {
    ChainError::Reverted("the output is unspent".to_owned())
}
