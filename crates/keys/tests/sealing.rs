//! What is left in memory of the secrets of a keystore that was sealed: nothing.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are addresses and digits")]

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;

use countersign_keys::{Curve, ImportedSecret, OpenKeystore, WorkFactor};

/// How much of the memory is looked at at once.
const PART: usize = 1 << 20;

/// This process's memory. It is looked through in room of its own, taken before there is anything to
/// find, so that looking does not write over it.
struct Memory {
    maps: String,
    part: Vec<u8>,
}

impl Memory {
    fn new() -> Self {
        Self { maps: String::with_capacity(PART), part: vec![0; PART] }
    }

    /// Counts the places at which bytes stand in hex. They are compared digit by digit: no copy of the
    /// digits is made to look for.
    fn places_of(&mut self, secret: &[u8]) -> usize {
        self.maps.clear();
        File::open("/proc/self/maps").unwrap().read_to_string(&mut self.maps).unwrap();
        let (memory, digits) = (File::open("/proc/self/mem").unwrap(), secret.len() * 2);
        let mut found = 0;
        for (start, end) in self.maps.lines().filter_map(writable) {
            let mut at = start;
            while at < end {
                let length = PART.min(usize::try_from(end - at).unwrap());
                let part = &mut self.part[..length];
                if memory.read_exact_at(part, at).is_ok() {
                    found += part.windows(digits).filter(|it| is_hex(it, secret)).count();
                }
                // The parts overlap, so that nothing is missed between two.
                at += u64::try_from(length.saturating_sub(digits).max(1)).unwrap();
            }
        }
        found
    }
}

fn is_hex(text: &[u8], secret: &[u8]) -> bool {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    let mut pairs = text.chunks_exact(2).zip(secret);
    pairs.all(|(pair, byte)| pair[0] == digit(byte >> 4) && pair[1] == digit(byte & 15))
}

/// Reads a range of memory, if the process can write it.
fn writable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let read = |text| u64::from_str_radix(text, 16).ok();
    rest.starts_with("rw").then_some((read(start)?, read(end)?))
}

/// Leaves room between blocks that are held: what is given back there stays where it is, and is not
/// given back to the system, which would erase it.
fn holes() -> Vec<Vec<u8>> {
    let blocks: Vec<Vec<u8>> = (0..64).map(|_| vec![1; 100_000]).collect();
    blocks.into_iter().enumerate().filter(|(place, _)| place % 2 == 0).map(|(_, it)| it).collect()
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
    let mut memory = Memory::new();
    let _held = holes();
    let mut keystore = OpenKeystore::new();
    // The key stands after others, so that what is allocated next does not write over it by chance.
    for before in 0..60 {
        let secret = ImportedSecret::generate(Curve::Ed25519).unwrap();
        keystore.add(&format!("before-{before}"), &secret).unwrap();
    }
    keystore.add("key", &ImportedSecret::generate(Curve::Ed25519).unwrap()).unwrap();
    let secret = secret_of(&keystore);
    let file = keystore.seal(&"a passphrase".into(), WorkFactor::FOR_TESTS).unwrap();
    assert_eq!(memory.places_of(&secret), 0);
    let open = file.open(&"a passphrase".into()).unwrap();
    assert_eq!(memory.places_of(&secret), 0);
    assert_eq!(secret_of(&open), secret);
    // What is there is found.
    let planted = hex::encode(&secret);
    assert!(memory.places_of(&secret) > 0, "{} digits", planted.len());
}
