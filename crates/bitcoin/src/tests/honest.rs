//! Honest PSBTs of any shape, built by rust-bitcoin, with the terms that they keep.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::{Hash, sha256};
use bitcoin::key::TapTweak;
use bitcoin::psbt::Psbt;
use bitcoin::secp256k1::{PublicKey, SecretKey};
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, CompressedPublicKey, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness,
};
use countersign_approval::{
    BitcoinNetwork, Coin, CoinId, DerivedHtlc, ForeignInputs, HtlcKey, HtlcSpec, HtlcTerms, Sats,
    SighashKind,
};
use countersign_units::UnixSeconds;
use serde_json::{Value, json};

use crate::secp::secp;
use crate::templates;

pub(super) const KEY: &str = "fa69a40188c8c174b080478de4264901b155c1de19488a6fa8390698f386fc92";
pub(super) const SECRET: [u8; 32] = [7; 32];
pub(super) const HEIGHT: u32 = 900_000;
pub(super) const LOCK: u32 = 900_144;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Wpkh,
    Tr,
    Sh,
}

#[derive(Clone, Debug)]
pub(super) struct Honest {
    pub(super) template: &'static str,
    /// Our coins: kind, sats, and whether the previous transaction comes along.
    pub(super) coins: Vec<(Kind, u64, bool)>,
    /// Coins of others, which they take back.
    pub(super) others: Vec<u64>,
    pub(super) fee: u64,
    pub(super) change: u64,
    /// By how much inputs and outputs are turned.
    pub(super) turn: usize,
    pub(super) lock_time: u32,
    /// Fields that nobody knows: the map, the key type's low byte, and the value.
    pub(super) unknown: Vec<(usize, u8, Vec<u8>)>,
}

impl Default for Honest {
    fn default() -> Self {
        Self {
            template: "htlc-p2wsh-v1",
            coins: vec![
                (Kind::Wpkh, 300_000, false),
                (Kind::Tr, 250_000, true),
                (Kind::Sh, 9_000, false),
            ],
            others: vec![40_000],
            fee: 1_000,
            change: 48_000,
            turn: 0,
            lock_time: 0,
            unknown: Vec::new(),
        }
    }
}

/// A PSBT with what it spends and the terms that it keeps.
pub(super) struct Built {
    pub(super) psbt: Psbt,
    pub(super) terms: HtlcTerms,
    pub(super) spent: Vec<TxOut>,
    pub(super) ours: Vec<usize>,
}

