use bitcoin::Transaction;
use bitcoin::consensus::encode::deserialize;
use countersign_approval::ChainViewError;

/// What nodes say of a transaction that they have already.
const KNOWN: [&str; 6] = [
    "txn-already-in-mempool",
    "txn-already-known",
    "txn-same-nonwitness-data-in-mempool",
    "already in mempool",
    "already in block chain",
    "already in utxo set",
];

/// A transaction that is passed on.
pub(super) struct Raw {
    pub(super) hex: String,
    /// Its id, as people read it.
    pub(super) txid: String,
}

impl Raw {
    /// Reads a transaction.
    ///
    /// # Errors
    ///
    /// Returns [`ChainViewError::Declined`] for bytes that no node takes for one.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ChainViewError> {
        let transaction: Transaction = deserialize(bytes)
            .map_err(|error| ChainViewError::Declined(format!("no transaction: {error}")))?;
        let txid = transaction.compute_txid().to_string();
        Ok(Self { hex: hex::encode(bytes), txid })
    }
}

/// Says whether a node's reason against a transaction is that it has it already.
pub(super) fn is_known(reason: &str) -> bool {
    KNOWN.iter().any(|known| reason.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_transaction_is_passed_on() {
        let bytes = hex::decode("0100000000010000000000000000").unwrap();
        assert!(matches!(Raw::read(&bytes), Err(ChainViewError::Declined(_))));
        assert!(Raw::read(&[]).is_err());
    }

    #[test]
    fn what_is_there_already_is_no_refusal() {
        assert!(is_known("Transaction outputs already in utxo set"));
        assert!(is_known(
            r#"sendrawtransaction RPC error: {"code":-27,"message":"Transaction already in block chain"}"#
        ));
        assert!(!is_known("bad-txns-inputs-missingorspent"));
        assert!(!is_known("txn-mempool-conflict"));
    }
}
