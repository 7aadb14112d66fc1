use alloy::primitives::{B256, Signature};
use alloy::signers::local::PrivateKeySigner;
use async_trait::async_trait;
use countersign_approval::{Claim, MemoryLedger, Policy, Registry, Reservation, reserve};
use countersign_units::{EvmAddress, UnixSeconds};
use prost::Message;

use super::honest::{KEY, NOW, actions, draft, facts, owner, swap, terms};
use crate::tron_call::wire::Signed;
use crate::{
    AlloySigner, CallEvidence, CallSigner, LocalSigner, SentTronCall, SignCall, SignCallError,
    SignedTronCall, SignerError, UncheckedSignature, VerifiedTronCall, sign_tron_call,
    verify_tron_call,
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

fn verified(place: usize) -> VerifiedTronCall {
    let action = actions()[place];
    let terms = terms(action);
    verify_tron_call(draft(&terms), &swap(terms), &facts(&action), NOW).unwrap()
}

async fn reserved(claim: Claim) -> Reservation {
    reserve(&MemoryLedger::new(), claim, &policy(false), NOW).await.unwrap()
}

async fn sign_with(
    call: &VerifiedTronCall,
    signer: &dyn CallSigner,
) -> Result<SignedTronCall, SignCallError> {
    let reservation = reserved(call.claim()).await;
    sign_tron_call(call, &reservation, &policy(false), signer, NOW).await
}

#[tokio::test]
async fn what_is_sent_holds_what_was_judged_and_recovers() {
    let (local, alloy) = (
        LocalSigner::from_hex(KEY).unwrap(),
        AlloySigner::new(KEY.parse::<PrivateKeySigner>().unwrap()),
    );
    for place in 0..actions().len() {
        let call = verified(place);
        let signed = sign_with(&call, &local).await.unwrap();
        assert_eq!(sign_with(&call, &alloy).await.unwrap(), signed);
        let sent = Signed::decode(signed.as_bytes()).unwrap();
        assert_eq!(sent.raw_data, call.draft().as_bytes());
        let [signature] = sent.signature.as_slice() else { panic!("expected one signature") };
        assert!(matches!(signature[64], 27 | 28));
        let signature = Signature::try_from(signature.as_slice()).unwrap();
        let recovered = signature.recover_address_from_prehash(&B256::from(*signed.id()));
        assert_eq!(recovered.unwrap().into_array(), *owner().as_bytes());
        assert_eq!(signed.id(), call.sighash().as_bytes());
        assert!(!format!("{signed:?}").contains(&signed.to_string()));
    }
}

/// Claims to be the owner's key, and signs with another.
struct Other;

#[async_trait]
impl CallSigner for Other {
    fn account(&self) -> EvmAddress {
        owner()
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        assert!(matches!(request.evidence(), CallEvidence::Tron(_)));
        let key = LocalSigner::from_hex(&"11".repeat(32)).unwrap();
        Ok(key.sign_digest(*request.sighash().as_bytes()))
    }
}

#[tokio::test]
async fn nothing_else_is_signed() {
    let call = verified(1);
    let local = LocalSigner::from_hex(KEY).unwrap();
    let error = sign_with(&call, &Other).await.unwrap_err();
    assert!(matches!(error, SignCallError::Signature(_)), "{error}");
    let stranger = LocalSigner::from_hex(&"11".repeat(32)).unwrap();
    let error = sign_with(&call, &stranger).await.unwrap_err();
    assert!(matches!(error, SignCallError::OtherKey { .. }), "{error}");
    for other in [verified(1).claim(), Claim { digest: [0; 32], ..call.claim() }] {
        let reservation = reserved(other).await;
        let error = sign_tron_call(&call, &reservation, &policy(false), &local, NOW).await;
        assert_eq!(error.unwrap_err(), SignCallError::OtherReservation);
    }
    let reservation = reserved(call.claim()).await;
    let error = sign_tron_call(&call, &reservation, &policy(true), &local, NOW).await;
    assert_eq!(error.unwrap_err(), SignCallError::Paused);
    let late = NOW.saturating_add(541);
    let error = sign_tron_call(&call, &reservation, &policy(false), &local, late).await;
    assert!(matches!(error, Err(SignCallError::OutOfDate { .. })));
    let last = NOW.saturating_add(540);
    assert!(sign_tron_call(&call, &reservation, &policy(false), &local, last).await.is_ok());
}

#[test]
fn a_claim_ends_with_the_transaction() {
    let call = verified(1);
    let claim = call.claim();
    assert_eq!(call.valid_until(), NOW.saturating_add(600));
    assert_eq!(claim.valid_until, UnixSeconds::new(NOW.value() + 900));
    let to = "TWBpGbPL8hHhB3bDaUmhPWPdWFe5nDVhV1";
    let deposit = &claim.resources[1];
    assert!(
        deposit.starts_with("deposit:tron:728126428:T")
            && deposit.len() == "deposit:tron:728126428:".len() + to.len(),
        "{deposit}"
    );
    assert_eq!(claim.resources[0], format!("tron:728126428:transaction:{}", call.sighash()));
    assert_eq!(verified(2).claim().resources.len(), 1);
}

#[test]
fn a_statement_says_what_is_signed() {
    let call = verified(1);
    let statement = call.statement().to_string();
    let id = hex::encode(call.sighash().as_bytes());
    for said in ["1000000000", "fee limit (sun)", &id, "expiration"] {
        assert!(statement.contains(said), "{said} in {statement}");
    }
}

#[tokio::test]
async fn what_was_sent_is_found_again_by_its_bytes() {
    let call = verified(0);
    let signed = sign_with(&call, &LocalSigner::from_hex(KEY).unwrap()).await.unwrap();
    let sent = SentTronCall::read(signed.as_bytes()).unwrap();
    assert_eq!((sent.id(), sent.expiration().to_seconds()), (signed.id(), call.valid_until()));
    let names = call.facts_query().reference;
    assert_eq!(names, Some([0x05, 0x06]));
    let bytes = signed.as_bytes();
    assert_eq!(SentTronCall::read(&bytes[..bytes.len() - 1]), None);
    assert_eq!(SentTronCall::read(&[]), None);
}
