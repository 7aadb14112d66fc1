use bitcoin::Transaction;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use countersign_approval::Policy;

use super::Refund;
use super::plan::witness;
use crate::signature::{check_ecdsa, check_schnorr};
use crate::templates::Inside;
use crate::{CoinEvidence, CoinSigner, KeyRequest, KeyTweak, SignError, SignatureError};

/// A refund with our signature, which was verified: a transaction that nodes take from the lock
/// time on.
#[derive(Clone, Debug)]
pub struct SignedRefund {
    tx: Transaction,
}

/// Signs a refund. It pays ourselves what is ours already, so it needs no reservation.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign_refund(
    refund: &Refund,
    policy: &Policy,
    signer: &dyn CoinSigner,
) -> Result<SignedRefund, SignError> {
    if policy.paused() {
        return Err(SignError::Paused);
    }
    let evidence = CoinEvidence::Refund(refund);
    let request = KeyRequest::new(refund.key.serialize(), KeyTweak::None, evidence);
    let key = signer.open(&request).await?;
    let sighash = &refund.sighash;
    let signature = match refund.htlc.inside {
        Inside::WitnessScript(_) => {
            let signature = key.sign_ecdsa(sighash).await?;
            check_ecdsa(signature, sighash, &refund.key).map(|signature| {
                let mut bytes = signature.serialize_der().to_vec();
                bytes.push(1);
                bytes
            })
        }
        Inside::Leaves(_) => {
            let signature = key.sign_schnorr(sighash).await?;
            let (x_only, _) = refund.key.x_only_public_key();
            check_schnorr(signature, sighash, &x_only).map(|sig| sig.serialize().to_vec())
        }
    };
    let signature = signature.ok_or_else(|| SignatureError {
        input: 0,
        key: refund.key.to_string(),
        sighash: *sighash,
    })?;
    let mut tx = refund.tx.clone();
    for input in &mut tx.input {
        input.witness = witness(&refund.htlc, &signature);
    }
    Ok(SignedRefund { tx })
}

impl SignedRefund {
    /// Returns the transaction's id as it is hashed; people read it in reverse.
    pub fn txid(&self) -> [u8; 32] {
        self.tx.compute_txid().to_byte_array()
    }

    /// Writes the transaction as the network takes it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serialize(&self.tx)
    }
}
