//! What a service that has a registry of its own finds in it: the terms are the caller's.

use std::fmt::Display;

use countersign_approval::{
    BitcoinNetwork, CosignPins, CosignTerms, HtlcPins, HtlcTerms, Network, NetworkKind,
    Permit2Pins, Permit2Terms, Registry, UnpinnedMembers,
};
use countersign_evm::CallEvidence;
use countersign_units::SolanaHash;

use crate::{ChainKind, KeyEvidence};

/// Requires that terms say of a network what the registry pins there, and nothing beside it. A refund
/// and a challenge have no terms.
pub(super) fn require_pinned(
    evidence: &KeyEvidence<'_>,
    registry: &Registry,
) -> Result<(), String> {
    let Some(common) = evidence.common() else { return Ok(()) };
    same("environment", registry.environment(), common.environment)?;
    if common.config.registry != registry.digest() {
        return Err("the terms were made from another registry".to_owned());
    }
    // Intents name no network's pins: their contract and tokens are the custodian's rules.
    if evidence.chain() == Some(ChainKind::Near) {
        return Ok(());
    }
    let network = registry.network(common.network);
    let network = network.ok_or_else(|| pinned("network", common.network))?;
    if evidence.chain() != Some(kind(network.kind)?) {
        return Err(pinned("network", format_args!("{} of another kind", common.network)));
    }
    match evidence {
        KeyEvidence::Permit(permit) => of_permit(permits(network)?, &permit.terms().approval),
        KeyEvidence::Call(CallEvidence::Evm(call)) => {
            same("chain_id", permits(network)?.chain_id, call.terms().approval.chain_id)
        }
        KeyEvidence::Call(CallEvidence::Tron(call)) => {
            same("chain_id", permits(network)?.chain_id, call.terms().approval.chain_id)
        }
        KeyEvidence::Psbt(psbt) => of_htlc(coins(network)?, &psbt.terms().approval),
        KeyEvidence::Payment(payment) => {
            of_bitcoin(coins(network)?, payment.terms().approval.network)
        }
        KeyEvidence::Cosign(cosign) => of_cosign(cluster(network)?, &cosign.terms().approval),
        KeyEvidence::Transfer(transfer) => {
            of_cluster(cluster(network)?, transfer.terms().approval.genesis_hash)
        }
        KeyEvidence::Intent(_) | KeyEvidence::Refund(_) | KeyEvidence::Challenge(_) => Ok(()),
    }
}

fn of_permit(pins: &Permit2Pins, terms: &Permit2Terms) -> Result<(), String> {
    same("chain_id", pins.chain_id, terms.chain_id)?;
    if pins.contract != Some(terms.permit2) {
        return Err(pinned("permit2", terms.permit2));
    }
    if terms.unpinned_members != UnpinnedMembers::Refuse {
        return Err(pinned("unpinned_members", "other members too"));
    }
    among("escrows", &pins.escrows, &terms.escrows)?;
    among("resolvers", &pins.resolvers, &terms.resolvers)?;
    among("witnesses", &pins.witnesses, &terms.witness_types)
}

fn of_htlc(pins: &HtlcPins, terms: &HtlcTerms) -> Result<(), String> {
    of_bitcoin(pins, terms.network)?;
    among("htlc_templates", &pins.templates, std::slice::from_ref(&terms.htlc.template))?;
    let found = terms.htlc.claim_key.x_only();
    let mut keys = pins.claim_keys.iter().map(|[_, x @ ..]| x);
    if keys.any(|key| *key == found) {
        Ok(())
    } else {
        Err(pinned("claim_keys", hex::encode(found)))
    }
}

fn of_bitcoin(pins: &HtlcPins, found: BitcoinNetwork) -> Result<(), String> {
    same("network", pins.network, found)
}

fn of_cosign(pins: &CosignPins, terms: &CosignTerms) -> Result<(), String> {
    of_cluster(pins, terms.genesis_hash)?;
    let parties = [terms.fee_payer, terms.user];
    let others = terms.required_signers.iter().filter(|signer| !parties.contains(signer));
    among("cosigners", &pins.cosigners, &others.copied().collect::<Vec<_>>())?;
    among("fee_payers", &pins.fee_payers, &[terms.fee_payer])?;
    among("destinations", &pins.destinations, &[terms.transfer.destination_owner()])?;
    among("programs", &pins.programs, &terms.allowed_programs)?;
    among("opaque_programs", &pins.opaque_programs, &terms.opaque_programs)
}

fn of_cluster(pins: &CosignPins, found: Option<SolanaHash>) -> Result<(), String> {
    match found {
        Some(found) => same("genesis_hash", pins.genesis_hash, found),
        None => Err(pinned("genesis_hash", "none")),
    }
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

fn same<T: Copy + PartialEq + Display>(member: &str, expected: T, found: T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{member}: expected {expected}, as the service's registry has it, found {found}"))
}

fn among<T: PartialEq + Display>(member: &str, pins: &[T], found: &[T]) -> Result<(), String> {
    match found.iter().find(|found| !pins.contains(found)) {
        Some(other) => Err(pinned(member, other)),
        None => Ok(()),
    }
}

fn pinned(member: &str, found: impl Display) -> String {
    format!("{member}: expected what the service's registry pins, found {found}")
}
