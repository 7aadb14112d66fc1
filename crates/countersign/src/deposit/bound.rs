use std::sync::Arc;

#[cfg(feature = "journal")]
use countersign_api_types::oneclick::{QuoteResponse, Wire as _};
use countersign_approval::{
    Code, QuoteAge, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteSwapType, QuoteTerms,
    Refusal, Terms, Violation,
};
use countersign_near::{IntentPayload, ProvenQuote, QuoteAnswer, QuoteKeys, prove};
use countersign_units::{Lots, UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use sha2::{Digest as _, Sha256};

use super::Draft;
use crate::{DepositAgreement, DepositSource, Intent, QuoteAgreement};

/// What the digest of a reviewed deposit begins with.
const REVIEWED: &str = "countersign reviewed deposit 1";

/// What a quote was asked by beside the order, and the answer: what an intent keeps of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Quoted<'a> {
    /// When we asked, in Unix milliseconds.
    pub(crate) asked_at: u64,
    /// The deadline that we asked for, in Unix milliseconds.
    pub(crate) asked_deadline: u64,
    /// The answer, byte for byte.
    #[serde(borrow)]
    pub(crate) answer: &'a RawValue,
    /// The intent that the API generated to be signed, byte for byte, where one was asked for.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) intent: Option<&'a RawValue>,
}

/// A proven quote, and the transaction that is to fund it, once it was drafted.
#[derive(Debug)]
pub(crate) struct BoundDeposit {
    pub(crate) terms: Terms<()>,
    pub(crate) agreed: DepositAgreement,
    pub(crate) quote: ProvenQuote,
    /// What the API generated to be signed, where the funds lie with it.
    pub(crate) intent: Option<IntentPayload>,
    pub(crate) draft: Option<Draft>,
}

/// Proves the quote of an intent, and requires that the deposit can be made.
pub(crate) fn bind(
    mut terms: Terms<()>,
    agreed: DepositAgreement,
    intent: &Intent,
    now: UnixSeconds,
) -> Result<BoundDeposit, Refusal> {
    let text = intent.params_to_sign.as_deref().unwrap_or_default();
    let quoted: Quoted<'_> = serde_json::from_str(text).map_err(|_| {
        refuse(Code::Malformed, "quote", "a quote, and what it was asked by", "something else")
    })?;
    if let DepositSource::Intents(source) = &agreed.from {
        // What comes back stays inside the contract, with whom it came from.
        terms.refund_address.clone_from(&source.account);
    }
    let asked = quote_terms(&question(&agreed, &quoted), terms.source.amount);
    let keys = keys(&agreed.quote)?;
    let answer = QuoteAnswer::new(quoted.answer.get());
    let quote = prove(answer, &Arc::new(terms.clone().with(asked)), &keys, now)?;
    require_made(&quote, now, agreed.max_clock_skew)?;
    require_payable(&quote, intent)?;
    let intent = quoted.intent.map(|intent| IntentPayload::new(intent.get()));
    Ok(BoundDeposit { terms, agreed, quote, intent, draft: None })
}

pub(crate) fn keys(agreed: &QuoteAgreement) -> Result<QuoteKeys, Refusal> {
    let keys = QuoteKeys::new(agreed.keys.iter().map(String::as_str));
    keys.map_err(|error| refuse(Code::Unpinned, "quotes.keys", "strong keys of Ed25519", error))
}

/// What of an agreement says what we asked, and by what the answer is bounded.
pub(crate) struct Question<'a> {
    pub(crate) dry: bool,
    pub(crate) quote: &'a QuoteAgreement,
    /// Whether the funds lie inside the intents contract.
    pub(crate) is_inside: bool,
    pub(crate) asked_at: UnixMillis,
    pub(crate) deadline: UnixMillis,
    pub(crate) min_remaining: u64,
    pub(crate) latest_deadline: UnixSeconds,
    pub(crate) max_clock_skew: u64,
}

fn question<'a>(agreed: &'a DepositAgreement, quoted: &Quoted<'_>) -> Question<'a> {
    Question {
        dry: false,
        quote: &agreed.quote,
        is_inside: matches!(agreed.from, DepositSource::Intents(_)),
        asked_at: UnixMillis::new(quoted.asked_at),
        deadline: UnixMillis::new(quoted.asked_deadline),
        min_remaining: agreed.min_remaining,
        latest_deadline: agreed.max_deadline,
        max_clock_skew: agreed.max_clock_skew,
    }
}

