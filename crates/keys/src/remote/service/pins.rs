//! What a service that has a registry of its own finds in it: the terms are the caller's.

mod asset;
mod said;
#[cfg(test)]
mod tests;

use countersign_approval::{
    BitcoinNetwork, CallAction, CosignPins, CosignTerms, DurableNonce, HtlcKey, HtlcPins,
    HtlcTerms, IntentNonceRule, IntentTerms, Network, NetworkKind, OthersSign, Permit2Pins,
    Permit2Terms, Pin, QuotePins, Registry, Token, TransferTerms, UnpinnedMembers,
};
use countersign_evm::CallEvidence;
use countersign_units::{EvmAddress, SolanaHash};

use self::said::{among, pinned, same};
use crate::{ChainKind, KeyEvidence};

/// Requires that terms say of a network and a token what the registry pins there, and nothing beside
/// it. A refund and a challenge have no terms.
pub(super) fn require_pinned(
    evidence: &KeyEvidence<'_>,
    registry: &Registry,
) -> Result<(), String> {
    let Some(common) = evidence.common() else { return Ok(()) };
    same("environment", registry.environment(), common.environment)?;
    if common.config.registry != registry.digest() {
        return Err("the terms were made from another registry".to_owned());
    }
    let token = asset::token(registry, common.source)?;
    let network = registry.network(common.network);
    let network = network.ok_or_else(|| pinned("network", common.network))?;
    // An intent moves what lies inside a contract, by the key of an account on any network.
    if let KeyEvidence::Intent(intent) = evidence {
        return of_intent(registry.quotes(), token, &intent.terms().approval);
    }
    if evidence.chain() != Some(kind(network.kind)?) {
        return Err(pinned("network", format_args!("{} of another kind", common.network)));
    }
    on_chain(evidence, network, token)
}

fn on_chain(evidence: &KeyEvidence<'_>, network: &Network, token: &Token) -> Result<(), String> {
    match evidence {
        KeyEvidence::Permit(permit) => {
            of_permit(permits(network)?, token, &permit.terms().approval)
        }
        KeyEvidence::Call(CallEvidence::Evm(call)) => {
            let terms = &call.terms().approval;
            of_call(permits(network)?, token, terms.chain_id, terms.action)
        }
        KeyEvidence::Call(CallEvidence::Tron(call)) => {
            let terms = &call.terms().approval;
            of_call(permits(network)?, token, terms.chain_id, terms.action)
        }
        KeyEvidence::Psbt(psbt) => of_htlc(coins(network)?, &psbt.terms().approval),
        KeyEvidence::Payment(payment) => {
            of_bitcoin(coins(network)?, payment.terms().approval.network)
        }
        KeyEvidence::Cosign(cosign) => {
            of_cosign(cluster(network)?, token, &cosign.terms().approval)
        }
        KeyEvidence::Transfer(transfer) => {
            of_transfer(cluster(network)?, token, &transfer.terms().approval)
        }
        KeyEvidence::Intent(_) | KeyEvidence::Refund(_) | KeyEvidence::Challenge(_) => Ok(()),
    }
}

fn of_permit(pins: &Permit2Pins, token: &Token, terms: &Permit2Terms) -> Result<(), String> {
    same("chain_id", pins.chain_id, terms.chain_id)?;
    of_permit2(pins, terms.permit2)?;
    asset::contract(pins, token, terms.token)?;
    if terms.unpinned_members != UnpinnedMembers::Refuse {
        return Err(pinned("unpinned_members", "other members too"));
    }
    // What is pinned there, no registry pins: it would be the caller's word alone.
    if terms.witness != Pin::nothing() {
        return Err(pinned("witness", "a pin of the caller's own"));
    }
    if terms.resolvers.is_empty() {
        return Err(pinned("resolvers", "none"));
    }
    among("escrows", &pins.escrows, &terms.escrows)?;
    among("resolvers", &pins.resolvers, &terms.resolvers)?;
    among("witnesses", &pins.witnesses, &terms.witness_types)
}

/// Who is paid is for the rules to say.
fn of_call(
    pins: &Permit2Pins,
    token: &Token,
    chain_id: u64,
    action: CallAction,
) -> Result<(), String> {
    same("chain_id", pins.chain_id, chain_id)?;
    match action {
        CallAction::TransferNative { .. } => asset::coin(token),
        CallAction::TransferToken { token: moved, .. } => asset::contract(pins, token, moved),
        CallAction::Approve { token: allowed, permit2, .. } => {
            asset::contract(pins, token, allowed)?;
            of_permit2(pins, permit2)
        }
        CallAction::InvalidateNonces { permit2, .. } => of_permit2(pins, permit2),
        // They name the account itself, and nothing else.
        CallAction::ReplaceNonce | CallAction::FillNonce => Ok(()),
    }
}

