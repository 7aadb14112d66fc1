//! Lies outside the signed payload.

use alloy::primitives::U256;

use super::Tamper;
use crate::answer::Answer;
use crate::json::Json;

/// Tells a lie about the rest of the answer, if it is one.
pub(super) fn apply<P>(tamper: Tamper, answer: &mut Answer<P>, attacker: &str) {
    match tamper {
        Tamper::Owner => attacker.clone_into(&mut answer.from_address),
        Tamper::QuoteMinOut => {
            let half = answer.quote.price.minimum.wrapping_shr(1);
            answer.quote.price.minimum = U256::max(half, U256::from(1));
        }
        Tamper::ApproveTo => answer.approve_to = Json::from(attacker),
        Tamper::UnknownMechanism => "broadcast".clone_into(&mut answer.approval_type),
        _ => {}
    }
}
