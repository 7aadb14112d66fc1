use countersign_api_types::json::Value;
use countersign_approval::{
    AccountNonce, CallAction, CallFacts, CallOutcome, CallTerms, Fact, Refusal,
};
use countersign_evm::{CallDraft, judge_call};
use countersign_units::EvmAddress;

use super::{Deposit, not_given, transaction};
use crate::check::ours::{moment, refused};
use crate::check::quote::lots;
use crate::check::read::{Invalid, Reader};
use crate::check::verdict::{Digest, Outcome};

/// How far the clock and the latest block may differ where the terms do not say.
pub(super) const MAX_CLOCK_SKEW: u64 = 300;

pub(super) fn check(deposit: &Deposit<'_>) -> Result<Outcome, Invalid> {
    let facts = deposit.ours.facts(read_facts)?;
    let to = deposit.target.address();
    let unknown = EvmAddress::new([0; 20]);
    let terms = read_terms(deposit, *to.as_ref().unwrap_or(&unknown))?;
    let says = |fact| terms.action.needs(fact) && !facts.has(fact);
    let judged = to.and_then(|_: EvmAddress| judge(deposit, &terms, &facts));
    Ok(judged.unwrap_or_else(|refusal| refused(&refusal, not_given(&Fact::CALL, says))))
}

fn judge(deposit: &Deposit<'_>, terms: &CallTerms, facts: &CallFacts) -> Result<Outcome, Refusal> {
    let draft = CallDraft::new(transaction::bytes(deposit.transaction)?);
    let judgement = judge_call(&draft, terms, facts, deposit.now)?;
    Ok(Outcome::Sign {
        digest: Digest::One(format!("0x{}", hex::encode(judgement.digest()))),
        statement: judgement.statement(),
        not_judged: judgement.not_judged().to_vec(),
    })
}

fn read_terms(deposit: &Deposit<'_>, to: EvmAddress) -> Result<CallTerms, Invalid> {
    let (terms, target) = (deposit.terms()?, deposit.target);
    let amount = target.amount;
    Ok(CallTerms {
        owner: terms.required("owner", Reader::parsed)?,
        signer: terms.parsed("signer")?,
        chain_id: terms.required("chain_id", Reader::small)?,
        action: match terms.parsed("token")? {
            Some(token) => CallAction::TransferToken { token, to, amount },
            None => CallAction::TransferNative { to, amount },
        },
        account_nonce: terms.required("account_nonce", Reader::small)?,
        max_gas: terms.required("max_gas", Reader::small)?,
        max_fee_per_gas: terms.required("max_fee_per_gas", wei)?,
        max_priority_fee_per_gas: terms.required("max_priority_fee_per_gas", wei)?,
        max_total_fee: terms.required("max_total_fee", wei)?,
        deadline: target.deadline,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        max_clock_skew: terms.small("max_clock_skew")?.unwrap_or(MAX_CLOCK_SKEW),
        require_facts: deposit.ours.require_facts(&Fact::CALL)?,
    })
}

fn wei(reader: Reader<'_>, member: &str) -> Result<Option<u128>, Invalid> {
    let bad = || reader.bad(member, "an integer below 2^128");
    reader.uint(member)?.map(|value| value.try_into().map_err(|_| bad())).transpose()
}

pub(super) fn read_facts(facts: &Value<'_>) -> Result<CallFacts, Invalid> {
    let facts = Reader::new("facts", facts)?;
    Ok(CallFacts {
        owner_code: facts.bytes("owner_code")?,
        account_nonce: read_account_nonce(facts)?,
        native_balance: lots(facts, "native_balance")?,
        balance: lots(facts, "balance")?,
        recipient_code: facts.bytes("recipient_code")?,
        contract_code_hash: facts.bytes32("contract_code")?,
        base_fee: wei(facts, "base_fee")?,
        priority_fee: None,
        gas: facts.small("gas")?,
        simulation: facts.get("simulation").map(read_simulation).transpose()?,
        block_time: moment(facts, "block_time")?,
        block_number: None,
    })
}

/// Reads how many transactions were mined and how many there are; one number says both.
fn read_account_nonce(facts: Reader<'_>) -> Result<Option<AccountNonce>, Invalid> {
    const NAME: &str = "account_nonce";
    match facts.get(NAME) {
        Some(Value::Object(counts)) => {
            let counts = Reader::of("facts.account_nonce", counts);
            let mined = counts.required("mined", Reader::small)?;
            Ok(Some(AccountNonce { mined, pending: counts.small("pending")?.unwrap_or(mined) }))
        }
        _ => Ok(facts.small(NAME)?.map(|mined| AccountNonce { mined, pending: mined })),
    }
}

fn read_simulation(simulation: &Value<'_>) -> Result<CallOutcome, Invalid> {
    let simulation = Reader::new("facts.simulation", simulation)?;
    match simulation.parsed("error")? {
        Some(error) => Ok(CallOutcome::Failed(error)),
        None => simulation.required("returned", Reader::bytes).map(CallOutcome::Returned),
    }
}