fn of_permit2(pins: &Permit2Pins, found: EvmAddress) -> Result<(), String> {
    if pins.contract == Some(found) {
        return Ok(());
    }
    Err(pinned("permit2", pins.standard.show(found)))
}

fn of_htlc(pins: &HtlcPins, terms: &HtlcTerms) -> Result<(), String> {
    of_bitcoin(pins, terms.network)?;
    among("htlc_templates", &pins.templates, std::slice::from_ref(&terms.htlc.template))?;
    // Whoever has it takes the output, past all that its script asks for.
    if terms.htlc.internal_key.is_some() {
        return Err(pinned("internal_key", "one of the caller's own"));
    }
    // As the script has it: a key with the other sign is another one there.
    match terms.htlc.claim_key {
        HtlcKey::Compressed(key) if pins.claim_keys.contains(&key) => Ok(()),
        HtlcKey::Compressed(key) => Err(pinned("claim_keys", hex::encode(key))),
        HtlcKey::XOnly(x) if pins.claim_keys.iter().any(|key| key.ends_with(&x)) => Ok(()),
        HtlcKey::XOnly(x) => Err(pinned("claim_keys", hex::encode(x))),
    }
}

fn of_bitcoin(pins: &HtlcPins, found: BitcoinNetwork) -> Result<(), String> {
    same("network", pins.network, found)
}

fn of_cosign(pins: &CosignPins, token: &Token, terms: &CosignTerms) -> Result<(), String> {
    of_cluster(pins, terms.genesis_hash)?;
    asset::transfer(token, &terms.transfer)?;
    let parties = [terms.fee_payer, terms.user];
    let others = terms.required_signers.iter().filter(|signer| !parties.contains(signer));
    among("cosigners", &pins.cosigners, &others.copied().collect::<Vec<_>>())?;
    if pins.others_sign == OthersSign::Before && terms.others_sign != OthersSign::Before {
        return Err(pinned("others_sign", "anytime"));
    }
    if let DurableNonce::Pinned(account) = terms.durable_nonce {
        among("nonce_accounts", &pins.nonce_accounts, &[account])?;
    }
    among("fee_payers", &pins.fee_payers, &[terms.fee_payer])?;
    among("destinations", &pins.destinations, &[terms.transfer.destination_owner()])?;
    among("programs", &pins.programs, &terms.allowed_programs)?;
    among("opaque_programs", &pins.opaque_programs, &terms.opaque_programs)
}

fn of_transfer(pins: &CosignPins, token: &Token, terms: &TransferTerms) -> Result<(), String> {
    of_cluster(pins, terms.genesis_hash)?;
    asset::payment(token, &terms.action)
}

fn of_cluster(pins: &CosignPins, found: Option<SolanaHash>) -> Result<(), String> {
    match found {
        Some(found) => same("genesis_hash", pins.genesis_hash, found),
        None => Err(pinned("genesis_hash", "none")),
    }
}

fn of_intent(pins: Option<&QuotePins>, token: &Token, terms: &IntentTerms) -> Result<(), String> {
    let contract = pins.and_then(|pins| pins.verifying_contract.as_ref());
    if contract != Some(&terms.verifying_contract) {
        return Err(pinned("verifying_contract", &terms.verifying_contract));
    }
    among("asset_ids", &token.asset_ids, &terms.tokens)?;
    let IntentNonceRule::Versioned { salts } = &terms.nonce else {
        return Err(pinned("nonce_salts", "any"));
    };
    let written = |salts: &[[u8; 4]]| salts.iter().map(hex::encode).collect::<Vec<_>>();
    let known = pins.map(|pins| written(&pins.nonce_salts)).unwrap_or_default();
    among("nonce_salts", &known, &written(salts))
}

fn permits(network: &Network) -> Result<&Permit2Pins, String> {
    network.permit2.as_ref().ok_or_else(|| pinned("permit2", "none"))
}

fn coins(network: &Network) -> Result<&HtlcPins, String> {
    network.htlc.as_ref().ok_or_else(|| pinned("htlc_templates", "none"))
}

fn cluster(network: &Network) -> Result<&CosignPins, String> {
    network.cosign.as_ref().ok_or_else(|| pinned("genesis_hash", "none"))
}

fn kind(kind: NetworkKind) -> Result<ChainKind, String> {
    Ok(match kind {
        NetworkKind::Evm => ChainKind::Evm,
        NetworkKind::Tron => ChainKind::Tron,
        NetworkKind::Bitcoin => ChainKind::Bitcoin,
        NetworkKind::Solana => ChainKind::Solana,
        _ => return Err(pinned("network", "one of an unknown kind")),
    })
}
