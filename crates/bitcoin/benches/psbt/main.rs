//! What the way of a PSBT costs, from the API's text to the text that goes back, beside what a
//! bare signature costs.
//!
//! Everything is measured on PSBTs of 10, 100 and 1,000 inputs, a thousand inputs of each size,
//! and in turns: what disturbs the machine disturbs all of it. One line of standard output is one
//! median of the thread's own time, in nanoseconds for one PSBT: `p2tr approve 100 3500000`.
//!
//! - `approve`: JSON with base64 in, verify, sign, verify each signature, base64 out;
//! - `verify`: the first part of it, all that comes before a key is used;
//! - `psbt_sign`: rust-bitcoin's `Psbt::sign` on the same PSBT, already read, without low r,
//!   without randomness, and with no signature verified;
//! - `raw_sighash`, `raw_sign`, `raw_check`: the least that signing and self-checking takes, on the
//!   same digests. `raw_sign` tries nonces until `r` is small, as `approve` does, and has its
//!   taproot key tweaked beforehand.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]
#![expect(clippy::print_stdout, reason = "the measurements are its output")]

mod case;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use bitcoin::hashes::Hash;
use bitcoin::psbt::{GetKey, Psbt};
use bitcoin::secp256k1::{Message, ecdsa, schnorr};
use bitcoin::sighash::{EcdsaSighashType, Prevouts, SighashCache, TapSighashType};
use bitcoin::{NetworkKind, PrivateKey};
use countersign_approval::Policy;
use countersign_bitcoin::{LocalCoinSigner, PsbtForm, sign};
use futures::executor::block_on;
use rustix::time::{ClockId, clock_gettime};

use case::{Case, KEY, Kind, NOW, SECP, key_pair, policy, verified};

/// How many inputs a PSBT has, and how many PSBTs make a thousand.
const SIZES: [(u32, u32); 3] = [(10, 100), (100, 10), (1_000, 1)];
const ROUNDS: usize = 25;
const QUICK_ROUNDS: usize = 1;

/// A name and what is measured under it.
type Measure<'a> = (&'static str, Box<dyn Fn(&[Case]) -> Duration + 'a>);

fn main() {
    let is_asked = |name: &str| std::env::args().any(|word| word == name);
    // `cargo test` runs this too, without `--bench`: to see that it works, not how fast it is.
    let quick = is_asked("--quick") || !is_asked("--bench");
    let rounds = if quick { QUICK_ROUNDS } else { ROUNDS };
    for (name, kind) in [("p2wpkh", Kind::P2wpkh), ("p2tr", Kind::P2tr)] {
        run(name, kind, rounds);
    }
}

fn run(name: &str, kind: Kind, rounds: usize) {
    let (policy, signer) = (policy(), LocalCoinSigner::from_hex(KEY).unwrap());
    let batches = SIZES.map(|(inputs, count)| {
        (0..count).map(|copy| Case::new(kind, inputs, inputs * 1_000 + copy)).collect::<Vec<_>>()
    });
    let measures: [Measure<'_>; 6] = [
        ("approve", Box::new(|cases| each(cases, |case| approve(case, &policy, &signer)))),
        ("verify", Box::new(|cases| each(cases, |case| verified(&case.payload, &case.terms)))),
        ("psbt_sign", Box::new(psbt_sign)),
        ("raw_sighash", Box::new(|cases| each(cases, raw_sighash))),
        ("raw_sign", Box::new(|cases| each(cases, raw_sign))),
        ("raw_check", Box::new(raw_check)),
    ];
    let mut taken: Vec<[Vec<Duration>; 3]> = measures.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for ((_, measure), times) in measures.iter().zip(&mut taken) {
            let round = in_turns(&batches, measure.as_ref());
            times.iter_mut().zip(round).for_each(|(times, time)| times.push(time));
        }
    }
    for ((what, _), times) in measures.iter().zip(taken) {
        for (mut times, (inputs, count)) in times.into_iter().zip(SIZES) {
            times.sort_unstable();
            let median = times.get(rounds / 2).unwrap().as_nanos() / u128::from(count);
            println!("{name} {what} {inputs} {median}");
        }
    }
}

/// Measures all sizes, a tenth of the small PSBTs at a time: what is fixed is seen only where ten
/// inputs and a hundred are measured under one sky.
fn in_turns(batches: &[Vec<Case>; 3], measure: &dyn Fn(&[Case]) -> Duration) -> [Duration; 3] {
    let [small, middle, large] = batches;
    let mut times = [Duration::ZERO; 3];
    for (small, middle) in small.chunks(small.len() / 10).zip(middle.chunks(middle.len() / 10)) {
        times[0] += measure(small);
        times[1] += measure(middle);
    }
    times[2] += measure(large);
    times
}

