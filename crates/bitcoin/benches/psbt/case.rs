//! An honest PSBT of any size, with everything that verifying and signing it takes.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::absolute::LockTime;
use bitcoin::bip32::{DerivationPath, Fingerprint};
use bitcoin::hashes::{Hash, sha256};
use bitcoin::key::TapTweak;
use bitcoin::psbt::Psbt;
use bitcoin::secp256k1::{All, Keypair, PublicKey, Secp256k1, SecretKey};
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, CompressedPublicKey, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid,
    Witness,
};
use countersign_approval::{
    AssetAmount, BitcoinFacts, BitcoinNetwork, Coin, CoinId, ConfigDigest, DerivedHtlc,
    Environment, ForeignInputs, HtlcKey, HtlcSpec, HtlcTerms, MemoryLedger, Policy, Registry,
    Reservation, Sats, SighashKind, SwapId, Terms, reserve,
};
use countersign_bitcoin::{PsbtPayload, VerifiedPsbt, htlc_script, verify};
use countersign_units::{Lots, UnixSeconds};
use futures::executor::block_on;
use serde_json::json;

pub(crate) static SECP: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);
pub(crate) const KEY: &str = "fa69a40188c8c174b080478de4264901b155c1de19488a6fa8390698f386fc92";

const COIN: u64 = 100_000;
/// More than the relay fee of an input of either kind.
const FEE_PER_INPUT: u64 = 100;
const REGISTRY: &str = r#"
environment = "sandbox"
[networks.bitcoin]
kind = "bitcoin"
api_network_id = 5
network = "regtest"
[tokens.BTC]
network = "bitcoin"
address = "btc"
decimals = 8
"#;
const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = []
[limits.BTC]
per_swap = "2100000000000000"
per_day = "2100000000000000"
"#;

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    P2wpkh,
    P2tr,
}

pub(crate) struct Case {
    pub(crate) kind: Kind,
    /// The payload's JSON, with the PSBT in base64.
    pub(crate) payload: String,
    pub(crate) terms: Arc<Terms<HtlcTerms>>,
    pub(crate) reservation: Reservation,
    /// The same PSBT for rust-bitcoin, which finds its key by a path in each input.
    pub(crate) psbt: Psbt,
    pub(crate) spent: Vec<TxOut>,
    pub(crate) digests: Vec<[u8; 32]>,
    /// The key that signs, tweaked where the coins want it.
    pub(crate) pair: Keypair,
}

impl Case {
    /// Builds a PSBT of as many inputs; each seed has coins, and so digests, of its own.
    pub(crate) fn new(kind: Kind, inputs: u32, seed: u32) -> Self {
        let coins: Vec<Coin> = (0..inputs).map(|place| coin(kind, seed, place)).collect();
        let terms = terms(coins);
        let psbt = unsigned(kind, &terms);
        let payload = json!({
            "psbt": STANDARD.encode(psbt.serialize()),
            "inputs": (0..inputs).collect::<Vec<_>>(),
        });
        let payload = payload.to_string();
        let verified = verified(&payload, &terms);
        let digests = verified.sighashes().iter().map(|sighash| *sighash.as_bytes()).collect();
        let reservation = block_on(reserve(&MemoryLedger::new(), verified.claim(), &policy(), NOW));
        let spent = psbt.inputs.iter().map(|input| input.witness_utxo.clone().unwrap()).collect();
        let (reservation, psbt) = (reservation.unwrap(), with_key_origins(kind, psbt));
        let pair = match kind {
            Kind::P2wpkh => key_pair(),
            Kind::P2tr => key_pair().tap_tweak(&SECP, None).to_keypair(),
        };
        Self { kind, payload, terms, reservation, psbt, spent, digests, pair }
    }
}

