use bitcoin::ScriptBuf;
use bitcoin::opcodes::all::{
    OP_CHECKSIG, OP_CLTV, OP_DROP, OP_ELSE, OP_ENDIF, OP_EQUALVERIFY, OP_IF, OP_SHA256, OP_SIZE,
};
use bitcoin::script::Builder;
use bitcoin::secp256k1::PublicKey;
use countersign_approval::{HtlcKey, HtlcSpec};

use super::{Htlc, Inside, Template};
use crate::TermsError;

/// `htlc-p2wsh-v1`: one script with a branch for the secret and one for the lock time, in P2WSH.
pub(super) struct P2wshV1;

const NAME: &str = "htlc-p2wsh-v1";

impl Template for P2wshV1 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn build(&self, spec: &HtlcSpec) -> Result<Htlc, TermsError> {
        let script = Builder::new()
            .push_opcode(OP_IF)
            .push_opcode(OP_SIZE)
            .push_int(32)
            .push_opcode(OP_EQUALVERIFY)
            .push_opcode(OP_SHA256)
            .push_slice(spec.secret_hash)
            .push_opcode(OP_EQUALVERIFY)
            .push_slice(key("htlc.claim_pubkey", &spec.claim_key)?)
            .push_opcode(OP_CHECKSIG)
            .push_opcode(OP_ELSE)
            .push_int(spec.locktime.into())
            .push_opcode(OP_CLTV)
            .push_opcode(OP_DROP)
            .push_slice(key("htlc.refund_pubkey", &spec.refund_key)?)
            .push_opcode(OP_CHECKSIG)
            .push_opcode(OP_ENDIF)
            .into_script();
        let script_pubkey = ScriptBuf::new_p2wsh(&script.wscript_hash());
        Ok(Htlc { kind: "p2wsh", script_pubkey, inside: Inside::WitnessScript(script) })
    }
}

fn key(member: &'static str, key: &HtlcKey) -> Result<[u8; 33], TermsError> {
    let HtlcKey::Compressed(bytes) = key else {
        let expected = "a compressed key of 33 bytes";
        return Err(TermsError::KeyForm { member, expected, template: NAME });
    };
    let valid = PublicKey::from_slice(bytes).is_ok();
    if valid { Ok(*bytes) } else { Err(TermsError::Key { member, found: hex::encode(bytes) }) }
}
