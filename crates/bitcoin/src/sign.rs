use std::collections::HashMap;

use bitcoin::secp256k1::PublicKey;
use countersign_approval::{Claim, Policy, Reservation, SighashKind};
use countersign_units::UnixSeconds;

use crate::judge::ToSign;
use crate::own::CoinKind;
use crate::signature::{check_ecdsa, check_schnorr};
use crate::signed::SignedInput;
use crate::{
    CoinEvidence, CoinKey, CoinSigner, KeyRequest, KeyTweak, SignatureError, SignedPsbt,
    SignerError, VerifiedPsbt,
};

/// Why a verified PSBT or payment was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The transaction is to be signed no longer.
    #[error("the transaction was valid until {valid_until}, now is {now}")]
    OutOfDate {
        /// The last moment at which it could be signed, in Unix seconds.
        valid_until: UnixSeconds,
        /// When it was to be signed, in Unix seconds.
        now: UnixSeconds,
    },
    /// The reservation is for another swap, other coins or another transaction.
    #[error("the reservation is for another transaction")]
    OtherReservation,
    /// The key backend did not sign.
    #[error(transparent)]
    Backend(#[from] SignerError),
    /// The key backend signed something else.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Signs the listed inputs of a verified and reserved PSBT, and verifies each signature before any
/// is let out.
///
/// A key is opened once for all its inputs. Signing again doubles nothing: all signatures are for
/// one transaction, which the coins can pay for once.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign(
    psbt: &VerifiedPsbt,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn CoinSigner,
    now: UnixSeconds,
) -> Result<SignedPsbt, SignError> {
    let moment = (psbt.valid_until(), now);
    require_signable((&psbt.claim(), false), reservation, policy, moment)?;
    let funding = psbt.judgement().funding();
    let inputs = sign_inputs(&funding.to_sign, CoinEvidence::Psbt(psbt), signer).await?;
    Ok(SignedPsbt::new(funding, inputs))
}

/// Requires that policy lets us sign, that it is not too late, and that this very claim was
/// reserved. What takes an approval back is signed while policy pauses too, and nothing else is signed
/// by its reservation.
pub(crate) fn require_signable(
    (claim, takes_back): (&Claim, bool),
    reservation: &Reservation,
    policy: &Policy,
    (valid_until, now): (UnixSeconds, UnixSeconds),
) -> Result<(), SignError> {
    if policy.paused() && !reservation.is_cancel() {
        return Err(SignError::Paused);
    }
    if valid_until <= now {
        return Err(SignError::OutOfDate { valid_until, now });
    }
    if reservation.claim() != claim || (reservation.is_cancel() && !takes_back) {
        return Err(SignError::OtherReservation);
    }
    Ok(())
}

/// Signs what is below the doors; they alone decide whether it may be signed.
pub(crate) async fn sign_inputs(
    to_sign: &[ToSign],
    evidence: CoinEvidence<'_>,
    signer: &dyn CoinSigner,
) -> Result<Vec<SignedInput>, SignError> {
    let mut opened: HashMap<(PublicKey, bool), Box<dyn CoinKey>> = HashMap::new();
    let mut done = Vec::with_capacity(to_sign.len());
    for input in to_sign {
        let taproot = matches!(input.kind, CoinKind::P2tr(_));
        let key = match opened.entry((input.key, taproot)) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let tweak = if taproot { KeyTweak::Bip86 } else { KeyTweak::None };
                let request = KeyRequest::new(input.key.serialize(), tweak, evidence);
                entry.insert(signer.open(&request).await?)
            }
        };
        let signature = sign_input(input, key.as_ref()).await?;
        done.push(SignedInput { input: input.input, kind: input.kind, key: input.key, signature });
    }
    Ok(done)
}

/// Signs one input, and returns the signature as it stands in a witness.
async fn sign_input(input: &ToSign, key: &dyn CoinKey) -> Result<Vec<u8>, SignError> {
    let ToSign { sighash, sighash_kind, .. } = input;
    let wrong = |key: String| SignatureError { input: input.input, key, sighash: *sighash };
    match &input.kind {
        CoinKind::P2tr(output_key) => {
            let signature = key.sign_schnorr(sighash).await?;
            let signature = check_schnorr(signature, sighash, output_key)
                .ok_or_else(|| wrong(output_key.to_string()))?;
            let mut bytes = signature.serialize().to_vec();
            bytes.extend((*sighash_kind == SighashKind::All).then_some(1));
            Ok(bytes)
        }
        CoinKind::P2wpkh | CoinKind::P2shP2wpkh => {
            let signature = key.sign_ecdsa(sighash).await?;
            let signature = check_ecdsa(signature, sighash, &input.key)
                .ok_or_else(|| wrong(input.key.to_string()))?;
            let mut bytes = signature.serialize_der().to_vec();
            bytes.push(1);
            Ok(bytes)
        }
    }
}
