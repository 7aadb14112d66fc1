use std::sync::Arc;

use async_trait::async_trait;
use countersign_approval::{
    AssetAmount, Claim, ConfigDigest, CosignTerms, DurableNonce, Environment, MemoryLedger, Policy,
    Registry, Reservation, SolanaFacts, SwapId, Terms, reserve,
};
use countersign_units::{Lots, SolanaHash, UnixSeconds};
use futures::executor::block_on;
use serde_json::json;
use solana_transaction::versioned::VersionedTransaction;

use super::honest::{Built, Honest, key, keypair, ours, seed, theirs};
use super::terms::NOW;
use crate::{
    CosignPayload, CosignRequest, CosignSigner, LocalCosignSigner, SignError, SignedCosign,
    SignerError, SolanaSignerAdapter, TermsError, VerifiedCosign, VerifyError, sign, verify,
};

const REGISTRY: &str = r#"
environment = "mainnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 1
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;

pub(crate) fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n[limits.USDC]\nper_swap = \"2100000000000000\"\nper_day = \"2100000000000000\""
    );
    Policy::from_toml(&text, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

pub(super) fn swap(approval: CosignTerms) -> Terms<CosignTerms> {
    swap_of(approval.transfer.amount(), approval)
}

pub(crate) fn swap_of<A>(amount: Lots, approval: A) -> Terms<A> {
    let asset = |amount: Lots| AssetAmount {
        token: "USDC".to_owned(),
        symbol: "USDC".to_owned(),
        network: "solana".to_owned(),
        decimals: 6,
        amount,
    };
    Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Testnet,
        source: asset(amount),
        destination: asset(Lots::from(1)),
        recipient: "someone".to_owned(),
        refund_address: "us".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval,
    }
}

fn try_verify(built: &Built, terms: Terms<CosignTerms>) -> Result<VerifiedCosign, VerifyError> {
    let payload = CosignPayload::new(built.payload().to_string());
    verify(payload, &Arc::new(terms), &SolanaFacts::default(), NOW)
}

pub(super) fn verified(built: &Built) -> VerifiedCosign {
    try_verify(built, swap(built.terms.clone())).unwrap()
}

pub(crate) fn reserved(claim: Claim) -> Reservation {
    block_on(reserve(&MemoryLedger::new(), claim, &policy(false), NOW)).unwrap()
}

fn sign_with(built: &Built, signer: &dyn CosignSigner) -> Result<SignedCosign, SignError> {
    let cosign = verified(built);
    let reservation = reserved(cosign.claim());
    block_on(sign(&cosign, &reservation, &policy(false), signer, NOW))
}

pub(crate) fn signer() -> LocalCosignSigner {
    LocalCosignSigner::from_seed_hex(&hex::encode(seed("user"))).unwrap()
}

#[test]
fn our_slot_alone_is_filled_and_all_signatures_are_right() {
    let honest = [
        Honest::default(),
        Honest { legacy: true, ..Honest::default() },
        Honest { with_table: true, ..Honest::default() },
        Honest::native(),
    ];
    for built in honest.map(|honest| honest.build()) {
        let signed = sign_with(&built, &signer()).unwrap();
        let tx: VersionedTransaction = wincode::deserialize_exact(signed.wire()).unwrap();
        assert!(built.tx.signatures[1] == [0; 64].into() && tx.signatures[1] != [0; 64].into());
        assert_eq!(tx.message, built.tx.message);
        assert_eq!(tx.signatures[0], built.tx.signatures[0]);
        let message = tx.message.serialize();
        let keys = tx.message.static_account_keys();
        assert!(tx.signatures.iter().zip(keys).all(|(s, key)| s.verify(key.as_ref(), &message)));
        assert_eq!(signed.user_address(), ours(key("user")));
        assert_eq!(tx.signatures[1], (*signed.signature()).into());
    }
}

