//! What verifying and co-signing a transaction costs, beside ed25519-dalek on the same messages.
//!
//! One line of standard output is one median of the thread's own time, in nanoseconds for one
//! transaction: `spl approve 55000`.
//!
//! - `verify`: the payload's JSON with the transaction in hex in, evidence out; the sponsor signs
//!   later, so no signature is verified;
//! - `approve`: the same with the sponsor's signature, which is verified; then sign, verify our own
//!   signature, read the signed bytes anew, and write the approval's JSON with the hex in it;
//! - `raw_sign`, `raw_verify`: ed25519-dalek's `sign` and `verify_strict` on the same messages, with
//!   the key pair and the point of the public key at hand.
//!
//! The terms are made, and the approval is reserved, before anything is measured. `facts` is `spl`
//! with each fact of the cluster given and demanded. What is measured stands in turns: what disturbs
//! the machine disturbs all of it.
//!
//! Lines of `throughput` are about ten thousand transactions of `spl`, approved on one core and on
//! all: how many there are, transactions a second by the clock, and by the time of the threads.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]
#![expect(clippy::print_stdout, reason = "the measurements are its output")]

mod case;
mod draft;
mod facts;
mod throughput;

use std::hint::black_box;
use std::time::Duration;

use ed25519_dalek::{Signature, Signer as _};
use rustix::time::{ClockId, clock_gettime};

use case::{Case, Suite};
use draft::{Kind, SPONSOR, USER};

const USER_SEED: &str = "5a1e77b2c0d94f3865e2a19b7c4d80f36be5172a9d0c483f61b7e85d24a90c3f";

/// How many transactions of a kind there are, and how often they are measured.
const CASES: u32 = 200;
const ROUNDS: usize = 41;
const QUICK_CASES: u32 = 10;
const QUICK_ROUNDS: usize = 1;

/// A name and what is measured under it.
type Measure = (&'static str, fn(&Suite) -> Duration);

const MEASURES: [Measure; 4] =
    [("verify", verify), ("approve", approve), ("raw_sign", raw_sign), ("raw_verify", raw_verify)];

fn main() {
    let is_asked = |name: &str| std::env::args().any(|word| word == name);
    // `cargo test` runs this too, without `--bench`: to see that it works, not how fast it is.
    let quick = is_asked("--quick") || !is_asked("--bench");
    let (cases, rounds) = if quick { (QUICK_CASES, QUICK_ROUNDS) } else { (CASES, ROUNDS) };
    let suites = [
        ("spl", Suite::new(Kind::Spl, false, cases)),
        ("native", Suite::new(Kind::Native, false, cases)),
        ("token_2022", Suite::new(Kind::Token2022, false, cases)),
        ("facts", Suite::new(Kind::Spl, true, cases)),
    ];
    for (_, suite) in &suites {
        require_same_signature(suite);
    }
    run(&suites, rounds);
    throughput::run(quick);
}

/// Ed25519 has one signature for a key and a message, so both libraries must make the same.
fn require_same_signature(suite: &Suite) {
    for case in suite.cases.iter().take(10) {
        let signature = hex::encode(USER.sign(&case.message).to_bytes());
        assert!(suite.approve(case).contains(&signature), "another library signs something else");
    }
}

fn run(suites: &[(&str, Suite)], rounds: usize) {
    let mut taken = vec![[const { Vec::new() }; MEASURES.len()]; suites.len()];
    for _ in 0..rounds {
        for ((_, suite), times) in suites.iter().zip(&mut taken) {
            for ((_, measure), times) in MEASURES.iter().zip(times) {
                times.push(measure(suite));
            }
        }
    }
    for ((name, suite), times) in suites.iter().zip(taken) {
        let cases = u128::try_from(suite.cases.len()).unwrap();
        for ((what, _), mut times) in MEASURES.iter().zip(times) {
            times.sort_unstable();
            println!("{name} {what} {}", times.get(rounds / 2).unwrap().as_nanos() / cases);
        }
    }
}

/// Returns how long this thread has been computing: what else the machine does is not in it.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

fn since(start: Duration) -> Duration {
    cpu_time().checked_sub(start).unwrap()
}

/// Measures one after another, without what it takes to drop what comes out.
fn each<'a, A, T>(all: &'a [A], what: impl Fn(&'a A) -> T) -> Duration {
    let mut kept = Vec::with_capacity(all.len());
    let start = cpu_time();
    kept.extend(all.iter().map(|one| what(black_box(one))));
    let taken = since(start);
    black_box(kept);
    taken
}

fn verify(suite: &Suite) -> Duration {
    each(&suite.cases, |case| suite.verify(case))
}

fn approve(suite: &Suite) -> Duration {
    each(&suite.cases, |case| suite.approve(case))
}

fn raw_sign(suite: &Suite) -> Duration {
    each(&suite.cases, |case| USER.sign(&case.message))
}

fn raw_verify(suite: &Suite) -> Duration {
    let signed = |case: &'_ Case| SPONSOR.sign(&case.message);
    let signatures: Vec<(Signature, &Case)> =
        suite.cases.iter().map(|case| (signed(case), case)).collect();
    let key = SPONSOR.verifying_key();
    each(&signatures, |(signature, case)| key.verify_strict(&case.message, signature).unwrap())
}
