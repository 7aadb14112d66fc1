use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, pbkdf2};
use countersign_units::EvmAddress;
use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Keccak256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{ImportError, ImportedSecret, SecretKind, fill_random, is_secp256k1};
use crate::{Curve, address};

const FORM: &str = "Web3 Secret Storage";
const CIPHER: &str = "aes-128-ctr";
const PRF: &str = "hmac-sha256";
/// A gigabyte: four times what geth writes files with.
const MOST_MEMORY: u64 = 1 << 30;
/// How often the memory is gone through at most.
const MOST_PASSES: u32 = 16;
/// The widest blocks of scrypt; programs write 8, few write 1.
const MOST_BLOCK: u32 = 64;
/// Some forty times what files are written with.
const MOST_ROUNDS: u32 = 10_000_000;

/// How much work it is to try a passphrase on a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "geth has these two as well")]
pub enum Web3Cost {
    /// 256 megabytes and about a second, as geth writes it.
    Standard,
    /// 4 megabytes, as geth's `--lightkdf` writes it: for tests.
    Light,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Serialize, Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: String,
    #[serde(flatten)]
    kdf: Kdf,
    mac: String,
}

#[derive(Serialize, Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt { dklen: u32, n: u64, p: u32, r: u32, salt: String },
    Pbkdf2 { dklen: u32, c: u32, prf: String, salt: String },
}

type Derived = Zeroizing<[u8; 32]>;

pub(super) fn read(json: &str, passphrase: &str) -> Result<ImportedSecret, ImportError> {
    let file = parse(json)?;
    let crypto = &file.crypto;
    if crypto.cipher != CIPHER {
        return Err(unsupported("crypto.cipher", CIPHER, &crypto.cipher));
    }
    let ciphertext: [u8; 32] = bytes(&crypto.ciphertext, "a ciphertext of 32 bytes in hex")?;
    let iv: [u8; 16] = bytes(&crypto.cipherparams.iv, "an iv of 16 bytes in hex")?;
    let mac: [u8; 32] = bytes(&crypto.mac, "a mac of 32 bytes in hex")?;
    let derived = derive_right(&crypto.kdf, passphrase, (&ciphertext, &mac))?;
    let mut key = Zeroizing::new(ciphertext);
    decrypt(&derived, iv, key.as_mut_slice()).ok_or(wrong("a key that AES takes"))?;
    if !is_secp256k1(&key) {
        return Err(wrong("a private key in the range of the curve"));
    }
    let secret = ImportedSecret::new(SecretKind::Key(Curve::Secp256k1), key.as_slice());
    match &file.address {
        Some(expected) => require_address(expected, &key).map(|()| secret),
        None => Ok(secret),
    }
}

fn parse(json: &str) -> Result<File, ImportError> {
    #[derive(Deserialize)]
    struct Version {
        version: serde_json::Value,
    }
    let expected = "JSON with version, crypto.cipher, ciphertext, kdf and mac";
    let unread = |error: serde_json::Error| {
        if error.is_eof() { ImportError::Truncated { form: FORM } } else { wrong(expected) }
    };
    let Version { version } = serde_json::from_str(json).map_err(unread)?;
    if version != 3 {
        return Err(unsupported("version", "3", &version.to_string()));
    }
    serde_json::from_str(json).map_err(unread)
}

const fn wrong(expected: &'static str) -> ImportError {
    ImportError::Form { form: FORM, expected }
}

fn unsupported(member: &'static str, expected: &'static str, found: &str) -> ImportError {
    let found = countersign_approval::excerpt(found);
    ImportError::Unsupported { form: FORM, member, expected, found }
}

fn bytes<const N: usize>(text: &str, expected: &'static str) -> Result<[u8; N], ImportError> {
    let mut bytes = [0; N];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| wrong(expected))?;
    Ok(bytes)
}

/// Derives the key of the passphrase. geth takes the passphrase's bytes as they are; ethers brings
/// them into Unicode's form NFKC, which matters beyond ASCII alone.
fn derive_right(
    kdf: &Kdf,
    passphrase: &str,
    (ciphertext, mac): (&[u8; 32], &[u8; 32]),
) -> Result<Derived, ImportError> {
    let is_right = |derived: &Derived| {
        constant_time::verify_slices_are_equal(&mac_of(derived, ciphertext), mac).is_ok()
    };
    let derived = derive(kdf, passphrase)?;
    if is_right(&derived) {
        return Ok(derived);
    }
    let normal: Zeroizing<String> = Zeroizing::new(passphrase.nfkc().collect());
    if *normal != passphrase {
        let derived = derive(kdf, &normal)?;
        if is_right(&derived) {
            return Ok(derived);
        }
    }
    Err(ImportError::WrongPassphrase { form: FORM })
}

