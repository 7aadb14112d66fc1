//! The hash time-locked outputs: `htlc-p2wsh-v1` and `htlc-p2tr-v1`.

use bitcoin::key::CompressedPublicKey;
use bitcoin::opcodes::all::{
    OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CLTV, OP_DROP, OP_ELSE, OP_ENDIF, OP_EQUALVERIFY, OP_IF,
    OP_SHA256, OP_SIZE,
};
use bitcoin::script::Builder;
use bitcoin::taproot::{LeafVersion, TaprootBuilder};
use bitcoin::{Address, Network, PublicKey, ScriptBuf, XOnlyPublicKey};

use super::secp;
use crate::config::HtlcTemplate;

/// A point that nobody has the key of, from BIP-341.
const NUMS: &str = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";
/// How long a secret is, which the scripts check.
const SECRET_BYTES: i64 = 32;

/// Who may take the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HtlcKeys {
    /// With the secret.
    pub(crate) claim: CompressedPublicKey,
    /// After the lock time.
    pub(crate) refund: CompressedPublicKey,
}

/// What locks the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lock {
    /// SHA-256 of the secret.
    pub(crate) secret_hash: [u8; 32],
    /// Unix seconds.
    pub(crate) locktime: u32,
}

/// A hash time-locked output.
#[derive(Clone, Debug)]
pub(crate) struct Htlc {
    pub(crate) script_pubkey: ScriptBuf,
    pub(crate) inside: Inside,
}

/// What an output's script commits to.
#[derive(Clone, Debug)]
pub(crate) enum Inside {
    /// The witness script of a P2WSH output.
    Script(ScriptBuf),
    /// The script tree of a P2TR output.
    Leaves(Box<Leaves>),
}

/// The script tree { claim, { refund, fast } }, and what proves its leaves.
#[derive(Clone, Debug)]
pub(crate) struct Leaves {
    pub(crate) internal_key: XOnlyPublicKey,
    pub(crate) claim: ScriptBuf,
    pub(crate) claim_control_block: Vec<u8>,
    pub(crate) refund_control_block: Vec<u8>,
    pub(crate) fast_control_block: Vec<u8>,
}

impl Htlc {
    /// Builds the output of a template; `None` if no such output can be.
    pub(crate) fn new(template: HtlcTemplate, keys: &HtlcKeys, lock: &Lock) -> Option<Self> {
        match template {
            HtlcTemplate::P2wshV1 => Some(Self::of_script(witness_script(keys, lock))),
            HtlcTemplate::P2trV1 => {
                Self::of_leaves(&claim_leaf(keys, lock), &refund_leaf(keys, lock), &fast_leaf(keys))
            }
        }
    }

    /// Builds a P2WSH output.
    pub(crate) fn of_script(script: ScriptBuf) -> Self {
        let script_pubkey = Address::p2wsh(&script, Network::Regtest).script_pubkey();
        Self { script_pubkey, inside: Inside::Script(script) }
    }

    /// Builds a P2TR output over three leaves.
    pub(crate) fn of_leaves(
        claim: &ScriptBuf,
        refund: &ScriptBuf,
        fast: &ScriptBuf,
    ) -> Option<Self> {
        let internal_key: XOnlyPublicKey = NUMS.parse().ok()?;
        let tree = TaprootBuilder::new().add_leaf(1, claim.clone()).ok()?;
        let tree = tree.add_leaf(2, refund.clone()).ok()?.add_leaf(2, fast.clone()).ok()?;
        let spend = tree.finalize(secp(), internal_key).ok()?;
        let proof = |leaf: &ScriptBuf| {
            let block = spend.control_block(&(leaf.clone(), LeafVersion::TapScript))?;
            Some(block.serialize())
        };
        let (claim_control_block, refund_control_block, fast_control_block) =
            (proof(claim)?, proof(refund)?, proof(fast)?);
        let leaves = Leaves {
            internal_key,
            claim: claim.clone(),
            claim_control_block,
            refund_control_block,
            fast_control_block,
        };
        let script_pubkey = ScriptBuf::new_p2tr_tweaked(spend.output_key());
        Some(Self { script_pubkey, inside: Inside::Leaves(Box::new(leaves)) })
    }

    /// Returns the output's address.
    pub(crate) fn address(&self) -> String {
        Address::from_script(&self.script_pubkey, Network::Regtest)
            .map_or_else(|_| self.script_pubkey.to_hex_string(), |address| address.to_string())
    }
}

/// Returns the one script of `htlc-p2wsh-v1`.
pub(crate) fn witness_script(keys: &HtlcKeys, lock: &Lock) -> ScriptBuf {
    let head = Builder::new().push_opcode(OP_IF);
    let claim = push_secret(head, lock).push_key(&PublicKey::from(keys.claim));
    push_locktime(claim.push_opcode(OP_CHECKSIG).push_opcode(OP_ELSE), lock)
        .push_key(&PublicKey::from(keys.refund))
        .push_opcode(OP_CHECKSIG)
        .push_opcode(OP_ENDIF)
        .into_script()
}

/// Returns the leaf of `htlc-p2tr-v1` that takes the secret.
pub(crate) fn claim_leaf(keys: &HtlcKeys, lock: &Lock) -> ScriptBuf {
    push_secret(Builder::new(), lock)
        .push_x_only_key(&keys.claim.into())
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

/// Returns the leaf of `htlc-p2tr-v1` that waits for the lock time.
pub(crate) fn refund_leaf(keys: &HtlcKeys, lock: &Lock) -> ScriptBuf {
    push_locktime(Builder::new(), lock)
        .push_x_only_key(&keys.refund.into())
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

/// Returns the leaf of `htlc-p2tr-v1` that takes both keys.
pub(crate) fn fast_leaf(keys: &HtlcKeys) -> ScriptBuf {
    Builder::new()
        .push_x_only_key(&keys.refund.into())
        .push_opcode(OP_CHECKSIGVERIFY)
        .push_x_only_key(&keys.claim.into())
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

fn push_secret(script: Builder, lock: &Lock) -> Builder {
    script
        .push_opcode(OP_SIZE)
        .push_int(SECRET_BYTES)
        .push_opcode(OP_EQUALVERIFY)
        .push_opcode(OP_SHA256)
        .push_slice(lock.secret_hash)
        .push_opcode(OP_EQUALVERIFY)
}

fn push_locktime(script: Builder, lock: &Lock) -> Builder {
    script.push_int(lock.locktime.into()).push_opcode(OP_CLTV).push_opcode(OP_DROP)
}
