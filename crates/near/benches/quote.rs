//! What the proof of a quote costs, beside one verification by ed25519-dalek of the same signature.
//!
//! One line of standard output is one median of the thread's own time, in nanoseconds for one quote:
//! `deposit prove 40000`.
//!
//! - `prove`: the answer's JSON in, evidence out: the canonical text, its signature, the repeated
//!   request, amounts, fees, deadlines and the deposit address;
//! - `raw_verify`: ed25519-dalek's `verify_strict` of the same signature over the same hash, with the
//!   point of the public key at hand.
//!
//! `deposit` are quotes to be funded, `price` those without an address, `status` the first as an
//! answer about the status repeats them. What is measured stands in turns: what disturbs the machine
//! disturbs all of it.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]
#![expect(clippy::print_stdout, reason = "the measurements are its output")]

#[path = "../src/tests/terms.rs"]
mod terms;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{QuoteTerms, Terms};
use countersign_near::{ProvenQuote, QuoteAnswer, QuoteKeys, prove};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use terms::{NOW, USDC};

const DEADLINE: &str = "2026-11-21T08:30:00.000Z";
const INACTIVE: &str = "2026-11-24T08:30:00.000Z";
const RECIPIENT: &str = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q";
const REFUND: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";

/// How many quotes of a kind there are, and how often they are measured.
const CASES: u32 = 200;
const ROUNDS: usize = 41;
const QUICK_CASES: u32 = 10;
const QUICK_ROUNDS: usize = 1;

