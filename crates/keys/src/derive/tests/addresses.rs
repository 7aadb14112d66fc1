use super::{ABANDON, JUNK, path, tree_of};
use crate::address::{self, CoinForm, CoinScript};
use crate::vault::Tree;
use crate::{Curve, PublicKey};

fn coin_address(tree: &Tree, form: CoinForm, at: &str) -> String {
    let PublicKey::Secp256k1(key) = tree.public_key(Curve::Secp256k1, &path(at)).unwrap() else {
        panic!("a key of another curve");
    };
    let point = bitcoin::secp256k1::PublicKey::from_slice(&key).unwrap();
    let script = bitcoin::ScriptBuf::from_bytes(CoinScript::of(form, &point).to_bytes());
    bitcoin::Address::from_script(&script, bitcoin::Network::Bitcoin).unwrap().to_string()
}

#[test]
fn addresses_are_those_of_bip84() {
    let tree = tree_of(ABANDON);
    for (at, address) in [
        ("m/84'/0'/0'/0/0", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        ("m/84'/0'/0'/0/1", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"),
        ("m/84'/0'/0'/1/0", "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"),
    ] {
        assert_eq!(coin_address(&tree, CoinForm::P2wpkh, at), address, "{at}");
    }
}

#[test]
fn addresses_are_those_of_bip86() {
    let tree = tree_of(ABANDON);
    let account = tree.account(&path("m/86'/0'/0'"), false).unwrap();
    let xpub = "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ";
    assert_eq!(account.to_string(), xpub);
    for (at, address) in [
        ("m/86'/0'/0'/0/0", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"),
        ("m/86'/0'/0'/0/1", "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh"),
        ("m/86'/0'/0'/1/0", "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7"),
    ] {
        assert_eq!(coin_address(&tree, CoinForm::P2tr, at), address, "{at}");
    }
}

/// What wallets show for the mnemonics that all of them are tested with.
#[test]
fn accounts_are_those_of_bip44() {
    for (mnemonic, at, address) in [
        (ABANDON, "m/44'/60'/0'/0/0", "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
        (JUNK, "m/44'/60'/0'/0/0", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (JUNK, "m/44'/60'/0'/0/1", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ] {
        let PublicKey::Secp256k1(key) =
            tree_of(mnemonic).public_key(Curve::Secp256k1, &path(at)).unwrap()
        else {
            panic!("a key of another curve");
        };
        assert_eq!(address::evm(&key).unwrap().to_string(), address, "{at}");
    }
    let solana = tree_of(ABANDON).public_key(Curve::Ed25519, &path("m/44'/501'/0'/0'")).unwrap();
    let address = bs58::encode(solana.as_bytes()).into_string();
    assert_eq!(address, "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk");
}
