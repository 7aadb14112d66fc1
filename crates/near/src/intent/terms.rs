use countersign_approval::{
    Code, Fact, IntentBound, IntentKey, IntentNonceRule, IntentStandard, IntentTerms, QuotePlace,
    Refusal, Terms, Violation, Violations,
};
use countersign_units::UnixSeconds;

use crate::ProvenQuote;

/// What of an intent comes from our own side, and not from the quote.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in all of it")]
pub struct IntentOwner {
    /// The standard that the intent is asked for in.
    pub standard: IntentStandard,
    /// The key that signs.
    pub key: IntentKey,
    /// Our account inside the contract.
    pub signer_id: String,
    /// The pinned contract.
    pub verifying_contract: String,
    /// Which nonces are taken.
    pub nonce: IntentNonceRule,
    /// The last deadline that is allowed. Absent means for as long as the deposit address lives, which
    /// is what the API asks for: three days longer than the deposit is of use.
    pub latest_deadline: Option<UnixSeconds>,
    /// The member of the policy that says so, where one does.
    pub bound: Option<IntentBound>,
    /// How many seconds must be left to make the deposit.
    pub min_remaining: u64,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
}

/// Makes terms of an intent: the one transfer that a proven quote asks for.
///
/// # Errors
///
/// Returns a [`Refusal`] if the quote is not one to be funded by an intent, or wants a memo.
pub fn intent_terms(
    quote: &ProvenQuote,
    owner: IntentOwner,
) -> Result<Terms<IntentTerms>, Refusal> {
    let asked = &quote.terms().approval;
    let mut violations = Violations::new();
    let is_inside = asked.deposit_type != QuotePlace::Chain;
    let (member, expected) = ("quoteRequest.depositType", "a deposit inside the contract");
    let found = asked.deposit_type.as_origin();
    violations.require(is_inside, Code::Mechanism, member, expected, found);
    if let Some(memo) = quote.deposit_memo() {
        let expected = "none, since an intent carries it nowhere";
        violations.push(Violation::new(Code::Memo, "quote.depositMemo", expected, memo));
    }
    let receiver = quote.deposit_address();
    let (member, expected) = ("quote.depositAddress", "one that is proven");
    violations.require(receiver.is_some(), Code::DepositAddress, member, expected, "none");
    violations.into_result()?;
    let aliases = asked.asset_aliases.iter().filter(|alias| alias.asked == asked.origin_asset);
    let aliases = aliases.map(|alias| alias.answered.clone());
    let lives_until = quote.inactive_at().unwrap_or_else(|| quote.fund_by());
    let intent = IntentTerms {
        standard: owner.standard,
        verifying_contract: owner.verifying_contract,
        signer_id: owner.signer_id,
        key: owner.key,
        receiver_id: receiver.unwrap_or_default().to_owned(),
        tokens: std::iter::once(asked.origin_asset.clone()).chain(aliases).collect(),
        amount: quote.amount_in(),
        memo: None,
        msg: None,
        fund_by: quote.fund_by(),
        latest_deadline: owner.latest_deadline.unwrap_or(lives_until).min(lives_until),
        bound: owner.bound,
        min_remaining: owner.min_remaining,
        nonce: owner.nonce,
        require_facts: owner.require_facts,
        max_clock_skew: owner.max_clock_skew,
    };
    let (mut terms, _) = quote.terms().clone().split();
    terms.source.amount = quote.amount_in();
    terms.destination.amount = quote.min_amount_out();
    Ok(terms.with(intent))
}