pub(super) fn secret_key(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

pub(super) fn our_key() -> PublicKey {
    let bytes: [u8; 32] = hex::decode(KEY).unwrap().try_into().unwrap();
    SecretKey::from_slice(&bytes).unwrap().public_key(secp())
}

pub(super) fn claim_key() -> PublicKey {
    secret_key(0x22).public_key(secp())
}

pub(super) fn script(kind: Kind, key: PublicKey) -> ScriptBuf {
    let wpkh = ScriptBuf::new_p2wpkh(&CompressedPublicKey(key).wpubkey_hash());
    match kind {
        Kind::Wpkh => wpkh,
        Kind::Sh => wpkh.to_p2sh(),
        Kind::Tr => {
            ScriptBuf::new_p2tr_tweaked(key.x_only_public_key().0.tap_tweak(secp(), None).0)
        }
    }
}

impl Honest {
    pub(super) fn amount(&self) -> u64 {
        self.coins.iter().map(|(_, sats, _)| sats).sum::<u64>() - self.fee - self.change
    }

    pub(super) fn spec(&self) -> HtlcSpec {
        let (claim, refund) = (claim_key(), our_key());
        let x_only = |key: PublicKey| HtlcKey::XOnly(key.x_only_public_key().0.serialize());
        let compressed = |key: PublicKey| HtlcKey::Compressed(key.serialize());
        let wsh = self.template == "htlc-p2wsh-v1";
        HtlcSpec {
            template: self.template.to_owned(),
            amount: Sats::new(self.amount()).unwrap(),
            secret_hash: sha256::Hash::hash(&SECRET).to_byte_array(),
            locktime: LOCK,
            claim_key: if wsh { compressed(claim) } else { x_only(claim) },
            refund_key: if wsh { compressed(refund) } else { x_only(refund) },
            internal_key: None,
            derived: DerivedHtlc::default(),
        }
    }

    pub(super) fn build(&self) -> Built {
        let mut inputs: Vec<Input> = self.coins.iter().map(|coin| Input::ours(*coin)).collect();
        inputs.extend(self.others.iter().map(|sats| Input::other(*sats)));
        let turn = self.turn.checked_rem(inputs.len()).unwrap_or_default();
        inputs.rotate_left(turn);
        let previous: Vec<Transaction> =
            inputs.iter().enumerate().map(|(place, input)| input.previous(place)).collect();
        let tx = self.transaction(&previous);
        let mut psbt = Psbt::from_unsigned_tx(tx).unwrap();
        for (place, (input, previous)) in inputs.iter().zip(&previous).enumerate() {
            let map = &mut psbt.inputs[place];
            map.witness_utxo = Some(previous.output[1].clone());
            if input.with_previous {
                map.non_witness_utxo = Some(previous.clone());
            }
            if input.kind == Some(Kind::Sh) {
                map.redeem_script = Some(script(Kind::Wpkh, our_key()));
            }
            if input.kind == Some(Kind::Tr) {
                map.tap_internal_key = Some(our_key().x_only_public_key().0);
            }
        }
        self.put_unknown(&mut psbt);
        let spent = previous.iter().map(|previous| previous.output[1].clone()).collect();
        let ours: Vec<usize> =
            (0..inputs.len()).filter(|place| inputs[*place].kind.is_some()).collect();
        let coins = ours.iter().map(|place| coin(&previous[*place])).collect();
        Built { psbt, terms: self.terms(coins), spent, ours }
    }

    fn transaction(&self, previous: &[Transaction]) -> Transaction {
        let input = previous.iter().map(|previous| TxIn {
            previous_output: OutPoint { txid: previous.compute_txid(), vout: 1 },
            script_sig: ScriptBuf::new(),
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            witness: Witness::new(),
        });
        let htlc = templates::find(self.template).unwrap().build(&self.spec()).unwrap();
        let pays = |sats, script_pubkey| TxOut { value: Amount::from_sat(sats), script_pubkey };
        let mut output = vec![pays(self.amount(), htlc.script_pubkey)];
        if self.change > 0 {
            output.push(pays(self.change, script(Kind::Wpkh, our_key())));
        }
        let other = script(Kind::Wpkh, secret_key(0x33).public_key(secp()));
        output.extend(self.others.iter().map(|sats| pays(*sats, other.clone())));
        let turn = self.turn % output.len();
        output.rotate_left(turn);
        let lock_time = LockTime::from_consensus(self.lock_time);
        Transaction { version: Version::TWO, lock_time, input: input.collect(), output }
    }

    fn put_unknown(&self, psbt: &mut Psbt) {
        for (map, kind, value) in &self.unknown {
            let key = bitcoin::psbt::raw::Key { type_value: 0x60 + kind % 0x60, key: vec![*kind] };
            let count = psbt.inputs.len();
            let unknown = match map % (count + 2) {
                0 => &mut psbt.unknown,
                1 => &mut psbt.outputs[0].unknown,
                place => &mut psbt.inputs[place - 2].unknown,
            };
            unknown.insert(key, value.clone());
        }
    }

    fn terms(&self, coins: Vec<Coin>) -> HtlcTerms {
        HtlcTerms {
            network: BitcoinNetwork::Regtest,
            public_key: our_key().serialize(),
            coins,
            htlc: self.spec(),
            change_script: script(Kind::Wpkh, our_key()).to_bytes(),
            max_fee: Sats::new(self.fee).unwrap(),
            max_fee_rate: None,
            stressed_fee_rate: 20,
            max_locktime: LOCK,
            current_height: HEIGHT,
            allowed_sighash: vec![SighashKind::All, SighashKind::Default],
            foreign_inputs: ForeignInputs::WitnessUtxo,
            min_confirmations: 1,
            deadline: None,
            max_deadline: UnixSeconds::new(2_000_000_000),
            require_facts: Vec::new(),
        }
    }
}

impl Built {
    pub(super) fn payload(&self) -> Value {
        use base64::Engine as _;
        let psbt = base64::engine::general_purpose::STANDARD.encode(self.psbt.serialize());
        json!({ "psbt": psbt, "inputs": self.ours })
    }
}

struct Input {
    kind: Option<Kind>,
    sats: u64,
    with_previous: bool,
}

impl Input {
    fn ours((kind, sats, with_previous): (Kind, u64, bool)) -> Self {
        Self { kind: Some(kind), sats, with_previous }
    }

    fn other(sats: u64) -> Self {
        Self { kind: None, sats, with_previous: false }
    }

    /// A transaction whose second output is the coin.
    fn previous(&self, place: usize) -> Transaction {
        let script_pubkey = match self.kind {
            Some(kind) => script(kind, our_key()),
            None => script(Kind::Wpkh, secret_key(0x33).public_key(secp())),
        };
        let aside = TxOut { value: Amount::from_sat(1_000), script_pubkey: ScriptBuf::new() };
        let coin = TxOut { value: Amount::from_sat(self.sats), script_pubkey };
        let place = u32::try_from(place).unwrap();
        let input = TxIn {
            previous_output: OutPoint { vout: place, ..OutPoint::default() },
            ..TxIn::default()
        };
        Transaction {
            version: Version::TWO,
            lock_time: LockTime::from_consensus(place),
            input: vec![input],
            output: vec![aside, coin],
        }
    }
}

fn coin(previous: &Transaction) -> Coin {
    let output = &previous.output[1];
    Coin {
        id: CoinId { txid: previous.compute_txid().to_byte_array(), vout: 1 },
        amount: Sats::new(output.value.to_sat()).unwrap(),
        script_pubkey: output.script_pubkey.to_bytes(),
        public_key: None,
    }
}