/// Says what we asked, member by member: what is not here was not said.
pub(crate) fn quote_terms(question: &Question<'_>, amount: Lots) -> QuoteTerms {
    let quote = question.quote;
    // Clocks may differ; a quote of before answers another question.
    let asked_at = question.asked_at.to_seconds();
    let made_after = asked_at.value().saturating_sub(question.max_clock_skew);
    let place = if question.is_inside { QuotePlace::Intents } else { QuotePlace::Chain };
    QuoteTerms {
        dry: question.dry,
        swap_type: QuoteSwapType::ExactInput,
        deposit_mode: QuoteDepositMode::Simple,
        slippage: quote.slippage,
        origin_asset: quote.origin_asset.clone(),
        destination_asset: quote.destination_asset.clone(),
        asset_aliases: quote.asset_aliases.clone(),
        amount,
        deposit_type: place,
        refund_type: place,
        recipient_type: QuotePlace::Chain,
        deadline: Some(question.deadline),
        latest_deadline: question.latest_deadline,
        min_remaining: question.min_remaining,
        made_after: Some(UnixSeconds::new(made_after)),
        virtual_chain_recipient: None,
        virtual_chain_refund_recipient: None,
        custom_recipient_msg: None,
        confidentiality: QuoteConfidentiality::Public,
        referral: None,
        quote_waiting_time_ms: 0,
        connected_wallets: Vec::new(),
        session_id: None,
        rebates: Vec::new(),
        app_fees: Vec::new(),
        insured: false,
        max_app_fees: quote.max_app_fees,
        fee_recipients: quote.fee_recipients.clone(),
        max_slippage: quote.max_slippage,
        age: QuoteAge::New,
    }
}

/// Reads what a quote that was kept says is paid out at least. It was proven before it was signed for.
#[cfg(feature = "journal")]
pub(crate) fn least_out(params: &str) -> Option<Lots> {
    let quoted: Quoted<'_> = serde_json::from_str(params).ok()?;
    let answer = QuoteResponse::from_json(quoted.answer.get()).ok()?;
    Some(answer.quote.value().min_amount_out)
}

/// Requires a quote of before now, as far as clocks agree.
fn require_made(quote: &ProvenQuote, now: UnixSeconds, skew: u64) -> Result<(), Refusal> {
    let (made_at, latest) = (quote.made_at(), now.saturating_add(skew));
    if made_at <= latest {
        return Ok(());
    }
    let expected = format_args!("not after {latest}");
    Err(refuse(Code::Quote, "timestamp", expected, made_at))
}

/// Requires an address that a plain transfer can pay, and that the swap is named by.
fn require_payable(quote: &ProvenQuote, intent: &Intent) -> Result<(), Refusal> {
    if let Some(memo) = quote.deposit_memo() {
        let expected = "none: a transfer of this chain carries none";
        return Err(refuse(Code::Memo, "quote.depositMemo", expected, memo.escape_debug()));
    }
    let address = quote.deposit_address().unwrap_or_default();
    if address.is_empty() || address != intent.id {
        let (member, found) = ("quote.depositAddress", address.escape_debug());
        return Err(refuse(Code::DepositAddress, member, &intent.id, found));
    }
    Ok(())
}

pub(crate) fn refuse(
    code: Code,
    member: &str,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> Refusal {
    Refusal::one(Violation::new(code, member, expected, found))
}

impl BoundDeposit {
    /// Returns the proven address.
    pub(crate) fn address(&self) -> &str {
        self.quote.deposit_address().unwrap_or_default()
    }

    /// Returns SHA-256 of what a person approves of a deposit, whatever transaction makes it; nothing
    /// of an intent, which is not drafted by us.
    pub(crate) fn review_digest(&self) -> Option<[u8; 32]> {
        let (account, most) = self.agreed.from.account_and_fee()?;
        let (swap_id, amount) = (self.terms.swap_id.to_string(), self.quote.amount_in());
        let source = &self.terms.source;
        let parts = [
            REVIEWED.as_bytes(),
            swap_id.as_bytes(),
            self.quote.digest(),
            source.network.as_bytes(),
            source.token.as_bytes(),
            &account,
            self.address().as_bytes(),
            &amount.value().to_be_bytes::<32>(),
            &most.to_be_bytes(),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            // Each with its length, so that none reaches into the next.
            hash.update(part.len().to_string());
            hash.update([0]);
            hash.update(part);
        }
        Some(hash.finalize().into())
    }

    /// Returns the terms of the swap with what the chain's transaction has to say.
    pub(crate) fn terms_with<A>(&self, approval: A) -> Arc<Terms<A>> {
        let mut terms = self.terms.clone();
        terms.source.amount = self.quote.amount_in();
        terms.destination.amount = self.quote.min_amount_out();
        Arc::new(terms.with(approval))
    }
}
