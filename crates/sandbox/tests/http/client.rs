//! A client that is as plain as can be: one connection a request, and alloy for signatures.

use std::time::Duration;

use alloy::dyn_abi::TypedData;
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use countersign_sandbox::{Account, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A body generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    G0,
    G1,
    G2,
    G3,
}

pub(crate) const DIALECTS: [Dialect; 4] = [Dialect::G0, Dialect::G1, Dialect::G2, Dialect::G3];

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A swap to ask for.
pub(crate) struct Wish<'a> {
    pub(crate) dialect: Dialect,
    /// The API's number and the address of a token.
    pub(crate) from: (u64, &'a str),
    pub(crate) to: (u64, &'a str),
    pub(crate) amount: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) recipient: &'a str,
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    send(sandbox, &format!("GET {path}"), Some(sandbox.api_key()), "").await
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, body: &str) -> Answer {
    send(sandbox, &format!("POST {path}"), Some(sandbox.api_key()), body).await
}

pub(crate) async fn send(sandbox: &Sandbox, line: &str, key: Option<&str>, body: &str) -> Answer {
    let key = key.map(|key| format!("X-Api-Key: {key}\r\n")).unwrap_or_default();
    send_with(sandbox, line, &key, body).await
}

/// Sends a request with some headers, each ended by a line break.
pub(crate) async fn send_with(sandbox: &Sandbox, line: &str, headers: &str, body: &str) -> Answer {
    let host = sandbox.url().strip_prefix("http://").unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

impl Wish<'_> {
    fn path(&self, call: &str) -> String {
        match self.dialect {
            Dialect::G0 => format!("/affiliate/v1/{call}"),
            Dialect::G1 | Dialect::G2 => format!("/v1/{call}"),
            Dialect::G3 => format!("/v1/{call}/"),
        }
    }

    pub(crate) async fn quote(&self, sandbox: &Sandbox) -> Answer {
        let ((from_id, from), (to_id, to)) = (self.from, self.to);
        let amount: Value = serde_json::from_str(self.amount).unwrap();
        let body = match self.dialect {
            Dialect::G0 => json!({
                "source_chain": from_id, "source_token": from,
                "dest_chain": to_id, "dest_token": to,
                "amount": amount, "slippage_bps": "50",
                "swap_type": null, "retail_user_id": null, "deposit_type": null
            }),
            Dialect::G1 => json!({
                "from": { "from_network_id": from_id, "from_token": from },
                "to": { "to_network_id": to_id, "to_token": to },
                "amount": amount, "slippage_bps": "50"
            }),
            Dialect::G2 => json!({
                "from": { "network_id": from_id, "token": from },
                "to": { "network_id": to_id, "token": to },
                "amount": amount, "slippage_bps": "50"
            }),
            Dialect::G3 => json!({
                "from": { "network_id": from_id, "contract_address": from },
                "to": { "network_id": to_id, "contract_address": to },
                "amount": self.amount
            }),
        };
        let call = if self.dialect == Dialect::G0 { "quotes/best" } else { "quotes" };
        post(sandbox, &self.path(call), &body.to_string()).await
    }

    pub(crate) async fn create(&self, sandbox: &Sandbox, quote_id: &str) -> Answer {
        self.create_by(sandbox, self.create_body(quote_id)).await
    }

    pub(crate) async fn create_by(&self, sandbox: &Sandbox, body: Value) -> Answer {
        post(sandbox, &self.path("intents"), &body.to_string()).await
    }

    pub(crate) fn create_body(&self, quote_id: &str) -> Value {
        let ((from_id, from), (to_id, to)) = (self.from, self.to);
        let (owner, recipient) = (self.owner, self.recipient);
        let amount: Value = serde_json::from_str(self.amount).unwrap();
        match self.dialect {
            Dialect::G0 => json!({
                "quote_id": quote_id, "user_source_public_key": null,
                "user_source_address": owner, "user_destination_address": recipient,
                "refund_address": owner
            }),
            Dialect::G1 => json!({
                "quote_id": quote_id,
                "from": { "from_network_id": from_id, "from_token": from, "from_address": owner },
                "to": { "to_network_id": to_id, "to_token": to, "to_address": recipient },
                "refund_address": owner, "amount": amount, "slippage_bps": "50"
            }),
            Dialect::G2 => json!({
                "quote_id": quote_id,
                "from": { "network_id": from_id, "token": from, "address": owner },
                "to": { "network_id": to_id, "token": to, "address": recipient },
                "refund_address": owner, "amount": amount, "slippage_bps": "50"
            }),
            Dialect::G3 => json!({
                "quote_id": quote_id,
                "from": { "address": owner, "refund_address": owner },
                "to": { "address": recipient }
            }),
        }
    }

    /// Quotes and creates, and demands that both succeed.
    pub(crate) async fn open(&self, sandbox: &Sandbox) -> Value {
        let quote = self.quote(sandbox).await;
        assert_eq!(quote.status, 200, "{quote:?}");
        let created = self.create(sandbox, quote.json()["id"].as_str().unwrap()).await;
        assert_eq!(created.status, 200, "{created:?}");
        created.json()
    }

    pub(crate) async fn approve(
        &self,
        sandbox: &Sandbox,
        intent: &Value,
        signature: &str,
    ) -> Answer {
        self.approve_as(sandbox, intent, ("permit2", signature)).await
    }

    pub(crate) async fn approve_as(
        &self,
        sandbox: &Sandbox,
        intent: &Value,
        (kind, signed_data): (&str, &str),
    ) -> Answer {
        let id = id(intent);
        let member = if self.dialect == Dialect::G0 { "type" } else { "approval_type" };
        let body = json!({ member: kind, "signed_data": signed_data });
        post(sandbox, &self.path(&format!("intents/{id}/approvals")), &body.to_string()).await
    }

    /// Signs what an intent asks for: the typed data as it is, or the message put together from
    /// the parameters, the intent and this wish.
    pub(crate) fn sign(&self, account: &Account, intent: &Value, lots: &str) -> String {
        let params = &intent["params_to_sign"];
        let typed_data = match params.get("typed_data") {
            Some(typed_data) => typed_data.clone(),
            None => self.assemble(intent, lots),
        };
        if account.network == "tron" {
            return sign(account, &tip712(typed_data));
        }
        sign(account, &typed_data)
    }

    fn assemble(&self, intent: &Value, lots: &str) -> Value {
        let params = &intent["params_to_sign"];
        let data = &params["additional_data"];
        let names = ["deadline_secs", "deadline_at", "expires_at"];
        let deadline = names.iter().find_map(|name| intent.get(name)).unwrap();
        json!({
            "types": data["types"],
            "primaryType": "PermitWitnessTransferFrom",
            "domain": data["domain"],
            "message": {
                "permitted": { "token": self.from.1, "amount": lots },
                "spender": params["escrow_contract_address"],
                "nonce": params["nonce"],
                "deadline": deadline,
                "witness": data["witness"],
            }
        })
    }
}

