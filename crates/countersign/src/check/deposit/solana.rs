use countersign_api_types::json::Value;
use countersign_approval::{
    AccountSnapshot, Code, Fact, Rent, TokenPayment, TransferAction, TransferFacts, TransferTerms,
};
use countersign_solana::{
    TermsError, TransferDraft, VerifyError, associated_token_account, judge_transfer, programs,
};
use countersign_units::SolanaAddress;

use super::{Deposit, not_given, refuse};
use crate::check::ours::refused;
use crate::check::read::{Invalid, Reader};
use crate::check::solana::{decimals, read_extensions};
use crate::check::solana_facts::{self, read_snapshot};
use crate::check::verdict::{Digest, Outcome};

/// How many compute units a transfer may ask for where the terms do not say.
const MAX_COMPUTE_UNITS: u64 = 300_000;

pub(super) fn check(deposit: &Deposit<'_>) -> Result<Outcome, Invalid> {
    let facts = deposit.ours.facts(read_facts)?;
    let target = deposit.target;
    let agreed = target.address().and_then(|to: SolanaAddress| Ok((to, target.amount()?)));
    let draft = TransferDraft::from_text(deposit.transaction);
    // Terms that can't be read make a line invalid, whatever else is wrong with it.
    let (to, amount) = agreed.as_ref().copied().unwrap_or((programs::SYSTEM, 0));
    let terms = read_terms(deposit, to, amount)?;
    let not_given =
        || not_given(&Fact::SOLANA_TRANSFER, |fact| says(&terms, fact) && !facts.has(fact));
    let draft = match agreed.and(draft) {
        Ok(draft) => draft,
        Err(refusal) => return Ok(refused(&refusal, not_given())),
    };
    match judge_transfer(&draft, &terms, &facts, deposit.now) {
        Ok(judgement) => Ok(Outcome::Sign {
            digest: Digest::One(format!("0x{}", hex::encode(judgement.digest()))),
            statement: judgement.statement(),
            not_judged: judgement.not_judged().to_vec(),
        }),
        Err(VerifyError::Refused(refusal)) => Ok(refused(&refusal, not_given())),
        Err(VerifyError::Terms(TermsError::NoWallet { to })) => {
            let expected = "a wallet of another";
            let refusal = refuse(Code::DepositAddress, "deposit address", expected, to);
            Ok(refused(&refusal, not_given()))
        }
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

/// Says whether a transfer has a fact: one of SOL has nothing to say about a mint.
const fn says(terms: &TransferTerms, fact: Fact) -> bool {
    match fact {
        Fact::Mint | Fact::Source | Fact::Destination => {
            matches!(terms.action, TransferAction::Token(_))
        }
        _ => true,
    }
}

fn read_terms(
    deposit: &Deposit<'_>,
    to: SolanaAddress,
    amount: u64,
) -> Result<TransferTerms, Invalid> {
    let terms = deposit.terms()?;
    let owner = terms.required("owner", Reader::parsed)?;
    let limit = terms.small("max_compute_unit_limit")?.unwrap_or(MAX_COMPUTE_UNITS);
    let bad = |_| terms.bad("max_compute_unit_limit", "an integer below 2^32");
    Ok(TransferTerms {
        genesis_hash: terms.parsed("genesis_hash")?,
        owner,
        action: read_action(terms, owner, to, amount)?,
        recent_blockhash: terms.required("recent_blockhash", Reader::parsed)?,
        last_valid_block_height: terms.required("last_valid_block_height", Reader::small)?,
        max_compute_unit_limit: limit.try_into().map_err(bad)?,
        max_compute_unit_price: terms.small("max_compute_unit_price")?,
        max_lamports_beside: terms.required("max_lamports_beside", Reader::small)?,
        allowed_extensions: read_extensions(terms)?,
        not_after: deposit.target.deadline,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        require_facts: deposit.ours.require_facts(&Fact::SOLANA_TRANSFER)?,
    })
}

fn read_action(
    terms: Reader<'_>,
    owner: SolanaAddress,
    to: SolanaAddress,
    amount: u64,
) -> Result<TransferAction, Invalid> {
    let Some(mint) = terms.parsed("mint")? else {
        return Ok(TransferAction::Native { to, lamports: amount });
    };
    let program = terms.parsed("token_program")?.unwrap_or(programs::SPL_TOKEN);
    let source = match terms.parsed("source_token_account")? {
        Some(source) => source,
        None => associated_token_account(owner, mint, program)
            .ok_or_else(|| terms.bad("source_token_account", "our token account"))?,
    };
    let decimals = terms.required("decimals", decimals)?;
    Ok(TransferAction::Token(TokenPayment { program, mint, decimals, amount, source, to }))
}

fn read_facts(facts: &Value<'_>) -> Result<TransferFacts, Invalid> {
    let transaction = solana_facts::read(facts)?;
    let facts = Reader::new("facts", facts)?;
    Ok(TransferFacts {
        transaction,
        owner: wallet(facts, "balance")?,
        recipient: wallet(facts, "recipient")?,
        rent: facts.get("rent").map(read_rent).transpose()?,
        block_height: facts.small("height")?,
    })
}

/// Reads an account; `null` says that there is none, which is not the same as absent.
#[expect(clippy::option_option, reason = "not said, said to be none, or said to be this one")]
fn wallet(facts: Reader<'_>, member: &str) -> Result<Option<Option<AccountSnapshot>>, Invalid> {
    match (facts.has(member), facts.get(member)) {
        (false, _) => Ok(None),
        (true, None) => Ok(Some(None)),
        (true, Some(account)) => Ok(Some(Some(read_snapshot(account)?))),
    }
}

fn read_rent(rent: &Value<'_>) -> Result<Rent, Invalid> {
    let rent = Reader::new("facts.rent", rent)?;
    let wallet = rent.required("wallet", Reader::small)?;
    Ok(Rent { wallet, token_account: rent.small("token_account")? })
}
