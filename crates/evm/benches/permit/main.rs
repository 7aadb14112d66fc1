//! What the checks cost, beside what a bare signature costs.
//!
//! `raw_*` are the baselines: libsecp256k1 without anything around it. `verify` reads a payload as
//! the API sends it, verifies it and computes the digest; `approve` goes on to the approval's JSON,
//! with the signature recovered on its way out.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]

mod case;

use std::hint::black_box;
use std::sync::Arc;

use countersign_approval::{Permit2Terms, Policy, Reservation, Terms};
use countersign_evm::{LocalSigner, sign};
use criterion::{Criterion, criterion_group, criterion_main};
use futures::executor::block_on;
use secp256k1::{Message, SECP256K1, SecretKey};

use case::{Case, KEY, NOW, terms, verified};

fn baselines(criterion: &mut Criterion) {
    let key: SecretKey = KEY.parse().unwrap();
    let digest = *Case::new().permit.digest().as_bytes();
    let message = Message::from_digest(digest);
    criterion.bench_function("raw_sign", |bencher| {
        bencher.iter(|| SECP256K1.sign_ecdsa_recoverable(black_box(&message), black_box(&key)));
    });
    let signature = SECP256K1.sign_ecdsa_recoverable(&message, &key);
    criterion.bench_function("raw_recover", |bencher| {
        bencher
            .iter(|| SECP256K1.recover_ecdsa(black_box(&message), black_box(&signature)).unwrap());
    });
}

fn verification(criterion: &mut Criterion) {
    let terms = terms();
    criterion.bench_function("verify", |bencher| {
        bencher.iter(|| *verified(black_box(&terms)).digest());
    });
}

/// The way of one approval, as the flow goes it: verify, sign, recover, write.
fn approve(
    terms: &Arc<Terms<Permit2Terms>>,
    reservation: &Reservation,
    policy: &Policy,
    signer: &LocalSigner,
) -> String {
    let permit = verified(terms);
    let approval = block_on(sign(&permit, reservation, policy, signer, NOW)).unwrap();
    format!(r#"{{"approval_type":"permit2","signed_data":"{approval}"}}"#)
}

fn approval(criterion: &mut Criterion) {
    let (terms, signer) = (terms(), LocalSigner::from_hex(KEY).unwrap());
    let Case { reservation, policy, .. } = Case::of(&terms);
    criterion.bench_function("approve", |bencher| {
        bencher.iter(|| approve(black_box(&terms), &reservation, &policy, &signer));
    });
}

criterion_group!(benches, baselines, verification, approval);
criterion_main!(benches);
