use std::sync::Arc;

use countersign_api_types::json::Value;
use countersign_api_types::oneclick::Timestamp;
use countersign_approval::{
    AppFee, AssetAlias, AssetAmount, ConfigDigest, Environment, QuoteAge, QuoteConfidentiality,
    QuoteDepositMode, QuotePlace, QuoteRebate, QuoteSwapType, QuoteTerms, Refusal, SwapId, Terms,
};
use countersign_near::{PRODUCTION_QUOTE_KEY, ProvenQuote, QuoteAnswer, QuoteKeys, prove};
use countersign_units::{Bps, Lots, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::line::Line;
use super::ours::{Ours, moment, now, parse, refused, without_swap};
use super::read::{Invalid, Reader};
use super::solana::DAY_SECONDS;
use super::verdict::{Digest, Outcome};

const PLACES: [QuotePlace; 3] =
    [QuotePlace::Chain, QuotePlace::Intents, QuotePlace::ConfidentialIntents];

pub(super) fn check(line: &Line<'_>, clock: UnixSeconds) -> Result<Outcome, Invalid> {
    let ours = Ours::read(line)?;
    let asked = Asked::read(ours.terms()?, clock)?;
    ours.require_facts(&[])?;
    Ok(match asked.prove(line.payload.map_or("null", RawValue::get)) {
        Ok(quote) => Outcome::Sign {
            digest: Digest::One(format!("0x{}", hex::encode(quote.digest()))),
            statement: without_swap(&quote.statement()),
            not_judged: Vec::new(),
        },
        Err(refusal) => refused(&refusal, Vec::new()),
    })
}

/// A quote beside a deposit or an intent: what we asked, and the answer.
#[derive(Deserialize)]
struct Beside<'a> {
    #[serde(borrow)]
    terms: &'a RawValue,
    #[serde(borrow)]
    answer: &'a RawValue,
}

/// Proves the quote that a deposit or an intent is for.
pub(super) fn prove_beside(
    quote: &RawValue,
    clock: UnixSeconds,
) -> Result<Result<ProvenQuote, Refusal>, Invalid> {
    if !quote.get().starts_with('{') {
        return Err("quote: expected an object of terms and answer".to_owned());
    }
    let quote: Beside<'_> =
        serde_json::from_str(quote.get()).map_err(|error| format!("quote: {error}"))?;
    let terms = parse("quote.terms", quote.terms)?;
    let asked = Asked::read(Reader::new("quote.terms", &terms)?, clock)?;
    Ok(asked.prove(quote.answer.get()))
}

/// What was asked, and by whom the answer must be signed.
struct Asked {
    terms: Arc<Terms<QuoteTerms>>,
    keys: QuoteKeys,
    now: UnixSeconds,
}

impl Asked {
    fn read(terms: Reader<'_>, clock: UnixSeconds) -> Result<Self, Invalid> {
        let now = now(terms, clock)?;
        let keys = read_keys(terms)?;
        Ok(Self { terms: Arc::new(read_terms(terms, now)?), keys, now })
    }

    fn prove(&self, answer: &str) -> Result<ProvenQuote, Refusal> {
        prove(QuoteAnswer::new(answer), &self.terms, &self.keys, self.now)
    }
}

fn read_keys(terms: Reader<'_>) -> Result<QuoteKeys, Invalid> {
    const NAME: &str = "keys";
    let keys = match terms.get(NAME) {
        None => vec![PRODUCTION_QUOTE_KEY.to_owned()],
        Some(_) => texts(terms, NAME)?,
    };
    QuoteKeys::new(keys.iter().map(String::as_str)).map_err(|error| terms.bad(NAME, error))
}

