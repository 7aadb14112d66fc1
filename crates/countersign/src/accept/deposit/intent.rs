//! Funds that lie inside the intents contract: whose they are, and by which key they move.

use countersign_approval::{
    Code, IntentKey, IntentStandard, NetworkKind, Registry, Violation, Violations,
};
use countersign_near::implicit_account;
use countersign_units::SolanaAddress;

use super::member;
use crate::{DepositSource, IntentSource, Order};

/// Collects what is pinned, or notes what is missing. The owner's key is its account on the source
/// network, and that inside the contract follows from it.
pub(super) fn source(
    order: &Order,
    registry: &Registry,
    standard: IntentStandard,
    violations: &mut Violations,
) -> Option<DepositSource> {
    let pins = registry.quotes();
    let contract = pins.and_then(|pins| pins.verifying_contract.clone());
    let name = "quotes.verifying_contract";
    violations.require(contract.is_some(), Code::Unpinned, name, "a pinned contract", "none");
    let key = key(order, registry, violations)?;
    let (takes, word) = (standard.takes(&key), standard.as_str());
    let expected = "a standard that the owner's key signs by";
    violations.require(takes, Code::Standard, "standard", expected, word);
    Some(DepositSource::Intents(Box::new(IntentSource {
        standard,
        account: implicit_account(&key),
        key,
        verifying_contract: contract?,
        salts: pins.map(|pins| pins.nonce_salts.clone()).unwrap_or_default(),
    })))
}

/// Reads the public half of the key that controls the owner's account.
fn key(order: &Order, registry: &Registry, violations: &mut Violations) -> Option<IntentKey> {
    let kind = registry.network(&order.source.network)?.kind;
    let key = match (kind, kind.standard()) {
        (_, Some(standard)) => standard.parse_address(&order.owner).ok().map(IntentKey::Secp256k1),
        (NetworkKind::Solana, _) => {
            let owner = order.owner.parse::<SolanaAddress>().ok();
            owner.map(|owner| IntentKey::Ed25519(*owner.as_bytes()))
        }
        _ => None,
    };
    if key.is_none() {
        let (name, expected) = (member(order, "kind"), "a network whose keys sign intents");
        violations.push(Violation::new(Code::Owner, name, expected, kind.as_str()));
    }
    key
}
