//! Any transaction of Solana: what is read of it is what Solana's own decoder reads.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::solana::{CosignClaims, CosignPayload};
use countersign::units::{SolanaAddress, SolanaHash};
use libfuzzer_sys::fuzz_target;
use solana_sdk::transaction::VersionedTransaction;

fuzz_target!(|wire: &[u8]| {
    let payload = format!(r#"{{"transaction":"{}"}}"#, STANDARD.encode(wire));
    let Some(claims) = CosignClaims::of(&CosignPayload::new(payload)) else { return };
    // Ours is the stricter one: what it reads, Solana reads in the same way.
    let theirs: VersionedTransaction = bincode::deserialize(wire).expect("read by us");
    assert_eq!(bincode::serialize(&theirs).expect("read by them"), wire);
    let message = &theirs.message;
    let keys = message.static_account_keys().iter().map(|key| SolanaAddress::new(key.to_bytes()));
    assert!(claims.accounts.iter().copied().eq(keys.clone()));
    let signers = usize::from(message.header().num_required_signatures);
    assert!(claims.signers.iter().copied().eq(keys.take(signers)));
    let blockhash = SolanaHash::new(message.recent_blockhash().to_bytes());
    assert_eq!(claims.recent_blockhash, blockhash);
});
