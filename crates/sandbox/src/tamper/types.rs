//! Lies about the EIP-712 types: other structs under the honest name, other primary types.

use alloy::primitives::{Address, B256, U256};

use super::domain::token_domain;
use super::{Scene, Tamper};
use crate::json::Json;
use crate::payload::{Payload, WITNESS, members};

const PERMIT: &str = "PermitWitnessTransferFrom";
const TOKEN_PERMISSIONS: &str = "TokenPermissions";
const DEPOSIT_WITNESS: &str = "DepositWitness";
const FORGED_NAME: &str = "DepositWitness witness)Evil(address a";

/// Tells a lie about the types, if it is one.
pub(super) fn apply(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    primary(tamper, payload, scene);
    permissions(tamper, payload, scene);
    witness(tamper, payload, scene);
    others(tamper, payload);
}

/// Replaces what is signed by another kind of permission altogether.
fn primary(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    match tamper {
        Tamper::PermitBatchInstead => {
            payload.types.remove(PERMIT);
            payload.types.set(
                "PermitBatchWitnessTransferFrom",
                permit_members("TokenPermissions[]", DEPOSIT_WITNESS),
            );
            "PermitBatchWitnessTransferFrom".clone_into(&mut payload.primary_type);
            payload.message.set("permitted", both_tokens(scene));
        }
        Tamper::PermitArrayUnderHonestName => {
            payload.types.set(PERMIT, permit_members("TokenPermissions[]", DEPOSIT_WITNESS));
            payload.message.set("permitted", both_tokens(scene));
        }
        Tamper::PermitWithoutWitness => without_witness(payload),
        Tamper::AllowancePermitSingle => allowance(payload, scene),
        Tamper::Eip2612Permit => token_permit(payload, scene),
        Tamper::Erc3009Transfer => token_transfer(payload, scene),
        _ => {}
    }
}

fn permissions(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    let redefined = match tamper {
        Tamper::TokenPermissionsRedefined => {
            members(&[("uint256", "amount"), ("address", "token")])
        }
        Tamper::TokenPermissionsExtraField => {
            if let Some(permitted) = payload.message.get_mut("permitted") {
                permitted.set("to", scene.write(scene.attacker));
            }
            members(&[("address", "token"), ("uint256", "amount"), ("address", "to")])
        }
        Tamper::TokenPermissionsNarrowed => members(&[("address", "token"), ("uint128", "amount")]),
        _ => return,
    };
    payload.types.set(TOKEN_PERMISSIONS, redefined);
}

fn witness(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    let resolver = ("address", "resolverDepositAddress");
    let secret = ("bytes32", "secretHash");
    let deadline = ("uint256", "deadline");
    let narrow = ("uint64", "deadline");
    match tamper {
        Tamper::WitnessTypeNarrowedDeadline => {
            payload.types.set(DEPOSIT_WITNESS, members(&[resolver, secret, narrow]));
        }
        Tamper::TypeNarrowed => redefine_witness(payload, &[resolver, secret, narrow]),
        Tamper::TypeExtraMember => {
            if let Some(witness) = payload.witness_mut() {
                witness.set("payTo", Json::text(scene.attacker));
            }
            redefine_witness(payload, &[resolver, secret, deadline, ("address", "payTo")]);
        }
        Tamper::TypeReordered => redefine_witness(payload, &[secret, resolver, deadline]),
        Tamper::TypeRenamed => {
            if let Some(witness) = payload.witness_mut() {
                let value = witness.get("secretHash").cloned().unwrap_or(Json::Null);
                witness.remove("secretHash");
                witness.set("hash", value);
            }
            redefine_witness(payload, &[resolver, ("bytes32", "hash"), deadline]);
        }
        Tamper::WitnessIsTokenPermissions => {
            payload.types.remove(DEPOSIT_WITNESS);
            payload.types.set(PERMIT, permit_members(TOKEN_PERMISSIONS, TOKEN_PERMISSIONS));
            let witness =
                Json::object([("token", Json::text(scene.token)), ("amount", Json::from("1"))]);
            payload.message.set(WITNESS, witness);
        }
        _ => {}
    }
}

