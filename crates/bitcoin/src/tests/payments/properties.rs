use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, ScriptBuf, Sequence, Transaction, TxOut, Txid};
use countersign_approval::{Code, FeeRate, PaymentFacts, PaymentTerms};
use proptest::prelude::*;

use super::scene::{Scene, payee, read, signed, spent, verified, verify_with, write};
use crate::tests::engine;
use crate::tests::honest::{HEIGHT, Kind};
use crate::tests::terms::NOW;
use crate::{PaymentDraft, VerifyError, build_payment, judge_payment};

fn any_scene() -> impl Strategy<Value = Scene> {
    let kind = || prop_oneof![Just(Kind::Wpkh), Just(Kind::Tr), Just(Kind::Sh)];
    let coin = (kind(), prop_oneof![1_000..100_000_u64, 10_000..100_000_000_u64]);
    (prop::collection::vec(coin, 1..9), 1..=1_000_u64, 0..5_usize, kind(), 1_000..90_000_u64)
        .prop_map(|(mut coins, share, kind, change, rate)| {
            // One coin makes sure that there is something to pay with.
            coins[0].1 += 1_000_000;
            let total: u64 = coins.iter().map(|(_, sats)| sats).sum();
            let amount = (total - 500_000) / 1_000 * share + 1_000;
            let payee = payee(kind);
            Scene { coins, amount, payee, change, rate, max_inputs: 50 }
        })
}

fn terms_of(scene: &Scene, back: bool) -> PaymentTerms {
    if back { scene.self_spend() } else { scene.terms() }
}

/// Drafts what the scene wants; nothing where small coins cost more than they hold.
fn drafted(scene: &Scene, terms: &PaymentTerms) -> Option<PaymentDraft> {
    let rate = FeeRate::from_sats_per_kvb(scene.rate);
    build_payment(terms, rate, &PaymentFacts::default()).ok()
}

#[derive(Clone, Copy, Debug)]
enum Tampering {
    Script,
    More,
    Less,
    ExtraOutput,
    NoOutput,
    Txid,
    Vout,
    Sequence,
    LockTime,
    Version,
    Twice,
}

fn any_tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::*;
    prop::sample::select(vec![
        Script,
        More,
        Less,
        ExtraOutput,
        NoOutput,
        Txid,
        Vout,
        Sequence,
        LockTime,
        Version,
        Twice,
    ])
}

