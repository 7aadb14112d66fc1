//! A wallet for Solana that reads the wire format by itself, and swaps as a client asks for them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_sandbox::{Account, CosignForm, Sandbox, SandboxConfig, SponsorSigns};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::client::{Answer, Dialect, Wish, id, post, token};

/// The tokens that swaps go out of, how much, and what that is in base units and in dollars.
pub(crate) const SOURCES: [(&str, &str, u64, u64); 3] = [
    ("SOL", "2", 2_000_000_000, 300),
    ("USDC_SOL", "250.5", 250_500_000, 250),
    ("PYUSD", "99.000001", 99_000_001, 99),
];

pub(crate) fn quick(cosign_form: CosignForm, sponsor_signs: SponsorSigns) -> SandboxConfig {
    let step = Duration::from_millis(5);
    SandboxConfig { step, cosign_form, sponsor_signs, ..SandboxConfig::default() }
}

pub(crate) fn account(sandbox: &Sandbox) -> Account {
    sandbox.accounts().into_iter().find(|account| account.network == "solana").unwrap()
}

pub(crate) fn key(account: &Account) -> SigningKey {
    let seed = hex::decode(account.private_key().strip_prefix("0x").unwrap()).unwrap();
    SigningKey::from_bytes(&seed.try_into().unwrap())
}

/// A transaction as it is sent: signatures of 64 bytes behind their number, then the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) signatures: Vec<Vec<u8>>,
    pub(crate) message: Vec<u8>,
}

impl Wire {
    pub(crate) fn of(intent: &Value) -> Self {
        let text = intent["params_to_sign"]["transaction"].as_str().unwrap();
        let bytes = hex::decode(text).unwrap();
        let count = usize::from(bytes[0]);
        let (head, message) = bytes.split_at(1 + 64 * count);
        let signatures = head[1..].chunks(64).map(<[u8]>::to_vec).collect();
        Self { signatures, message: message.to_vec() }
    }

    pub(crate) fn is_legacy(&self) -> bool {
        self.message[0] & 0x80 == 0
    }

    /// Returns the accounts that sign, which stand first.
    pub(crate) fn signers(&self) -> Vec<&[u8]> {
        let header = usize::from(!self.is_legacy());
        let count = usize::from(self.message[header]);
        self.message[header + 4..].chunks(32).take(count).collect()
    }

    pub(crate) fn signed(mut self, key: &SigningKey) -> Self {
        let public = key.verifying_key().to_bytes();
        let place = self.signers().iter().position(|signer| *signer == public).unwrap();
        self.signatures[place] = key.sign(&self.message).to_bytes().to_vec();
        self
    }

    pub(crate) fn to_hex(&self) -> String {
        let count = u8::try_from(self.signatures.len()).unwrap();
        hex::encode([&[count], self.signatures.concat().as_slice(), &self.message].concat())
    }
}

pub(crate) struct Swap {
    pub(crate) sandbox: Sandbox,
    pub(crate) user: Account,
    pub(crate) source: String,
    pub(crate) amount: &'static str,
    pub(crate) usdc: String,
    pub(crate) recipient: String,
    pub(crate) dialect: Dialect,
}

impl Swap {
    pub(crate) async fn new(config: SandboxConfig, dialect: Dialect, key: &str) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let user = account(&sandbox);
        let (source, usdc) = (token(&sandbox, key), token(&sandbox, "USDC"));
        let recipient = sandbox.new_recipient("ethereum").unwrap();
        let amount = SOURCES.iter().find(|source| source.0 == key).unwrap().1;
        Self { sandbox, user, source, amount, usdc, recipient, dialect }
    }

    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            dialect: self.dialect,
            from: (4, &self.source),
            to: (1, &self.usdc),
            amount: self.amount,
            owner: &self.user.address,
            recipient: &self.recipient,
        }
    }

    pub(crate) async fn open(&self) -> Value {
        self.wish().open(&self.sandbox).await
    }

    pub(crate) async fn sign_and_approve(&self, intent: &Value) -> Answer {
        self.approve(intent, &Wire::of(intent).signed(&key(&self.user))).await
    }

    pub(crate) async fn approve(&self, intent: &Value, wire: &Wire) -> Answer {
        self.approve_with(intent, &wire.to_hex(), &self.user.address).await
    }

    pub(crate) async fn approve_with(&self, intent: &Value, hex: &str, user: &str) -> Answer {
        let object = json!({ "transaction": hex, "user_address": user });
        let signed_data = match self.dialect {
            Dialect::G0 | Dialect::G1 | Dialect::G2 => object,
            Dialect::G3 => json!(STANDARD.encode(object.to_string())),
        };
        self.approve_by(intent, &signed_data).await
    }

    pub(crate) async fn approve_by(&self, intent: &Value, signed_data: &Value) -> Answer {
        let (member, path) = match self.dialect {
            Dialect::G0 => ("type", format!("/affiliate/v1/intents/{}/approvals", id(intent))),
            Dialect::G1 | Dialect::G2 => {
                ("approval_type", format!("/v1/intents/{}/approvals", id(intent)))
            }
            Dialect::G3 => ("approval_type", format!("/v1/intents/{}/approvals/", id(intent))),
        };
        let body = json!({ member: "cosign", "signed_data": signed_data });
        post(&self.sandbox, &path, &body.to_string()).await
    }

    pub(crate) fn balance(&self, token: &str) -> u64 {
        crate::client::balance(&self.sandbox, &self.user.address, token).parse().unwrap()
    }
}
