use countersign_evm::CallEvidence;

use super::made;
use super::server::{Server, keyring, service};
use crate::source::{Message, Prehash, SchnorrTweak};
use crate::{KeyEvidence, KeyPath, SourceKind};

#[tokio::test]
async fn evidence_of_each_kind_is_verified_again_and_signed() {
    let server = Server::start(service().await).await;
    let keys = keyring(&server).await;
    let (evm, btc, sol) = ["evm", "btc", "sol"].map(|name| keys.named(name).unwrap()).into();
    assert_eq!(evm.source_kind(), SourceKind::Remote);

    let permit = made::permit(&evm, 1_000_000);
    let digest = Prehash::new(permit.digest().as_bytes());
    evm.ecdsa(KeyEvidence::Permit(&permit), digest).await.unwrap();

    let call = made::call(&evm);
    let digest = Prehash::new(call.sighash().as_bytes());
    evm.ecdsa(KeyEvidence::Call(CallEvidence::Evm(&call)), digest).await.unwrap();

    let payment = made::payment(&btc);
    let brief = btc.brief(&KeyEvidence::Payment(&payment)).unwrap();
    let [plain, taproot] = payment.sighashes().try_into().unwrap();
    let (plain, taproot) = (Prehash::new(plain.as_bytes()), Prehash::new(taproot.as_bytes()));
    btc.ecdsa_for(&brief, plain).await.unwrap();
    btc.schnorr_for(&brief, SchnorrTweak::Bip86, taproot).await.unwrap();
    // Each coin is spent by the scheme of its own form alone.
    btc.ecdsa_for(&brief, taproot).await.unwrap_err();
    btc.schnorr_for(&brief, SchnorrTweak::Bip86, plain).await.unwrap_err();
    btc.schnorr_for(&brief, SchnorrTweak::None, plain).await.unwrap_err();

    let transfer = made::transfer(&sol);
    let message = transfer.message();
    let evidence = KeyEvidence::Transfer(&transfer);
    sol.ed25519(evidence, Message::new(message.as_bytes())).await.unwrap();
}

#[tokio::test]
async fn the_test_of_keys_passes() {
    let server = Server::start(service().await).await;
    for test in keyring(&server).await.test().await {
        assert_eq!(test.outcome, Ok(()), "{:?}", test.key);
    }
}

#[tokio::test]
async fn a_permit_is_signed_through_the_chains_own_door() {
    use countersign_approval::{MemoryLedger, Policy, Registry, reserve};

    let registry = "environment = \"mainnet\"\n[networks.ethereum]\nkind = \"evm\"\n\
                    api_network_id = 1\nchain_id = 1\n[tokens.USDC]\nnetwork = \"ethereum\"\n\
                    address = \"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"\ndecimals = 6\n";
    let policy = "paused = false\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n\
                  [limits.USDC]\nper_swap = \"1000000\"\nper_day = \"1000000\"";
    let policy = Policy::from_toml(policy, &Registry::from_toml(registry).unwrap()).unwrap();
    let server = Server::start(service().await).await;
    let keys = keyring(&server).await;
    let key = crate::EvmKey::new(keys.named("evm").unwrap()).unwrap();
    let permit = made::permit(key.key(), 1_000_000);
    let now = made::now();
    let reservation = reserve(&MemoryLedger::new(), permit.claim(), &policy, now).await.unwrap();
    let signed = countersign_evm::sign(&permit, &reservation, &policy, &key, now).await;
    assert_eq!(signed.unwrap().as_bytes().len(), 65);
}

#[tokio::test]
async fn keys_of_a_service_have_no_paths() {
    let server = Server::start(service().await).await;
    let mut key = keyring(&server).await.named("evm").unwrap();
    assert_eq!(*key.key_ref().path(), KeyPath::Single);
    let permit = made::permit(&key, 1);
    key.key.path = KeyPath::Derived { path: "m/44'/60'/0'/0/0".parse().unwrap() };
    let digest = Prehash::new(permit.digest().as_bytes());
    let refused = key.ecdsa(KeyEvidence::Permit(&permit), digest).await.unwrap_err();
    assert!(refused.to_string().contains("it lacks derivation"), "{refused}");
}
