use countersign_approval::{LifetimeQuery, SolanaFactsQuery, TransferFactsQuery, TransferTerms};
use countersign_units::{SolanaAddress, SolanaHash};

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

/// Says how to ask what became of a transaction that an account signed, by its bytes.
///
/// A transaction is found by the signature of who pays its fee. Whoever makes a signature can make any
/// number of others over the same message, and each would be another name: so it is asked for by name
/// only where the account pays the fee itself.
///
/// `None` where these are no transaction with a signature.
pub fn lifetime_query(
    wire: &[u8],
    genesis_hash: SolanaHash,
    account: SolanaAddress,
) -> Option<LifetimeQuery> {
    let decoded = TransferDraft::from_transaction(wire.to_vec()).decode().ok()?;
    let blockhash = decoded.blockhash();
    let first = *decoded.signatures().next()?;
    let is_own = decoded.signers().next() == Some(account) && first != [0; 64];
    Some(LifetimeQuery { genesis_hash, blockhash, signature: is_own.then_some(first) })
}
