//! What the keyring costs: a look-up among a million addresses, and a signature beside that of a bare
//! key.
//!
//! One line of standard output is one median of the thread's own time, in nanoseconds:
//! `sign bare 40000`.
//!
//! - `lookup evm`: an address on an EVM chain to its handle, among a million of one account;
//! - `lookup text`: the same from its text, with the checksum verified;
//! - `lookup missing`: an address that is not there;
//! - `sign bare`: a permit signed by the local signer of the EVM crate, which is a key and libsecp256k1;
//! - `sign memory`: the same by a handle of the keyring over a key in memory;
//! - `sign keystore`: by a handle over an opened keystore;
//! - `build`: an address of an account that is derived and listed, by all cores, on the clock.
//!
//! Signing has the signature recovered each time, as it always is. What is measured stands in turns:
//! what disturbs the machine disturbs all of it.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]
#![expect(clippy::print_stdout, reason = "the measurements are its output")]

#[path = "../../../evm/benches/permit/case.rs"]
mod permit;

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign_evm::{LocalSigner, PermitSigner, sign};
use countersign_keys::{
    Curve, ImportedSecret, Keyring, KeyringConfig, LockedKeystore, MemoryKeys, OpenKeystore,
    WorkFactor,
};
use countersign_units::EvmAddress;
use futures::executor::block_on;
use rustix::time::{ClockId, clock_gettime};

use permit::{Case, KEY, NOW, OWNER};

const ADDRESSES: u32 = 1_000_000;
const LOOKUPS: usize = 10_000;
const SIGNATURES: usize = 200;
const ROUNDS: usize = 41;
const QUICK_ADDRESSES: u32 = 1_000;
const QUICK_LOOKUPS: usize = 100;
const QUICK_SIGNATURES: usize = 5;
const QUICK_ROUNDS: usize = 1;

struct Size {
    addresses: u32,
    lookups: usize,
    signatures: usize,
    rounds: usize,
}

fn main() {
    let is_asked = |name: &str| std::env::args().any(|word| word == name);
    // `cargo test` runs this too, without `--bench`: to see that it works, not how fast it is.
    let quick = is_asked("--quick") || !is_asked("--bench");
    let size = if quick {
        Size {
            addresses: QUICK_ADDRESSES,
            lookups: QUICK_LOOKUPS,
            signatures: QUICK_SIGNATURES,
            rounds: QUICK_ROUNDS,
        }
    } else {
        Size { addresses: ADDRESSES, lookups: LOOKUPS, signatures: SIGNATURES, rounds: ROUNDS }
    };
    look_up(&size);
    sign_each(&size);
}

/// Addresses on EVM chains, out of a seed that is public.
fn customers(addresses: u32) -> Keyring {
    let source = MemoryKeys::new("memory").seed("seed", &[7; 64]).unwrap().into_source();
    let config = format!(
        "[accounts.customers]\nsource = \"memory\"\nid = \"seed\"\npath = \"m/44'/60'/0'\"\n\
         chains = [\"evm\"]\nenvironment = \"sandbox\"\nreceive = {addresses}\n"
    );
    block_on(Keyring::new(&KeyringConfig::from_toml(&config).unwrap(), [source])).unwrap()
}

fn look_up(size: &Size) {
    let start = Instant::now();
    let keyring = customers(size.addresses);
    println!("build {}", start.elapsed().as_nanos() / u128::from(size.addresses));
    let keys = usize::try_from(size.addresses).unwrap();
    // Far apart, so that none is near by in the memory for the one before.
    let asked: Vec<EvmAddress> = (0..size.lookups)
        .map(|place| {
            let name = format!("customers/0/{}", place * 7_919 % keys);
            keyring.named(&name).unwrap().address(countersign_keys::ChainKind::Evm).unwrap()
        })
        .map(|address| address.parse().unwrap())
        .collect();
    let texts: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let missing: Vec<EvmAddress> =
        asked.iter().map(|address| EvmAddress::new(address.as_bytes().map(|byte| !byte))).collect();
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..size.rounds {
        times[0].push(each(&asked, |address| assert!(keyring.evm(*address).is_some())));
        times[1].push(each(&texts, |address| assert!(keyring.find(address).is_some())));
        times[2].push(each(&missing, |address| assert!(keyring.evm(*address).is_none())));
    }
    for (name, times) in ["lookup evm", "lookup text", "lookup missing"].iter().zip(times) {
        report(name, times, size.lookups);
    }
}

/// A keyring with the one key that owns what is signed.
fn owner(source: countersign_keys::KeySource) -> Keyring {
    let config = format!(
        "[keys.owner]\nsource = \"{}\"\ncurve = \"secp256k1\"\nchains = [\"evm\"]\n\
         networks = [\"ethereum\"]\nenvironment = \"sandbox\"\n",
        source.name()
    );
    block_on(Keyring::new(&KeyringConfig::from_toml(&config).unwrap(), [source])).unwrap()
}

fn in_memory() -> Keyring {
    let mut key = [0; 32];
    hex::decode_to_slice(KEY, &mut key).unwrap();
    owner(MemoryKeys::new("memory").secp256k1("owner", &key).unwrap().into_source())
}

fn in_keystore() -> Keyring {
    let mut keystore = OpenKeystore::new();
    keystore.add("owner", &ImportedSecret::hex(Curve::Secp256k1, KEY).unwrap()).unwrap();
    let passphrase = "correct horse battery".to_owned().into();
    let file = keystore.seal(&passphrase, WorkFactor::FOR_TESTS).unwrap();
    let keystore = LockedKeystore::new("keystore", file);
    keystore.unlock(&passphrase).unwrap();
    owner(keystore.source())
}

fn sign_each(size: &Size) {
    let address: EvmAddress = OWNER.parse().unwrap();
    let bare: Box<dyn PermitSigner> = Box::new(LocalSigner::from_hex(KEY).unwrap());
    let memory: Box<dyn PermitSigner> = Box::new(in_memory().evm(address).unwrap());
    let keystore: Box<dyn PermitSigner> = Box::new(in_keystore().evm(address).unwrap());
    let case = Case::new();
    let signers = [("sign bare", bare), ("sign memory", memory), ("sign keystore", keystore)];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..size.rounds {
        for ((_, signer), times) in signers.iter().zip(&mut times) {
            let cases: Vec<&Case> = vec![&case; size.signatures];
            times.push(each(&cases, |case| sign_one(case, signer.as_ref())));
        }
    }
    for ((name, _), times) in signers.iter().zip(times) {
        report(name, times, size.signatures);
    }
}

fn sign_one(case: &Case, signer: &dyn PermitSigner) {
    let Case { permit, reservation, policy } = case;
    let permit = block_on(sign(permit, reservation, policy, signer, NOW));
    let _ = black_box(permit.unwrap());
}

fn each<A>(all: &[A], what: impl Fn(&A)) -> Duration {
    let start = cpu_time();
    for one in all {
        what(black_box(one));
    }
    cpu_time().checked_sub(start).unwrap()
}

fn report(name: &str, mut times: Vec<Duration>, count: usize) {
    times.sort_unstable();
    let median = times.get(times.len() / 2).unwrap();
    println!("{name} {}", median.as_nanos() / u128::try_from(count).unwrap());
}

/// Returns how long this thread has been computing: what else the machine does is not in it.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}
