//! What is left in memory of the secrets of a keystore that was sealed: nothing.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are addresses and digits")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use countersign_keys::{Curve, ImportedSecret, OpenKeystore, WorkFactor};

/// How much of the memory is looked at at once.
const PART: usize = 1 << 20;

/// Counts the places of this process's memory at which bytes stand in hex. They are compared digit by
/// digit: no copy of the digits is made to look for.
fn places_of(secret: &[u8]) -> usize {
    let (memory, mut part) = (File::open("/proc/self/mem").unwrap(), vec![0; PART]);
    let mut found = 0;
    for (start, end) in writable() {
        let mut at = start;
        while at < end {
            let length = PART.min(usize::try_from(end - at).unwrap());
            if memory.read_exact_at(&mut part[..length], at).is_ok() {
                found += part[..length]
                    .windows(secret.len() * 2)
                    .filter(|it| is_hex(it, secret))
                    .count();
            }
            // The parts overlap, so that nothing is missed between two.
            at += u64::try_from(length.saturating_sub(secret.len() * 2).max(1)).unwrap();
        }
    }
    found
}

fn is_hex(text: &[u8], secret: &[u8]) -> bool {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    let pairs = text.chunks_exact(2).zip(secret);
    pairs.into_iter().all(|(pair, byte)| pair[0] == digit(byte >> 4) && pair[1] == digit(byte & 15))
}

/// The ranges of memory that the process can write.
fn writable() -> Vec<(u64, u64)> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let range = |line: &str| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let read = |text| u64::from_str_radix(text, 16).ok();
        rest.starts_with("rw").then_some((read(start)?, read(end)?))
    };
    maps.lines().filter_map(range).collect()
}

/// The bytes of a key of Ed25519, which are exported as decimal numbers.
fn secret_of(keystore: &OpenKeystore) -> Vec<u8> {
    let exported = keystore.export_solana("key").unwrap();
    let mut bytes: Vec<u8> = serde_json::from_str(&exported).unwrap();
    bytes.truncate(32);
    bytes
}

#[test]
fn sealing_leaves_no_secret_behind() {
    let mut keystore = OpenKeystore::new();
    keystore.add("key", &ImportedSecret::generate(Curve::Ed25519).unwrap()).unwrap();
    let secret = secret_of(&keystore);
    let file = keystore.seal(&"a passphrase".into(), WorkFactor::FOR_TESTS).unwrap();
    assert_eq!(places_of(&secret), 0);
    let open = file.open(&"a passphrase".into()).unwrap();
    assert_eq!(places_of(&secret), 0);
    assert_eq!(secret_of(&open), secret);
    // What is there is found.
    let planted = hex::encode(&secret);
    assert!(places_of(&secret) > 0, "{} digits", planted.len());
}