pub(crate) fn sign(account: &Account, typed_data: &Value) -> String {
    let typed_data: TypedData = serde_json::from_value(typed_data.clone()).unwrap();
    let signer: PrivateKeySigner = account.private_key().parse().unwrap();
    let signature = signer.sign_hash_sync(&typed_data.eip712_signing_hash().unwrap()).unwrap();
    format!("0x{}", hex::encode(signature.as_bytes()))
}

/// Brings Tron's typed data into the form that is hashed: addresses in hex, and the low 32 bits of
/// the chain id.
fn tip712(mut typed_data: Value) -> Value {
    let chain_id = typed_data["domain"]["chainId"].as_u64().unwrap();
    assert!(chain_id > u64::from(u32::MAX), "{chain_id} needs no mask");
    typed_data["domain"]["chainId"] = json!(chain_id % (1 << 32));
    in_hex(&mut typed_data);
    typed_data
}

fn in_hex(value: &mut Value) {
    match value {
        Value::String(text) => {
            let bytes = bs58::decode(&*text).with_check(Some(0x41)).into_vec();
            if let Ok([0x41, address @ ..]) = bytes.as_deref() {
                *text = format!("0x{}", hex::encode(address));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_hex),
        Value::Object(members) => members.values_mut().for_each(in_hex),
        _ => {}
    }
}

pub(crate) fn account(sandbox: &Sandbox, name: &str) -> Account {
    sandbox.accounts().into_iter().find(|account| account.name == name).unwrap()
}

pub(crate) fn tron_account(sandbox: &Sandbox, name: &str) -> Account {
    let named = |account: &Account| account.name == name && account.network == "tron";
    sandbox.accounts().into_iter().find(named).unwrap()
}

/// Reads a token's address out of the registry, as a client has it pinned.
pub(crate) fn token(sandbox: &Sandbox, key: &str) -> String {
    let registry = sandbox.registry_toml();
    let section = registry.split(&format!("[tokens.{key}]")).nth(1).unwrap();
    section.split("address = \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

pub(crate) fn balance(sandbox: &Sandbox, address: &str, token: &str) -> String {
    let balances = sandbox.balances(address);
    balances.iter().find(|balance| balance.token == token).unwrap().lots.to_string()
}

/// Returns the id of a created intent.
pub(crate) fn id(intent: &Value) -> &str {
    intent.get("id").or_else(|| intent.get("intent_id")).unwrap().as_str().unwrap()
}

/// Reads the status until it is the wanted one.
pub(crate) async fn wait_for(sandbox: &Sandbox, intent: &Value, wanted: &str) -> Value {
    let path = format!("/v1/intents/{}", id(intent));
    let mut seen = Value::Null;
    for _ in 0..600 {
        seen = get(sandbox, &path).await.json();
        if seen["status"] == wanted {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {wanted}: {seen}");
}
