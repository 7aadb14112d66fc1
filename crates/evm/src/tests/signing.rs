use std::sync::Arc;

use async_trait::async_trait;
use countersign_approval::{
    Claim, EvmFacts, MemoryLedger, Permit2Terms, Policy, Registry, Reservation, Terms, reserve,
};
use countersign_units::{EvmAddress, Lots, UnixSeconds};

use super::honest::{DEADLINE, Honest, KEY, NOW, OWNER};
use crate::{
    LocalSigner, PermitPayload, PermitSigner, SignError, SignPermit, SignatureError, SignerError,
    TermsError, UncheckedSignature, VerifiedPermit, VerifyError, sign, verify,
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

fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n[limits.USDC]\nper_swap = \"1000000\"\nper_day = \"1000000\""
    );
    Policy::from_toml(&text, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

fn verified(honest: &Honest, terms: &Arc<Terms<Permit2Terms>>) -> VerifiedPermit {
    verify(PermitPayload::new(honest.api_form().to_string()), terms, &EvmFacts::default(), NOW)
        .unwrap()
}

async fn reserved(permit: &VerifiedPermit) -> Reservation {
    reserve(&MemoryLedger::new(), permit.claim(), &policy(false), NOW).await.unwrap()
}

async fn sign_with(signer: &dyn PermitSigner) -> Result<String, SignError> {
    let honest = Honest::default();
    let permit = verified(&honest, &honest.swap());
    let reservation = reserved(&permit).await;
    sign(&permit, &reservation, &policy(false), signer, NOW).await.map(|signed| signed.to_string())
}

#[tokio::test]
async fn signs_what_was_verified_and_reserved() {
    let signed = sign_with(&LocalSigner::from_hex(KEY).unwrap()).await.unwrap();
    assert_eq!(signed.len(), 132);
    assert!(signed.ends_with("1b") || signed.ends_with("1c"), "{signed}");
}

#[tokio::test]
async fn the_key_must_be_the_owners() {
    let stranger = LocalSigner::from_hex(&"11".repeat(32)).unwrap();
    let error = sign_with(&stranger).await.unwrap_err();
    assert_eq!(
        error,
        SignError::OtherKey { expected: OWNER.parse().unwrap(), found: stranger.address() }
    );
}

#[tokio::test]
async fn a_reservation_is_for_one_permit() {
    let honest = Honest::default();
    let (permit, other) = (verified(&honest, &honest.swap()), verified(&honest, &honest.swap()));
    let reservation = reserved(&other).await;
    let signer = LocalSigner::from_hex(KEY).unwrap();
    let error = sign(&permit, &reservation, &policy(false), &signer, NOW).await.unwrap_err();
    assert_eq!(error, SignError::OtherReservation);
}

#[tokio::test]
async fn a_reservation_is_for_the_whole_claim() {
    let honest = Honest::default();
    let permit = verified(&honest, &honest.swap());
    let cheap = Claim { amount: Lots::ZERO, ..permit.claim() };
    let reservation = reserve(&MemoryLedger::new(), cheap, &policy(false), NOW).await.unwrap();
    let signer = LocalSigner::from_hex(KEY).unwrap();
    let error = sign(&permit, &reservation, &policy(false), &signer, NOW).await.unwrap_err();
    assert_eq!(error, SignError::OtherReservation);
}

#[test]
fn a_swap_and_its_permit_have_one_amount() {
    let honest = Honest::default();
    let mut terms = Arc::unwrap_or_clone(honest.swap());
    terms.source.amount = Lots::from(1);
    let payload = PermitPayload::new(honest.api_form().to_string());
    let error = verify(payload, &Arc::new(terms), &EvmFacts::default(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::Amounts { .. })), "{error}");
}

#[tokio::test]
async fn evidence_goes_out_of_date_and_policy_may_pause() {
    let honest = Honest::default();
    let permit = verified(&honest, &honest.swap());
    let (reservation, signer) = (reserved(&permit).await, LocalSigner::from_hex(KEY).unwrap());
    let late = UnixSeconds::new(DEADLINE);
    let error = sign(&permit, &reservation, &policy(false), &signer, late).await.unwrap_err();
    assert_eq!(error, SignError::OutOfDate { valid_until: late, now: late });
    let error = sign(&permit, &reservation, &policy(true), &signer, NOW).await.unwrap_err();
    assert_eq!(error, SignError::Paused);
}

/// Claims to be the owner and changes what a good key returns.
struct Broken {
    key: LocalSigner,
    change: fn(&mut UncheckedSignature),
}

#[async_trait]
impl PermitSigner for Broken {
    fn address(&self) -> EvmAddress {
        OWNER.parse().unwrap()
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let mut signature = self.key.sign_permit(request).await?;
        (self.change)(&mut signature);
        Ok(signature)
    }
}

#[tokio::test]
async fn a_signature_is_recovered_before_it_leaves() {
    let broken = |key: &str, change| Broken { key: LocalSigner::from_hex(key).unwrap(), change };
    let fails = async |broken: Broken| match sign_with(&broken).await.unwrap_err() {
        SignError::Signature(error) => error,
        other => panic!("{other}"),
    };
    let stranger = fails(broken(&"11".repeat(32), |_| {})).await;
    assert!(matches!(stranger, SignatureError::OtherSigner { .. }), "{stranger}");
    let other_parity = fails(broken(KEY, |signature| signature.y_parity ^= true)).await;
    assert!(matches!(other_parity, SignatureError::OtherSigner { .. }), "{other_parity}");
    let zero = fails(broken(KEY, |signature| signature.r = [0; 32])).await;
    assert!(matches!(zero, SignatureError::Unrecoverable { .. }), "{zero}");
    let high = fails(broken(KEY, |signature| {
        let order: alloy::primitives::U256 =
            "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
        signature.s = (order - alloy::primitives::U256::from_be_bytes(signature.s)).to_be_bytes();
        signature.y_parity ^= true;
    }))
    .await;
    assert_eq!(high, SignatureError::HighS);
    assert!(sign_with(&broken(KEY, |_| {})).await.is_ok());
}

#[test]
fn a_key_is_not_shown() {
    let signer = LocalSigner::from_hex(KEY).unwrap();
    assert_eq!(format!("{signer:?}"), format!("LocalSigner({OWNER})"));
    let bad = format!("{}x", &KEY[..65]);
    let error = LocalSigner::from_hex(&bad).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&KEY[10..20]));
}
