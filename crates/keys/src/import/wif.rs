use zeroize::Zeroizing;

use super::{ImportError, ImportedSecret, SecretKind, is_secp256k1};
use crate::Curve;

const FORM: &str = "wallet import format";
const MAINNET: u8 = 0x80;
const TESTNET: u8 = 0xef;
/// Stands behind the key where its public half is compressed.
const COMPRESSED: u8 = 0x01;

pub(super) fn read(text: &str) -> Result<ImportedSecret, ImportError> {
    let expected = "base58 with a right checksum";
    // The checksum's four bytes are written there before they are taken off.
    let mut payload = Zeroizing::new([0; 38]);
    let length = bs58::decode(text.trim()).with_check(None).onto(payload.as_mut_slice());
    let length = length.map_err(|_| ImportError::Form { form: FORM, expected })?;
    let payload = payload.get(..length).unwrap_or_default();
    let (network, key) = match payload {
        [network, key @ .., COMPRESSED] if key.len() == 32 => (*network, key),
        [_, key @ ..] if key.len() == 32 => {
            let (expected, found) = ("a compressed one", "an uncompressed one".to_owned());
            return Err(ImportError::Unsupported {
                form: FORM,
                member: "public half",
                expected,
                found,
            });
        }
        _ => return Err(ImportError::Form { form: FORM, expected: "a key of 32 bytes" }),
    };
    if network != MAINNET && network != TESTNET {
        let (expected, found) = ("0x80 or 0xef", format!("{network:#04x}"));
        return Err(ImportError::Unsupported { form: FORM, member: "network", expected, found });
    }
    let key: Option<&[u8; 32]> = key.try_into().ok();
    let key = key.filter(|key| is_secp256k1(key));
    let expected = "a private key in the range of the curve";
    let key = key.ok_or(ImportError::Form { form: FORM, expected })?;
    Ok(ImportedSecret::new(SecretKind::Key(Curve::Secp256k1), key))
}

/// Writes a key whose public half is compressed.
pub(crate) fn write(key: &[u8; 32], test_network: bool) -> Zeroizing<String> {
    let mut payload = Zeroizing::new([COMPRESSED; 34]);
    let network = if test_network { TESTNET } else { MAINNET };
    let bytes = std::iter::once(&network).chain(key);
    payload.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Zeroizing::new(bs58::encode(payload.as_slice()).with_check().into_string())
}
