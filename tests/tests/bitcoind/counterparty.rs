//! Who claims our outputs with the secret: their side of each template, built here without ours.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::{Hash, sha256};
use bitcoin::opcodes::all::{
    OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CLTV, OP_DROP, OP_ELSE, OP_ENDIF, OP_EQUALVERIFY, OP_IF,
    OP_SHA256, OP_SIZE,
};
use bitcoin::script::Builder;
use bitcoin::secp256k1::{Message, XOnlyPublicKey};
use bitcoin::sighash::{EcdsaSighashType, Prevouts, SighashCache, TapSighashType};
use bitcoin::taproot::{LeafVersion, TapLeafHash, TaprootBuilder, TaprootSpendInfo};
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, OutPoint, PublicKey, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness,
};

use crate::keys::{CLAIMER, OURS, secp};

/// What claims the outputs.
pub(crate) const SECRET: [u8; 32] = [7; 32];
/// What each transaction of the counterparty pays.
const FEE: Amount = Amount::from_sat(1_000);
/// The point that nobody has the key of, from BIP-341.
const NOBODY: &str = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    P2wsh,
    P2tr,
}

pub(crate) fn secret_hash() -> [u8; 32] {
    sha256::Hash::hash(&SECRET).to_byte_array()
}

impl Template {
    pub(crate) const ALL: [Self; 2] = [Self::P2wsh, Self::P2tr];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P2wsh => "htlc-p2wsh-v1",
            Self::P2tr => "htlc-p2tr-v1",
        }
    }

    pub(crate) fn script_pubkey(self, locktime: u32) -> ScriptBuf {
        match self {
            Self::P2wsh => ScriptBuf::new_p2wsh(&witness_script(locktime).wscript_hash()),
            Self::P2tr => ScriptBuf::new_p2tr_tweaked(leaves(locktime).output_key()),
        }
    }

    /// Builds a transaction that claims an output with a secret.
    pub(crate) fn claim(
        self,
        outpoint: OutPoint,
        output: &TxOut,
        locktime: u32,
        secret: [u8; 32],
    ) -> Transaction {
        let mut tx = unsigned_claim(outpoint, output.value);
        let witness = match self {
            Self::P2wsh => claim_p2wsh(&tx, output, locktime, secret),
            Self::P2tr => claim_p2tr(&tx, output, locktime, secret),
        };
        for input in &mut tx.input {
            input.witness = witness.clone();
        }
        tx
    }
}

fn unsigned_claim(previous_output: OutPoint, value: Amount) -> Transaction {
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output,
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            ..TxIn::default()
        }],
        output: vec![TxOut { value: value - FEE, script_pubkey: CLAIMER.p2wpkh() }],
    }
}

fn claim_p2wsh(tx: &Transaction, output: &TxOut, locktime: u32, secret: [u8; 32]) -> Witness {
    let script = witness_script(locktime);
    let kind = EcdsaSighashType::All;
    let hash = SighashCache::new(tx).p2wsh_signature_hash(0, &script, output.value, kind).unwrap();
    let message = Message::from_digest(hash.to_byte_array());
    let mut signature = secp().sign_ecdsa(&message, &CLAIMER.secret()).serialize_der().to_vec();
    signature.push(1);
    Witness::from_slice(&[&signature[..], &secret, &[1], script.as_bytes()])
}

fn claim_p2tr(tx: &Transaction, output: &TxOut, locktime: u32, secret: [u8; 32]) -> Witness {
    let (leaf, version) = (claim_leaf(), LeafVersion::TapScript);
    let (spent, kind) = ([output.clone()], TapSighashType::Default);
    let leaf_hash = TapLeafHash::from_script(&leaf, version);
    let hash = SighashCache::new(tx)
        .taproot_script_spend_signature_hash(0, &Prevouts::All(&spent), leaf_hash, kind)
        .unwrap();
    let message = Message::from_digest(hash.to_byte_array());
    let signature = secp().sign_schnorr(&message, &CLAIMER.pair()).serialize();
    let block = leaves(locktime).control_block(&(leaf.clone(), version)).unwrap().serialize();
    Witness::from_slice(&[&signature[..], &secret, leaf.as_bytes(), &block])
}

fn witness_script(locktime: u32) -> ScriptBuf {
    with_secret(Builder::new().push_opcode(OP_IF))
        .push_key(&PublicKey::new(CLAIMER.public()))
        .push_opcode(OP_CHECKSIG)
        .push_opcode(OP_ELSE)
        .push_int(locktime.into())
        .push_opcode(OP_CLTV)
        .push_opcode(OP_DROP)
        .push_key(&PublicKey::new(OURS.public()))
        .push_opcode(OP_CHECKSIG)
        .push_opcode(OP_ENDIF)
        .into_script()
}

fn with_secret(builder: Builder) -> Builder {
    builder
        .push_opcode(OP_SIZE)
        .push_int(32)
        .push_opcode(OP_EQUALVERIFY)
        .push_opcode(OP_SHA256)
        .push_slice(secret_hash())
        .push_opcode(OP_EQUALVERIFY)
}

fn claim_leaf() -> ScriptBuf {
    let builder = with_secret(Builder::new()).push_slice(CLAIMER.x_only());
    builder.push_opcode(OP_CHECKSIG).into_script()
}

fn leaves(locktime: u32) -> TaprootSpendInfo {
    let refund = Builder::new()
        .push_int(locktime.into())
        .push_opcode(OP_CLTV)
        .push_opcode(OP_DROP)
        .push_slice(OURS.x_only())
        .push_opcode(OP_CHECKSIG)
        .into_script();
    let both = Builder::new()
        .push_slice(OURS.x_only())
        .push_opcode(OP_CHECKSIGVERIFY)
        .push_slice(CLAIMER.x_only())
        .push_opcode(OP_CHECKSIG)
        .into_script();
    let nobody: XOnlyPublicKey = NOBODY.parse().unwrap();
    let builder = TaprootBuilder::new().add_leaf(1, claim_leaf()).unwrap();
    let builder = builder.add_leaf(2, refund).unwrap().add_leaf(2, both).unwrap();
    builder.finalize(secp(), nobody).unwrap()
}