/// A name and what is measured under it.
type Measure = (&'static str, fn(&Suite) -> Duration);

/// A quote, and what is signed of it.
struct Case {
    answer: QuoteAnswer,
    message: String,
    signature: Signature,
}

/// Quotes of one kind.
struct Suite {
    name: &'static str,
    cases: Vec<Case>,
    terms: Arc<Terms<QuoteTerms>>,
    keys: QuoteKeys,
    key: VerifyingKey,
}

fn main() {
    let is_asked = |name: &str| std::env::args().any(|word| word == name);
    // `cargo test` runs this too, without `--bench`: to see that it works, not how fast it is.
    let quick = is_asked("--quick") || !is_asked("--bench");
    let (cases, rounds) = if quick { (QUICK_CASES, QUICK_ROUNDS) } else { (CASES, ROUNDS) };
    let suites = ["deposit", "price", "status"].map(|name| Suite::new(name, cases));
    run(&suites, rounds);
}

fn run(suites: &[Suite], rounds: usize) {
    let measures: [Measure; 2] = [("prove", prove_each), ("raw_verify", verify_each)];
    let mut taken = vec![[const { Vec::new() }; 2]; suites.len()];
    for _ in 0..rounds {
        for (suite, times) in suites.iter().zip(&mut taken) {
            for ((_, measure), times) in measures.iter().zip(times) {
                times.push(measure(suite));
            }
        }
    }
    for (suite, times) in suites.iter().zip(taken) {
        let cases = u128::try_from(suite.cases.len()).unwrap();
        for ((what, _), mut times) in measures.iter().zip(times) {
            times.sort_unstable();
            let name = suite.name;
            println!("{name} {what} {}", times.get(rounds / 2).unwrap().as_nanos() / cases);
        }
    }
}

fn prove_each(suite: &Suite) -> Duration {
    // An answer is handed over whole, so each is copied before the time begins.
    let answers: Vec<_> = suite.cases.iter().map(|case| case.answer.clone()).collect();
    each(answers, |answer| suite.prove(black_box(answer)))
}

fn verify_each(suite: &Suite) -> Duration {
    each(suite.cases.iter().collect(), |case: &Case| {
        let (message, signature) = black_box((&case.message, &case.signature));
        suite.key.verify_strict(message.as_bytes(), signature).unwrap();
    })
}

/// Measures one after another, without what it takes to drop what comes out.
fn each<A, T>(all: Vec<A>, what: impl Fn(A) -> T) -> Duration {
    let mut kept = Vec::with_capacity(all.len());
    let start = cpu_time();
    kept.extend(all.into_iter().map(what));
    let taken = cpu_time().checked_sub(start).unwrap();
    black_box(kept);
    taken
}

/// Returns how long this thread has been computing: what else the machine does is not in it.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

impl Suite {
    fn new(name: &'static str, cases: u32) -> Self {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let key = secret.verifying_key();
        let text = format!("ed25519:{}", bs58::encode(key.as_bytes()).into_string());
        let suite = Self {
            name,
            cases: (0..cases).map(|number| case(name, number, &secret)).collect(),
            terms: Arc::new(terms(name == "price")),
            keys: QuoteKeys::new([text.as_str()]).unwrap(),
            key,
        };
        for case in &suite.cases {
            let hash = bs58::encode(suite.prove(case.answer.clone()).digest()).into_string();
            assert_eq!(hash, case.message, "another text is hashed than was signed");
        }
        suite
    }

    fn prove(&self, answer: QuoteAnswer) -> ProvenQuote {
        prove(answer, &self.terms, &self.keys, NOW).unwrap()
    }
}

fn case(name: &str, number: u32, secret: &SigningKey) -> Case {
    let mut answer = answer(name == "price", number);
    let message = bs58::encode(Sha256::digest(canonical(&answer))).into_string();
    let signature = secret.sign(message.as_bytes());
    let text = bs58::encode(signature.to_bytes()).into_string();
    let members = answer.as_object_mut().unwrap();
    members.insert("signature".to_owned(), format!("ed25519:{text}").into());
    if name == "status" {
        answer = json!({
            "status": "PENDING_DEPOSIT",
            "updatedAt": "2026-11-21T08:00:01.000Z",
            "correlationId": "48837116-8c91-41b3-89b3-3cb2469865eb",
            "swapDetails": { "intentHashes": [], "nearTxHashes": [], "amountIn": null },
            "quoteResponse": answer,
        });
    }
    Case { answer: QuoteAnswer::new(answer.to_string()), message, signature }
}

fn answer(dry: bool, number: u32) -> Value {
    let mut quote = json!({
        "amountIn": "100000000",
        "amountInFormatted": "100.0",
        "amountInUsd": "99.990000000000",
        "minAmountIn": "100000000",
        "amountOut": (678_000_123 + number).to_string(),
        "amountOutFormatted": "0.678000123",
        "amountOutUsd": "99.120000000000",
        "minAmountOut": "671230000",
        "timeEstimate": 37,
        "refundFee": "318834",
        "withdrawFee": "32000",
    });
    if !dry {
        let members = quote.as_object_mut().unwrap();
        for (name, value) in [
            ("depositAddress", format!("{number:064x}")),
            ("deadline", INACTIVE.to_owned()),
            ("timeWhenInactive", INACTIVE.to_owned()),
        ] {
            members.insert(name.to_owned(), value.into());
        }
    }
    json!({
        "correlationId": "48837116-8c91-41b3-89b3-3cb2469865eb",
        "timestamp": "2026-11-21T08:00:00.021Z",
        "quoteRequest": {
            "dry": dry,
            "depositMode": "SIMPLE",
            "swapType": "EXACT_INPUT",
            "slippageTolerance": 100,
            "originAsset": USDC,
            "depositType": "INTENTS",
            "destinationAsset": "nep141:sol.omft.near",
            "amount": "100000000",
            "refundTo": REFUND,
            "refundType": "INTENTS",
            "recipient": RECIPIENT,
            "recipientType": "DESTINATION_CHAIN",
            "deadline": DEADLINE,
            "confidentiality": "public",
            "referral": "countersign",
            "quoteWaitingTimeMs": 0,
            "insured": false,
            "appFees": [
                { "recipient": "platform.near", "fee": 20, "limitOrderId": null },
                { "recipient": "ours.near", "fee": 5 },
            ],
        },
        "quote": quote,
    })
}

/// Writes the text that is signed, by a library's own writer.
fn canonical(answer: &Value) -> String {
    let members = |name: &str| answer.get(name).unwrap().as_object().unwrap();
    let (request, quote) = (members("quoteRequest"), members("quote"));
    let dry = request.get("dry") == Some(&true.into());
    let left_out = [
        "depositMode",
        "confidentiality",
        "quoteWaitingTimeMs",
        "insured",
        "appFees",
        if dry { "timeEstimate" } else { "deadline" },
        if dry { "refundFee" } else { "" },
        if dry { "withdrawFee" } else { "" },
    ];
    let request = request.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
    let quote = quote.iter().filter(|(name, _)| !(dry && left_out.contains(&name.as_str())));
    let all: std::collections::BTreeMap<_, _> = request
        .chain(quote)
        .map(|(name, value)| (name.as_str(), value))
        .chain([("timestamp", answer.get("timestamp").unwrap())])
        .collect();
    serde_json::to_string(&all).unwrap()
}

/// Terms of quotes that were made after now.
fn terms(dry: bool) -> Terms<QuoteTerms> {
    let terms = terms::terms();
    let approval = QuoteTerms { dry, made_after: Some(NOW), ..terms.approval };
    Terms { refund_address: REFUND.to_owned(), approval, ..terms }
}
