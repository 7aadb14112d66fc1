//! Lies about the EIP-712 domain.

use alloy::primitives::{Address, B256, U256};
use tempo_contracts::PERMIT2_ADDRESS;

use super::{Scene, Tamper, one_bit_off};
use crate::json::Json;
use crate::payload::Payload;

/// Tells a lie about the domain, if it is one.
pub(super) fn apply(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    match tamper {
        Tamper::ChainIdMissing => payload.domain.remove("chainId"),
        Tamper::ChainIdOther => payload.domain.set("chainId", Json::from(scene.other_chain_id)),
        Tamper::ChainIdTruncates => {
            let wide = U256::from(scene.chain_id).saturating_add(U256::from(1).wrapping_shl(64));
            payload.domain.set("chainId", Json::text(wide));
        }
        Tamper::VerifyingContract => verified_by(payload, one_bit_off(PERMIT2_ADDRESS)),
        Tamper::LookalikePermit2Address => verified_by(payload, lookalike()),
        Tamper::VerifyingContractOnlyParams => {
            payload.permit2 = one_bit_off(PERMIT2_ADDRESS).to_string();
        }
        Tamper::DomainName => payload.domain.set("name", Json::from("Permit2 ")),
        Tamper::DomainNameOfAToken => token_domain(payload, scene.token),
        Tamper::DomainSalt => payload.domain.set("salt", Json::text(B256::repeat_byte(0xa5))),
        _ => {}
    }
}

/// Makes the domain that of a token with a permit of its own.
pub(super) fn token_domain(payload: &mut Payload, token: Address) {
    payload.domain = Json::object([
        ("name", Json::from("USD Coin")),
        ("version", Json::from("2")),
        ("chainId", payload.domain.get("chainId").cloned().unwrap_or(Json::Null)),
        ("verifyingContract", Json::text(token)),
    ]);
}

fn verified_by(payload: &mut Payload, contract: Address) {
    payload.permit2 = contract.to_string();
    payload.domain.set("verifyingContract", Json::text(contract));
}

/// Returns an address that shares its first and last four bytes with Permit2, which is what a
/// person compares.
fn lookalike() -> Address {
    let mut bytes = [0x5a; 20];
    for (index, (byte, real)) in bytes.iter_mut().zip(PERMIT2_ADDRESS).enumerate() {
        if !(4..16).contains(&index) {
            *byte = real;
        }
    }
    Address::from(bytes)
}