fn others(tamper: Tamper, payload: &mut Payload) {
    match tamper {
        Tamper::PrimaryTypeSpenderDropped => payload.types.set(
            PERMIT,
            members(&[
                (TOKEN_PERMISSIONS, "permitted"),
                ("uint256", "nonce"),
                ("uint256", "deadline"),
                (DEPOSIT_WITNESS, WITNESS),
            ]),
        ),
        Tamper::UnreferencedExtraType => payload.types.set(
            "PermitBatchTransferFrom",
            members(&[
                ("TokenPermissions[]", "permitted"),
                ("address", "spender"),
                ("uint256", "nonce"),
                ("uint256", "deadline"),
            ]),
        ),
        Tamper::TypeNameWithBrackets => {
            let definition = payload.types.get(DEPOSIT_WITNESS).cloned().unwrap_or(Json::Null);
            payload.types.remove(DEPOSIT_WITNESS);
            payload.types.set(FORGED_NAME, definition);
            payload.types.set(PERMIT, permit_members(TOKEN_PERMISSIONS, FORGED_NAME));
        }
        Tamper::TypeDomainShort => {
            payload.types.set("EIP712Domain", members(&[("string", "name")]));
        }
        Tamper::TypeDomainSalted => payload.types.set(
            "EIP712Domain",
            members(&[
                ("string", "name"),
                ("uint256", "chainId"),
                ("address", "verifyingContract"),
                ("bytes32", "salt"),
            ]),
        ),
        _ => {}
    }
}

fn permit_members(permitted: &str, witness: &str) -> Json {
    members(&[
        (permitted, "permitted"),
        ("address", "spender"),
        ("uint256", "nonce"),
        ("uint256", "deadline"),
        (witness, WITNESS),
    ])
}

fn redefine_witness(payload: &mut Payload, definition: &[(&str, &str)]) {
    payload.types.set(DEPOSIT_WITNESS, members(definition));
    payload.rehash();
}

/// The agreed amount of the agreed token, and all there is of another.
fn both_tokens(scene: &Scene) -> Json {
    let permission = |token: Address, amount: U256| {
        Json::object([("token", scene.write(token)), ("amount", Json::text(amount))])
    };
    Json::list([permission(scene.token, scene.amount), permission(scene.other_token, U256::MAX)])
}

fn without_witness(payload: &mut Payload) {
    payload.types.remove(PERMIT);
    payload.types.remove(DEPOSIT_WITNESS);
    payload.types.set(
        "PermitTransferFrom",
        members(&[
            (TOKEN_PERMISSIONS, "permitted"),
            ("address", "spender"),
            ("uint256", "nonce"),
            ("uint256", "deadline"),
        ]),
    );
    "PermitTransferFrom".clone_into(&mut payload.primary_type);
    payload.message.remove(WITNESS);
}

fn allowance(payload: &mut Payload, scene: &Scene) {
    let details = [
        ("address", "token"),
        ("uint160", "amount"),
        ("uint48", "expiration"),
        ("uint48", "nonce"),
    ];
    let permit = [("PermitDetails", "details"), ("address", "spender"), ("uint256", "sigDeadline")];
    payload.types =
        Json::object([("PermitSingle", members(&permit)), ("PermitDetails", members(&details))]);
    "PermitSingle".clone_into(&mut payload.primary_type);
    let details = Json::object([
        ("token", scene.write(scene.token)),
        ("amount", Json::text(U256::MAX.wrapping_shr(96))),
        ("expiration", Json::text(U256::MAX.wrapping_shr(208))),
        ("nonce", Json::from("0")),
    ]);
    payload.message = Json::object([
        ("details", details),
        ("spender", Json::text(&payload.escrow)),
        ("sigDeadline", Json::text(scene.deadline)),
    ]);
}

fn token_permit(payload: &mut Payload, scene: &Scene) {
    token_domain(payload, scene);
    let permit = [
        ("address", "owner"),
        ("address", "spender"),
        ("uint256", "value"),
        ("uint256", "nonce"),
        ("uint256", "deadline"),
    ];
    payload.types = Json::object([("Permit", members(&permit))]);
    "Permit".clone_into(&mut payload.primary_type);
    payload.message = Json::object([
        ("owner", scene.write(scene.owner)),
        ("spender", scene.write(scene.attacker)),
        ("value", Json::text(U256::MAX)),
        ("nonce", Json::from("0")),
        ("deadline", Json::text(U256::MAX)),
    ]);
}

fn token_transfer(payload: &mut Payload, scene: &Scene) {
    token_domain(payload, scene);
    let transfer = [
        ("address", "from"),
        ("address", "to"),
        ("uint256", "value"),
        ("uint256", "validAfter"),
        ("uint256", "validBefore"),
        ("bytes32", "nonce"),
    ];
    payload.types = Json::object([("TransferWithAuthorization", members(&transfer))]);
    "TransferWithAuthorization".clone_into(&mut payload.primary_type);
    payload.message = Json::object([
        ("from", scene.write(scene.owner)),
        ("to", scene.write(scene.attacker)),
        ("value", Json::text(scene.amount)),
        ("validAfter", Json::from("0")),
        ("validBefore", Json::text(U256::MAX)),
        ("nonce", Json::text(B256::from(U256::from(scene.nonce)))),
    ]);
}
