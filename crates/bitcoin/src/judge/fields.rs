use bitcoin::ScriptBuf;
use countersign_approval::{Code, SighashKind};

use super::{Check, Owner, Spend};
use crate::decode::{Map, input};
use crate::own::CoinKind;

/// The fields that hold a signature, or what came of one.
const SIGNED: [u64; 5] = [
    input::PARTIAL_SIG,
    input::FINAL_SCRIPT_SIG,
    input::FINAL_WITNESS,
    input::TAP_KEY_SIG,
    input::TAP_SCRIPT_SIG,
];

impl Check<'_> {
    /// Checks the fields of each input that say how it is to be signed.
    pub(super) fn fields(&mut self, spends: &[Spend]) {
        let psbt = self.psbt;
        for (place, (spend, map)) in spends.iter().zip(&psbt.inputs).enumerate() {
            self.sighash(place, map, &spend.coin.script_pubkey);
            let Owner::Ours(at) = spend.owner else { continue };
            if let Some(kind) = SIGNED.into_iter().find(|kind| map.has(*kind)) {
                let member = format_args!("psbt.inputs[{place}].{kind:#04x}");
                self.push(Code::Malformed, member, "an input of ours without signatures", "one");
            }
            self.taproot(place, map, at);
        }
    }

    /// Each input commits to the whole transaction, or is refused.
    fn sighash(&mut self, place: usize, map: &Map<'_>, script: &ScriptBuf) {
        let sent = read_sighash(map);
        let taproot = script.is_p2tr();
        let kind = match sent {
            None => Some(default_kind(taproot)),
            Some(0) if taproot => Some(SighashKind::Default),
            Some(1) => Some(SighashKind::All),
            Some(_) => None,
        };
        if kind.is_none_or(|kind| !self.terms.allowed_sighash.contains(&kind)) {
            let member = format_args!("psbt.inputs[{place}].sighash_type");
            let found = sent.map_or_else(|| "none".to_owned(), |sent| format!("{sent:#04x}"));
            let expected = if taproot { "ALL or DEFAULT, by policy" } else { "ALL, by policy" };
            self.push(Code::Sighash, member, expected, found);
        }
    }

    /// A coin of ours is spent by its key, and nothing says otherwise.
    fn taproot(&mut self, place: usize, map: &Map<'_>, at: usize) {
        const TREE: [u64; 2] = [input::TAP_LEAF_SCRIPT, input::TAP_MERKLE_ROOT];
        let terms = self.terms;
        let Some(coin) = terms.coins.get(at) else { return };
        let key = self.keys.of(coin);
        let x_only = key.x_only;
        let is_taproot = matches!(key.spends(&coin.script_pubkey), Some(CoinKind::P2tr(_)));
        for kind in TREE.into_iter().filter(|kind| map.has(*kind)) {
            let member = format_args!("psbt.inputs[{place}].{kind:#04x}");
            self.push(Code::Taproot, member, "a coin without a script tree", "part of one");
        }
        let Some(sent) = map.value(input::TAP_INTERNAL_KEY) else { return };
        let member = format_args!("psbt.inputs[{place}].tap_internal_key");
        if !is_taproot {
            self.push(
                Code::Taproot,
                member,
                "nothing, as the coin is not taproot",
                hex::encode(sent),
            );
        } else if sent != x_only {
            self.push(Code::Taproot, member, hex::encode(x_only), hex::encode(sent));
        }
    }
}

/// Returns the sighash type that an input asks for, where it does.
pub(super) fn read_sighash(map: &Map<'_>) -> Option<u32> {
    let bytes = map.value(input::SIGHASH_TYPE)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}

pub(super) const fn default_kind(taproot: bool) -> SighashKind {
    if taproot { SighashKind::Default } else { SighashKind::All }
}
