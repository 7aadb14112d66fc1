//! The form that each field of a PSBT must have.
//!
//! Sources: [BIP-174](https://github.com/bitcoin/bips/blob/master/bip-0174.mediawiki),
//! [BIP-370](https://github.com/bitcoin/bips/blob/master/bip-0370.mediawiki),
//! [BIP-371](https://github.com/bitcoin/bips/blob/master/bip-0371.mediawiki).

use super::bytes::Bytes;
use super::map::Pair;

pub(crate) mod global {
    pub(crate) const UNSIGNED_TX: u64 = 0x00;
    pub(crate) const XPUB: u64 = 0x01;
    pub(crate) const VERSION: u64 = 0xfb;
}

pub(crate) mod input {
    pub(crate) const NON_WITNESS_UTXO: u64 = 0x00;
    pub(crate) const WITNESS_UTXO: u64 = 0x01;
    pub(crate) const PARTIAL_SIG: u64 = 0x02;
    pub(crate) const SIGHASH_TYPE: u64 = 0x03;
    pub(crate) const REDEEM_SCRIPT: u64 = 0x04;
    pub(crate) const WITNESS_SCRIPT: u64 = 0x05;
    pub(crate) const DERIVATION: u64 = 0x06;
    pub(crate) const FINAL_SCRIPT_SIG: u64 = 0x07;
    pub(crate) const FINAL_WITNESS: u64 = 0x08;
    pub(crate) const TAP_KEY_SIG: u64 = 0x13;
    pub(crate) const TAP_SCRIPT_SIG: u64 = 0x14;
    pub(crate) const TAP_LEAF_SCRIPT: u64 = 0x15;
    pub(crate) const TAP_DERIVATION: u64 = 0x16;
    pub(crate) const TAP_INTERNAL_KEY: u64 = 0x17;
    pub(crate) const TAP_MERKLE_ROOT: u64 = 0x18;
}

pub(crate) mod output {
    pub(crate) const REDEEM_SCRIPT: u64 = 0x00;
    pub(crate) const WITNESS_SCRIPT: u64 = 0x01;
    pub(crate) const DERIVATION: u64 = 0x02;
    pub(crate) const TAP_INTERNAL_KEY: u64 = 0x05;
    pub(crate) const TAP_TREE: u64 = 0x06;
    pub(crate) const TAP_DERIVATION: u64 = 0x07;
}

/// Which kind of map a field stands in.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Global,
    Input,
    Output,
}

/// Says whether a field is of a type that is read here. Others are kept, named, and not used.
pub(crate) const fn is_known(place: Place, kind: u64) -> bool {
    match place {
        Place::Global => matches!(kind, global::UNSIGNED_TX | global::VERSION),
        Place::Input => matches!(kind, 0x00..=0x05 | 0x07 | 0x08 | 0x13..=0x15 | 0x17 | 0x18),
        Place::Output => matches!(kind, 0x00 | 0x01 | 0x05),
    }
}

