//! The checks of a payment, each in the file of what it looks at.

mod facts;
mod fee;
mod form;
mod inputs;
mod outputs;

use std::fmt::Display;

use bitcoin::hashes::Hash;
use bitcoin::{Transaction, TxOut};
use countersign_approval::{
    BitcoinNetwork, Code, Fact, PaymentAction, PaymentFacts, PaymentTerms, Sats, Statement,
    Violation, Violations,
};
use countersign_units::UnixSeconds;

use super::deposit::Payee;
use super::{PaymentDraft, statement};
use crate::VerifyError;
use crate::decode::read_unsigned;
use crate::judge::{Owner, Spend, ToSign, index_coins, refuse, require_address};
use crate::own::OwnKeys;
use crate::sighash::Hasher;

pub(super) use fee::Fee;
pub(super) use form::sequence;
pub(super) use outputs::Role;

/// How many bytes a draft may have: a transaction of the weight that nodes pass on.
const MAX_BYTES: usize = 100_000;

/// What a check of a draft found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct PaymentJudgement {
    payment: Payment,
    not_judged: Vec<Fact>,
}

/// A transaction that was found to be what was agreed, with what is needed to sign and show it.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub(super) network: BitcoinNetwork,
    pub(super) action: PaymentAction,
    pub(super) payee: Option<Payee>,
    pub(super) tx: Transaction,
    pub(super) spends: Vec<Spend>,
    pub(super) roles: Vec<Role>,
    pub(super) fee: Fee,
    pub(super) to_sign: Vec<ToSign>,
    pub(super) digest: [u8; 32],
    pub(super) txid: [u8; 32],
    pub(super) valid_until: UnixSeconds,
}

impl PaymentJudgement {
    /// Returns what would be signed, one for each input, in their order. They are bytes: no key takes
    /// them.
    pub fn digests(&self) -> Vec<[u8; 32]> {
        self.payment.to_sign.iter().map(|input| *input.sighash.as_bytes()).collect()
    }

    /// Returns SHA-256 of all that would be signed, one after another.
    pub const fn digest(&self) -> [u8; 32] {
        self.payment.digest
    }

    /// Returns the id that the signed transaction has, as it is hashed; people read it in reverse.
    pub const fn txid(&self) -> [u8; 32] {
        self.payment.txid
    }

    /// Returns what goes to the network's fee.
    pub const fn fee(&self) -> Sats {
        self.payment.fee.amount
    }

    /// Returns the facts that were not given, and so not judged.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        statement::of_payment(&self.payment, &self.not_judged)
    }

    pub(super) const fn payment(&self) -> &Payment {
        &self.payment
    }
}

/// Compares a draft with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn judge_payment(
    draft: &PaymentDraft,
    terms: &PaymentTerms,
    facts: &PaymentFacts,
    now: UnixSeconds,
) -> Result<PaymentJudgement, VerifyError> {
    let keys = OwnKeys::new(terms.public_key, &terms.coins)?;
    let coins = index_coins(&terms.coins)?;
    require_address(&terms.change_script)?;
    let payee = Payee::of(terms).map_err(refuse)?;
    let tx = read(draft).map_err(refuse)?;
    let violations = Violations::new();
    let mut check =
        Check { terms, keys: &keys, payee: payee.as_ref(), tx: &tx, facts, now, violations };
    check.agreed();
    let spends = check.inputs(&coins);
    check.form();
    let roles = check.outputs(&spends);
    let fee = check.fee(&spends);
    check.facts(&spends);
    check.violations.into_result()?;
    let to_sign = to_sign(terms, &keys, &tx, &spends).map_err(refuse)?;
    let (digest, txid) = (ToSign::digest(&to_sign), txid(&tx, &to_sign));
    let valid_until = last_moment(terms);
    let (network, action) = (terms.network, terms.action.clone());
    let payment = Payment {
        network,
        action,
        payee,
        tx,
        spends,
        roles,
        fee,
        to_sign,
        digest,
        txid,
        valid_until,
    };
    let not_judged = Fact::PAYMENT.into_iter().filter(|fact| !facts.has(*fact)).collect();
    Ok(PaymentJudgement { payment, not_judged })
}

/// Returns the last moment at which a payment is signed.
fn last_moment(terms: &PaymentTerms) -> UnixSeconds {
    UnixSeconds::new(terms.deadline.value().saturating_sub(terms.min_remaining))
}

pub(super) fn read(draft: &PaymentDraft) -> Result<Transaction, Violation> {
    let bytes = draft.as_bytes();
    if bytes.len() > MAX_BYTES {
        let expected = format_args!("at most {MAX_BYTES} bytes");
        return Err(Violation::new(Code::Malformed, "draft", expected, bytes.len()));
    }
    read_unsigned(bytes, "draft")
}

/// Computes what is signed for each input. The checks have passed before.
fn to_sign(
    terms: &PaymentTerms,
    keys: &OwnKeys,
    tx: &Transaction,
    spends: &[Spend],
) -> Result<Vec<ToSign>, Violation> {
    let spent: Vec<&TxOut> = spends.iter().map(|spend| &spend.coin).collect();
    let mut hasher = Hasher::new(tx, &spent);
    let mut inputs = Vec::with_capacity(spends.len());
    for (input, spend) in spends.iter().enumerate() {
        let coin = match spend.owner {
            Owner::Ours(at) => terms.coins.get(at),
            Owner::Other => None,
        };
        let found = coin.and_then(|coin| ToSign::new(&mut hasher, input, keys.of(coin), None));
        let member = format_args!("draft.inputs[{input}]");
        let expected = "a coin that our key signs for";
        inputs.push(
            found.ok_or_else(|| {
                Violation::new(Code::UnexpectedInput, member, expected, "another")
            })?,
        );
    }
    Ok(inputs)
}

/// Returns the id that the transaction will have: no signature changes it, as all inputs are ours.
fn txid(tx: &Transaction, to_sign: &[ToSign]) -> [u8; 32] {
    let mut tx = tx.clone();
    for (input, to_sign) in tx.input.iter_mut().zip(to_sign) {
        input.script_sig = to_sign.script_sig().unwrap_or_default();
    }
    tx.compute_txid().to_byte_array()
}

/// One draft under examination.
struct Check<'a> {
    terms: &'a PaymentTerms,
    keys: &'a OwnKeys,
    payee: Option<&'a Payee>,
    tx: &'a Transaction,
    facts: &'a PaymentFacts,
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

    /// Checks what was agreed, before anything that was drafted.
    fn agreed(&mut self) {
        let (now, terms) = (self.now, self.terms);
        if last_moment(terms) <= now {
            let least = now.saturating_add(terms.min_remaining);
            self.push(
                Code::Deadline,
                "terms.deadline",
                format_args!("after {least}"),
                terms.deadline,
            );
        }
        if !self.keys.any_spends(&terms.change_script) {
            let found = hex::encode(&terms.change_script);
            self.push(Code::Change, "terms.change_script", "a script of a key of ours", found);
        }
        if let Some(payee) =
            self.payee.filter(|payee| self.keys.any_spends(payee.script.as_bytes()))
        {
            let member = "terms.action.address";
            self.push(Code::DepositAddress, member, "an address that is not ours", &payee.address);
        }
    }
}
