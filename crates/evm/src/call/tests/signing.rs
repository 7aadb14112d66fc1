use std::sync::Arc;

use alloy::consensus::transaction::SignerRecoverable;
use alloy::consensus::{SignableTransaction, TxEnvelope};
use alloy::eips::Decodable2718;
use alloy::signers::local::PrivateKeySigner;
use async_trait::async_trait;
use countersign_approval::{
    CallAction, CallFacts, Claim, Ledger, LedgerError, MemoryLedger, Policy, Registry, Reservation,
    ReserveError, reserve,
};
use countersign_units::{EvmAddress, Lots, UnixSeconds};

use super::honest::{
    DEADLINE, DEPOSIT, KEY, NOW, actions, by_alloy, draft, facts, owner, swap, terms,
};
use crate::{
    AlloySigner, CallSigner, LocalSigner, SignCall, SignCallError, SignatureError, SignedCall,
    SignerError, UncheckedSignature, VerifiedCall, sign_call, verify_call,
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

fn verified(action: CallAction) -> VerifiedCall {
    let terms = terms(action);
    let sent = draft(&by_alloy(&terms));
    verify_call(sent, &swap(terms), &facts(&action), NOW).unwrap()
}

async fn reserved(claim: Claim) -> Reservation {
    reserve(&MemoryLedger::new(), claim, &policy(false), NOW).await.unwrap()
}

async fn sign_with(
    call: &VerifiedCall,
    signer: &dyn CallSigner,
) -> Result<SignedCall, SignCallError> {
    let reservation = reserved(call.claim()).await;
    sign_call(call, &reservation, &policy(false), signer, NOW).await
}

#[tokio::test]
async fn what_is_sent_is_what_alloy_reads_and_recovers() {
    let key = KEY.parse::<PrivateKeySigner>().unwrap();
    let (local, alloy) = (LocalSigner::from_hex(KEY).unwrap(), AlloySigner::new(key));
    for action in actions() {
        let call = verified(action);
        let signed = sign_with(&call, &local).await.unwrap();
        assert_eq!(sign_with(&call, &alloy).await.unwrap(), signed);
        let read = TxEnvelope::decode_2718_exact(signed.as_bytes()).unwrap();
        assert_eq!(read.tx_hash().0, *signed.hash());
        assert_eq!(read.recover_signer().unwrap().into_array(), *owner().as_bytes());
        let honest = by_alloy(&call.terms().approval);
        assert_eq!(read.as_eip1559().unwrap().tx(), &honest);
        assert_eq!(honest.signature_hash().0, *call.sighash().as_bytes());
        assert!(!format!("{signed:?}").contains(&signed.to_string()));
    }
}

/// Claims to be the owner's key and does something to the signature of another.
struct Broken {
    key: &'static str,
    change: fn(&mut UncheckedSignature),
}

#[async_trait]
impl CallSigner for Broken {
    fn account(&self) -> EvmAddress {
        owner()
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        let mut signature =
            LocalSigner::from_hex(self.key).unwrap().sign_digest(*request.sighash().as_bytes());
        (self.change)(&mut signature);
        Ok(signature)
    }
}

#[tokio::test]
async fn a_wrong_signature_is_not_let_out() {
    const OTHER: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
    let call = verified(actions()[1]);
    let cases: [(_, fn(&mut UncheckedSignature)); 4] = [
        (OTHER, |_| {}),
        (KEY, |signature| signature.y_parity ^= true),
        (KEY, |signature| signature.r = [0; 32]),
        (KEY, |signature| signature.s = [0xff; 32]),
    ];
    for (key, change) in cases {
        let error = sign_with(&call, &Broken { key, change }).await.unwrap_err();
        assert!(matches!(error, SignCallError::Signature(_)), "{error}");
    }
    let high = sign_with(&call, &Broken { key: KEY, change: |signature| signature.s = [0xff; 32] });
    assert_eq!(high.await.unwrap_err(), SignCallError::Signature(SignatureError::HighS));
    assert!(sign_with(&call, &Broken { key: KEY, change: |_| {} }).await.is_ok());
}

#[tokio::test]
async fn the_key_must_be_the_owners() {
    let stranger = LocalSigner::from_hex(&"11".repeat(32)).unwrap();
    let error = sign_with(&verified(actions()[0]), &stranger).await.unwrap_err();
    let expected = SignCallError::OtherKey { expected: owner(), found: stranger.account() };
    assert_eq!(error, expected);
}

#[tokio::test]
async fn a_reservation_is_for_one_transaction() {
    let (call, signer) = (verified(actions()[1]), LocalSigner::from_hex(KEY).unwrap());
    let others = [
        verified(actions()[1]).claim(),
        Claim { digest: [0; 32], ..call.claim() },
        Claim { amount: Lots::ZERO, ..call.claim() },
        Claim { resources: vec![], ..call.claim() },
    ];
    for other in others {
        let reservation = reserved(other).await;
        let outcome = sign_call(&call, &reservation, &policy(false), &signer, NOW).await;
        assert_eq!(outcome.unwrap_err(), SignCallError::OtherReservation);
    }
}

#[tokio::test]
async fn nothing_is_signed_late_or_while_paused() {
    let (call, signer) = (verified(actions()[1]), LocalSigner::from_hex(KEY).unwrap());
    let reservation = reserved(call.claim()).await;
    let sign = |now: u64, paused| {
        let (call, reservation, signer) = (&call, &reservation, &signer);
        async move { sign_call(call, reservation, &policy(paused), signer, UnixSeconds::new(now)).await }
    };
    let last = DEADLINE.value() - 60;
    assert!(sign(last, false).await.is_ok());
    let now = UnixSeconds::new(last + 1);
    let late = SignCallError::OutOfDate { deadline: DEADLINE, now };
    assert_eq!(sign(last + 1, false).await.unwrap_err(), late);
    assert_eq!(sign(last, true).await.unwrap_err(), SignCallError::Paused);
}

#[test]
fn a_claim_names_what_no_other_swap_may_use() {
    let nonce = "evm:1:0xc62169accce6daf88b36975f4bffd66b0d0057c9:account-nonce:7";
    let deposit = format!("deposit:evm:1:0x{}", "de".repeat(20));
    let expected = [
        vec![nonce.to_owned(), deposit.clone()],
        vec![nonce.to_owned(), deposit],
        vec![nonce.to_owned()],
        vec![nonce.to_owned()],
        vec![nonce.to_owned()],
        vec![format!("{nonce}:replacement")],
        vec![nonce.to_owned()],
    ];
    for (action, resources) in actions().into_iter().zip(expected) {
        let claim = verified(action).claim();
        assert_eq!(claim.resources, resources);
        assert_eq!(claim.amount, action.moves());
        assert_eq!(claim.valid_until, UnixSeconds::new(u64::MAX));
    }
}

#[tokio::test]
async fn no_two_swaps_fund_one_deposit_address() {
    let ledger = Arc::new(MemoryLedger::new());
    let amount = Lots::from(5);
    let native = verified(CallAction::TransferNative { to: DEPOSIT, amount });
    let other = {
        let mut terms = terms(actions()[1]);
        terms.account_nonce = 8;
        let sent = draft(&by_alloy(&terms));
        verify_call(sent, &swap(terms), &CallFacts::default(), NOW).unwrap()
    };
    let ledger: &dyn Ledger = &*ledger;
    let first = reserve(ledger, native.claim(), &policy(false), NOW).await.unwrap();
    let second = reserve(ledger, other.claim(), &policy(false), NOW).await.unwrap_err();
    assert!(matches!(second, ReserveError::Refused(_)), "{second}");
    // What was sent stays live: time does not end it.
    let error = ledger.release(first.claim().swap_id, UnixSeconds::new(u64::MAX - 1)).await;
    assert!(matches!(error, Err(LedgerError::LiveApproval { .. })), "{error:?}");
}

#[test]
fn a_statement_says_what_is_signed() {
    for action in actions() {
        let call = verified(action);
        let statement = call.statement().to_string();
        for said in [call.sighash().to_string(), owner().to_string(), "time does not end it".into()]
        {
            assert!(statement.contains(&said), "{statement}");
        }
        if let Some(to) = action.recipient() {
            assert!(statement.contains(&to.to_string()), "{statement}");
            assert!(statement.contains(&action.moves().to_string()), "{statement}");
        }
        if let Some(contract) = action.contract() {
            assert!(statement.contains(&contract.to_string()), "{statement}");
        }
    }
}
