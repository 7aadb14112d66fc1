use bitcoin::hashes::{Hash, HashEngine, sha256};
use bitcoin::script::PushBytesBuf;
use bitcoin::secp256k1::PublicKey;
use bitcoin::{CompressedPublicKey, ScriptBuf, Transaction, TxOut};
use countersign_approval::{BitcoinNetwork, Code, HtlcSpec, HtlcTerms, SighashKind, Violation};
use countersign_units::UnixSeconds;

use super::fee::Fee;
use super::fields::default_kind;
use super::{Owner, Role, Spend};
use crate::InputSighash;
use crate::decode::{Decoded, Map, Pair, Place, is_known};
use crate::own::{CoinKind, OwnKey, OwnKeys};
use crate::refund::RefundRecipe;
use crate::sighash::{Hasher, Signable};

/// How many fields that are not used are named; beyond that they are counted.
const MOST_UNUSED: usize = 40;

/// A transaction that was found to be what was agreed, with what is needed to sign and show it.
#[derive(Clone, Debug)]
pub(crate) struct Funding {
    pub(crate) network: BitcoinNetwork,
    pub(crate) spec: HtlcSpec,
    pub(crate) tx: Transaction,
    pub(crate) spends: Vec<Spend>,
    pub(crate) roles: Vec<Role>,
    pub(crate) fee: Fee,
    pub(crate) to_sign: Vec<ToSign>,
    pub(crate) digest: [u8; 32],
    pub(crate) recipe: RefundRecipe,
    pub(crate) valid_until: UnixSeconds,
    /// Fields that are kept and not used, by name.
    pub(crate) unused: Vec<String>,
    /// The PSBT as it was sent, and where the map of each input ends.
    pub(crate) bytes: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

/// An input to sign.
#[derive(Clone, Debug)]
pub(crate) struct ToSign {
    pub(crate) input: usize,
    pub(crate) kind: CoinKind,
    pub(crate) key: PublicKey,
    pub(crate) sighash_kind: SighashKind,
    pub(crate) sighash: InputSighash,
}

impl ToSign {
    /// Computes what our key signs for an input, by the sighash type that was asked for or by that
    /// of the coin's kind; nothing if the key does not spend the coin.
    pub(crate) fn new(
        hasher: &mut Hasher<'_>,
        input: usize,
        key: &OwnKey,
        asked: Option<SighashKind>,
    ) -> Option<Self> {
        let kind = key.spends(hasher.script(input)?.as_bytes())?;
        let taproot = matches!(kind, CoinKind::P2tr(_));
        let sighash_kind = asked.unwrap_or_else(|| default_kind(taproot));
        let signable = Signable { input, kind, sighash: sighash_kind, p2wpkh: key.p2wpkh() };
        let sighash = hasher.hash(&signable)?;
        Some(Self { input, kind, key: key.public, sighash_kind, sighash })
    }

    /// Returns SHA-256 of all that is signed, one after another.
    pub(crate) fn digest(all: &[Self]) -> [u8; 32] {
        let mut engine = sha256::Hash::engine();
        for input in all {
            engine.input(input.sighash.as_bytes());
        }
        sha256::Hash::from_engine(engine).to_byte_array()
    }

    /// Returns what the input holds before its witness, where it holds anything.
    pub(crate) fn script_sig(&self) -> Option<ScriptBuf> {
        (self.kind == CoinKind::P2shP2wpkh).then(|| nested_script_sig(self.key))
    }
}

/// What the checks found.
pub(super) struct Found {
    pub(super) spends: Vec<Spend>,
    pub(super) roles: Vec<Role>,
    pub(super) fee: Fee,
    pub(super) recipe: RefundRecipe,
    pub(super) to_sign: Vec<ToSign>,
    pub(super) valid_until: UnixSeconds,
}

impl Funding {
    pub(super) fn new(terms: &HtlcTerms, psbt: Decoded<'_>, found: Found) -> Self {
        let unused = unused(&psbt);
        let ends = psbt.inputs.iter().map(Map::end).collect();
        let Found { spends, roles, fee, recipe, to_sign, valid_until } = found;
        let digest = ToSign::digest(&to_sign);
        Self {
            network: terms.network,
            spec: terms.htlc.clone(),
            tx: psbt.tx,
            spends,
            roles,
            fee,
            to_sign,
            digest,
            recipe,
            valid_until,
            unused,
            bytes: Vec::new(),
            ends,
        }
    }