pub(crate) fn verified(payload: &str, terms: &Arc<Terms<HtlcTerms>>) -> VerifiedPsbt {
    verify(PsbtPayload::new(payload), terms, &BitcoinFacts::default(), NOW).unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy::from_toml(POLICY, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

pub(crate) fn key_pair() -> Keypair {
    Keypair::from_secret_key(&SECP, &KEY.parse::<SecretKey>().unwrap())
}

fn script(kind: Kind) -> ScriptBuf {
    let key = key_pair();
    match kind {
        Kind::P2wpkh => {
            ScriptBuf::new_p2wpkh(&CompressedPublicKey(key.public_key()).wpubkey_hash())
        }
        Kind::P2tr => {
            let (output, _) = key.x_only_public_key().0.tap_tweak(&SECP, None);
            ScriptBuf::new_p2tr_tweaked(output)
        }
    }
}

fn coin(kind: Kind, seed: u32, place: u32) -> Coin {
    let id = [seed.to_le_bytes(), place.to_le_bytes()].concat();
    Coin {
        id: CoinId { txid: sha256::Hash::hash(&id).to_byte_array(), vout: place % 3 },
        amount: Sats::new(COIN).unwrap(),
        script_pubkey: script(kind).to_bytes(),
        public_key: None,
    }
}

fn terms(coins: Vec<Coin>) -> Arc<Terms<HtlcTerms>> {
    let count = u64::try_from(coins.len()).unwrap();
    let amount = count * (COIN - FEE_PER_INPUT) - COIN / 2;
    let asset = |token: &str, amount| AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "bitcoin".to_owned(),
        decimals: 8,
        amount: Lots::from(amount),
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: asset("BTC", amount),
        destination: asset("USDC", 1),
        recipient: "recipient".to_owned(),
        refund_address: "refund".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: HtlcTerms {
            network: BitcoinNetwork::Regtest,
            public_key: key_pair().public_key().serialize(),
            coins,
            htlc: htlc(amount),
            change_script: script(Kind::P2wpkh).to_bytes(),
            max_fee: Sats::new(count * FEE_PER_INPUT).unwrap(),
            max_fee_rate: Some(50),
            stressed_fee_rate: 50,
            max_locktime: 900_200,
            current_height: 900_000,
            allowed_sighash: vec![SighashKind::All, SighashKind::Default],
            foreign_inputs: ForeignInputs::Refuse,
            min_confirmations: 1,
            deadline: None,
            max_deadline: UnixSeconds::new(2_000_000_000),
            require_facts: vec![],
        },
    })
}

fn htlc(amount: u64) -> HtlcSpec {
    let claim = PublicKey::from_secret_key(&SECP, &SecretKey::from_slice(&[2; 32]).unwrap());
    HtlcSpec {
        template: "htlc-p2wsh-v1".to_owned(),
        amount: Sats::new(amount).unwrap(),
        secret_hash: sha256::Hash::hash(&[7; 32]).to_byte_array(),
        locktime: 900_144,
        claim_key: HtlcKey::Compressed(claim.serialize()),
        refund_key: HtlcKey::Compressed(key_pair().public_key().serialize()),
        internal_key: None,
        derived: DerivedHtlc::default(),
    }
}

fn unsigned(kind: Kind, terms: &Terms<HtlcTerms>) -> Psbt {
    let HtlcTerms { coins, htlc, .. } = &terms.approval;
    let input = coins.iter().map(|coin| TxIn {
        previous_output: OutPoint { txid: Txid::from_byte_array(coin.id.txid), vout: coin.id.vout },
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    });
    let pays = |sats, script_pubkey| TxOut { value: Amount::from_sat(sats), script_pubkey };
    let funded = ScriptBuf::from_bytes(htlc_script(&terms.approval).unwrap().unwrap());
    let tx = Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: input.collect(),
        output: vec![pays(htlc.amount.value(), funded), pays(COIN / 2, script(Kind::P2wpkh))],
    };
    let mut psbt = Psbt::from_unsigned_tx(tx).unwrap();
    for input in &mut psbt.inputs {
        input.witness_utxo = Some(pays(COIN, script(kind)));
        if matches!(kind, Kind::P2tr) {
            input.tap_internal_key = Some(key_pair().x_only_public_key().0);
        }
    }
    psbt
}

fn with_key_origins(kind: Kind, mut psbt: Psbt) -> Psbt {
    let (public, origin) =
        (key_pair().public_key(), (Fingerprint::default(), DerivationPath::master()));
    for input in &mut psbt.inputs {
        match kind {
            Kind::P2wpkh => {
                input.bip32_derivation.insert(public, origin.clone());
            }
            Kind::P2tr => {
                let x_only = public.x_only_public_key().0;
                input.tap_key_origins.insert(x_only, (vec![], origin.clone()));
            }
        }
    }
    psbt
}
