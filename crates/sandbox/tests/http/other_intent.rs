//! An answer to a signed intent that names another one.

use alloy::primitives::eip191_hash_message;
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use countersign_sandbox::{Fault, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::quoted::{Api, address_of, named, quick, request};

/// Signs an intent by ERC-191, as it is handed in.
fn signed(key: &PrivateKeySigner, payload: &str) -> Value {
    let signature = key.sign_message_sync(payload.as_bytes()).unwrap();
    let bytes = [&signature.as_bytes()[..64], &[u8::from(signature.v())]].concat();
    let signature = format!("secp256k1:{}", bs58::encode(bytes).into_string());
    let data = json!({ "standard": "erc191", "payload": payload, "signature": signature });
    json!({ "type": "swap_transfer", "signedData": data })
}

#[tokio::test]
async fn another_hash_is_answered_once_an_intent_is_carried_out() {
    let config = SandboxConfig { fault: Some(Fault::OtherIntentHash), ..quick() };
    let sandbox = Sandbox::start(config).await.unwrap();
    let key: PrivateKeySigner =
        named(&sandbox, "default", "ethereum").private_key().parse().unwrap();
    let account = key.address().to_string().to_lowercase();
    let mut body = request(&sandbox, ("usdc", "ethereum"), "100000000");
    body["depositType"] = json!("INTENTS");
    body["refundType"] = json!("INTENTS");
    body["refundTo"] = json!(account);
    let quote = Api::OneClick.quote(&sandbox, &body).await;
    let asked = json!({ "type": "swap_transfer", "standard": "erc191", "signerId": account,
        "depositAddress": address_of(&quote) });
    let generated = Api::OneClick.post(&sandbox, "generate-intent", &asked).await.json();
    let payload = generated["intent"]["payload"].as_str().unwrap();
    let signed = signed(&key, payload);
    let submitted = Api::OneClick.post(&sandbox, "submit-intent", &signed).await;
    assert_eq!(submitted.status, 200, "{submitted:?}");
    let done = Api::OneClick.wait(&sandbox, &quote, "SUCCESS").await;
    let hash = json!(bs58::encode(eip191_hash_message(payload.as_bytes())).into_string());
    assert_eq!(done["swapDetails"]["intentHashes"], json!([hash]));
    assert_ne!(submitted.json()["intentHash"], hash);
    let again = Api::OneClick.post(&sandbox, "submit-intent", &signed).await;
    assert_eq!(
        (again.status, again.json()["message"].as_str()),
        (400, Some("nonce was already used"))
    );
}
