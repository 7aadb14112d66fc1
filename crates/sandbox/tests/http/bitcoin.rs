//! A wallet for Bitcoin over rust-bitcoin, and swaps out of it as a client asks for them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin::hashes::Hash;
use bitcoin::key::TapTweak;
use bitcoin::secp256k1::{Keypair, Message, PublicKey, Secp256k1, SecretKey};
use bitcoin::sighash::{Prevouts, SighashCache};
use bitcoin::{
    EcdsaSighashType, Psbt, ScriptBuf, TapSighashType, TxOut, WPubkeyHash, Witness, ecdsa, taproot,
};
use countersign_sandbox::{Account, HtlcTemplate, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::client::{Answer, Dialect, Wish, token};

pub(crate) const ACCOUNTS: [&str; 3] = ["default", "taproot", "nested"];

/// How a signature is put into a PSBT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Final,
    Partial,
}

pub(crate) fn quick(htlc_template: HtlcTemplate) -> SandboxConfig {
    SandboxConfig { step: Duration::from_millis(5), htlc_template, ..SandboxConfig::default() }
}

pub(crate) fn account(sandbox: &Sandbox, name: &str) -> Account {
    let named = |account: &Account| account.name == name && account.network == "bitcoin";
    sandbox.accounts().into_iter().find(named).unwrap()
}

pub(crate) fn secret_key(account: &Account) -> SecretKey {
    account.private_key().strip_prefix("0x").unwrap().parse().unwrap()
}

pub(crate) fn public_key(account: &Account) -> PublicKey {
    secret_key(account).public_key(&Secp256k1::new())
}

pub(crate) struct Swap {
    pub(crate) sandbox: Sandbox,
    pub(crate) user: Account,
    pub(crate) usdc: String,
    pub(crate) recipient: String,
    pub(crate) dialect: Dialect,
}

impl Swap {
    pub(crate) async fn new(config: SandboxConfig, dialect: Dialect, name: &str) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let user = account(&sandbox, name);
        let usdc = token(&sandbox, "USDC");
        let recipient = sandbox.new_recipient("ethereum").unwrap();
        Self { sandbox, user, usdc, recipient, dialect }
    }

    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            dialect: self.dialect,
            from: (3, "btc"),
            to: (1, &self.usdc),
            amount: "0.25",
            owner: &self.user.address,
            recipient: &self.recipient,
        }
    }

    pub(crate) async fn create(&self, key: Option<&str>) -> Answer {
        let wish = self.wish();
        let quote = wish.quote(&self.sandbox).await;
        assert_eq!(quote.status, 200, "{quote:?}");
        let mut body = wish.create_body(quote.json()["id"].as_str().unwrap());
        match self.dialect {
            Dialect::G0 => body["user_source_public_key"] = json!(key),
            Dialect::G1 | Dialect::G2 | Dialect::G3 => body["from"]["public_key"] = json!(key),
        }
        wish.create_by(&self.sandbox, body).await
    }

    pub(crate) async fn open(&self) -> Value {
        let key = public_key(&self.user).to_string();
        let created = self.create(Some(&key)).await;
        assert_eq!(created.status, 200, "{created:?}");
        created.json()
    }

    pub(crate) async fn approve(&self, intent: &Value, signed: &Psbt) -> Answer {
        let kind = match self.dialect {
            Dialect::G0 | Dialect::G1 => "psbt",
            Dialect::G2 | Dialect::G3 => "htlc",
        };
        let text = STANDARD.encode(signed.serialize());
        self.wish().approve_as(&self.sandbox, intent, (kind, &text)).await
    }

    pub(crate) fn balance(&self, address: &str) -> u64 {
        crate::client::balance(&self.sandbox, address, "BTC").parse().unwrap()
    }
}

pub(crate) fn psbt(intent: &Value) -> Psbt {
    let text = intent["params_to_sign"]["psbt"].as_str().unwrap();
    Psbt::deserialize(&STANDARD.decode(text).unwrap()).unwrap()
}

/// Signs every input of a PSBT with the key of an account.
pub(crate) fn sign(account: &Account, mut psbt: Psbt, finish: Finish) -> Psbt {
    let transaction = psbt.unsigned_tx.clone();
    let mut cache = SighashCache::new(&transaction);
    let coins: Vec<TxOut> =
        psbt.inputs.iter().map(|input| input.witness_utxo.clone().unwrap()).collect();
    let keypair = Keypair::from_secret_key(&Secp256k1::new(), &secret_key(account));
    for (index, input) in psbt.inputs.iter_mut().enumerate() {
        let coin = &coins[index];
        if coin.script_pubkey.is_p2tr() {
            let kind = TapSighashType::Default;
            let all = Prevouts::All(&coins);
            let hash = cache.taproot_key_spend_signature_hash(index, &all, kind).unwrap();
            let message = Message::from_digest(hash.to_byte_array());
            let tweaked = keypair.tap_tweak(&Secp256k1::new(), None).to_keypair();
            let signature = Secp256k1::new().sign_schnorr(&message, &tweaked);
            let signature = taproot::Signature { signature, sighash_type: kind };
            match finish {
                Finish::Partial => input.tap_key_sig = Some(signature),
                Finish::Final => {
                    input.final_script_witness = Some(Witness::p2tr_key_spend(&signature));
                }
            }
            continue;
        }
        let program = input.redeem_script.clone().unwrap_or_else(|| coin.script_pubkey.clone());
        let hash = cache.p2wpkh_signature_hash(index, &program, coin.value, EcdsaSighashType::All);
        let message = Message::from_digest(hash.unwrap().to_byte_array());
        let signature = Secp256k1::new().sign_ecdsa(&message, &keypair.secret_key());
        let signature = ecdsa::Signature::sighash_all(signature);
        match finish {
            Finish::Partial => {
                input.partial_sigs.insert(keypair.public_key().into(), signature);
            }
            Finish::Final => {
                let witness = Witness::p2wpkh(&signature, &keypair.public_key());
                input.final_script_witness = Some(witness);
                input.final_script_sig = input.redeem_script.as_ref().map(push);
            }
        }
    }
    psbt
}

/// Writes a script that pushes a redeem script of 22 bytes.
fn push(redeem_script: &ScriptBuf) -> ScriptBuf {
    assert!(redeem_script.is_p2wpkh());
    let program = redeem_script.as_bytes()[2..].try_into().unwrap();
    let script = ScriptBuf::new_p2wpkh(&WPubkeyHash::from_byte_array(program));
    assert_eq!(&script, redeem_script);
    ScriptBuf::from_bytes([&[22], script.as_bytes()].concat())
}
