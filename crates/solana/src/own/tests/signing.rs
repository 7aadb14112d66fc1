use std::sync::Arc;

use async_trait::async_trait;
use countersign_approval::{
    Environment, MemoryLedger, Terms, TransferFacts, TransferTerms, reserve,
};
use countersign_units::{Lots, SolanaHash, UnixSeconds};
use futures::executor::block_on;
use solana_sdk::signature::Signer as _;
use solana_transaction::versioned::VersionedTransaction;

use super::honest::{KINDS, Kind, LAST_HEIGHT, NOW, draft, terms};
use crate::tests::honest::{Honest, key, keypair, ours, seed};
use crate::tests::signing::{policy, reserved, signer, swap_of};
use crate::{
    LocalCosignSigner, SignError, SignedTransfer, SignerError, SolanaSignerAdapter, TermsError,
    TransferDraft, TransferRequest, TransferSigner, VerifiedTransfer, VerifyError, lifetime_query,
    sign_transfer, verify_transfer,
};

fn swap(terms: TransferTerms) -> Terms<TransferTerms> {
    swap_of(terms.action.amount(), terms)
}

fn try_verify(terms: Terms<TransferTerms>) -> Result<VerifiedTransfer, VerifyError> {
    let draft = draft(&terms.approval);
    verify_transfer(draft, &Arc::new(terms), &TransferFacts::default(), NOW)
}

fn verified(kind: Kind) -> VerifiedTransfer {
    try_verify(swap(terms(kind))).unwrap()
}

fn sign_with(
    transfer: &VerifiedTransfer,
    signer: &dyn TransferSigner,
) -> Result<SignedTransfer, SignError> {
    let reservation = reserved(transfer.claim());
    block_on(sign_transfer(transfer, &reservation, &policy(false), signer, NOW))
}

#[test]
fn a_transaction_is_asked_for_by_name_only_where_nobody_else_can_rename_it() {
    let (genesis, user) = (SolanaHash::new([9; 32]), ours(key("user")));
    for kind in KINDS {
        let signed = sign_with(&verified(kind), &signer()).unwrap();
        let query = lifetime_query(signed.wire(), genesis, user).unwrap();
        assert_eq!(query.signature.as_ref(), Some(signed.signature()));
    }
    // The sponsor has signed, and can sign the same message otherwise.
    let sponsored = Honest::default().build();
    assert_ne!(sponsored.tx.signatures[0].as_array(), &[0; 64]);
    let query = lifetime_query(&sponsored.wire(), genesis, user).unwrap();
    assert_eq!(query.signature, None);
}

#[test]
fn a_signed_transfer_can_be_sent_as_it_is() {
    for kind in KINDS {
        let transfer = verified(kind);
        let local = sign_with(&transfer, &signer()).unwrap();
        let adapted = sign_with(&transfer, &SolanaSignerAdapter::new(keypair("user"))).unwrap();
        assert_eq!(local.wire(), adapted.wire());
        let tx: VersionedTransaction = wincode::deserialize_exact(local.wire()).unwrap();
        assert_eq!(tx.verify_with_results(), [true]);
        assert_eq!(tx.message.serialize(), transfer.message().as_bytes());
        assert_eq!(tx.signatures[0].to_string(), local.txid());
        assert_eq!(tx.signatures[0].as_array(), local.signature());
        assert_eq!(local.last_valid_block_height(), LAST_HEIGHT);
        assert_eq!(local.blockhash(), SolanaHash::new([7; 32]));
        assert_eq!(TransferDraft::from_text(&local.to_base64()).unwrap().as_wire(), local.wire());
        // What is signed by now is a draft that can be verified and signed again.
        let again = TransferDraft::from_transaction(local.wire());
        let terms = Arc::new(swap(terms(kind)));
        let again = verify_transfer(again, &terms, &TransferFacts::default(), NOW).unwrap();
        assert_eq!(sign_with(&again, &signer()).unwrap().wire(), local.wire());
    }
}

#[test]
fn nothing_is_signed_while_policy_says_so_or_when_it_is_too_late() {
    let transfer = verified(Kind::Native);
    let reservation = reserved(transfer.claim());
    let sign = |paused, now| {
        let policy = policy(paused);
        let signer = signer();
        let signing = sign_transfer(&transfer, &reservation, &policy, &signer, now);
        block_on(signing).map(|_| ())
    };
    assert_eq!(sign(true, NOW), Err(SignError::Paused));
    let valid_until = transfer.valid_until();
    let late = SignError::OutOfDate { valid_until, now: valid_until };
    assert_eq!(sign(false, valid_until), Err(late));
    assert_eq!(sign(false, UnixSeconds::new(valid_until.value() - 1)), Ok(()));
}

