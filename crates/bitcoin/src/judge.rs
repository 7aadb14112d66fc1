//! The checks of a PSBT, each in the file of what it looks at.

mod agreed;
mod answer;
mod coins;
mod facts;
mod fee;
mod fields;
mod funding;
mod list;
mod locktime;
mod others;
mod outputs;
mod utxo;

use std::collections::HashMap;
use std::fmt::Display;

use countersign_api_types::json::Value;
use countersign_approval::{
    BitcoinFacts, Code, Coin, CoinId, Fact, HtlcTerms, Refusal, Statement, Violation, Violations,
};
use countersign_units::UnixSeconds;

use crate::decode::{self, Decoded};
use crate::own::OwnKeys;
use crate::payload::{self, Sent};
use crate::refund::RefundRecipe;
use crate::templates::{self, Htlc};
use crate::{PsbtPayload, TermsError, VerifyError};

pub(crate) use agreed::{network, require_address};
pub(crate) use coins::{Owner, Spend};
#[cfg(test)]
pub(crate) use funding::to_sign;
pub(crate) use funding::{Funding, ToSign, nested_script_sig};
pub(crate) use outputs::Role;

/// What a check of a payload found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct Judgement {
    funding: Funding,
    not_judged: Vec<Fact>,
}

impl Judgement {
    /// Returns what would be signed, one for each input to sign, in the order of the inputs. They are
    /// bytes: no key takes them.
    pub fn digests(&self) -> Vec<[u8; 32]> {
        self.funding.to_sign.iter().map(|input| *input.sighash.as_bytes()).collect()
    }

    /// Returns SHA-256 of all that would be signed, one after another.
    pub const fn digest(&self) -> [u8; 32] {
        self.funding.digest
    }

    /// Returns the facts that were not given, and so not judged.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        crate::statement::of_funding(&self.funding, &self.not_judged)
    }

    /// Returns how the output can be taken back after its lock time.
    pub const fn refund_recipe(&self) -> &RefundRecipe {
        &self.funding.recipe
    }

    pub(crate) const fn funding(&self) -> &Funding {
        &self.funding
    }
}

/// Compares a payload with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given. Time and memory grow with the
/// payload's size and no faster, up to a size beyond which it is refused unread.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn judge(
    payload: &PsbtPayload,
    terms: &HtlcTerms,
    facts: &BitcoinFacts,
    now: UnixSeconds,
) -> Result<Judgement, VerifyError> {
    let keys = OwnKeys::new(terms.public_key, &terms.coins)?;
    let coins = index_coins(&terms.coins)?;
    agreed::require_address(&terms.change_script)?;
    let Some(template) = templates::find(&terms.htlc.template) else {
        let found = &terms.htlc.template;
        return Err(refuse(Violation::new(Code::Unpinned, "terms.htlc", "a template", found)));
    };
    let htlc = template.build(&terms.htlc)?;
    let payload = payload::read(payload).map_err(refuse)?;
    let sent = Sent::new(&payload).map_err(refuse)?;
    let bytes = decode::from_base64(sent.psbt).map_err(refuse)?;
    let psbt = decode::decode(&bytes).map_err(refuse)?;
    let violations = Violations::new();
    let mut check =
        Check { terms, keys: &keys, htlc: &htlc, sent: &sent, psbt: &psbt, now, violations };
    check.agreed();
    check.answer();
    let spends = check.coins(&coins);
    check.list(&spends);
    check.fields(&spends);
    check.locktime();
    let (roles, sums) = check.outputs(&spends);
    let fee = check.fee(&spends, &roles, sums);
    let recipe = check.refund(&spends);
    check.facts(facts);
    let valid_until = check.valid_until();
    check.violations.into_result()?;
    let Some(recipe) = recipe else {
        return Err(refuse(Violation::new(Code::HtlcScript, "terms.htlc", "a refund key", "none")));
    };
    let to_sign = funding::to_sign(terms, &keys, &psbt, &spends).map_err(refuse)?;
    let found = funding::Found { spends, roles, fee, recipe, to_sign, valid_until };
    let funding = Funding::new(terms, psbt, found);
    Ok(Judgement { funding: funding.with_bytes(bytes), not_judged: facts::not_judged(facts) })
}

/// Returns where each coin stands in the terms.
pub(crate) fn index_coins(coins: &[Coin]) -> Result<HashMap<CoinId, usize>, TermsError> {
    let mut index = HashMap::with_capacity(coins.len());
    for (place, coin) in coins.iter().enumerate() {
        if index.insert(coin.id, place).is_some() {
            return Err(TermsError::CoinTwice { coin: coin.id });
        }
    }
    Ok(index)
}

pub(crate) fn refuse(violation: Violation) -> VerifyError {
    VerifyError::Refused(Refusal::one(violation))
}

/// One payload under examination.
struct Check<'a> {
    terms: &'a HtlcTerms,
    keys: &'a OwnKeys,
    htlc: &'a Htlc,
    sent: &'a Sent<'a>,
    psbt: &'a Decoded<'a>,
    now: UnixSeconds,
    violations: Violations,
}

impl Check<'_> {
    fn push(
        &mut self,
        code: Code,
        member: impl Display,
        expected: impl Display,
        found: impl Display,
    ) {
        self.violations.push(Violation::new(code, member, expected, found));
    }

    /// Compares bytes that were said to follow from the terms with those that do.
    fn same_bytes(&mut self, code: Code, member: &str, ours: Option<&[u8]>, found: &[u8]) {
        match ours {
            Some(ours) if ours == found => {}
            Some(ours) => self.push(code, member, hex::encode(ours), hex::encode(found)),
            None => self.push(code, member, "nothing, by the template", hex::encode(found)),
        }
    }

    /// Reads bytes in hex, or notes that they are none.
    fn hex(&mut self, member: &str, value: &Value<'_>) -> Option<Vec<u8>> {
        let text = value.as_str().unwrap_or_default();
        let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok();
        let bytes = bytes.filter(|bytes| !bytes.is_empty());
        if bytes.is_none() {
            self.push(Code::Encoding, member, "bytes in hex", payload::describe(value));
        }
        bytes
    }
}