/// Changes one thing, and returns the code that must be among those that refuse it.
fn tamper(tx: &mut Transaction, scene: &Scene, tampering: Tampering, at: usize) -> Code {
    let foreign = ScriptBuf::from_bytes([&[0, 20][..], &[9; 20]].concat());
    let paid = tx.output.iter().position(|output| output.script_pubkey == scene.payee).unwrap();
    let input = at % tx.input.len();
    match tampering {
        Tampering::Script => {
            tx.output[paid].script_pubkey = foreign;
            Code::To
        }
        Tampering::More => {
            tx.output[paid].value += Amount::ONE_SAT;
            Code::Amount
        }
        Tampering::Less => {
            tx.output[paid].value -= Amount::ONE_SAT;
            Code::Amount
        }
        Tampering::ExtraOutput => {
            // Where change is due and none is there, it is change that went astray; there is none
            // where it was not worth having.
            tx.output.push(TxOut { value: Amount::from_sat(600), script_pubkey: foreign });
            Code::ExtraOutput
        }
        Tampering::NoOutput => {
            tx.output.remove(paid);
            Code::To
        }
        Tampering::Txid => {
            tx.input[input].previous_output.txid = Txid::from_byte_array([0xee; 32]);
            Code::UnexpectedInput
        }
        Tampering::Vout => {
            tx.input[input].previous_output.vout ^= 2;
            Code::UnexpectedInput
        }
        Tampering::Sequence => {
            tx.input[input].sequence = Sequence::from_height(5);
            Code::Locktime
        }
        Tampering::LockTime => {
            tx.lock_time = LockTime::from_consensus(HEIGHT + 1);
            Code::Locktime
        }
        Tampering::Version => {
            tx.version.0 ^= 1;
            Code::Malformed
        }
        Tampering::Twice => {
            let again = tx.input[input].clone();
            tx.input.push(again);
            Code::Inputs
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_built_is_verified_signed_and_accepted(scene in any_scene(), back in any::<bool>()) {
        let terms = terms_of(&scene, back);
        let Some(draft) = drafted(&scene, &terms) else { return Ok(()) };
        let payment = verified(draft, &terms);
        let tx: Transaction = deserialize(&signed(&payment).to_bytes()).unwrap();
        let spent = spent(&tx, &terms);
        for input in 0..tx.input.len() {
            prop_assert!(engine::accepts(&tx, &spent, input), "input {}", input);
        }
        let inputs: u64 = spent.iter().map(|coin| coin.value.to_sat()).sum();
        let outputs: u64 = tx.output.iter().map(|output| output.value.to_sat()).sum();
        prop_assert_eq!(payment.fee().value(), inputs - outputs);
        // The size is known before, but for signatures that are a byte or two shorter.
        let (real, most) = (u64::try_from(tx.vsize()).unwrap(), crate::payment::payment_vsize(&payment));
        prop_assert!(real <= most && most - real <= u64::try_from(tx.input.len()).unwrap());
    }

    #[test]
    fn most_is_payable(scene in any_scene()) {
        // Only what goes to the fee of small coins is out of reach.
        let big: u64 = scene.coins.iter().map(|(_, sats)| *sats).max().unwrap();
        prop_assume!(scene.amount + 100_000 < big);
        prop_assert!(drafted(&scene, &scene.terms()).is_some());
    }

    #[test]
    fn one_change_is_refused_by_its_code(
        scene in any_scene(),
        tampering in any_tampering(),
        at in any::<usize>(),
    ) {
        let terms = scene.terms();
        let Some(draft) = drafted(&scene, &terms) else { return Ok(()) };
        let mut tx = read(&draft);
        let code = tamper(&mut tx, &scene, tampering, at);
        let judged = verify_with(write(&tx), &terms, &PaymentFacts::default());
        let Err(VerifyError::Refused(refusal)) = judged else {
            return Err(TestCaseError::fail(format!("{judged:?}")));
        };
        prop_assert!(refusal.has(code), "{}", refusal);
        let _ = signed(&verified(draft, &terms));
    }

    #[test]
    fn one_byte_that_changes_never_costs_us_more(
        scene in any_scene(),
        back in any::<bool>(),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let terms = terms_of(&scene, back);
        let Some(draft) = drafted(&scene, &terms) else { return Ok(()) };
        let mut bytes = draft.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let draft = PaymentDraft::from_bytes(bytes);
        let Ok(judged) = judge_payment(&draft, &terms, &PaymentFacts::default(), NOW) else {
            return Ok(());
        };
        // Only the lock time, the change and so the fee may have changed, within bounds.
        let tx = read(&draft);
        let paid: Vec<u64> = tx
            .output
            .iter()
            .filter(|output| output.script_pubkey.as_bytes() != terms.change_script)
            .map(|output| output.value.to_sat())
            .collect();
        prop_assert_eq!(paid, if back { vec![] } else { vec![scene.amount] });
        prop_assert!(judged.fee() <= terms.fees.max);
    }

    #[test]
    fn any_bytes_are_judged_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let scene = Scene::default();
        for terms in [scene.terms(), scene.self_spend()] {
            let draft = PaymentDraft::from_bytes(bytes.clone());
            prop_assert!(judge_payment(&draft, &terms, &PaymentFacts::default(), NOW).is_err());
        }
    }

    #[test]
    fn any_text_is_an_address_or_refused(text in ".{0,90}") {
        let scene = Scene::default();
        let mut terms = scene.terms();
        let countersign_approval::PaymentAction::Pay(deposit) = &mut terms.action else { panic!() };
        deposit.address = text;
        let draft = scene.build(&scene.terms());
        prop_assert!(judge_payment(&draft, &terms, &PaymentFacts::default(), NOW).is_err());
    }
}
