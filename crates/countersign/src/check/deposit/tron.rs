use countersign_api_types::json::Value;
use countersign_approval::{CallAction, Fact, Refusal, TronBlock, TronCallFacts, TronCallTerms};
use countersign_evm::{TronCallDraft, judge_tron_call};
use countersign_units::{EvmAddress, TronAddress};

use super::evm::{MAX_CLOCK_SKEW, read_facts as read_call_facts};
use super::{Deposit, not_given, transaction};
use crate::check::ours::refused;
use crate::check::read::{Invalid, Reader};
use crate::check::verdict::{Digest, Outcome};

/// How far ahead a transaction of Tron may expire at all.
const DAY_SECONDS: u64 = 86_400;

pub(super) fn check(deposit: &Deposit<'_>) -> Result<Outcome, Invalid> {
    let facts = deposit.ours.facts(read_facts)?;
    let to = deposit.target.address().map(TronAddress::to_evm);
    let unknown = EvmAddress::new([0; 20]);
    let terms = read_terms(deposit, *to.as_ref().unwrap_or(&unknown))?;
    let says = |fact| applies(&terms.action, fact) && !facts.has(fact);
    let judged = to.and_then(|_| judge(deposit, &terms, &facts));
    Ok(judged.unwrap_or_else(|refusal| refused(&refusal, not_given(&Fact::TRON_CALL, says))))
}

/// Says whether an action has a fact: each names its chain by a block, and TRX moves without energy.
const fn applies(action: &CallAction, fact: Fact) -> bool {
    match fact {
        Fact::Blockhash => true,
        Fact::Gas | Fact::BaseFee | Fact::Simulation => {
            !matches!(action, CallAction::TransferNative { .. })
        }
        _ => action.needs(fact),
    }
}

fn judge(
    deposit: &Deposit<'_>,
    terms: &TronCallTerms,
    facts: &TronCallFacts,
) -> Result<Outcome, Refusal> {
    let draft = TronCallDraft::new(transaction::bytes(deposit.transaction)?);
    let judgement = judge_tron_call(&draft, terms, facts, deposit.now)?;
    Ok(Outcome::Sign {
        digest: Digest::One(format!("0x{}", hex::encode(judgement.digest()))),
        statement: judgement.statement(),
        not_judged: judgement.not_judged().to_vec(),
    })
}

fn read_terms(deposit: &Deposit<'_>, to: EvmAddress) -> Result<TronCallTerms, Invalid> {
    let (terms, target) = (deposit.terms()?, deposit.target);
    let amount = target.amount;
    Ok(TronCallTerms {
        owner: terms.required("owner", Reader::tron_address)?,
        signer: terms.tron_address("signer")?,
        chain_id: terms.required("chain_id", Reader::small)?,
        action: match terms.tron_address("token")? {
            Some(token) => CallAction::TransferToken { token, to, amount },
            None => CallAction::TransferNative { to, amount },
        },
        max_fee_limit: terms.required("max_fee_limit", Reader::small)?,
        max_expiration_seconds: terms.small("max_expiration_seconds")?.unwrap_or(DAY_SECONDS),
        deadline: target.deadline,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        max_clock_skew: terms.small("max_clock_skew")?.unwrap_or(MAX_CLOCK_SKEW),
        require_facts: deposit.ours.require_facts(&Fact::TRON_CALL)?,
    })
}

fn read_facts(facts: &Value<'_>) -> Result<TronCallFacts, Invalid> {
    let block = Reader::new("facts", facts)?.get("blockhash").map(read_block);
    Ok(TronCallFacts { call: read_call_facts(facts)?, reference: block.transpose()? })
}

fn read_block(block: &Value<'_>) -> Result<TronBlock, Invalid> {
    let block = Reader::new("facts.blockhash", block)?;
    let number = block.required("number", Reader::small)?;
    Ok(TronBlock { number, id: block.required("id", Reader::array)? })
}
