use countersign_approval::{SolanaFactsQuery, TransferFactsQuery, TransferTerms};

use super::TransferDraft;
use super::agreed::Agreed;
use crate::fact_check::Deal;

/// Says which facts of the cluster to ask for, before a transfer is verified.
///
/// `None` where the draft can't be read, the terms make no sense, or pin no cluster.
pub fn transfer_facts_query(
    draft: &TransferDraft,
    terms: &TransferTerms,
) -> Option<TransferFactsQuery> {
    let genesis_hash = terms.genesis_hash?;
    let agreed = Agreed::new(terms).ok()?;
    let deal: Deal<'_> = agreed.deal(&terms.allowed_extensions);
    let decoded = draft.decode().ok()?;
    let keys = decoded.keys().enumerate();
    let writable = keys.filter(|(place, _)| decoded.is_writable(*place)).map(|(_, key)| key);
    let token = deal.token();
    let transaction = SolanaFactsQuery {
        genesis_hash,
        transaction: decoded.wire().to_vec(),
        blockhash: decoded.blockhash(),
        writable: writable.collect(),
        tables: Vec::new(),
        mint: token.map(|token| token.mint),
        source: token.map(|token| token.source),
        destination: token.map(|token| token.destination),
    };
    let recipient = terms.action.to();
    Some(TransferFactsQuery { transaction, owner: terms.owner, recipient })
}