#[test]
fn signing_twice_gives_the_same_bytes_by_each_kind_of_key() {
    let built = Honest::default().build();
    let cosign = verified(&built);
    let reservation = reserved(cosign.claim());
    let local = signer();
    let adapter = SolanaSignerAdapter::new(keypair("user"));
    let signers: [&dyn CosignSigner; 3] = [&local, &adapter, &local];
    let all = signers.map(|signer| {
        let signed = block_on(sign(&cosign, &reservation, &policy(false), signer, NOW));
        signed.unwrap().to_hex()
    });
    assert!(all.iter().all(|signed| *signed == all[0]));
    // What is signed by now is a payload that can be verified and signed again.
    let again = CosignPayload::new(json!({ "transaction": all[0] }).to_string());
    let terms = Arc::new(swap(built.terms));
    let again = verify(again, &terms, &SolanaFacts::default(), NOW).unwrap();
    let reservation = reserved(again.claim());
    let signed = block_on(sign(&again, &reservation, &policy(false), &local, NOW)).unwrap();
    assert_eq!(signed.in_form_it_came(), all[0]);
}

#[test]
fn the_signed_transaction_is_written_in_the_form_it_came_in() {
    use base64::Engine as _;
    let built = Honest::default().build();
    let hex = hex::encode(built.wire());
    let base64 = base64::engine::general_purpose::STANDARD.encode(built.wire());
    for (payload, is_hex) in [
        (json!({ "transaction": hex }), true),
        (json!({ "transaction": hex.to_uppercase() }), true),
        (json!({ "transaction": base64 }), false),
        (json!({ "transaction_base64": base64 }), false),
        (json!({ "transaction": base64, "transaction_hex": hex }), true),
        (json!({ "params_to_sign": { "transaction": base64 } }), false),
    ] {
        let terms = Arc::new(swap(built.terms.clone()));
        let payload = CosignPayload::new(payload.to_string());
        let cosign = verify(payload, &terms, &SolanaFacts::default(), NOW).unwrap();
        let reservation = reserved(cosign.claim());
        let signed = block_on(sign(&cosign, &reservation, &policy(false), &signer(), NOW)).unwrap();
        let expected = if is_hex { signed.to_hex() } else { signed.to_base64() };
        assert_eq!(signed.in_form_it_came(), expected);
        assert_eq!(signed.to_hex(), signed.to_hex().to_lowercase());
    }
}

#[test]
fn nothing_is_signed_while_policy_says_so_or_when_it_is_too_late() {
    let cosign = verified(&Honest::default().build());
    let reservation = reserved(cosign.claim());
    let signed =
        |paused, now| block_on(sign(&cosign, &reservation, &policy(paused), &signer(), now));
    assert_eq!(signed(true, NOW).unwrap_err(), SignError::Paused);
    let valid_until = UnixSeconds::new(NOW.value() + 3_600);
    assert_eq!(cosign.valid_until(), valid_until);
    let late = signed(false, valid_until).unwrap_err();
    assert_eq!(late, SignError::OutOfDate { valid_until, now: valid_until });
    assert!(signed(false, UnixSeconds::new(valid_until.value() - 1)).is_ok());
}

#[test]
fn a_reservation_is_for_one_swap_and_one_message() {
    let first = verified(&Honest::default().build());
    let reservation = reserved(first.claim());
    let other_swap = verified(&Honest::default().build());
    let other_message = Honest { blockhash: [8; 32], ..Honest::default() }.build();
    let mut terms = swap(other_message.terms.clone());
    terms.swap_id = first.terms().swap_id;
    let other_message = try_verify(&other_message, terms).unwrap();
    for other in [other_swap, other_message] {
        let signed = block_on(sign(&other, &reservation, &policy(false), &signer(), NOW));
        assert_eq!(signed.unwrap_err(), SignError::OtherReservation);
    }
    assert!(block_on(sign(&first, &reservation, &policy(false), &signer(), NOW)).is_ok());
}

/// Signs something else than it is asked for.
struct Wrong;

#[async_trait]
impl CosignSigner for Wrong {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError> {
        use solana_sdk::signature::Signer as _;
        let other = [request.message().as_bytes(), &[0]].concat();
        Ok(keypair("user").sign_message(&other).into())
    }
}

/// Signs as it is asked, by another key.
struct OtherKey;

#[async_trait]
impl CosignSigner for OtherKey {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError> {
        use solana_sdk::signature::Signer as _;
        Ok(keypair("stranger").sign_message(request.message().as_bytes()).into())
    }
}

