//! How an accepted quote becomes an intent: keys, secret, nonce, and what is to be signed.

use alloy::primitives::{Address, B256, U256};
use countersign_units::UnixSeconds;
use uuid::Uuid;

use super::{ApiError, Dialect, render};
use crate::address::AddressForm;
use crate::answer::Answer;
use crate::chain::Deposit;
use crate::json::Json;
use crate::network::{NETWORKS, Network};
use crate::payload::{Payload, Permit, Style};
use crate::shared::State;
use crate::swap::{Addresses, History, Intent, Quote, Status, hash_secret};
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
    let owner = address(quote.source.listing.network, &parties.from)?;
    address(quote.source.listing.network, &parties.refund)?;
    let recipient = recipient(&quote.target, &parties.to)?;
    let now = clock::now();
    let deadline = clock::seconds(now).saturating_add(config.intent_lifetime.as_secs());
    let secret = B256::from(rand::random::<[u8; 32]>());
    let nonce = nonce(state, config, (quote.source.listing.network, owner));
    let deposit = deposit(state, &quote, (owner, nonce), (deadline, hash_secret(secret)));
    let history = History { created_at: now, deposit: None, payout: None, refund: None };
    let mut intent = Intent {
        id: Uuid::new_v4(),
        dialect,
        quote,
        parties,
        recipient,
        secret,
        deposit,
        deadline,
        status: Status::Created,
        approval: None,
        answer: Json::Null,
        history,
    };
    let mut answer = honest(state, config, &intent)?;
    if let Some(lie) = config.tamper {
        tamper::apply(lie, &mut answer, &scene(state, &intent));
    }
    intent.answer = render::intent(dialect, &answer);
    Ok(intent)
}

fn deposit(
    state: &State,
    quote: &Quote,
    (owner, nonce): (Address, u64),
    (deadline, secret_hash): (UnixSeconds, B256),
) -> Deposit {
    Deposit {
        owner,
        token: quote.source.contract.unwrap_or_default(),
        amount: quote.amount,
        nonce: U256::from(nonce),
        deadline: U256::from(deadline.value()),
        resolver: state.world.parties().resolver.address(),
        secret_hash,
    }
}

fn honest(state: &State, config: &SandboxConfig, intent: &Intent) -> Result<Answer, ApiError> {
    let network = intent.quote.source.listing.network;
    let missing = || ApiError::internal(format!("no chain runs for {}", network.name));
    let deposit = &intent.deposit;
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
    Ok(Answer {
        id: intent.id,
        approval_type: "permit2".to_owned(),
        deadline: Json::from(intent.deadline.value()),
        secret_hash: deposit.secret_hash.to_string(),
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
    })
}

fn scene(state: &State, intent: &Intent) -> Scene {
    let source = &intent.quote.source;
    let network = source.listing.network;
    let other_token = state.world.tokens().iter().filter_map(|token| token.contract);
    let others = NETWORKS.into_iter().filter(|other| other.name != network.name);
    Scene {
        form: network.addresses().unwrap_or(AddressForm::Hex),
        owner: intent.deposit.owner,
        attacker: state.world.parties().attacker.address(),
        token: intent.deposit.token,
        other_token: other_token
            .into_iter()
            .find(|token| *token != intent.deposit.token)
            .unwrap_or_default(),
        amount: intent.deposit.amount,
        decimals: source.listing.decimals,
        chain_id: network.wire_chain_id().unwrap_or_default(),
        other_chain_id: others.into_iter().find_map(Network::chain_id).unwrap_or_default(),
        nonce: intent.deposit.nonce.saturating_to(),
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
    if target.contract.is_some() {
        return address(target.listing.network, text).map(Destination::Evm);
    }
    let bytes = bs58::decode(text).into_vec().ok().filter(|bytes| bytes.len() == 32);
    bytes.map(|_| Destination::Book(text.to_owned())).ok_or_else(invalid_address)
}

fn address(network: &Network, text: &str) -> Result<Address, ApiError> {
    network.addresses().and_then(|form| form.read(text)).ok_or_else(invalid_address)
}

fn invalid_address() -> ApiError {
    ApiError::unprocessable("Address", "Invalid address")
}
