use countersign_api_types::json::Value;
use countersign_approval::{
    BitcoinDeposit, BitcoinNetwork, Code, Coin, Fact, FeeRate, MempoolConflict, PaymentAction,
    PaymentFacts, PaymentFees, PaymentTerms, Sats,
};
use countersign_bitcoin::{PaymentDraft, VerifyError, judge_payment};

use super::{Deposit, not_given, refuse, transaction};
use crate::check::bitcoin::read_facts as read_chain;
use crate::check::bitcoin::{coin_id, number, read_coin, read_coin_id, sats};
use crate::check::ours::refused;
use crate::check::quote::bps;
use crate::check::read::{Invalid, Reader};
use crate::check::verdict::{Digest, Outcome};

/// How many coins a payment may spend where the terms do not say.
const MAX_INPUTS: u32 = 100;

pub(super) fn check(deposit: &Deposit<'_>) -> Result<Outcome, Invalid> {
    let amount = deposit.target.amount().and_then(|amount| {
        let expected = "at most 21e14 sats";
        Sats::new(amount).ok_or_else(|| refuse(Code::Amount, "amount", expected, amount))
    });
    let terms = read_terms(deposit, *amount.as_ref().unwrap_or(&Sats::ZERO))?;
    let facts = deposit.ours.facts(|facts| read_facts(facts, &terms.coins))?;
    let not_given = || not_given(&Fact::PAYMENT, |fact| !facts.has(fact));
    let draft = amount.and_then(|_| transaction::bytes(deposit.transaction));
    let draft = match draft {
        Ok(draft) => PaymentDraft::from_bytes(draft),
        Err(refusal) => return Ok(refused(&refusal, not_given())),
    };
    match judge_payment(&draft, &terms, &facts, deposit.now) {
        Ok(judgement) => Ok(Outcome::Sign {
            digest: Digest::each(&judgement.digests()),
            statement: judgement.statement(),
            not_judged: judgement.not_judged().to_vec(),
        }),
        Err(VerifyError::Refused(refusal)) => Ok(refused(&refusal, not_given())),
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

fn read_terms(deposit: &Deposit<'_>, amount: Sats) -> Result<PaymentTerms, Invalid> {
    let (terms, target) = (deposit.terms()?, deposit.target);
    let coins = terms.elements("coins")?.iter().map(read_coin).collect::<Result<_, _>>()?;
    let max_inputs = number(terms, "max_inputs")?.unwrap_or(MAX_INPUTS);
    Ok(PaymentTerms {
        network: terms.required::<BitcoinNetwork>("bitcoin_network", Reader::parsed)?,
        public_key: terms.required("public_key", Reader::array)?,
        action: PaymentAction::Pay(BitcoinDeposit {
            address: target.address.clone(),
            memo: None,
            amount,
        }),
        coins,
        change_script: terms.required("change_script", Reader::plain_bytes)?,
        fees: read_fees(terms)?,
        max_inputs: usize::try_from(max_inputs).unwrap_or(usize::MAX),
        replaceable: terms.flag("replaceable")?.unwrap_or(false),
        current_height: terms.required("current_height", number)?,
        min_confirmations: number(terms, "min_confirmations")?.unwrap_or(1),
        deadline: target.deadline,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        require_facts: deposit.ours.require_facts(&Fact::PAYMENT)?,
    })
}

fn read_fees(terms: Reader<'_>) -> Result<PaymentFees, Invalid> {
    Ok(PaymentFees {
        max: terms.required("max_fee_sats", sats)?,
        max_rate: terms.required("max_fee_rate", rate)?,
        min_rate: rate(terms, "min_fee_rate")?.unwrap_or(FeeRate::from_sats_per_vb(1)),
        max_share: bps(terms, "max_fee_share_bps")?,
    })
}

/// Reads a rate in sat/vB.
fn rate(terms: Reader<'_>, member: &str) -> Result<Option<FeeRate>, Invalid> {
    Ok(terms.small(member)?.map(FeeRate::from_sats_per_vb))
}

fn read_facts(facts: &Value<'_>, agreed: &[Coin]) -> Result<PaymentFacts, Invalid> {
    let conflict = Reader::new("facts", facts)?.get("mempool_conflict").map(read_conflict);
    Ok(PaymentFacts { chain: read_chain(facts, agreed)?, conflict: conflict.transpose()? })
}

fn read_conflict(conflict: &Value<'_>) -> Result<MempoolConflict, Invalid> {
    let conflict = Reader::new("facts.mempool_conflict", conflict)?;
    let read = |coin: &Value<'_>| match coin.as_str() {
        Some(text) => coin_id(text).ok_or_else(|| conflict.bad("coins", "txid:vout")),
        None => read_coin_id(Reader::new("facts.mempool_conflict.coins", coin)?),
    };
    Ok(MempoolConflict {
        coins: conflict.elements("coins")?.iter().map(read).collect::<Result<_, _>>()?,
        fees: sats(conflict, "fees")?.unwrap_or_default(),
        rate: rate(conflict, "fee_rate")?.unwrap_or_default(),
    })
}
