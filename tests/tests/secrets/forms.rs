//! The forms in which a secret may be written down.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// A part of a text that is shorter may be there by chance.
const SHORTEST: usize = 12;

/// A form of a secret, and its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Writes bytes in all forms, each also by halves: what is left of a secret may be a part of it.
pub(crate) fn of_bytes(secret: &[u8]) -> Vec<Form> {
    let numbers = |between: &str| {
        let numbers: Vec<_> = secret.iter().map(u8::to_string).collect();
        numbers.join(between)
    };
    let texts = [
        ("hex", hex::encode(secret)),
        ("upper hex", hex::encode_upper(secret)),
        ("base64", BASE64_STANDARD_NO_PAD.encode(secret)),
        ("url base64", BASE64_URL_SAFE_NO_PAD.encode(secret)),
        ("base58", bs58::encode(secret).into_string()),
        ("a list", numbers(",")),
        ("a spaced list", numbers(", ")),
        ("a list in lines", numbers(",\n")),
    ];
    let texts = texts.iter().flat_map(|(name, text)| halves(name, text.as_bytes()));
    halves("bytes", secret).into_iter().chain(texts).collect()
}

/// Writes a text as it is, and its bytes in the forms of bytes.
pub(crate) fn of_text(secret: &str) -> Vec<Form> {
    let escaped = secret.replace('\n', "\\n");
    let basic = BASE64_STANDARD.encode(secret);
    let texts = [("text", secret), ("escaped text", escaped.as_str()), ("base64", basic.as_str())];
    let texts = texts.into_iter().flat_map(|(name, text)| halves(name, text.as_bytes()));
    texts.chain(of_bytes(secret.as_bytes())).collect()
}

fn halves(name: &str, bytes: &[u8]) -> Vec<Form> {
    let form = |name: String, bytes: &[u8]| Form { name, bytes: bytes.to_vec() };
    let (first, second) = bytes.split_at(bytes.len() / 2);
    if first.len() < SHORTEST {
        return vec![form(name.to_owned(), bytes)];
    }
    vec![form(format!("{name}, first half"), first), form(format!("{name}, second half"), second)]
}
