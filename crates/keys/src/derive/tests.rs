//! The official vectors of BIP-32, BIP-84, BIP-86 and SLIP-10, addresses that other software makes of
//! well-known mnemonics, and the `bitcoin` crate as a second implementation.

use bitcoin::bip32::{Xpriv, Xpub};
use proptest::prelude::*;

use super::*;
use crate::address::{self, CoinForm, CoinScript};
use crate::secp::secp;
use crate::vault::{Seed, Tree};
use crate::{Curve, ImportedSecret, PublicKey};

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

/// BIP-32, test vectors 1 to 4: of each the seed, and the extended public key at some paths.
const BIP32: &[(&str, &[(&str, &str)])] = &[
    (
        "000102030405060708090a0b0c0d0e0f",
        &[
            (
                "m",
                "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
            ),
            (
                "m/0h",
                "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
            ),
            (
                "m/0h/1",
                "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ",
            ),
            (
                "m/0h/1/2h",
                "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
            ),
            (
                "m/0h/1/2h/2",
                "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV",
            ),
            (
                "m/0h/1/2h/2/1000000000",
                "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
            ),
        ],
    ),
    (
        "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
        &[
            (
                "m",
                "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB",
            ),
            (
                "m/0",
                "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH",
            ),
            (
                "m/0/2147483647h",
                "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJiHjaDMBU4Zn9h8LZNnBC5y4a",
            ),
            (
                "m/0/2147483647h/1",
                "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89LojfZ537wTfunKau47EL2dhHKon",
            ),
            (
                "m/0/2147483647h/1/2147483646h",
                "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL",
            ),
            (
                "m/0/2147483647h/1/2147483646h/2",
                "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt",
            ),
        ],
    ),
    (
        // The private key of m/0h begins with a zero byte.
        "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
        &[
            (
                "m",
                "xpub661MyMwAqRbcEZVB4dScxMAdx6d4nFc9nvyvH3v4gJL378CSRZiYmhRoP7mBy6gSPSCYk6SzXPTf3ND1cZAceL7SfJ1Z3GC8vBgp2epUt13",
            ),
            (
                "m/0h",
                "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y",
            ),
        ],
    ),
    (
        "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678",
        &[
            (
                "m",
                "xpub661MyMwAqRbcGczjuMoRm6dXaLDEhW1u34gKenbeYqAix21mdUKJyuyu5F1rzYGVxyL6tmgBUAEPrEz92mBXjByMRiJdba9wpnN37RLLAXa",
            ),
            (
                "m/0h",
                "xpub69AUMk3qDBi3uW1sXgjCmVjJ2G6WQoYSnNHyzkmdCHEhSZ4tBok37xfFEqHd2AddP56Tqp4o56AePAgCjYdvpW2PU2jbUPFKsav5ut6Ch1m",
            ),
            (
                "m/0h/1h",
                "xpub6BJA1jSqiukeaesWfxe6sNK9CCGaujFFSJLomWHprUL9DePQ4JDkM5d88n49sMGJxrhpjazuXYWdMf17C9T5XnxkopaeS7jGk1GyyVziaMt",
            ),
        ],
    ),
];

#[test]
fn extended_public_keys_are_those_of_bip32() {
    for (seed, steps) in BIP32 {
        for (at, xpub) in *steps {
            let account = tree(seed).account(&path(at), false).unwrap();
            assert_eq!(account.to_string(), *xpub, "{at}");
            assert_eq!(xpub.parse(), Ok(account));
        }
    }
}

#[test]
fn texts_that_bip32_calls_invalid_are_refused() {
    // Test vector 5: a version of another kind, a prefix that is no point, a depth of zero with a
    // parent or an index, a private key, a wrong checksum.
    for text in [
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZafEz7mnzBBsz4wKY5fTtTQBm",
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Txnt3siSujt9RCVYsx4qHZGc62TG4McvMGcAUjeuwZdduYEvFn",
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet9",
        "xpub",
        "",
    ] {
        assert_eq!(text.parse::<AccountKey>(), Err(ParseAccountKeyError), "{text}");
    }
}