/// Returns how long this thread has been computing: what else the machine does is not in it.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

fn since(start: Duration) -> Duration {
    cpu_time().checked_sub(start).unwrap()
}

/// Measures one after another, without what it takes to drop what comes out.
fn each<T>(cases: &[Case], what: impl Fn(&Case) -> T) -> Duration {
    let mut kept = Vec::with_capacity(cases.len());
    let start = cpu_time();
    kept.extend(cases.iter().map(|case| what(black_box(case))));
    let taken = since(start);
    black_box(kept);
    taken
}

/// The whole way of one approval, as the flow goes it.
fn approve(case: &Case, policy: &Policy, signer: &LocalCoinSigner) -> String {
    let psbt = verified(&case.payload, &case.terms);
    let approval = block_on(sign(&psbt, &case.reservation, policy, signer, NOW)).unwrap();
    approval.to_base64(PsbtForm::Finalised)
}

fn psbt_sign(cases: &[Case]) -> Duration {
    let pair = key_pair();
    let key = PrivateKey::new(pair.secret_key(), NetworkKind::Test);
    let by_public_key = HashMap::from([(key.public_key(&SECP), key)]);
    let by_x_only = HashMap::from([(pair.x_only_public_key().0, key)]);
    let mut psbts: Vec<Psbt> = cases.iter().map(|case| case.psbt.clone()).collect();
    let start = cpu_time();
    for (psbt, case) in psbts.iter_mut().zip(cases) {
        match case.kind {
            Kind::P2wpkh => sign_by(psbt, &by_public_key),
            Kind::P2tr => sign_by(psbt, &by_x_only),
        }
    }
    let taken = since(start);
    let is_signed = |input: &bitcoin::psbt::Input| {
        input.tap_key_sig.is_some() || !input.partial_sigs.is_empty()
    };
    assert!(psbts.iter().flat_map(|psbt| &psbt.inputs).all(is_signed), "Psbt::sign left one out");
    taken
}

fn sign_by(psbt: &mut Psbt, keys: &impl GetKey) {
    assert!(psbt.sign(keys, &*SECP).is_ok(), "Psbt::sign failed");
}

fn raw_sighash(case: &Case) -> Vec<[u8; 32]> {
    let mut cache = SighashCache::new(&case.psbt.unsigned_tx);
    let spent = Prevouts::All(&case.spent);
    let places = case.spent.iter().enumerate();
    let digests: Vec<[u8; 32]> = match case.kind {
        Kind::P2wpkh => places
            .map(|(input, coin)| {
                let kind = EcdsaSighashType::All;
                let hash =
                    cache.p2wpkh_signature_hash(input, &coin.script_pubkey, coin.value, kind);
                hash.unwrap().to_byte_array()
            })
            .collect(),
        Kind::P2tr => places
            .map(|(input, _)| {
                let kind = TapSighashType::Default;
                let hash = cache.taproot_key_spend_signature_hash(input, &spent, kind);
                hash.unwrap().to_byte_array()
            })
            .collect(),
    };
    assert_eq!(digests, case.digests, "another library hashes something else");
    digests
}

/// Signatures of either kind.
enum Signatures {
    Ecdsa(Vec<ecdsa::Signature>),
    Schnorr(Vec<schnorr::Signature>),
}

fn raw_sign(case: &Case) -> Signatures {
    let key = case.pair.secret_key();
    let messages = case.digests.iter().map(|digest| Message::from_digest(*digest));
    match case.kind {
        Kind::P2wpkh => Signatures::Ecdsa(
            messages.map(|message| SECP.sign_ecdsa_low_r(&message, &key)).collect(),
        ),
        Kind::P2tr => Signatures::Schnorr(
            messages
                .map(|message| SECP.sign_schnorr_with_aux_rand(&message, &case.pair, &[3; 32]))
                .collect(),
        ),
    }
}

fn raw_check(cases: &[Case]) -> Duration {
    let signatures: Vec<Signatures> = cases.iter().map(raw_sign).collect();
    let start = cpu_time();
    for (case, signatures) in cases.iter().zip(&signatures) {
        let mut messages = case.digests.iter().map(|digest| Message::from_digest(*digest));
        let mut next = || messages.next().unwrap();
        match signatures {
            Signatures::Ecdsa(all) => {
                let key = case.pair.public_key();
                for one in all {
                    SECP.verify_ecdsa(&next(), one, &key).unwrap();
                }
            }
            Signatures::Schnorr(all) => {
                let key = case.pair.x_only_public_key().0;
                for one in all {
                    SECP.verify_schnorr(one, &next(), &key).unwrap();
                }
            }
        }
    }
    since(start)
}