fn derive(kdf: &Kdf, passphrase: &str) -> Result<Derived, ImportError> {
    let mut derived = Zeroizing::new([0; 32]);
    let salt = |text: &str| {
        let salt = hex::decode(text.strip_prefix("0x").unwrap_or(text));
        salt.map_err(|_| wrong("a salt in hex"))
    };
    let (Kdf::Scrypt { dklen, .. } | Kdf::Pbkdf2 { dklen, .. }) = kdf;
    if *dklen != 32 {
        return Err(unsupported("crypto.kdfparams.dklen", "32", &dklen.to_string()));
    }
    match kdf {
        Kdf::Scrypt { n, p, r, salt: text, .. } => {
            let params = scrypt_params(*n, *r, *p)?;
            scrypt::scrypt(passphrase.as_bytes(), &salt(text)?, &params, derived.as_mut_slice())
                .map_err(|_| wrong("32 bytes to derive"))?;
        }
        Kdf::Pbkdf2 { c, prf, salt: text, .. } => {
            if prf != PRF {
                return Err(unsupported("crypto.kdfparams.prf", PRF, prf));
            }
            require_cost(u64::from(*c), u64::from(MOST_ROUNDS))?;
            let rounds = NonZeroU32::new(*c).ok_or(wrong("at least one round"))?;
            let (algorithm, salt) = (pbkdf2::PBKDF2_HMAC_SHA256, salt(text)?);
            pbkdf2::derive(algorithm, rounds, &salt, passphrase.as_bytes(), derived.as_mut_slice());
        }
    }
    Ok(derived)
}

fn scrypt_params(n: u64, r: u32, p: u32) -> Result<scrypt::Params, ImportError> {
    require_cost(128_u64.saturating_mul(n).saturating_mul(u64::from(r)), MOST_MEMORY)?;
    // Beside that, each pass takes a block of its own: 128 kilobytes for all of them at most.
    require_cost(u64::from(r), u64::from(MOST_BLOCK))?;
    require_cost(u64::from(p), u64::from(MOST_PASSES))?;
    let expected = "scrypt's n as a power of two above one, r and p above zero";
    if !n.is_power_of_two() || n == 1 {
        return Err(wrong(expected));
    }
    let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| wrong(expected))?;
    scrypt::Params::new(log_n, r, p).map_err(|_| wrong(expected))
}

const fn require_cost(found: u64, most: u64) -> Result<(), ImportError> {
    if found <= most { Ok(()) } else { Err(ImportError::TooCostly { form: FORM, most, found }) }
}

/// The first half of what is derived encrypts, the second half vouches for the passphrase.
fn halves(derived: &Derived) -> (&[u8], &[u8]) {
    derived.split_at(16)
}

fn mac_of(derived: &Derived, ciphertext: &[u8; 32]) -> [u8; 32] {
    let (_, second) = halves(derived);
    Keccak256::new().chain_update(second).chain_update(ciphertext).finalize().into()
}

fn decrypt(derived: &Derived, iv: [u8; 16], in_out: &mut [u8]) -> Option<()> {
    let (first, _) = halves(derived);
    let key = DecryptingKey::ctr(UnboundCipherKey::new(&AES_128, first).ok()?).ok()?;
    key.decrypt(in_out, DecryptionContext::Iv128(FixedLength::from(iv))).ok().map(|_| ())
}

fn encrypt(derived: &Derived, iv: [u8; 16], in_out: &mut [u8]) -> Option<()> {
    let (first, _) = halves(derived);
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_128, first).ok()?).ok()?;
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    key.less_safe_encrypt(in_out, context).ok().map(|_| ())
}

fn require_address(expected: &str, key: &[u8; 32]) -> Result<(), ImportError> {
    let digits = expected.strip_prefix("0x").unwrap_or(expected).to_ascii_lowercase();
    let found = address_of(key).ok_or(wrong("a private key in the range of the curve"))?;
    if hex::encode(found.as_bytes()) == digits {
        return Ok(());
    }
    let expected = countersign_approval::excerpt(expected);
    Err(ImportError::OtherAddress { form: FORM, expected, found: found.to_string() })
}

fn address_of(key: &[u8; 32]) -> Option<EvmAddress> {
    let mut secret = bitcoin::secp256k1::SecretKey::from_slice(key).ok()?;
    let point = secret.public_key(crate::secp::secp());
    secret.non_secure_erase();
    Some(address::evm_of(&point))
}

/// Writes a key as geth does.
pub(crate) fn write(
    key: &[u8; 32],
    passphrase: &str,
    cost: Web3Cost,
) -> Result<String, ImportError> {
    let (mut salt, mut iv) = ([0; 32], [0; 16]);
    fill_random(&mut salt)?;
    fill_random(&mut iv)?;
    let (n, p) = match cost {
        Web3Cost::Standard => (1 << 18, 1),
        Web3Cost::Light => (1 << 12, 6),
    };
    let kdf = Kdf::Scrypt { dklen: 32, n, p, r: 8, salt: hex::encode(salt) };
    let derived = derive(&kdf, passphrase)?;
    let mut ciphertext = Zeroizing::new(*key);
    encrypt(&derived, iv, ciphertext.as_mut_slice()).ok_or(wrong("a key that AES takes"))?;
    let address = address_of(key).map(|address| hex::encode(address.as_bytes()));
    let file = File {
        version: 3,
        id: Some(uuid::Uuid::new_v4().to_string()),
        address,
        crypto: Crypto {
            cipher: CIPHER.to_owned(),
            cipherparams: CipherParams { iv: hex::encode(iv) },
            ciphertext: hex::encode(ciphertext.as_slice()),
            kdf,
            mac: hex::encode(mac_of(&derived, &ciphertext)),
        },
    };
    serde_json::to_string(&file).map_err(|_| wrong("a file that can be written"))
}
