//! Public and private halves, ours and those of the `bitcoin` crate.

use bitcoin::bip32::{Xpriv, Xpub};
use proptest::prelude::*;

use super::{AccountKey, DerivationPath, JUNK, path, tree_of};
use crate::Curve;
use crate::secp::secp;
use crate::vault::{Seed, Tree};

#[test]
fn a_child_is_the_same_from_either_half() {
    let (tree, account) = (tree_of(JUNK), path("m/44'/60'/0'"));
    let xpub = tree.account(&account, false).unwrap();
    for (chain, index) in [(0, 0), (0, 77), (1, 0), (1, (1 << 31) - 1)] {
        let public = xpub.chain(chain).unwrap().child(index).unwrap();
        let private = tree.child(&account, chain, index).unwrap().secret().unwrap();
        assert_eq!(private.public_key(secp()), public, "{chain}/{index}");
    }
    assert!(xpub.chain(1 << 31).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn derivation_is_that_of_another_implementation(
        seed in prop::collection::vec(any::<u8>(), 16..=64),
        steps in prop::collection::vec(any::<u32>(), 0..=5),
    ) {
        let path = DerivationPath::new(steps);
        let tree = Tree::new(Seed::new(&seed).unwrap());
        let ours = tree.account(&path, true).unwrap();
        let theirs: bitcoin::bip32::DerivationPath = path.to_string().parse().unwrap();
        let root = Xpriv::new_master(bitcoin::NetworkKind::Test, &seed).unwrap();
        let theirs = root.derive_priv(secp(), &theirs).unwrap();
        prop_assert_eq!(ours.to_string(), Xpub::from_priv(secp(), &theirs).to_string());
        let node = tree.node(Curve::Secp256k1, &path).unwrap();
        prop_assert_eq!(node.key, theirs.private_key.secret_bytes());
    }

    #[test]
    fn no_text_panics(text in "[xtpub0-9A-Za-z]{0,120}") {
        let _ = text.parse::<AccountKey>();
    }
}
