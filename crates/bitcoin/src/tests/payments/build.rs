use countersign_approval::{
    BitcoinFacts, CoinId, FeeRate, MempoolConflict, PaymentAction, PaymentFacts, PaymentTerms, Sats,
};

use super::scene::{Scene, payee, read, sats, signed, verified};
use crate::tests::honest::Kind;
use crate::weight::dust;
use crate::{BuildError, build_payment};

fn scene(coins: &[u64], amount: u64) -> Scene {
    let coins = coins.iter().map(|sats| (Kind::Wpkh, *sats)).collect();
    Scene { coins, amount, ..Scene::default() }
}

/// Returns what the outputs hold, the deposit's first, and how many coins are spent.
fn built(scene: &Scene, terms: &PaymentTerms) -> (Vec<u64>, usize) {
    let draft = scene.build(terms);
    let tx = read(&draft);
    let _ = signed(&verified(draft, terms));
    let mut outputs: Vec<_> = tx.output.iter().collect();
    outputs.sort_by_key(|output| output.script_pubkey != scene.payee);
    (outputs.iter().map(|output| output.value.to_sat()).collect(), tx.input.len())
}

#[test]
fn coins_that_fit_need_no_change() {
    // One input and one output cost 110 virtual bytes, at five satoshis each.
    let exact = scene(&[700_000, 500_550, 600_000], 500_000);
    assert_eq!(built(&exact, &exact.terms()), (vec![500_000], 1));
    let two = scene(&[250_000, 700_000, 250_895], 500_000);
    assert_eq!(built(&two, &two.terms()), (vec![500_000], 2));
}

#[test]
fn else_the_largest_are_taken_and_the_rest_comes_back() {
    let one = scene(&[20_000, 700_000, 600_000], 500_000);
    let (outputs, inputs) = built(&one, &one.terms());
    assert_eq!((outputs.len(), inputs), (2, 1));
    assert_eq!(outputs[0] + outputs[1], 700_000 - 141 * 5);
    let many = scene(&[200_000; 10], 900_000);
    assert_eq!(built(&many, &many.terms()).1, 5);
}

#[test]
fn what_is_too_little_to_come_back_goes_to_the_fee() {
    let dust = dust(&crate::tests::honest::script(Kind::Wpkh, crate::tests::honest::our_key()));
    for rest in [0, 100, 293, dust.value() + 155] {
        let scene = scene(&[500_550 + rest], 500_000);
        assert_eq!(built(&scene, &scene.terms()), (vec![500_000], 1), "{rest}");
    }
    // Worth more than it costs to spend: 68 virtual bytes at five satoshis.
    let scene = scene(&[500_550 + 155 + 345], 500_000);
    assert_eq!(built(&scene, &scene.terms()).0.len(), 2);
}

#[test]
fn the_same_question_has_the_same_answer() {
    let scene = scene(&[91_000, 88_000, 71_000, 65_000, 44_000, 91_000], 200_000);
    let mut terms = scene.terms();
    let draft = scene.build(&terms);
    for turn in 0..terms.coins.len() {
        terms.coins.rotate_left(turn);
        assert_eq!(scene.build(&terms), draft);
    }
}

#[test]
fn coins_that_the_facts_speak_against_are_left_alone() {
    let scene = scene(&[900_000, 800_000, 700_000, 600_000, 550_000, 510_000], 500_000);
    let terms = scene.terms();
    let ids: Vec<CoinId> = terms.coins.iter().map(|coin| coin.id).collect();
    let facts = PaymentFacts {
        chain: BitcoinFacts {
            coins: Some(terms.coins[1..].to_vec()),
            confirmations: Some(ids.iter().map(|id| (*id, u32::from(*id != ids[1]))).collect()),
            reserved: Some(vec![ids[2]]),
            height: None,
        },
        conflict: Some(MempoolConflict { coins: vec![ids[3]], ..MempoolConflict::default() }),
    };
    let draft = build_payment(&terms, FeeRate::from_sats_per_vb(5), &facts).unwrap();
    let spent = super::scene::spent(&read(&draft), &terms);
    assert_eq!(spent.iter().map(|coin| coin.value.to_sat()).collect::<Vec<_>>(), [550_000]);
}

#[test]
fn terms_that_can_not_be_kept_build_nothing() {
    let facts = PaymentFacts::default();
    let rate = FeeRate::from_sats_per_vb(5);
    let poor = scene(&[300_000, 200_000], 500_000);
    let error = build_payment(&poor.terms(), rate, &facts).unwrap_err();
    let BuildError::NotEnough { needed, found, count, .. } = error else { panic!("{error}") };
    assert_eq!((needed.value(), found.value(), count), (500_890, 500_000, 2));
    let scattered = Scene { max_inputs: 2, ..scene(&[200_000; 10], 500_000) };
    let error = build_payment(&scattered.terms(), rate, &facts).unwrap_err();
    assert!(matches!(error, BuildError::NotEnough { most: 2, count: 2, .. }), "{error}");
    let rich = scene(&[600_000], 500_000);
    let error = build_payment(&rich.terms(), FeeRate::from_sats_per_vb(101), &facts).unwrap_err();
    assert!(matches!(error, BuildError::Rate { .. }), "{error}");
    let small = PaymentTerms { action: PaymentAction::SelfSpend, ..scene(&[800], 1_000).terms() };
    let error = build_payment(&small, rate, &facts).unwrap_err();
    let BuildError::Dust { fee, left, least } = error else { panic!("{error}") };
    assert_eq!((fee.value(), left.value(), least.value()), (550, 250, 294));
    let mut mean = PaymentTerms { action: PaymentAction::SelfSpend, ..rich.terms() };
    mean.fees.max = sats(549);
    let error = build_payment(&mean, rate, &facts).unwrap_err();
    assert_eq!(error, BuildError::Fee { most: sats(549), fee: sats(550) });
}

#[test]
fn a_rate_below_the_least_is_raised_to_it() {
    let scene = Scene { rate: 0, ..scene(&[600_000], 500_000) };
    assert_eq!(built(&scene, &scene.terms()).0[1], 100_000 - 141);
}

#[test]
fn the_largest_sums_are_paid_to_the_satoshi() {
    let coins = [700_000_000_000_000, 650_000_000_000_001, 749_999_999_999_999];
    let scene = Scene { payee: payee(1), ..scene(&coins, 2_000_000_000_000_000) };
    let mut terms = scene.terms();
    terms.fees.max = Sats::MAX;
    let (outputs, inputs) = built(&scene, &terms);
    assert_eq!(inputs, 3);
    assert_eq!(outputs[0], 2_000_000_000_000_000);
    // Three inputs of P2WPKH, an output of P2TR and one of P2WPKH.
    assert_eq!(outputs[1], 100_000_000_000_000 - 289 * 5);
}
