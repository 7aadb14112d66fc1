use std::fmt;

use bitcoin::Transaction;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use countersign_approval::{PaymentAction, Policy, Reservation};
use countersign_units::UnixSeconds;

use super::VerifiedPayment;
use crate::sign::{require_signable, sign_inputs};
use crate::{CoinEvidence, CoinSigner, SignError};

/// A payment with our signatures, each of which was verified: a transaction that nodes take.
#[derive(Clone)]
pub struct SignedPayment {
    tx: Transaction,
}

/// Signs all inputs of a verified and reserved payment, and verifies each signature before any is
/// let out.
///
/// Signing again doubles nothing: all signatures are for one transaction, which the coins can pay
/// for once.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign_payment(
    payment: &VerifiedPayment,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn CoinSigner,
    now: UnixSeconds,
) -> Result<SignedPayment, SignError> {
    let takes_back = payment.payment().action == PaymentAction::SelfSpend;
    let moment = (payment.valid_until(), now);
    require_signable((&payment.claim(), takes_back), reservation, policy, moment)?;
    let evidence = CoinEvidence::Payment(payment);
    let payment = payment.payment();
    let signatures = sign_inputs(&payment.to_sign, evidence, signer).await?;
    let mut tx = payment.tx.clone();
    for (input, signature) in tx.input.iter_mut().zip(&signatures) {
        signature.complete(input);
    }
    Ok(SignedPayment { tx })
}

impl SignedPayment {
    /// Returns the transaction's id as it is hashed; people read it in reverse.
    pub fn txid(&self) -> [u8; 32] {
        self.tx.compute_txid().to_byte_array()
    }

    /// Returns the transaction's id with its witnesses, as it is hashed; people read it in reverse.
    pub fn wtxid(&self) -> [u8; 32] {
        self.tx.compute_wtxid().to_byte_array()
    }

    /// Writes the transaction as the network takes it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serialize(&self.tx)
    }
}

impl fmt::Debug for SignedPayment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedPayment({})", self.tx.compute_txid())
    }
}
