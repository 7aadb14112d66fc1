//! The official vectors of BIP-32, BIP-84, BIP-86 and SLIP-10, addresses that other software makes of
//! well-known mnemonics, and the `bitcoin` crate as a second implementation.

mod addresses;
mod bip32;
mod halves;
mod slip10;

use super::*;
use crate::ImportedSecret;
use crate::vault::{Seed, Tree};

const ABANDON: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                       abandon abandon about";
const JUNK: &str = "test test test test test test test test test test test junk";

fn tree(seed: &str) -> Tree {
    Tree::new(Seed::new(&hex::decode(seed).unwrap()).unwrap())
}

fn tree_of(mnemonic: &str) -> Tree {
    let secret = ImportedSecret::mnemonic(mnemonic, "").unwrap();
    Tree::new(Seed::new(&secret.bytes).unwrap())
}

fn path(text: &str) -> DerivationPath {
    text.parse().unwrap()
}
