//! Lies outside the signed payload.

use alloy::primitives::U256;

use super::{Scene, Tamper};
use crate::answer::Answer;

/// Tells a lie about the rest of the answer, if it is one.
pub(super) fn apply(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    match tamper {
        Tamper::Owner => answer.from_address = scene.form.write(scene.attacker),
        Tamper::QuoteMinOut => {
            let half = answer.quote.price.minimum.wrapping_shr(1);
            answer.quote.price.minimum = U256::max(half, U256::from(1));
        }
        Tamper::ApproveTo => answer.approve_to = scene.write(scene.attacker),
        Tamper::UnknownMechanism => "broadcast".clone_into(&mut answer.approval_type),
        _ => {}
    }
}
