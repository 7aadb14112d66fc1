use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{Claim, CosignTerms, Environment, SolanaFacts, Statement, Terms};
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};

use crate::judge::{Judgement, judge};
use crate::{CosignMessage, CosignPayload, TermsError, VerifyError, clusters};

/// A transaction that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify`]; [`sign`](crate::sign) takes it and nothing else. It is
/// about a moment: signing refuses it when its deadline has passed, and what comes back from
/// storage or review is a [`CosignPayload`] again.
#[derive(Debug)]
#[must_use = "a verified transaction does nothing until it is signed"]
pub struct VerifiedCosign {
    judgement: Judgement,
    payload: CosignPayload,
    terms: Arc<Terms<CosignTerms>>,
    /// The lookup tables that the chain told of.
    tables: BTreeMap<SolanaAddress, Vec<SolanaAddress>>,
}

/// Compares a payload with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify(
    payload: CosignPayload,
    terms: &Arc<Terms<CosignTerms>>,
    facts: &SolanaFacts,
    now: UnixSeconds,
) -> Result<VerifiedCosign, VerifyError> {
    let (swap, transfer) = (terms.source.amount, terms.approval.transfer.amount());
    if swap != transfer {
        return Err(TermsError::Amounts { swap, transfer }.into());
    }
    require_cluster(terms.environment, terms.approval.genesis_hash)?;
    let judgement = judge(&payload, &terms.approval, facts, now)?;
    let tables = facts.tables.iter().flat_map(|seen| &seen.tables);
    let tables = tables.map(|(address, table)| (*address, table.addresses.clone())).collect();
    Ok(VerifiedCosign { judgement, payload, terms: Arc::clone(terms), tables })
}

/// A cluster whose environment is known must be one of that environment.
pub(crate) fn require_cluster(
    environment: Environment,
    genesis_hash: Option<SolanaHash>,
) -> Result<(), TermsError> {
    let Some(genesis_hash) = genesis_hash else { return Ok(()) };
    match clusters::environment_of(genesis_hash) {
        Some(known) if known != environment => {
            Err(TermsError::Cluster { environment, genesis_hash })
        }
        _ => Ok(()),
    }
}

impl VerifiedCosign {
    /// Returns what is signed.
    pub fn message(&self) -> CosignMessage {
        self.judgement.message()
    }

    /// Returns SHA-256 of what is signed.
    pub fn digest(&self) -> [u8; 32] {
        self.judgement.digest()
    }

    /// Returns the payload as it was sent.
    pub const fn payload(&self) -> &CosignPayload {
        &self.payload
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<CosignTerms> {
        &self.terms
    }

    /// Returns the terms with the lookup tables that the chain told of, for a backend that verifies
    /// by itself and can't ask the chain. Those that the terms pin stay as they are.
    pub fn terms_with_tables(&self) -> Terms<CosignTerms> {
        let mut terms = Terms::clone(&self.terms);
        let mut tables = self.tables.clone();
        tables.append(&mut terms.approval.lookup_tables);
        terms.approval.lookup_tables = tables;
        terms
    }

    /// Returns the last moment at which it is signed.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.judgement.valid_until()
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the approval takes, for the ledger.
    ///
    /// Only the chain can say that a blockhash has died, and a durable nonce never does by itself,
    /// so the approval counts as live for good: no second one of the same swap replaces it.
    pub fn claim(&self) -> Claim {
        let digest = self.digest();
        let cluster = self.terms.approval.genesis_hash;
        let cluster = cluster.map_or_else(|| "-".to_owned(), |hash| hash.to_string());
        let mut resources = vec![format!("solana/{cluster}/{}", hex::encode(digest))];
        if let Some(account) = self.judgement.nonce_account() {
            let value = self.judgement.blockhash();
            resources.push(format!("solana/nonce/{account}/{value}"));
        }
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest,
            resources,
            token: self.terms.source.token.clone(),
            amount: self.terms.source.amount,
            valid_until: UnixSeconds::new(u64::MAX),
        }
    }

    pub(crate) const fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}