    pub(super) fn with_bytes(mut self, bytes: Vec<u8>) -> Self {
        self.bytes = bytes;
        self
    }
}

/// Computes what is signed for each input of ours. The checks have passed before.
pub(crate) fn to_sign(
    terms: &HtlcTerms,
    keys: &OwnKeys,
    psbt: &Decoded<'_>,
    spends: &[Spend],
) -> Result<Vec<ToSign>, Violation> {
    let spent: Vec<&TxOut> = spends.iter().map(|spend| &spend.coin).collect();
    let mut hasher = Hasher::new(&psbt.tx, &spent);
    let mut inputs = Vec::with_capacity(spends.len());
    for (input, (spend, map)) in spends.iter().zip(&psbt.inputs).enumerate() {
        let Owner::Ours(at) = spend.owner else { continue };
        let asked = super::fields::read_sighash(map).filter(|kind| *kind == 1);
        let asked = asked.map(|_| SighashKind::All);
        let coin = terms.coins.get(at);
        let to_sign = coin.and_then(|coin| ToSign::new(&mut hasher, input, keys.of(coin), asked));
        let member = format_args!("psbt.inputs[{input}]");
        inputs.push(to_sign.ok_or_else(|| {
            Violation::new(Code::InputsList, member, "an input that our key signs", "another")
        })?);
    }
    Ok(inputs)
}

/// Returns the id that the transaction will have, where no signature of others can change it.
pub(super) fn outpoint(
    terms: &HtlcTerms,
    keys: &OwnKeys,
    tx: &Transaction,
    spends: &[Spend],
) -> Option<[u8; 32]> {
    let nested = |spend: &Spend| match spend.owner {
        Owner::Ours(at) => {
            let key = keys.of(terms.coins.get(at)?);
            let kind = key.spends(spend.coin.script_pubkey.as_bytes())?;
            Some((kind == CoinKind::P2shP2wpkh).then(|| script_sig(key.p2wpkh())))
        }
        Owner::Other => spend.coin.script_pubkey.is_witness_program().then_some(None),
    };
    let script_sigs: Vec<Option<ScriptBuf>> = spends.iter().map(nested).collect::<Option<_>>()?;
    if script_sigs.iter().all(Option::is_none) {
        return Some(tx.compute_txid().to_byte_array());
    }
    let mut tx = tx.clone();
    for (input, script_sig) in tx.input.iter_mut().zip(script_sigs) {
        input.script_sig = script_sig.unwrap_or_default();
    }
    Some(tx.compute_txid().to_byte_array())
}

/// Returns what a P2SH input holds before its witness: its redeem script, pushed.
fn script_sig(redeem: &ScriptBuf) -> ScriptBuf {
    let push = PushBytesBuf::try_from(redeem.to_bytes()).unwrap_or_default();
    bitcoin::script::Builder::new().push_slice(push).into_script()
}

/// Returns what an input of a P2SH-P2WPKH coin of a key holds before its witness.
pub(crate) fn nested_script_sig(key: PublicKey) -> ScriptBuf {
    script_sig(&ScriptBuf::new_p2wpkh(&CompressedPublicKey(key).wpubkey_hash()))
}

/// Names the fields that are kept byte for byte and not used.
fn unused(psbt: &Decoded<'_>) -> Vec<String> {
    let global = std::iter::once((Place::Global, 0, &psbt.global));
    let inputs = psbt.inputs.iter().enumerate().map(|(at, map)| (Place::Input, at, map));
    let outputs = psbt.outputs.iter().enumerate().map(|(at, map)| (Place::Output, at, map));
    let mut named = Vec::new();
    let mut more = 0_usize;
    for (place, at, map) in global.chain(inputs).chain(outputs) {
        for pair in map.pairs().iter().filter(|pair| !is_known(place, pair.kind)) {
            if named.len() < MOST_UNUSED {
                named.push(name(place, at, pair));
            } else {
                more = more.saturating_add(1);
            }
        }
    }
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    named
}

fn name(place: Place, at: usize, pair: &Pair<'_>) -> String {
    let owner = match place {
        Place::Global => "global".to_owned(),
        Place::Input => format!("input {at}"),
        Place::Output => format!("output {at}"),
    };
    let key = hex::encode(pair.key.get(..pair.key.len().min(16)).unwrap_or_default());
    format!("{owner}: {:#04x} {key} ({} bytes)", pair.kind, pair.value.len())
}