/// Signs something else than it is asked for, or by another key.
struct Wrong {
    key: &'static str,
    tail: &'static [u8],
}

#[async_trait]
impl TransferSigner for Wrong {
    async fn sign_transfer(&self, request: &TransferRequest<'_>) -> Result<[u8; 64], SignerError> {
        let bytes = [request.message().as_bytes(), self.tail].concat();
        Ok(keypair(self.key).sign_message(&bytes).into())
    }
}

#[test]
fn what_a_backend_returns_is_verified() {
    let transfer = verified(Kind::Native);
    let user = ours(key("user"));
    assert!(sign_with(&transfer, &Wrong { key: "user", tail: &[] }).is_ok());
    for wrong in [Wrong { key: "user", tail: &[0] }, Wrong { key: "stranger", tail: &[] }] {
        let error = sign_with(&transfer, &wrong).unwrap_err();
        assert_eq!(error, SignError::Signature { user });
    }
    let stranger = LocalCosignSigner::from_seed_hex(&hex::encode(seed("stranger"))).unwrap();
    let adapter = SolanaSignerAdapter::new(keypair("stranger"));
    let others: [&dyn TransferSigner; 2] = [&stranger, &adapter];
    for other in others {
        let no_key = SignError::Backend(SignerError::NoKey { address: user });
        assert_eq!(sign_with(&transfer, other).unwrap_err(), no_key);
    }
}

#[test]
fn a_reservation_is_for_one_swap_and_one_message() {
    let first = verified(Kind::Native);
    let reservation = reserved(first.claim());
    let (policy, signer) = (policy(false), signer());
    let mut terms = terms(Kind::Native);
    terms.recent_blockhash = SolanaHash::new([8; 32]);
    let mut other_message = swap(terms);
    other_message.swap_id = first.terms().swap_id;
    for other in [verified(Kind::Native), try_verify(other_message).unwrap()] {
        let signing = sign_transfer(&other, &reservation, &policy, &signer, NOW);
        assert_eq!(block_on(signing).unwrap_err(), SignError::OtherReservation);
    }
    let signing = sign_transfer(&first, &reservation, &policy, &signer, NOW);
    assert!(block_on(signing).is_ok());
}

#[test]
fn a_claim_takes_the_message_and_the_deposit_address_for_good() {
    let transfer = verified(Kind::Native);
    let claim = transfer.claim();
    let (cluster, digest) = (SolanaHash::new([9; 32]), hex::encode(transfer.digest()));
    let to = key("deposit");
    let expected = [format!("solana/{cluster}/{digest}"), format!("deposit:solana:{to}")];
    assert_eq!(claim.resources, expected);
    assert_eq!(claim.valid_until, UnixSeconds::new(u64::MAX));
    // Another message to the same address can't serve another swap.
    let mut terms = terms(Kind::Native);
    terms.recent_blockhash = SolanaHash::new([8; 32]);
    let other = try_verify(swap(terms)).unwrap();
    let ledger = MemoryLedger::new();
    let reserve = |claim| block_on(reserve(&ledger, claim, &policy(false), NOW));
    assert!(reserve(claim).is_ok());
    assert!(reserve(other.claim()).is_err());
}

#[test]
fn terms_that_contradict_themselves_are_our_own_mistake() {
    let error = |change: &dyn Fn(&mut Terms<TransferTerms>)| {
        let mut terms = swap(terms(Kind::Native));
        change(&mut terms);
        match try_verify(terms) {
            Err(VerifyError::Terms(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let amounts = error(&|terms| terms.source.amount = Lots::from(1));
    assert!(matches!(amounts, TermsError::Amounts { .. }));
    let mainnet = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d".parse().unwrap();
    let cluster = error(&|terms| terms.approval.genesis_hash = Some(mainnet));
    let environment = Environment::Testnet;
    assert_eq!(cluster, TermsError::Cluster { environment, genesis_hash: mainnet });
}

#[test]
fn nothing_secret_and_no_signature_is_shown() {
    let signed = sign_with(&verified(Kind::Native), &signer()).unwrap();
    let shown = format!("{signed:?}");
    assert!(!shown.contains(&hex::encode(signed.signature())), "{shown}");
    assert!(!shown.contains(&signed.txid()) && shown.contains(&signed.owner().to_string()));
}
