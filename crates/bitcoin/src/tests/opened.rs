use std::sync::Mutex;

use async_trait::async_trait;

use super::honest::{Honest, Kind, our_key, secret_key};
use super::signing::{sign_with, signer, verified};
use crate::{
    CoinEvidence, CoinKey, CoinSigner, InputSighash, KeyRequest, KeyTweak, SignerError,
    VerifiedPsbt,
};

/// Opens good keys, tries each on what it was not opened for, and notes what came of it.
struct Elsewhere {
    sighashes: Vec<InputSighash>,
    outcomes: Mutex<Vec<Result<[u8; 64], SignerError>>>,
}

#[async_trait]
impl CoinSigner for Elsewhere {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let key = signer().open(request).await?;
        for sighash in &self.sighashes {
            let signed = [key.sign_ecdsa(sighash).await, key.sign_schnorr(sighash).await];
            self.outcomes.lock().unwrap().extend(signed);
        }
        Ok(key)
    }
}

fn of(coins: Vec<(Kind, u64, bool)>) -> VerifiedPsbt {
    verified(&Honest { coins, ..Honest::default() }.build())
}

#[test]
fn an_opened_key_signs_what_it_was_opened_for_and_nothing_else() {
    let other = of(vec![(Kind::Wpkh, 700_000, false)]);
    let refund = other.refund_recipe();
    let outpoint = refund.outpoint().unwrap();
    let refund = refund.plan(outpoint, 2, countersign_approval::Sats::MAX).unwrap();
    let sighashes = other.sighashes().into_iter().chain([*refund.sighash()]).collect();
    let elsewhere = Elsewhere { sighashes, outcomes: Mutex::default() };
    sign_with(&Honest::default().build(), &elsewhere).unwrap();
    let outcomes = elsewhere.outcomes.into_inner().unwrap();
    // Two keys were opened, one of them tweaked.
    assert_eq!(outcomes.len(), 8);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(SignerError::Declined(_))), "{outcome:?}");
    }
}

#[test]
fn a_key_signs_for_its_own_inputs_alone() {
    let psbt = verified(&Honest::default().build());
    let evidence = CoinEvidence::Psbt(&psbt);
    let ours = our_key().serialize();
    let by = |tweak| evidence.sighashes_of(&ours, tweak);
    let (plain, tweaked) = (by(KeyTweak::None), by(KeyTweak::Bip86));
    assert_eq!((plain.len(), tweaked.len()), (2, 1));
    assert!([plain, tweaked].concat().iter().all(|sighash| psbt.sighashes().contains(sighash)));
    let secp = crate::secp::secp();
    let stranger = secret_key(0x77).public_key(secp).serialize();
    assert!(evidence.is_signed_by(&ours) && !evidence.is_signed_by(&stranger));
    let refund = psbt.refund_recipe();
    let outpoint = refund.outpoint().unwrap();
    let refund = refund.plan(outpoint, 2, countersign_approval::Sats::MAX).unwrap();
    let evidence = CoinEvidence::Refund(&refund);
    assert_eq!(evidence.sighashes_of(&ours, KeyTweak::None), [*refund.sighash()]);
    assert!(evidence.sighashes_of(&ours, KeyTweak::Bip86).is_empty());
    assert!(!evidence.is_signed_by(&stranger));
}

#[test]
fn a_judgement_gives_away_bytes_and_nothing_that_a_key_takes() {
    let psbt = of(vec![(Kind::Tr, 700_000, false)]);
    let digests: Vec<[u8; 32]> = psbt.judgement().digests();
    let sighashes = psbt.sighashes();
    assert_eq!(digests, sighashes.iter().map(|it| *it.as_bytes()).collect::<Vec<_>>());
}
