//! Lies about the EIP-712 domain.

use alloy::primitives::{Address, B256, U256};
use tempo_contracts::PERMIT2_ADDRESS;

use super::{Scene, Tamper, one_bit_off};
use crate::address::AddressForm;
use crate::json::Json;
use crate::payload::Payload;

/// Tells a lie about the domain, if it is one.
pub(super) fn apply(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    match tamper {
        Tamper::ChainIdMissing => payload.domain.remove("chainId"),
        Tamper::ChainIdOther => payload.domain.set("chainId", Json::from(scene.other_chain_id)),
        Tamper::ChainIdTruncates => {
            // Tron hashes 32 bits, so there a bit of those has to differ.
            let bit = if scene.form == AddressForm::Base58Check { 31 } else { 64 };
            let wide = U256::from(scene.chain_id) | U256::from(1).wrapping_shl(bit);
            payload.domain.set("chainId", Json::text(wide));
        }
        Tamper::VerifyingContract => {
            verified_by(payload, scene.write(one_bit_off(PERMIT2_ADDRESS)));
        }
        Tamper::LookalikePermit2Address => verified_by(payload, scene.write(lookalike())),
        Tamper::VerifyingContractOnlyParams => {
            payload.permit2 = scene.form.write(one_bit_off(PERMIT2_ADDRESS));
        }
        Tamper::DomainName => payload.domain.set("name", Json::from("Permit2 ")),
        Tamper::DomainNameOfAToken => token_domain(payload, scene),
        Tamper::DomainSalt => payload.domain.set("salt", Json::text(B256::repeat_byte(0xa5))),
        _ => {}
    }
}

/// Makes the domain that of a token with a permit of its own.
pub(super) fn token_domain(payload: &mut Payload, scene: &Scene) {
    payload.domain = Json::object([
        ("name", Json::from("USD Coin")),
        ("version", Json::from("2")),
        ("chainId", payload.domain.get("chainId").cloned().unwrap_or(Json::Null)),
        ("verifyingContract", scene.write(scene.token)),
    ]);
}

fn verified_by(payload: &mut Payload, contract: Json) {
    contract.as_text().unwrap_or_default().clone_into(&mut payload.permit2);
    payload.domain.set("verifyingContract", contract);
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