fn read_terms(terms: Reader<'_>, now: UnixSeconds) -> Result<Terms<QuoteTerms>, Invalid> {
    let asked = read_asked(terms, now)?;
    let (max_in, min_out) = (lots(terms, "max_amount_in")?, lots(terms, "min_amount_out")?);
    let (max_in, min_out) = match asked.swap_type {
        QuoteSwapType::ExactOutput => (max_in, Some(min_out.unwrap_or(asked.amount))),
        QuoteSwapType::ExactInput | QuoteSwapType::FlexInput => (Some(asked.amount), min_out),
    };
    let max_in = max_in.ok_or_else(|| terms.bad("max_amount_in", "a value"))?;
    let min_out = min_out.ok_or_else(|| terms.bad("min_amount_out", "a value"))?;
    let terms = Terms {
        swap_id: no_swap()?,
        environment: Environment::Mainnet,
        source: amount_of(&asked.origin_asset, max_in),
        destination: amount_of(&asked.destination_asset, min_out),
        recipient: terms.required("recipient", Reader::parsed)?,
        refund_address: terms.required("refundTo", Reader::parsed)?,
        config: ConfigDigest { policy: [0; 32], registry: [0; 32] },
        approval: asked,
    };
    Ok(terms)
}

/// A line belongs to no swap; what is said of one is left out of what is answered.
pub(super) fn no_swap() -> Result<SwapId, Invalid> {
    let nil = "00000000-0000-0000-0000-000000000000".parse::<SwapId>();
    nil.map_err(|error| format!("swap: {error}"))
}

fn amount_of(asset: &str, amount: Lots) -> AssetAmount {
    let (token, symbol) = (asset.to_owned(), asset.to_owned());
    AssetAmount { token, symbol, network: String::new(), decimals: 0, amount }
}

fn read_asked(terms: Reader<'_>, now: UnixSeconds) -> Result<QuoteTerms, Invalid> {
    let swap_types =
        [QuoteSwapType::ExactInput, QuoteSwapType::ExactOutput, QuoteSwapType::FlexInput];
    let modes = [QuoteDepositMode::Simple, QuoteDepositMode::Memo];
    let views =
        [QuoteConfidentiality::Public, QuoteConfidentiality::Basic, QuoteConfidentiality::Advanced];
    let place = |member, name| word(terms, member, &PLACES, name);
    let option = |member| terms.parsed::<String>(member);
    Ok(QuoteTerms {
        dry: terms.flag("dry")?.unwrap_or(false),
        swap_type: required(terms, "swapType", &swap_types, QuoteSwapType::as_str)?,
        deposit_mode: word(terms, "depositMode", &modes, QuoteDepositMode::as_str)?
            .unwrap_or(QuoteDepositMode::Simple),
        slippage: terms.required("slippageTolerance", bps)?,
        origin_asset: terms.required("originAsset", Reader::parsed)?,
        destination_asset: terms.required("destinationAsset", Reader::parsed)?,
        asset_aliases: read_aliases(terms)?,
        amount: terms.required("amount", lots)?,
        deposit_type: place("depositType", QuotePlace::as_origin)?.unwrap_or(QuotePlace::Chain),
        refund_type: place("refundType", QuotePlace::as_origin)?.unwrap_or(QuotePlace::Chain),
        recipient_type: place("recipientType", QuotePlace::as_destination)?
            .unwrap_or(QuotePlace::Chain),
        deadline: terms.parsed::<Timestamp>("deadline")?.map(|moment| moment.millis()),
        latest_deadline: moment(terms, "latest_deadline")?
            .unwrap_or_else(|| now.saturating_add(DAY_SECONDS)),
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        made_after: moment(terms, "made_after")?,
        virtual_chain_recipient: option("virtualChainRecipient")?,
        virtual_chain_refund_recipient: option("virtualChainRefundRecipient")?,
        custom_recipient_msg: option("customRecipientMsg")?,
        confidentiality: word(terms, "confidentiality", &views, QuoteConfidentiality::as_str)?
            .unwrap_or(QuoteConfidentiality::Public),
        referral: option("referral")?,
        quote_waiting_time_ms: terms.small("quoteWaitingTimeMs")?.unwrap_or_default(),
        connected_wallets: texts(terms, "connectedWallets")?,
        session_id: option("sessionId")?,
        rebates: objects(terms, "rebates", read_rebate)?,
        app_fees: objects(terms, "appFees", read_fee)?,
        insured: terms.flag("insured")?.unwrap_or(false),
        max_app_fees: terms.required("max_app_fee_bps", bps)?,
        fee_recipients: texts(terms, "fee_recipients")?,
        max_slippage: terms.required("max_slippage_bps", bps)?,
        age: read_age(terms)?,
    })
}

