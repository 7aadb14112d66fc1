use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::absolute::LockTime;
use bitcoin::psbt::Psbt;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction};
use proptest::prelude::*;
use serde_json::json;

use super::engine;
use super::honest::{Built, HEIGHT, Honest, Kind};
use super::signing::{extract, sign_with, signer};
use super::terms::{NOW, no_facts};
use crate::{PsbtForm, PsbtPayload, VerifyError, decode, judge};

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Wpkh), Just(Kind::Tr), Just(Kind::Sh)]
}

fn any_honest() -> impl Strategy<Value = Honest> {
    let coin = (any_kind(), 10_000..100_000_000_u64, any::<bool>());
    let unknown = (any::<usize>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..300));
    (
        prop_oneof![Just("htlc-p2wsh-v1"), Just("htlc-p2tr-v1")],
        prop::collection::vec(coin, 1..8),
        prop::collection::vec(10_000..100_000_000_u64, 0..3),
        prop_oneof![Just(0_u64), 600..1_000_u64],
        any::<usize>(),
        prop_oneof![Just(0), 0..=HEIGHT],
        prop::collection::vec(unknown, 0..4),
    )
        .prop_map(|(template, mut coins, others, change, turn, lock_time, unknown)| {
            coins[0].1 += 20_000;
            Honest {
                template,
                coins,
                others,
                fee: 2_000,
                change,
                turn: turn % 7,
                lock_time,
                unknown,
            }
        })
}

#[derive(Clone, Copy, Debug)]
enum Tampering {
    Script,
    More,
    Less,
    ExtraOutput,
    Txid,
    Vout,
    Sighash,
    Sequence,
    LockTime,
    UtxoAmount,
    UtxoScript,
    RedeemScript,
}

fn any_tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::*;
    prop::sample::select(vec![
        Script,
        More,
        Less,
        ExtraOutput,
        Txid,
        Vout,
        Sighash,
        Sequence,
        LockTime,
        UtxoAmount,
        UtxoScript,
        RedeemScript,
    ])
}

/// Changes one thing of an input or output that is ours.
fn tamper(built: &mut Built, honest: &Honest, tampering: Tampering, at: usize) {
    let foreign = ScriptBuf::from_bytes([&[0, 20][..], &[9; 20]].concat());
    let input = built.ours[at % built.ours.len()];
    let (tx, map) = (&mut built.psbt.unsigned_tx, &mut built.psbt.inputs[input]);
    // The HTLC's output, or our change: the others are those of other people.
    let htlc =
        tx.output.iter().position(|output| output.value.to_sat() == honest.amount()).unwrap();
    let output = &mut tx.output[htlc];
    match tampering {
        Tampering::Script => output.script_pubkey = foreign,
        Tampering::More => output.value += Amount::ONE_SAT,
        Tampering::Less => output.value -= Amount::ONE_SAT,
        Tampering::ExtraOutput => {
            let mut extra = output.clone();
            (extra.script_pubkey, extra.value) = (foreign, Amount::from_sat(1_234));
            tx.output.push(extra);
            built.psbt.outputs.push(bitcoin::psbt::Output::default());
        }
        Tampering::Txid => tx.input[input].previous_output.txid = OutPoint::null().txid,
        Tampering::Vout => tx.input[input].previous_output.vout ^= 2,
        Tampering::Sighash => {
            map.sighash_type = Some(bitcoin::psbt::PsbtSighashType::from_u32(0x81));
        }
        Tampering::Sequence => tx.input[input].sequence = Sequence::from_height(5),
        Tampering::LockTime => tx.lock_time = LockTime::from_consensus(super::honest::LOCK),
        Tampering::UtxoAmount => map.witness_utxo.as_mut().unwrap().value += Amount::ONE_SAT,
        Tampering::UtxoScript => map.witness_utxo.as_mut().unwrap().script_pubkey = foreign,
        Tampering::RedeemScript => map.redeem_script = Some(foreign),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_honest_is_signed_and_accepted_by_the_script_engine(honest in any_honest()) {
        let built = honest.build();
        let signed = sign_with(&built, &signer()).unwrap();
        let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
        let tx = extract(&psbt);
        for input in &built.ours {
            prop_assert!(engine::accepts(&tx, &built.spent, *input), "input {}", input);
        }
    }

    #[test]
    fn one_change_is_refused(
        honest in any_honest(),
        tampering in any_tampering(),
        at in any::<usize>(),
    ) {
        let mut built = honest.build();
        tamper(&mut built, &honest, tampering, at);
        let payload = PsbtPayload::new(built.payload().to_string());
        let judged = judge(&payload, &built.terms, &no_facts(), NOW);
        prop_assert!(matches!(judged, Err(VerifyError::Refused(_))), "{:?}", judged);
    }

    #[test]
    fn one_byte_that_changes_never_costs_us_more(
        honest in any_honest(),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let built = honest.build();
        let mut bytes = built.psbt.serialize();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let payload = json!({"psbt": STANDARD.encode(&bytes), "inputs": built.ours});
        let judged = judge(&PsbtPayload::new(payload.to_string()), &built.terms, &no_facts(), NOW);
        // What others own, what nobody reads, or a sequence or lock time within bounds may change.
        let Ok(judged) = judged else { return Ok(()) };
        let (theirs, ours) = (&judged.funding().tx, &built.psbt.unsigned_tx);
        for input in &built.ours {
            let outpoint = |tx: &Transaction| tx.input[*input].previous_output;
            prop_assert_eq!(outpoint(theirs), outpoint(ours));
        }
        let htlc = built.psbt.unsigned_tx.output.iter().find(|o| o.value.to_sat() == honest.amount());
        let paid = theirs.output.iter().filter(|output| Some(*output) == htlc).count();
        prop_assert_eq!(paid, 1);
        let change = |tx: &Transaction| {
            let change = tx.output.iter().filter(|output| {
                output.script_pubkey.as_bytes() == built.terms.change_script
            });
            change.map(|output| output.value).sum::<Amount>()
        };
        prop_assert!(change(theirs) >= change(ours));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode::decode(&bytes);
        let _ = decode::decode(&[b"psbt\xff".as_slice(), &bytes].concat());
    }

    #[test]
    fn what_is_read_is_written_the_same_by_rust_bitcoin(honest in any_honest()) {
        let bytes = honest.build().psbt.serialize();
        let ours = decode::decode(&bytes).unwrap();
        let theirs = Psbt::deserialize(&bytes).unwrap();
        prop_assert_eq!(ours.tx, theirs.unsigned_tx);
    }

    #[test]
    fn any_text_is_judged_or_refused(text in ".{0,200}") {
        let built = Honest::default().build();
        let judged = judge(&PsbtPayload::new(text), &built.terms, &no_facts(), NOW);
        prop_assert!(judged.is_err());
    }

    #[test]
    fn a_cut_or_grown_psbt_is_refused(honest in any_honest(), cut in any::<prop::sample::Index>()) {
        let bytes = honest.build().psbt.serialize();
        prop_assert!(decode::decode(&bytes[..cut.index(bytes.len())]).is_err());
        prop_assert!(decode::decode(&[bytes, vec![0]].concat()).is_err());
    }
}
