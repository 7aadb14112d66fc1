use countersign_approval::{AssetTransfer, CosignTerms, SolanaFactsQuery, TableUse};
use countersign_units::SolanaAddress;

use crate::decode::{self, Decoded};
use crate::payload::Sent;
use crate::{CosignPayload, payload};

/// Says which facts of the cluster to ask for, before a payload is verified.
///
/// `None` where the transaction can't be read, or the terms pin no cluster.
pub fn facts_query(payload: &CosignPayload, terms: &CosignTerms) -> Option<SolanaFactsQuery> {
    let genesis_hash = terms.genesis_hash?;
    let payload = payload::read(payload).ok()?;
    let decoded = decode::from_payload(Sent::new(&payload).ok()?).ok()?;
    let token = match &terms.transfer {
        AssetTransfer::Native { .. } => None,
        AssetTransfer::Token(token) => Some(token),
    };
    let keys = decoded.keys().enumerate();
    let writable = keys.filter(|(place, _)| decoded.is_writable(*place)).map(|(_, key)| key);
    Some(SolanaFactsQuery {
        genesis_hash,
        transaction: decoded.wire().to_vec(),
        blockhash: decoded.blockhash(),
        writable: writable.collect(),
        tables: tables(&decoded),
        mint: token.map(|token| token.mint),
        source: token.map(|token| token.source),
        destination: token.map(|token| token.destination),
    })
}

fn tables(decoded: &Decoded) -> Vec<TableUse> {
    let tables = decoded.lookups().iter().map(|lookup| TableUse {
        table: SolanaAddress::new(lookup.account_key.to_bytes()),
        writable: lookup.writable_indexes.clone(),
        readonly: lookup.readonly_indexes.clone(),
    });
    tables.collect()
}