/// Says what a field had to be, if it is not that.
pub(crate) fn fault(place: Place, pair: &Pair<'_>) -> Option<&'static str> {
    match place {
        Place::Global => fault_in_global(pair),
        Place::Input => fault_in_input(pair),
        Place::Output => fault_in_output(pair),
    }
}

const NO_KEY_DATA: &str = "a key without data";
const VERSION_2: &str = "no field of PSBT version 2";
const KEY_PATH: &str = "a public key, and a fingerprint with a path";
const TAP_KEY_PATH: &str = "an x-only key, and leaf hashes with a fingerprint and a path";

fn fault_in_global(pair: &Pair<'_>) -> Option<&'static str> {
    let Pair { kind, key, value } = *pair;
    match kind {
        global::UNSIGNED_TX => unless(key.is_empty(), NO_KEY_DATA),
        global::XPUB => unless(key.len() == 78 && is_path(value), "an extended key with a path"),
        0x02..=0x06 => Some(VERSION_2),
        global::VERSION => unless(key.is_empty() && value == [0; 4], "version 0"),
        _ => None,
    }
}

fn fault_in_input(pair: &Pair<'_>) -> Option<&'static str> {
    let Pair { kind, key, value } = *pair;
    match kind {
        0x00 | 0x01 | 0x04 | 0x05 | 0x07..=0x09 => unless(key.is_empty(), NO_KEY_DATA),
        input::PARTIAL_SIG => unless(is_public_key(key), "a public key"),
        input::SIGHASH_TYPE => unless(key.is_empty() && value.len() == 4, "four bytes"),
        input::DERIVATION => unless(is_public_key(key) && is_path(value), KEY_PATH),
        0x0a | 0x0c => unless(key.len() == 20, "a hash of 20 bytes"),
        0x0b | 0x0d => unless(key.len() == 32, "a hash of 32 bytes"),
        0x0e..=0x12 => Some(VERSION_2),
        input::TAP_KEY_SIG => {
            unless(key.is_empty() && is_schnorr(value), "a signature of 64 or 65 bytes")
        }
        input::TAP_SCRIPT_SIG => {
            unless(key.len() == 64 && is_schnorr(value), "a key, a leaf hash and a signature")
        }
        input::TAP_LEAF_SCRIPT => {
            unless(is_control_block(key) && !value.is_empty(), "a control block with a script")
        }
        input::TAP_DERIVATION => unless(key.len() == 32 && is_tap_path(value), TAP_KEY_PATH),
        input::TAP_INTERNAL_KEY | input::TAP_MERKLE_ROOT => {
            unless(key.is_empty() && value.len() == 32, "32 bytes")
        }
        _ => None,
    }
}

fn fault_in_output(pair: &Pair<'_>) -> Option<&'static str> {
    let Pair { kind, key, value } = *pair;
    match kind {
        output::REDEEM_SCRIPT | output::WITNESS_SCRIPT => unless(key.is_empty(), NO_KEY_DATA),
        output::DERIVATION => unless(is_public_key(key) && is_path(value), KEY_PATH),
        0x03 | 0x04 => Some(VERSION_2),
        output::TAP_INTERNAL_KEY => unless(key.is_empty() && value.len() == 32, "32 bytes"),
        output::TAP_TREE => {
            unless(key.is_empty() && is_tap_tree(value), "leaves with depth, version and script")
        }
        output::TAP_DERIVATION => unless(key.len() == 32 && is_tap_path(value), TAP_KEY_PATH),
        _ => None,
    }
}

fn unless(holds: bool, expected: &'static str) -> Option<&'static str> {
    if holds { None } else { Some(expected) }
}

/// A form alone: whether the point is on the curve matters only for keys that are used.
const fn is_public_key(key: &[u8]) -> bool {
    matches!((key, key.len()), ([2 | 3, ..], 33) | ([4, ..], 65))
}

const fn is_schnorr(signature: &[u8]) -> bool {
    matches!(signature.len(), 64 | 65)
}

const fn is_path(value: &[u8]) -> bool {
    value.len() >= 4 && value.len().is_multiple_of(4)
}

fn is_control_block(key: &[u8]) -> bool {
    let path = key.len().checked_sub(33);
    path.is_some_and(|path| path.is_multiple_of(32) && path <= 32 * 128)
}

fn is_tap_path(value: &[u8]) -> bool {
    let mut bytes = Bytes::new(value);
    let hashes = bytes.compact().and_then(|count| usize::try_from(count).ok()?.checked_mul(32));
    hashes.and_then(|size| bytes.take(size)).is_some() && is_path(bytes.rest())
}

/// Walks the leaves without building the tree, so that a deep one costs nothing.
fn is_tap_tree(value: &[u8]) -> bool {
    let mut bytes = Bytes::new(value);
    while !bytes.is_at_end() {
        let depth = bytes.byte();
        let version = bytes.byte();
        let whole = bytes.sized().is_some();
        if depth.is_none_or(|depth| depth > 128) || version.is_none_or(|v| v & 1 == 1) || !whole {
            return false;
        }
    }
    !value.is_empty()
}
