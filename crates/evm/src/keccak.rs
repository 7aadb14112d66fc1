use alloy::primitives::{Keccak256, keccak256};

/// A 32-byte EVM word, or a Keccak-256 hash.
pub(crate) type Word = [u8; 32];

pub(crate) fn keccak(bytes: &[u8]) -> Word {
    keccak256(bytes).0
}

/// Hashes words one after another, as `keccak256(abi.encode(...))` does.
pub(crate) fn keccak_words<const N: usize>(words: [&Word; N]) -> Word {
    keccak(words.map(|word| *word).as_flattened())
}

/// Hashes texts one after another without joining them first.
pub(crate) fn keccak_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Word {
    let mut hasher = Keccak256::new();
    texts.into_iter().for_each(|text| hasher.update(text));
    hasher.finalize().0
}