/// A path, the private key there and the public key.
type Slip10Step = (&'static str, &'static str, &'static str);

/// SLIP-10, test vectors 1 and 2 for Ed25519: of each the seed; private and public keys at some
/// paths.
const SLIP10: &[(&str, &[Slip10Step])] = &[
    (
        "000102030405060708090a0b0c0d0e0f",
        &[
            (
                "m",
                "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
                "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed",
            ),
            (
                "m/0'",
                "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
                "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c",
            ),
            (
                "m/0'/1'",
                "b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2",
                "1932a5270f335bed617d5b935c80aedb1a35bd9fc1e31acafd5372c30f5c1187",
            ),
            (
                "m/0'/1'/2'",
                "92a5b23c0b8a99e37d07df3fb9966917f5d06e02ddbd909c7e184371463e9fc9",
                "ae98736566d30ed0e9d2f4486a64bc95740d89c7db33f52121f8ea8f76ff0fc1",
            ),
            (
                "m/0'/1'/2'/2'",
                "30d1dc7e5fc04c31219ab25a27ae00b50f6fd66622f6e9c913253d6511d1e662",
                "8abae2d66361c879b900d204ad2cc4984fa2aa344dd7ddc46007329ac76c429c",
            ),
            (
                "m/0'/1'/2'/2'/1000000000'",
                "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
                "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
            ),
        ],
    ),
    (
        "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
        &[
            (
                "m",
                "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012",
                "8fe9693f8fa62a4305a140b9764c5ee01e455963744fe18204b4fb948249308a",
            ),
            (
                "m/0'",
                "1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed7470845635",
                "86fab68dcb57aa196c77c5f264f215a112c22a912c10d123b0d03c3c28ef1037",
            ),
            (
                "m/0'/2147483647'",
                "ea4f5bfe8694d8bb74b7b59404632fd5968b774ed545e810de9c32a4fb4192f4",
                "5ba3b9ac6e90e83effcd25ac4e58a1365a9e35a3d3ae5eb07b9e4d90bcf7506d",
            ),
            (
                "m/0'/2147483647'/1'",
                "3757c7577170179c7868353ada796c839135b3d30554bbb74a4b1e4a5a58505c",
                "2e66aa57069c86cc18249aecf5cb5a9cebbfd6fadeab056254763874a9352b45",
            ),
            (
                "m/0'/2147483647'/1'/2147483646'",
                "5837736c89570de861ebc173b1086da4f505d4adb387c6a1b1342d5e4ac9ec72",
                "e33c0f7d81d843c572275f287498e8d408654fdf0d1e065b84e2e6f157aab09b",
            ),
            (
                "m/0'/2147483647'/1'/2147483646'/2'",
                "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
                "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0",
            ),
        ],
    ),
];

#[test]
fn keys_of_ed25519_are_those_of_slip10() {
    for (seed, steps) in SLIP10 {
        let tree = tree(seed);
        for (at, private, public) in *steps {
            let node = tree.node(Curve::Ed25519, &path(at)).unwrap();
            assert_eq!(hex::encode(node.key), *private, "{at}");
            let key = tree.public_key(Curve::Ed25519, &path(at)).unwrap();
            assert_eq!(key.to_string(), *public, "{at}");
        }
    }
}

#[test]
fn ed25519_takes_hardened_steps_alone() {
    let tree = tree("000102030405060708090a0b0c0d0e0f");
    let result = tree.public_key(Curve::Ed25519, &path("m/44'/501'/0"));
    assert_eq!(result, Err(DeriveError::NotHardened));
}

#[test]
fn seeds_have_the_lengths_of_bip32() {
    assert!(Seed::new(&[7; 15]).is_none());
    assert!(Seed::new(&[7; 65]).is_none());
    assert!(Node::of_seed(Curve::Secp256k1, &[7; 15]).is_err());
    assert!(Seed::new(&[7; 16]).is_some());
}

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
