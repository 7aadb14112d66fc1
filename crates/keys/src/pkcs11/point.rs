//! Public keys as tokens write them.

use bitcoin::secp256k1;

use crate::PublicKey;

/// The object identifier of secp256k1, in DER.
pub(super) const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
/// Ed25519 by its name, in DER: what PKCS#11 v3.0 asks for.
pub(super) const EDWARDS25519: &[u8] = b"\x13\x0cedwards25519";
/// Ed25519 by its object identifier, in DER: what some tokens have.
pub(super) const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// The tag of an octet string in DER.
const OCTET_STRING: u8 = 0x04;

/// Reads a point of secp256k1 and returns it compressed. Tokens wrap it in an octet string, as they
/// should, or don't.
pub(super) fn secp256k1(point: &[u8]) -> Option<[u8; 33]> {
    let read = |bytes: &[u8]| secp256k1::PublicKey::from_slice(bytes).ok();
    unwrapped(point).and_then(read).or_else(|| read(point)).map(|key| key.serialize())
}

/// Reads a public key of Ed25519.
pub(super) fn ed25519(point: &[u8]) -> Option<[u8; 32]> {
    let key = unwrapped(point).unwrap_or(point).try_into().ok()?;
    // Whatever is no point of the curve is no key.
    ed25519_dalek::VerifyingKey::from_bytes(&key).ok()?;
    Some(key)
}

/// Writes a public key as PKCS#11 has it: the whole point, wrapped in an octet string.
pub(super) fn of(key: &PublicKey) -> Vec<u8> {
    let point = match key {
        PublicKey::Secp256k1(bytes) => secp256k1::PublicKey::from_slice(bytes)
            .map_or_else(|_| bytes.to_vec(), |key| key.serialize_uncompressed().to_vec()),
        PublicKey::Ed25519(bytes) => bytes.to_vec(),
    };
    let length = u8::try_from(point.len()).unwrap_or(u8::MAX);
    [vec![OCTET_STRING, length], point].concat()
}

/// Takes the contents out of a short octet string.
fn unwrapped(der: &[u8]) -> Option<&[u8]> {
    match der {
        [OCTET_STRING, length, contents @ ..] if usize::from(*length) == contents.len() => {
            Some(contents)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPRESSED: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const FULL: &str = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\
                        483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    const ED: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn bytes(prefix: &str, hex: &str) -> Vec<u8> {
        hex::decode(format!("{prefix}{hex}")).unwrap()
    }

    #[test]
    fn reads_points_in_each_form() {
        let expected = bytes("", COMPRESSED);
        for point in [bytes("0441", FULL), bytes("", FULL), bytes("0421", COMPRESSED)] {
            assert_eq!(secp256k1(&point).unwrap().as_slice(), expected);
        }
        for point in [bytes("0420", ED), bytes("", ED)] {
            assert_eq!(ed25519(&point).unwrap().as_slice(), bytes("", ED));
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let key = secp256k1(&bytes("", FULL)).unwrap();
        assert_eq!(of(&PublicKey::Secp256k1(key)), bytes("0441", FULL));
        let key = ed25519(&bytes("", ED)).unwrap();
        assert_eq!(of(&PublicKey::Ed25519(key)), bytes("0420", ED));
    }

    #[test]
    fn takes_nothing_else_for_a_point() {
        let cut = FULL.get(..128).unwrap();
        for point in [vec![], bytes("0441", cut), bytes("0440", FULL), vec![4; 65]] {
            assert_eq!(secp256k1(&point), None, "{point:?}");
        }
        let off_the_curve = "0200000000000000000000000000000000000000000000000000000000000000";
        for point in [vec![], bytes("0421", ED), bytes("0420", off_the_curve), vec![4, 0]] {
            assert_eq!(ed25519(&point), None, "{point:?}");
        }
    }
}
