//! Lies about the message: token, amount, deadline, nonce, spender.

use alloy::primitives::{Address, U256};
use countersign_units::Lots;

use super::{Scene, Tamper, one_bit_off};
use crate::address::AddressForm;
use crate::answer::Answer;
use crate::json::Json;
use crate::payload::Payload;

/// A minute beyond the horizon of the sample policy.
const BEYOND_HORIZON: u64 = 18_060;

/// Tells a lie about the message, if it is one.
pub(super) fn apply(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    permitted(tamper, &mut answer.payload, scene);
    deadline(tamper, answer, scene);
    escrow(tamper, &mut answer.payload, scene);
    if tamper == Tamper::NonceOther {
        answer.payload.message.set("nonce", Json::text(scene.nonce.wrapping_add(1)));
    }
}

fn permitted(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    let Some(permitted) = payload.message.get_mut("permitted") else { return };
    let amount = scene.amount;
    match tamper {
        Tamper::Token => permitted.set("token", scene.write(scene.other_token)),
        Tamper::Amount => {
            permitted.set("amount", Json::text(amount.saturating_mul(U256::from(10))));
        }
        Tamper::Amount18DecimalsConfusion => {
            let missing =
                if scene.decimals < 18 { 18_u8.saturating_sub(scene.decimals) } else { 18 };
            let scale = U256::from(10).saturating_pow(U256::from(missing));
            permitted.set("amount", Json::text(amount.saturating_mul(scale)));
        }
        Tamper::AmountBelowIntent => {
            permitted.set("amount", Json::text(amount.saturating_sub(U256::from(1))));
        }
        Tamper::AmountHexStringAmbiguity => {
            permitted.set("amount", Json::text(format_args!("0x{amount}")));
        }
        Tamper::AmountFloat => {
            permitted.set("amount", Json::text(format_args!("{}.0", Lots::new(amount))));
        }
        _ => {}
    }
}

/// Changes the deadline in the message and, for a lie that both forms can tell, in the answer.
fn deadline(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    let everywhere = match tamper {
        Tamper::DeadlineZero => U256::ZERO,
        Tamper::DeadlinePast => U256::from(scene.now.saturating_sub(60)),
        Tamper::DeadlineOver => U256::from(scene.now.saturating_add(BEYOND_HORIZON)),
        Tamper::DeadlineInMilliseconds => {
            let millis = scene.deadline.saturating_mul(1_000);
            return answer.payload.message.set("deadline", Json::text(millis));
        }
        Tamper::DeadlineMax => {
            return answer.payload.message.set("deadline", Json::text(U256::MAX));
        }
        Tamper::Deadline2Pow64 => {
            return answer
                .payload
                .message
                .set("deadline", Json::text(U256::from(1).wrapping_shl(64)));
        }
        _ => return,
    };
    answer.deadline = Json::number(everywhere);
    answer.payload.message.set("deadline", Json::text(everywhere));
}

fn escrow(tamper: Tamper, payload: &mut Payload, scene: &Scene) {
    let honest = scene.form.read(&payload.escrow).unwrap_or_default();
    let text = match tamper {
        Tamper::Spender => scene.form.write(scene.attacker),
        Tamper::Escrow => scene.form.write(one_bit_off(honest)),
        Tamper::EscrowChecksum => wrong_checksum(scene.form, &payload.escrow),
        Tamper::EscrowIsOwner => scene.form.write(scene.owner),
        Tamper::EscrowIsResolver => payload.resolver.clone(),
        Tamper::EscrowZero => scene.form.write(Address::ZERO),
        Tamper::SpenderZeroAddress => {
            return payload.message.set("spender", scene.write(Address::ZERO));
        }
        Tamper::SpenderOnlyMessage => {
            return payload.message.set("spender", scene.write(scene.attacker));
        }
        _ => return,
    };
    payload.message.set("spender", Json::text(&text));
    payload.escrow = text;
}

fn wrong_checksum(form: AddressForm, address: &str) -> String {
    match form {
        AddressForm::Hex => wrong_case(address),
        AddressForm::Base58Check => wrong_end(address),
    }
}

/// Changes the last character, where the checksum stands.
fn wrong_end(address: &str) -> String {
    let mut characters = address.chars();
    let last = if characters.next_back() == Some('2') { '3' } else { '2' };
    characters.chain([last]).collect()
}

/// Flips the case of the first letter that leaves the text in mixed case: an address in one case
/// makes no claim about its checksum.
fn wrong_case(address: &str) -> String {
    let letters =
        address.char_indices().skip(2).filter(|(_, character)| character.is_ascii_alphabetic());
    let mut flipped = letters.map(|(index, _)| flip_case(address, index));
    flipped.find(|text| is_mixed_case(text)).unwrap_or_else(|| address.to_owned())
}

fn flip_case(address: &str, flipped: usize) -> String {
    let flip = |(index, character): (usize, char)| match character {
        letter if index != flipped => letter,
        letter if letter.is_ascii_lowercase() => letter.to_ascii_uppercase(),
        letter => letter.to_ascii_lowercase(),
    };
    address.char_indices().map(flip).collect()
}

fn is_mixed_case(address: &str) -> bool {
    let digits = address.get(2..).unwrap_or_default();
    digits.bytes().any(|byte| byte.is_ascii_lowercase())
        && digits.bytes().any(|byte| byte.is_ascii_uppercase())
}
