//! Properties of the signing payload, judged by alloy's dynamic EIP-712 encoder.

use alloy::dyn_abi::TypedData;
use countersign_approval::{EvmFacts, Permit2Terms, TypedDataStandard};
use countersign_units::{EvmAddress, Lots, TronAddress, U256};
use proptest::prelude::*;
use serde_json::Value;

use super::honest::{DEADLINE, HORIZON, Honest, NOW};
use crate::{PermitPayload, VerifyError, judge};

fn any_honest() -> impl Strategy<Value = Honest> {
    let u256 = || any::<[u64; 4]>().prop_map(U256::from_limbs);
    let deadline = || NOW.saturating_add(1).value()..=HORIZON;
    (
        any::<u64>(),
        any::<[u8; 20]>(),
        u256(),
        u256(),
        deadline(),
        any::<[u8; 20]>(),
        any::<[u8; 32]>(),
        deadline(),
    )
        .prop_map(
            |(
                chain_id,
                token,
                amount,
                nonce,
                deadline,
                resolver,
                secret_hash,
                witness_deadline,
            )| Honest {
                chain_id,
                token: EvmAddress::new(token),
                amount: Lots::new(amount),
                nonce,
                deadline,
                resolver: EvmAddress::new(resolver),
                secret_hash,
                witness_deadline,
            },
        )
}

/// The digest that alloy gives for a typed data object.
fn digest_by_alloy(typed_data: &Value) -> Option<[u8; 32]> {
    let typed_data: TypedData = serde_json::from_value(typed_data.clone()).ok()?;
    typed_data.eip712_signing_hash().ok().map(|hash| hash.0)
}

/// Writes each address of a payload as Tron's people do.
fn in_base58(mut payload: Value) -> Value {
    match &mut payload {
        Value::String(text) => {
            if let Ok(address) = text.parse::<EvmAddress>() {
                *text = TronAddress::new(address).to_string();
            }
        }
        Value::Array(values) => {
            for value in values {
                *value = in_base58(value.take());
            }
        }
        Value::Object(members) => {
            for value in members.values_mut() {
                *value = in_base58(value.take());
            }
        }
        _ => {}
    }
    payload
}

fn digest(payload: &str, honest: &Honest) -> Option<[u8; 32]> {
    match judge(&PermitPayload::new(payload), &honest.terms(), &EvmFacts::default(), NOW) {
        Ok(judgement) => Some(judgement.digest()),
        Err(VerifyError::Refused(_)) => None,
        Err(VerifyError::Terms(error)) => panic!("{error}"),
    }
}

/// The members that are signed, by their pointers into the typed data.
const SIGNED: [&str; 11] = [
    "/domain/name",
    "/domain/chainId",
    "/domain/verifyingContract",
    "/message/permitted/token",
    "/message/permitted/amount",
    "/message/spender",
    "/message/nonce",
    "/message/deadline",
    "/message/witness/resolverDepositAddress",
    "/message/witness/secretHash",
    "/message/witness/deadline",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_honest_permit_has_the_digest_that_alloy_gives(honest in any_honest()) {
        let theirs = digest_by_alloy(&honest.typed_data());
        prop_assert!(theirs.is_some());
        prop_assert_eq!(digest(&honest.wallet_form().to_string(), &honest), theirs);
        prop_assert_eq!(digest(&honest.api_form().to_string(), &honest), theirs);
    }

    #[test]
    fn a_permit_of_tron_has_the_digest_that_alloy_gives_for_its_evm_form(
        honest in any_honest(), above: u32,
    ) {
        // Alloy knows nothing of Tron: it is handed the low half of the chain id, and addresses in
        // hex. We are handed the whole id, and addresses in base58check.
        let low = Honest { chain_id: honest.chain_id & 0xffff_ffff, ..honest };
        let theirs = digest_by_alloy(&low.typed_data());
        let wide = Honest { chain_id: low.chain_id | (u64::from(above) << 32), ..low.clone() };
        let terms = Permit2Terms { standard: TypedDataStandard::Tip712, ..low.terms() };
        for form in [wide.api_form(), wide.wallet_form()] {
            let payload = PermitPayload::new(in_base58(form).to_string());
            let judged = judge(&payload, &terms, &EvmFacts::default(), NOW);
            prop_assert_eq!(judged.ok().map(|judgement| judgement.digest()), theirs);
        }
    }

    #[test]
    fn one_byte_of_a_signed_member_refuses_or_gives_the_digest_of_the_changed_message(
        honest in any_honest(), member in 0..SIGNED.len(), at: prop::sample::Index, byte in b' '..=b'~',
    ) {
        let mut payload = honest.wallet_form();
        payload.as_object_mut().unwrap().remove("params");
        let member = payload["typed_data"].pointer_mut(SIGNED[member]).unwrap();
        let mut bytes = member.as_str().unwrap().as_bytes().to_vec();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        *member = String::from_utf8(bytes).unwrap().into();
        if let Some(ours) = digest(&payload.to_string(), &honest) {
            prop_assert_eq!(Some(ours), digest_by_alloy(&payload["typed_data"]), "{}", payload);
        }
    }

    #[test]
    fn one_byte_of_the_payload_never_signs_another_message(
        honest in any_honest(), api: bool, at: prop::sample::Index, byte in b' '..=b'~',
    ) {
        let form = if api { honest.api_form() } else { honest.wallet_form() };
        let mut bytes = form.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let text = String::from_utf8(bytes).unwrap();
        if let Some(ours) = digest(&text, &honest) {
            // A nonce or a deadline may change within bounds; alloy then gives the same digest.
            let changed: Value = serde_json::from_str(&text).unwrap();
            let mut message = honest.typed_data();
            if api {
                message["message"]["nonce"] = changed["params_to_sign"]["nonce"].clone();
                message["message"]["deadline"] = changed["deadline_at"].to_string().into();
                message["message"]["witness"] = changed["params_to_sign"]["additional_data"]["witness"].clone();
            } else {
                message = changed["typed_data"].clone();
            }
            prop_assert_eq!(Some(ours), digest_by_alloy(&message), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in ".*", mutated in any_honest(), cut: prop::sample::Index) {
        let honest = Honest::default();
        digest(&text, &honest);
        let payload = mutated.api_form().to_string();
        digest(&payload[..cut.index(payload.len())], &honest);
    }
}

#[test]
fn the_mutations_leave_some_payloads_honest() {
    // Guards the properties above: a change of case in hex is still the same message.
    let honest = Honest { deadline: DEADLINE, ..Honest::default() };
    let lower = honest.wallet_form().to_string().to_lowercase();
    assert_eq!(digest(&lower, &honest), None);
    let mut payload = honest.wallet_form();
    let spender = payload["typed_data"]["message"]["spender"].as_str().unwrap().to_lowercase();
    payload["typed_data"]["message"]["spender"] = spender.into();
    assert_eq!(
        digest(&payload.to_string(), &honest),
        digest(&honest.wallet_form().to_string(), &honest)
    );
}
