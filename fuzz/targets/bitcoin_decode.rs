//! Any PSBT: what is read of it is what rust-bitcoin reads.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::hashes::Hash;
use bitcoin::psbt::Psbt;
use countersign::approval::CoinId;
use countersign::bitcoin::{PsbtClaims, PsbtPayload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|psbt: &[u8]| {
    let payload = format!(r#"{{"psbt":"{}","inputs":[0]}}"#, STANDARD.encode(psbt));
    let claims = PsbtClaims::read(&PsbtPayload::new(payload));
    // Each is stricter than the other in places; where both read it, they read the same.
    let Ok(psbt) = Psbt::deserialize(psbt) else { return };
    if claims == PsbtClaims::default() {
        return;
    }
    let tx = psbt.unsigned_tx;
    let spends = tx.input.iter().map(|input| input.previous_output);
    let spends = spends.map(|coin| CoinId { txid: coin.txid.to_byte_array(), vout: coin.vout });
    assert!(claims.spends.iter().copied().eq(spends));
    let pays = tx.output.iter().map(|output| output.script_pubkey.as_bytes());
    assert!(claims.pays.iter().map(Vec::as_slice).eq(pays));
});
