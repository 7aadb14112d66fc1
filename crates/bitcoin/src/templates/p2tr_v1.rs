use bitcoin::hashes::Hash;
use bitcoin::key::TapTweak;
use bitcoin::opcodes::all::{
    OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CLTV, OP_DROP, OP_EQUALVERIFY, OP_SHA256, OP_SIZE,
};
use bitcoin::script::Builder;
use bitcoin::secp256k1::{Parity, XOnlyPublicKey};
use bitcoin::taproot::LeafVersion;
use bitcoin::{ScriptBuf, TapNodeHash};
use countersign_approval::{HtlcKey, HtlcSpec};

use super::{Htlc, Inside, Leaves, Template};
use crate::TermsError;
use crate::secp::secp;

/// `htlc-p2tr-v1`: leaves for the secret, the lock time and both together, in P2TR.
pub(super) struct P2trV1;

const NAME: &str = "htlc-p2tr-v1";

/// A point that nobody has the key of, from BIP-341.
const NUMS: [u8; 32] = [
    0x50, 0x92, 0x9b, 0x74, 0xc1, 0xa0, 0x49, 0x54, 0xb7, 0x8b, 0x4b, 0x60, 0x35, 0xe9, 0x7a, 0x5e,
    0x07, 0x8a, 0x5a, 0x0f, 0x28, 0xec, 0x96, 0xd5, 0x47, 0xbf, 0xee, 0x9a, 0xce, 0x80, 0x3a, 0xc0,
];

impl Template for P2trV1 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn build(&self, spec: &HtlcSpec) -> Result<Htlc, TermsError> {
        let claim_key = key("htlc.claim_x_only", &spec.claim_key)?;
        let refund_key = key("htlc.refund_x_only", &spec.refund_key)?;
        let internal_key = spec.internal_key.unwrap_or(NUMS);
        let internal = point("htlc.internal_key", &internal_key)?;
        let claim = claim_leaf(spec.secret_hash, claim_key);
        let refund = refund_leaf(spec.locktime, refund_key);
        let fast = fast_leaf(refund_key, claim_key);
        let [claim_hash, refund_hash, fast_hash] = [&claim, &refund, &fast]
            .map(|leaf| TapNodeHash::from_script(leaf, LeafVersion::TapScript));
        let later = TapNodeHash::from_node_hashes(refund_hash, fast_hash);
        let root = TapNodeHash::from_node_hashes(claim_hash, later);
        let (output, parity) = internal.tap_tweak(secp(), Some(root));
        let block = |sibling| control_block(parity, internal_key, [sibling, claim_hash]);
        let leaves = Leaves {
            internal_key,
            merkle_root: root.to_byte_array(),
            refund_control_block: block(fast_hash),
            fast_refund_control_block: block(refund_hash),
            claim,
            refund,
            fast,
        };
        let script_pubkey = ScriptBuf::new_p2tr_tweaked(output);
        Ok(Htlc { kind: "p2tr", script_pubkey, inside: Inside::Leaves(Box::new(leaves)) })
    }
}

fn claim_leaf(secret_hash: [u8; 32], claim_key: [u8; 32]) -> ScriptBuf {
    Builder::new()
        .push_opcode(OP_SIZE)
        .push_int(32)
        .push_opcode(OP_EQUALVERIFY)
        .push_opcode(OP_SHA256)
        .push_slice(secret_hash)
        .push_opcode(OP_EQUALVERIFY)
        .push_slice(claim_key)
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

fn refund_leaf(locktime: u32, refund_key: [u8; 32]) -> ScriptBuf {
    Builder::new()
        .push_int(locktime.into())
        .push_opcode(OP_CLTV)
        .push_opcode(OP_DROP)
        .push_slice(refund_key)
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

fn fast_leaf(refund_key: [u8; 32], claim_key: [u8; 32]) -> ScriptBuf {
    Builder::new()
        .push_slice(refund_key)
        .push_opcode(OP_CHECKSIGVERIFY)
        .push_slice(claim_key)
        .push_opcode(OP_CHECKSIG)
        .into_script()
}

/// Writes what proves a leaf: the leaf version with the output key's parity, the internal key, and
/// the hashes from the leaf's sibling up to the root.
fn control_block(parity: Parity, internal_key: [u8; 32], path: [TapNodeHash; 2]) -> Vec<u8> {
    let first = LeafVersion::TapScript.to_consensus() | parity.to_u8();
    let mut block = vec![first];
    block.extend_from_slice(&internal_key);
    for hash in path {
        block.extend_from_slice(&hash.to_byte_array());
    }
    block
}

fn key(member: &'static str, key: &HtlcKey) -> Result<[u8; 32], TermsError> {
    let HtlcKey::XOnly(bytes) = key else {
        let expected = "an x-only key of 32 bytes";
        return Err(TermsError::KeyForm { member, expected, template: NAME });
    };
    point(member, bytes).map(|_| *bytes)
}

fn point(member: &'static str, bytes: &[u8; 32]) -> Result<XOnlyPublicKey, TermsError> {
    XOnlyPublicKey::from_slice(bytes)
        .map_err(|_| TermsError::Key { member, found: hex::encode(bytes) })
}
