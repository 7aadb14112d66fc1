//! What follows from a mnemonic, computed apart from the program.

use bitcoin::NetworkKind;
use bitcoin::bip32::{DerivationPath, Xpriv};
use bitcoin::hashes::{Hash as _, HashEngine as _, Hmac, HmacEngine, sha512};

/// The rounds of BIP-39.
const ROUNDS: u32 = 2048;

/// Makes the seed of a mnemonic without a passphrase, as BIP-39 has it.
pub(crate) fn seed(words: &str) -> [u8; 64] {
    let mac = |message: &[u8]| {
        let mut engine = HmacEngine::<sha512::Hash>::new(words.as_bytes());
        engine.input(message);
        Hmac::<sha512::Hash>::from_engine(engine).to_byte_array()
    };
    let mut last = mac(b"mnemonic\0\0\0\x01");
    let mut sum = last;
    for _ in 1..ROUNDS {
        last = mac(&last);
        sum.iter_mut().zip(last).for_each(|(sum, last)| *sum ^= last);
    }
    sum
}

/// Derives the private key of a path on secp256k1.
pub(crate) fn private_key(seed: &[u8], path: &str) -> [u8; 32] {
    let path: DerivationPath = path.parse().unwrap();
    let master = Xpriv::new_master(NetworkKind::Test, seed).unwrap();
    let secp = bitcoin::secp256k1::Secp256k1::new();
    master.derive_priv(&secp, &path).unwrap().private_key.secret_bytes()
}

/// Writes the extended private key of a seed.
pub(crate) fn extended(seed: &[u8]) -> String {
    Xpriv::new_master(NetworkKind::Test, seed).unwrap().to_string()
}
