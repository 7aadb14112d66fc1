//! How an accepted quote becomes an intent: keys, secret, nonce, and what is to be signed.

use alloy::primitives::{Address, B256, U256};
use countersign_units::UnixSeconds;
use uuid::Uuid;

use super::{ApiError, Dialect, render};
use crate::answer::Answer;
use crate::chain::Deposit;
use crate::json::Json;
use crate::payload::{Payload, Permit, Style};
use crate::shared::State;
use crate::swap::{Addresses, History, Intent, Quote, Status, hash_secret};
use crate::tamper::{self, Scene};
use crate::world::{Destination, Token, chain_id};
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
    let owner = evm_address(&parties.from)?;
    evm_address(&parties.refund)?;
    let recipient = recipient(&quote.target, &parties.to)?;
    let now = clock::now();
    let deadline = clock::seconds(now).saturating_add(config.intent_lifetime.as_secs());
    let secret = B256::from(rand::random::<[u8; 32]>());
    let nonce = nonce(state, config, owner);
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
    let missing = || ApiError::internal(format!("no chain runs for {network}"));
    let deposit = &intent.deposit;
    let mut payload = Payload::honest(&Permit {
        chain_id: chain_id(network).ok_or_else(missing)?,
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
    let other_token = state.world.tokens().iter().filter_map(|token| token.contract);
    let other_chain = state.world.tokens().iter().map(|token| token.listing.network);
    Scene {
        owner: intent.deposit.owner,
        attacker: state.world.parties().attacker.address(),
        token: intent.deposit.token,
        other_token: other_token
            .into_iter()
            .find(|token| *token != intent.deposit.token)
            .unwrap_or_default(),
        amount: intent.deposit.amount,
        decimals: source.listing.decimals,
        chain_id: chain_id(source.listing.network).unwrap_or_default(),
        other_chain_id: other_chain
            .into_iter()
            .filter(|network| *network != source.listing.network)
            .find_map(chain_id)
            .unwrap_or_default(),
        nonce: intent.deposit.nonce.saturating_to(),
        now: clock::seconds(clock::now()).value(),
        deadline: intent.deadline.value(),
    }
}

/// Picks a nonce that the owner has not used, or, for that lie, one that it has.
fn nonce(state: &mut State, config: &SandboxConfig, owner: Address) -> u64 {
    if config.tamper == Some(Tamper::NonceAlreadyUsed)
        && let Some(used) = state.finished_nonce(owner)
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

fn recipient(target: &Token, address: &str) -> Result<Destination, ApiError> {
    if target.contract.is_some() {
        return evm_address(address).map(Destination::Evm);
    }
    let bytes = bs58::decode(address).into_vec().ok().filter(|bytes| bytes.len() == 32);
    bytes.map(|_| Destination::Book(address.to_owned())).ok_or_else(invalid_address)
}

fn evm_address(text: &str) -> Result<Address, ApiError> {
    text.parse().map_err(|_| invalid_address())
}

fn invalid_address() -> ApiError {
    ApiError::unprocessable("Address", "Invalid address")
}
