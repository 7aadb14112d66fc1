//! What the custodian has a say in, beside what was agreed.

use std::collections::HashMap;
use std::sync::Mutex;

use countersign::keys::KeyEvidence;
use countersign::keys::remote::{SigningCall, SigningRules};
use countersign::units::{Lots, UnixSeconds};
use countersign::{Clock, SystemClock};

/// For how long what was signed counts.
const DAY_SECONDS: u64 = 86_400;

/// Signs permits of one token, for so much a day in all, and nothing else.
///
/// That a payload keeps its terms, and that they name the registry's token, contracts and resolvers, was
/// verified before this. A bound for one signature alone would bound nothing: a caller that was taken
/// over asks for many.
pub(crate) struct Daily {
    /// The token's key in the registry.
    token: &'static str,
    /// How much of it, in base units.
    most: Lots,
    /// What was signed, by its digest.
    signed: Mutex<HashMap<[u8; 32], (UnixSeconds, Lots)>>,
}

impl Daily {
    pub(crate) fn new(token: &'static str, most: Lots) -> Self {
        Self { token, most, signed: Mutex::default() }
    }

    /// Counts an amount, unless that is too much together with what was signed in the last day.
    fn count(&self, digest: [u8; 32], amount: Lots, now: UnixSeconds) -> Result<(), String> {
        let Ok(mut signed) = self.signed.lock() else {
            return Err("what was signed is not known any more".to_owned());
        };
        signed.retain(|_, (at, _)| at.saturating_add(DAY_SECONDS) > now);
        // Whoever lost the answer asks once more, for the same.
        if signed.contains_key(&digest) {
            return Ok(());
        }
        let sum = signed.values().try_fold(amount, |sum, (_, amount)| sum.checked_add(*amount));
        if sum.is_none_or(|sum| sum > self.most) {
            return Err(format!("more than {} base units of {} a day", self.most, self.token));
        }
        signed.insert(digest, (now, amount));
        Ok(())
    }
}

impl SigningRules for Daily {
    fn approve(&self, call: &SigningCall<'_>) -> Result<(), String> {
        let KeyEvidence::Permit(permit) = call.evidence() else {
            return Err("permits alone are signed here".to_owned());
        };
        if permit.terms().source.token != self.token {
            return Err(format!("permits of {} alone are signed here", self.token));
        }
        let now = SystemClock.now().to_seconds();
        self.count(*permit.digest().as_bytes(), permit.permit().amount(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_sum_however_it_is_cut() {
        let rules = Daily::new("USDC", Lots::from(500));
        let asked = |place: u8, amount: u64, at: u64| {
            rules.count([place; 32], Lots::from(amount), UnixSeconds::new(at)).is_ok()
        };
        assert!(asked(1, 300, 1_000) && asked(2, 200, 2_000));
        // What was counted is not counted again, and nothing more is signed.
        assert!(asked(1, 300, 3_000) && asked(2, 200, 3_000));
        assert!(!asked(3, 1, 1_000 + DAY_SECONDS - 1));
        // A day after the first there is room for as much.
        assert!(!asked(3, 301, 1_000 + DAY_SECONDS));
        assert!(asked(3, 300, 1_000 + DAY_SECONDS));
        assert!(!asked(4, u64::MAX, 1_000 + DAY_SECONDS));
    }
}