fn read_age(terms: Reader<'_>) -> Result<QuoteAge, Invalid> {
    let is_stored = terms.flag("stored")?.unwrap_or(false);
    Ok(if is_stored { QuoteAge::Stored } else { QuoteAge::New })
}

/// Reads aliases: for each name that we ask by, those that the API may answer with.
fn read_aliases(terms: Reader<'_>) -> Result<Vec<AssetAlias>, Invalid> {
    const NAME: &str = "aliases";
    let Some(aliases) = terms.get(NAME) else { return Ok(Vec::new()) };
    let aliases = aliases.as_object().ok_or_else(|| terms.bad(NAME, "lists of names by names"))?;
    let reader = Reader::of("terms.aliases", aliases);
    let mut all = Vec::new();
    for (asked, _) in aliases.members() {
        let answered = texts(reader, asked)?.into_iter();
        all.extend(answered.map(|answered| AssetAlias { asked: asked.to_owned(), answered }));
    }
    Ok(all)
}

fn read_rebate(rebate: Reader<'_>) -> Result<QuoteRebate, Invalid> {
    let share = rebate.required("share", Reader::small)?;
    Ok(QuoteRebate {
        recipient: rebate.required("recipient", Reader::parsed)?,
        share: share.try_into().map_err(|_| rebate.bad("share", "a share in percent"))?,
    })
}

fn read_fee(fee: Reader<'_>) -> Result<AppFee, Invalid> {
    Ok(AppFee {
        recipient: fee.required("recipient", Reader::parsed)?,
        fee: fee.required("fee", bps)?,
    })
}

fn objects<T>(
    terms: Reader<'_>,
    member: &'static str,
    read: impl Fn(Reader<'_>) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    let all = terms.elements(member)?.iter();
    all.map(|element| read(Reader::new(member, element)?)).collect()
}

pub(super) fn texts(terms: Reader<'_>, member: &str) -> Result<Vec<String>, Invalid> {
    let text = |value: &Value<'_>| value.as_str().map(str::to_owned);
    let all = terms.elements(member)?.iter().map(text).collect::<Option<_>>();
    all.ok_or_else(|| terms.bad(member, "a list of strings"))
}

pub(super) fn lots(terms: Reader<'_>, member: &str) -> Result<Option<Lots>, Invalid> {
    Ok(terms.uint(member)?.map(Lots::new))
}

pub(super) fn bps(terms: Reader<'_>, member: &str) -> Result<Option<Bps>, Invalid> {
    let read = |value: u64| u16::try_from(value).ok().and_then(|value| Bps::new(value).ok());
    let bad = || terms.bad(member, "whole basis points, at most 10000");
    terms.small(member)?.map(|value| read(value).ok_or_else(bad)).transpose()
}

/// Reads one of several words.
pub(super) fn word<T: Copy>(
    terms: Reader<'_>,
    member: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, Invalid> {
    let Some(text) = terms.parsed::<String>(member)? else { return Ok(None) };
    let found = all.iter().copied().find(|value| name(*value) == text);
    let names = || all.iter().copied().map(name).collect::<Vec<_>>().join(", ");
    found.map(Some).ok_or_else(|| terms.bad(member, format_args!("one of {}", names())))
}

pub(super) fn required<T: Copy>(
    terms: Reader<'_>,
    member: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Invalid> {
    word(terms, member, all, name)?.ok_or_else(|| terms.bad(member, "a value"))
}