#[test]
fn what_a_backend_returns_is_verified() {
    let built = Honest::default().build();
    let user = ours(key("user"));
    let wrong: [&dyn CosignSigner; 2] = [&Wrong, &OtherKey];
    for wrong in wrong {
        assert_eq!(sign_with(&built, wrong).unwrap_err(), SignError::Signature { user });
    }
    let stranger = LocalCosignSigner::from_seed_hex(&hex::encode(seed("stranger"))).unwrap();
    let adapter = SolanaSignerAdapter::new(keypair("stranger"));
    let others: [&dyn CosignSigner; 2] = [&stranger, &adapter];
    for other in others {
        let no_key = SignError::Backend(SignerError::NoKey { address: user });
        assert_eq!(sign_with(&built, other).unwrap_err(), no_key);
    }
}

#[test]
fn a_claim_takes_the_message_for_good() {
    let built = Honest::default().build();
    let cosign = verified(&built);
    let claim = cosign.claim();
    let digest = hex::encode(cosign.digest());
    let cluster = SolanaHash::new([9; 32]);
    assert_eq!(claim.resources, [format!("solana/{cluster}/{digest}")]);
    assert_eq!(claim.valid_until, UnixSeconds::new(u64::MAX));
    assert_eq!(claim.amount, built.terms.transfer.amount());
    let mut unpinned = swap(built.terms.clone());
    unpinned.approval.genesis_hash = None;
    let claim = try_verify(&built, unpinned).unwrap().claim();
    assert_eq!(claim.resources, [format!("solana/-/{digest}")]);
    // The same message can't serve two swaps.
    let ledger = MemoryLedger::new();
    let reserve = |claim| block_on(reserve(&ledger, claim, &policy(false), NOW));
    assert!(reserve(cosign.claim()).is_ok() && reserve(verified(&built).claim()).is_err());
}

#[test]
fn a_claim_takes_the_value_of_a_durable_nonce() {
    let nonce =
        solana_system_interface::instruction::advance_nonce_account(&key("nonce"), &key("sponsor"));
    let mut built = Honest { before: vec![nonce], ..Honest::default() }.build();
    built.terms.durable_nonce = DurableNonce::Pinned(ours(key("nonce")));
    let claim = verified(&built).claim();
    let value = SolanaHash::new([7; 32]);
    assert_eq!(claim.resources[1], format!("solana/nonce/{}/{value}", key("nonce")));
    assert_eq!(claim.resources.len(), 2);
}

#[test]
fn terms_that_contradict_themselves_are_our_own_mistake() {
    let built = Honest::default().build();
    let refused = |change: &dyn Fn(&mut Terms<CosignTerms>)| {
        let mut terms = swap(built.terms.clone());
        change(&mut terms);
        match try_verify(&built, terms) {
            Err(VerifyError::Terms(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let (user, fee_payer) = (built.terms.user, built.terms.fee_payer);
    assert!(matches!(
        refused(&|terms| terms.source.amount = Lots::from(1)),
        TermsError::Amounts { .. }
    ));
    let without_user = refused(&|terms| terms.approval.required_signers = vec![fee_payer]);
    assert_eq!(without_user, TermsError::UserSignsNot { user });
    let without_payer = refused(&|terms| terms.approval.required_signers = vec![user]);
    assert_eq!(without_payer, TermsError::FeePayerSignsNot { fee_payer });
    let twice = refused(&|terms| terms.approval.required_signers.push(user));
    assert_eq!(twice, TermsError::SignerTwice { signer: user });
    for (environment, genesis_hash) in [
        (Environment::Mainnet, "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
        (Environment::Mainnet, "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"),
        (Environment::Testnet, "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
        (Environment::Sandbox, "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
        (Environment::Sandbox, "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
    ] {
        let genesis_hash: SolanaHash = genesis_hash.parse().unwrap();
        let mixed = refused(&|terms| {
            terms.environment = environment;
            terms.approval.genesis_hash = Some(genesis_hash);
        });
        assert_eq!(mixed, TermsError::Cluster { environment, genesis_hash });
    }
}

#[test]
fn nothing_secret_and_no_signature_is_shown() {
    let signed = sign_with(&Honest::default().build(), &signer()).unwrap();
    let shown =
        format!("{signed:?} {:?} {:?}", signer(), SolanaSignerAdapter::new(keypair("user")));
    assert!(!shown.contains(&hex::encode(signed.signature())), "{shown}");
    assert!(!shown.contains(&signed.to_hex()) && !shown.contains(&hex::encode(seed("user"))));
    let address = theirs(signed.user_address()).to_string();
    assert_eq!(shown.matches(&address).count(), 3, "{shown}");
}
