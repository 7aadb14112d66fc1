//! How an accepted quote becomes an intent: keys, secret, nonce, and what is to be signed.

mod cosign;
mod htlc;

use alloy::primitives::{Address, B256, U256};
use countersign_units::UnixSeconds;
use uuid::Uuid;

use super::{ApiError, Dialect, render};
use crate::address::AddressForm;
use crate::answer::Answer;
use crate::chain::Deposit;
use crate::json::Json;
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::payload::{Payload, Permit, Style};
use crate::shared::State;
use crate::swap::{Addresses, Calls, Funding, History, Intent, Quote, Status, hash_secret};
use crate::tamper::{self, Scene};
use crate::world::{Destination, Token};
use crate::{SandboxConfig, Tamper, clock};

/// The nonces are below this: the largest integers that every JSON reader keeps exactly.
const NONCE_BITS: u32 = 53;

/// A quote that a client accepted, and where it wants it paid.
pub(super) struct Accepted {
    pub(super) quote: Quote,
    pub(super) parties: Addresses,
    pub(super) dialect: Dialect,
}

/// Opens an intent, with the answer that the client is given: honest, or with the configured lie.
///
/// # Errors
///
/// Returns an [`ApiError`] if an address is none of its network.
pub(super) fn open(
    state: &mut State,
    config: &SandboxConfig,
    accepted: Accepted,
) -> Result<Intent, ApiError> {
    let Accepted { quote, parties, dialect } = accepted;
    let recipient = recipient(&quote.target, &parties.to)?;
    let now = clock::now();
    let deadline = clock::seconds(now).saturating_add(config.intent_lifetime.as_secs());
    let secret = B256::from(rand::random::<[u8; 32]>());
    let lock = (deadline, hash_secret(secret));
    let funding = if let Some(asset) = quote.source.asset {
        Funding::Cosign(Box::new(cosign::offer(state, config, (&quote, &parties), asset)?))
    } else if quote.source.is_on(NetworkKind::Bitcoin) {
        let ask = htlc::Ask { quote: &quote, parties: &parties, dialect };
        Funding::Htlc(Box::new(htlc::offer(state, config, &ask, lock)?))
    } else {
        Funding::Permit2(deposit(state, config, (&quote, &parties), lock)?)
    };
    let history = History { created_at: now, deposit: None, payout: None, refund: None };
    let mut intent = Intent {
        id: Uuid::new_v4(),
        dialect,
        quote,
        parties,
        recipient,
        secret,
        funding,
        deadline,
        status: Status::Created,
        approval: None,
        answer: Json::Null,
        history,
        calls: Calls::default(),
    };
    intent.answer = match &intent.funding {
        Funding::Permit2(deposit) => permit2_answer(state, config, &intent, deposit)?,
        Funding::Htlc(offer) => htlc::answer(state, config, &intent, offer),
        Funding::Cosign(offer) => cosign::answer(state, config, &intent, offer),
    };
    Ok(intent)
}

fn permit2_answer(
    state: &State,
    config: &SandboxConfig,
    intent: &Intent,
    deposit: &Deposit,
) -> Result<Json, ApiError> {
    let payload = payload(state, intent, deposit)?;
    let mut answer = answer(config, intent, (deposit.secret_hash.to_string(), payload));
    if let Some(lie) = config.tamper {
        tamper::apply(lie, &mut answer, &scene(state, intent, deposit));
    }
    Ok(render::intent(intent.dialect, &answer))
}

/// Writes an honest answer around what is to be signed.
fn answer<P>(
    config: &SandboxConfig,
    intent: &Intent,
    (secret_hash, payload): (String, P),
) -> Answer<P> {
    Answer {
        id: intent.id,
        approval_type: intent.funding.mechanism().to_owned(),
        deadline: Json::from(intent.deadline.value()),
        secret_hash,
        approve_to: Json::Null,
        quote: intent.quote.clone(),
        from_address: intent.parties.from.clone(),
        to_address: intent.parties.to.clone(),
        refund_address: intent.parties.refund.clone(),
        payload,
        style: Style {
            form: config.payload_form,
            hex_deadline: matches!(intent.dialect, Dialect::G0 | Dialect::G1),
        },
    }
}

fn deposit(
    state: &mut State,
    config: &SandboxConfig,
    (quote, parties): (&Quote, &Addresses),
    (deadline, secret_hash): (UnixSeconds, B256),
) -> Result<Deposit, ApiError> {
    let network = quote.source.listing.network;
    let owner = address(network, &parties.from)?;
    address(network, &parties.refund)?;
    let nonce = nonce(state, config, (network, owner));
    Ok(Deposit {
        owner,
        token: quote.source.contract.unwrap_or_default(),
        amount: quote.amount,
        nonce: U256::from(nonce),
        deadline: U256::from(deadline.value()),
        resolver: state.world.parties().resolver.address(),
        secret_hash,
    })
}

fn payload(state: &State, intent: &Intent, deposit: &Deposit) -> Result<Payload, ApiError> {
    let network = intent.quote.source.listing.network;
    let missing = || ApiError::internal(format!("no chain runs for {}", network.name));
    let mut payload = Payload::honest(&Permit {
        form: network.addresses().ok_or_else(missing)?,
        chain_id: network.wire_chain_id().ok_or_else(missing)?,
        escrow: state.world.escrow(network).ok_or_else(missing)?,
        token: deposit.token,
        amount: deposit.amount,
        nonce: deposit.nonce.saturating_to(),
        deadline: intent.deadline.value(),
        resolver: deposit.resolver,
        secret_hash: deposit.secret_hash,
    });
    if intent.dialect == Dialect::G3 {
        payload.nonce = Json::text(deposit.nonce);
    }
    Ok(payload)
}

fn scene(state: &State, intent: &Intent, deposit: &Deposit) -> Scene {
    let source = &intent.quote.source;
    let network = source.listing.network;
    let other_token = state.world.tokens().iter().filter_map(|token| token.contract);
    let others = NETWORKS.into_iter().filter(|other| other.name != network.name);
    Scene {
        form: network.addresses().unwrap_or(AddressForm::Hex),
        owner: deposit.owner,
        attacker: state.world.parties().attacker.address(),
        token: deposit.token,
        other_token: other_token
            .into_iter()
            .find(|token| *token != deposit.token)
            .unwrap_or_default(),
        amount: deposit.amount,
        decimals: source.listing.decimals,
        chain_id: network.wire_chain_id().unwrap_or_default(),
        other_chain_id: others.into_iter().find_map(Network::chain_id).unwrap_or_default(),
        nonce: deposit.nonce.saturating_to(),
        now: clock::seconds(clock::now()).value(),
        deadline: intent.deadline.value(),
    }
}

/// Picks a nonce that the owner has not used, or, for that lie, one that it has.
fn nonce(state: &mut State, config: &SandboxConfig, (network, owner): (&Network, Address)) -> u64 {
    if config.tamper == Some(Tamper::NonceAlreadyUsed)
        && let Some(used) = state.finished_nonce(network, owner)
    {
        return used;
    }
    loop {
        let nonce = rand::random::<u64>() >> (u64::BITS.saturating_sub(NONCE_BITS));
        if !state.world.nonce_used(owner, U256::from(nonce)) {
            return nonce;
        }
    }
}

fn recipient(target: &Token, text: &str) -> Result<Destination, ApiError> {
    Destination::read(target, text).ok_or_else(invalid_address)
}

fn address(network: &Network, text: &str) -> Result<Address, ApiError> {
    network.addresses().and_then(|form| form.read(text)).ok_or_else(invalid_address)
}

fn invalid_address() -> ApiError {
    ApiError::unprocessable("Address", "Invalid address")
}
