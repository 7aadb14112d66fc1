//! Each single change of an honest draft or of its terms, and the code it is refused by.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid};
use countersign_approval::{
    BitcoinDeposit, BitcoinFacts, BitcoinNetwork, Code, Coin, CoinId, Fact, FeeRate,
    MempoolConflict, PaymentAction, PaymentFacts, PaymentTerms, Refusal,
};
use countersign_units::{Bps, UnixSeconds};

use super::scene::{
    REMAINING, Scene, address, payee, read, sats, signed, verified, verify_with, write,
};
use crate::tests::honest::{HEIGHT, Kind, our_key, script};
use crate::tests::terms::NOW;
use crate::{BuildError, PaymentDraft, TermsError, VerifyError, build_payment};

fn refusal(draft: PaymentDraft, terms: &PaymentTerms, facts: &PaymentFacts) -> Refusal {
    match verify_with(draft, terms, facts) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// Asserts that a change of the draft is refused by one code alone, and that its twin is signed.
fn refuses(code: Code, terms: &PaymentTerms, change: impl FnOnce(&mut Transaction)) {
    let draft = Scene::default().build(terms);
    let _ = signed(&verified(draft.clone(), terms));
    let mut tx = read(&draft);
    change(&mut tx);
    let refusal = refusal(write(&tx), terms, &PaymentFacts::default());
    assert!(refusal.violations().iter().all(|violation| violation.code == code), "{refusal}");
}

fn pay() -> PaymentTerms {
    Scene::default().terms()
}

fn back() -> PaymentTerms {
    Scene::default().self_spend()
}

fn deposit(tx: &mut Transaction) -> &mut TxOut {
    let found = tx.output.iter_mut().find(|output| output.script_pubkey == payee(0));
    found.unwrap()
}

fn change(tx: &mut Transaction) -> &mut TxOut {
    tx.output.iter_mut().find(|output| output.script_pubkey != payee(0)).unwrap()
}

fn foreign() -> ScriptBuf {
    ScriptBuf::from_bytes([&[0, 20][..], &[9; 20]].concat())
}

#[test]
fn the_deposit_is_one_output_of_exactly_the_amount() {
    refuses(Code::To, &pay(), |tx| deposit(tx).script_pubkey = foreign());
    refuses(Code::Amount, &pay(), |tx| deposit(tx).value -= Amount::ONE_SAT);
    refuses(Code::Amount, &pay(), |tx| deposit(tx).value += Amount::ONE_SAT);
    refuses(Code::To, &pay(), |tx| {
        change(tx).value += Amount::from_sat(500_000);
        tx.output.retain(|output| output.script_pubkey != payee(0));
    });
    let small = Scene { amount: 100_000, ..Scene::default() }.terms();
    refuses(Code::ExtraOutput, &small, |tx| {
        let again = deposit(tx).clone();
        change(tx).value -= again.value;
        tx.output.push(again);
    });
}

#[test]
fn all_else_comes_back_to_us_in_one_piece() {
    refuses(Code::Change, &pay(), |tx| change(tx).script_pubkey = foreign());
    refuses(Code::Change, &pay(), |tx| {
        let half = change(tx).value / 2;
        change(tx).value = half;
        let again = change(tx).clone();
        tx.output.push(again);
    });
    refuses(Code::ExtraOutput, &pay(), |tx| {
        change(tx).value -= Amount::from_sat(1_000);
        tx.output.push(TxOut { value: Amount::from_sat(1_000), script_pubkey: foreign() });
    });
    refuses(Code::ExtraOutput, &pay(), |tx| {
        let nothing = ScriptBuf::from_bytes(vec![0x6a, 0]);
        tx.output.push(TxOut { value: Amount::ZERO, script_pubkey: nothing });
    });
    refuses(Code::Change, &back(), |tx| tx.output[0].script_pubkey = foreign());
    refuses(Code::ExtraOutput, &back(), |tx| {
        tx.output[0].value -= Amount::from_sat(1_000);
        tx.output.push(TxOut { value: Amount::from_sat(1_000), script_pubkey: foreign() });
    });
    // Change that nodes would not pass on.
    let mut dear = pay();
    dear.fees.max = sats(1_000_000);
    dear.fees.max_rate = FeeRate::from_sats_per_vb(10_000);
    refuses(Code::Change, &dear, |tx| change(tx).value = Amount::from_sat(293));
}

#[test]
fn coins_are_ours_and_spent_once() {
    let outpoint = OutPoint { txid: Txid::from_byte_array([0x77; 32]), vout: 0 };
    refuses(Code::UnexpectedInput, &pay(), |tx| tx.input[0].previous_output = outpoint);
    refuses(Code::UnexpectedInput, &pay(), |tx| tx.input[0].previous_output.vout = 0);
    refuses(Code::UnexpectedInput, &back(), |tx| {
        let input = TxIn { previous_output: outpoint, ..tx.input[0].clone() };
        tx.input.push(input);
    });
    refuses(Code::Inputs, &back(), |tx| {
        let gone = tx.input.pop().unwrap();
        let coin = back()
            .coins
            .into_iter()
            .find(|coin| coin.id.txid == gone.previous_output.txid.to_byte_array());
        tx.output[0].value -= Amount::from_sat(coin.unwrap().amount.value());
    });
    refuses(Code::Inputs, &pay(), |tx| {
        // A coin that is counted twice would pay for more than it holds.
        let again = tx.input[0].clone();
        tx.input.push(again);
        change(tx).value += Amount::from_sat(300_000);
    });
    let few = PaymentTerms { max_inputs: 2, ..pay() };
    refuses(Code::Inputs, &few, |tx| {
        let third = read(&Scene::default().build(&back())).input;
        let sum: u64 = Scene::default().coins.iter().map(|(_, sats)| sats).sum();
        tx.input = third;
        let paid = deposit(tx).value;
        change(tx).value = Amount::from_sat(sum) - paid - Amount::from_sat(2_000);
    });
}

#[test]
fn the_form_is_the_one_that_we_write() {
    refuses(Code::Malformed, &pay(), |tx| tx.version = Version::ONE);
    refuses(Code::Malformed, &pay(), |tx| tx.version = Version(3));
    refuses(Code::Locktime, &pay(), |tx| tx.lock_time = LockTime::from_consensus(HEIGHT + 1));
    refuses(Code::Locktime, &pay(), |tx| tx.lock_time = LockTime::from_consensus(500_000_000));
    refuses(Code::Locktime, &pay(), |tx| tx.input[0].sequence = Sequence::MAX);
    refuses(Code::Locktime, &pay(), |tx| tx.input[0].sequence = Sequence::from_height(5));
    refuses(Code::Locktime, &pay(), |tx| tx.input[0].sequence = Sequence::ZERO);
    let final_ = PaymentTerms { replaceable: false, ..pay() };
    refuses(Code::Locktime, &final_, |tx| {
        tx.input[0].sequence = Sequence::ENABLE_RBF_NO_LOCKTIME;
    });
    // An earlier lock time, or none, keeps nothing from being mined.
    for lock in [0, HEIGHT - 1] {
        let mut tx = read(&Scene::default().build(&pay()));
        tx.lock_time = LockTime::from_consensus(lock);
        let _ = signed(&verified(write(&tx), &pay()));
    }
}

#[test]
fn bytes_that_are_no_unsigned_transaction_are_malformed() {
    let terms = pay();
    let draft = Scene::default().build(&terms);
    let bytes = draft.as_bytes();
    let mut script = read(&draft);
    script.input[0].script_sig = ScriptBuf::from_bytes(vec![0x51]);
    let mut witness = read(&draft);
    witness.input[0].witness.push([1]);
    for bytes in [
        Vec::new(),
        bytes[..bytes.len() - 1].to_vec(),
        [bytes, &[0]].concat(),
        write(&script).as_bytes().to_vec(),
        write(&witness).as_bytes().to_vec(),
        vec![0; 100_001],
    ] {
        let refusal = refusal(PaymentDraft::from_bytes(bytes), &terms, &PaymentFacts::default());
        assert!(refusal.violations().iter().all(|one| one.code == Code::Malformed), "{refusal}");
    }
    assert!(PaymentDraft::from_hex("0g").is_err());
    assert_eq!(PaymentDraft::from_hex(&draft.to_hex()), Ok(draft));
}

#[test]
fn the_fee_is_within_bounds_on_both_sides() {
    refuses(Code::Fee, &pay(), |tx| change(tx).value -= Amount::from_sat(30_000));
    refuses(Code::Fee, &pay(), |tx| change(tx).value += Amount::from_sat(850));
    refuses(Code::Amount, &pay(), |tx| change(tx).value += Amount::from_sat(10_000));
    refuses(Code::Fee, &back(), |tx| tx.output[0].value -= Amount::from_sat(40_000));
    let share = |bps| {
        let mut terms = pay();
        terms.fees.max_share = Some(Bps::new(bps).unwrap());
        terms
    };
    let draft = Scene::default().build(&pay());
    let fee = verified(draft.clone(), &pay()).fee().value();
    let enough = u16::try_from(fee * 10_000 / 500_000 + 1).unwrap();
    let _ = signed(&verified(draft.clone(), &share(enough)));
    assert!(refusal(draft.clone(), &share(enough - 1), &PaymentFacts::default()).has(Code::Fee));
    let mut small = pay();
    small.fees.max = sats(fee - 1);
    assert!(refusal(draft, &small, &PaymentFacts::default()).has(Code::Fee));
}

#[test]
fn a_deposit_address_is_of_the_pinned_network_and_of_a_known_kind() {
    let draft = Scene::default().build(&pay());
    let with = |network, text: &str| {
        let deposit =
            BitcoinDeposit { address: text.to_owned(), memo: None, amount: sats(500_000) };
        PaymentTerms { network, action: PaymentAction::Pay(deposit), ..pay() }
    };
    let main = ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"];
    let test = ["tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"];
    let facts = PaymentFacts::default();
    for (network, bad) in [
        (BitcoinNetwork::Regtest, main),
        (BitcoinNetwork::Testnet, main),
        (BitcoinNetwork::Mainnet, test),
    ] {
        for text in bad {
            let terms = with(network, text);
            let error = crate::judge_payment(&draft, &terms, &facts, NOW).unwrap_err();
            let VerifyError::Refused(refusal) = error else { panic!("{error}") };
            assert!(refusal.has(Code::DepositAddress), "{refusal}");
            let built = build_payment(&terms, FeeRate::default(), &facts);
            assert!(matches!(built, Err(BuildError::Refused(_))), "{built:?}");
        }
    }
    let nobody = ScriptBuf::from_bytes([&[0x51, 32][..], &[0xff; 32]].concat());
    let anyone = ScriptBuf::from_bytes(vec![0x51, 2, 0x4e, 0x73]);
    let later = ScriptBuf::from_bytes([&[0x52, 32][..], &[1; 32]].concat());
    let ours = script(Kind::Tr, our_key());
    for script in [nobody, anyone, later, ours] {
        let terms = with(BitcoinNetwork::Regtest, &address(&script));
        assert!(refusal(draft.clone(), &terms, &facts).has(Code::DepositAddress), "{script}");
    }
    for text in ["", "bcrt1", "lnbcrt1", "deadbeef"] {
        let terms = with(BitcoinNetwork::Regtest, text);
        assert!(refusal(draft.clone(), &terms, &facts).has(Code::DepositAddress), "{text}");
    }
    // The same address in capitals is the same.
    let capitals = with(BitcoinNetwork::Regtest, &address(&payee(0)).to_uppercase());
    let twin = verified(draft, &capitals);
    assert!(twin.claim().resources.last().unwrap().ends_with(&address(&payee(0))));
}

#[test]
fn terms_that_can_not_be_kept_are_refused() {
    let draft = Scene::default().build(&pay());
    let facts = PaymentFacts::default();
    let with = |change: &dyn Fn(&mut PaymentTerms)| {
        let mut terms = pay();
        change(&mut terms);
        refusal(draft.clone(), &terms, &facts)
    };
    let memo = with(&|terms| {
        let PaymentAction::Pay(deposit) = &mut terms.action else { panic!() };
        deposit.memo = Some("12".to_owned());
    });
    assert!(memo.has(Code::Memo), "{memo}");
    let little = with(&|terms| {
        let PaymentAction::Pay(deposit) = &mut terms.action else { panic!() };
        deposit.amount = sats(293);
    });
    assert!(little.has(Code::Amount), "{little}");
    let theirs = with(&|terms| terms.change_script = foreign().to_bytes());
    assert!(theirs.has(Code::Change), "{theirs}");
    let coin = with(&|terms| {
        terms.coins.iter_mut().for_each(|coin| coin.script_pubkey = foreign().to_bytes());
    });
    assert!(coin.has(Code::UnexpectedInput), "{coin}");
    let late = NOW.value() + REMAINING;
    let deadline = with(&|terms| terms.deadline = UnixSeconds::new(late));
    assert!(deadline.has(Code::Deadline), "{deadline}");
    let mut terms = pay();
    terms.deadline = UnixSeconds::new(late + 1);
    let _ = signed(&verified(draft.clone(), &terms));

    terms.coins.push(terms.coins[0].clone());
    let error = verify_with(draft.clone(), &terms, &facts).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::CoinTwice { .. })), "{error}");
    let nobody = PaymentTerms { change_script: Vec::new(), ..pay() };
    let error = verify_with(draft, &nobody, &facts).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::ChangeScript { .. })), "{error}");
}

fn ids(terms: &PaymentTerms) -> Vec<CoinId> {
    terms.coins.iter().map(|coin| coin.id).collect()
}

fn honest_facts(terms: &PaymentTerms) -> PaymentFacts {
    PaymentFacts {
        chain: BitcoinFacts {
            coins: Some(terms.coins.clone()),
            confirmations: Some(ids(terms).into_iter().map(|id| (id, 1)).collect()),
            reserved: Some(Vec::new()),
            height: Some(HEIGHT),
        },
        conflict: Some(MempoolConflict::default()),
    }
}

type Change<'c> = &'c dyn Fn(&mut PaymentFacts);

#[test]
fn facts_are_judged_about_the_coins_that_are_spent() {
    let terms = pay();
    let draft = Scene::default().build(&terms);
    let honest = honest_facts(&terms);
    let judged = crate::judge_payment(&draft, &terms, &honest, NOW).unwrap();
    assert_eq!(judged.not_judged(), []);
    let unused = terms.coins[2].id;
    let mut without = honest.clone();
    without.chain.reserved = Some(vec![unused]);
    let _ = verify_with(draft.clone(), &terms, &without).unwrap();

    let dearer: Vec<Coin> =
        terms.coins.iter().map(|coin| Coin { amount: sats(1), ..coin.clone() }).collect();
    let conflict = MempoolConflict { coins: ids(&terms), ..MempoolConflict::default() };
    let changes: [(Code, Change<'_>); 7] = [
        (Code::Utxo, &|facts| facts.chain.coins = Some(Vec::new())),
        (Code::Utxo, &|facts| facts.chain.coins = Some(dearer.clone())),
        (Code::Utxo, &|facts| facts.chain.confirmations = Some(Vec::new())),
        (Code::Utxo, &|facts| {
            facts.chain.confirmations = Some(ids(&terms).into_iter().map(|id| (id, 0)).collect());
        }),
        (Code::Replay, &|facts| facts.chain.reserved = Some(ids(&terms))),
        (Code::Locktime, &|facts| facts.chain.height = Some(HEIGHT - 1)),
        (Code::Utxo, &|facts| facts.conflict = Some(conflict.clone())),
    ];
    for (code, change) in changes {
        let mut facts = honest.clone();
        change(&mut facts);
        let refusal = refusal(draft.clone(), &terms, &facts);
        assert!(refusal.violations().iter().all(|one| one.code == code), "{refusal}");
    }
}

#[test]
fn a_required_fact_that_is_not_given_is_refused() {
    let terms = PaymentTerms { require_facts: Fact::PAYMENT.to_vec(), ..pay() };
    let draft = Scene::default().build(&terms);
    let honest = honest_facts(&terms);
    let _ = verify_with(draft.clone(), &terms, &honest).unwrap();
    let takes: [fn(&mut PaymentFacts); 5] = [
        |facts| facts.chain.coins = None,
        |facts| facts.chain.confirmations = None,
        |facts| facts.chain.reserved = None,
        |facts| facts.chain.height = None,
        |facts| facts.conflict = None,
    ];
    for (take, fact) in takes.into_iter().zip(Fact::PAYMENT) {
        let mut facts = honest.clone();
        take(&mut facts);
        let refusal = refusal(draft.clone(), &terms, &facts);
        assert!(refusal.has(Code::Unavailable), "{refusal}");
        assert!(refusal.to_string().contains(fact.as_str()), "{refusal}");
    }
}

#[test]
fn what_kills_a_waiting_transaction_pays_more_than_it() {
    let terms = back();
    let mut facts = honest_facts(&terms);
    let waiting = ids(&terms)[..2].to_vec();
    // What waits spends two of the coins, so that the chain no longer lists them.
    facts.chain.coins = Some(vec![terms.coins[2].clone()]);
    facts.chain.confirmations = Some(vec![(terms.coins[2].id, 3)]);
    let rate = FeeRate::from_sats_per_vb(20);
    facts.conflict = Some(MempoolConflict { coins: waiting, fees: sats(6_000), rate });
    let cheap = build_payment(&terms, FeeRate::from_sats_per_vb(5), &honest_facts(&terms)).unwrap();
    let refused = refusal(cheap, &terms, &facts);
    assert!(refused.violations().iter().all(|one| one.code == Code::Fee), "{refused}");
    let draft = build_payment(&terms, FeeRate::from_sats_per_vb(5), &facts).unwrap();
    let payment = verify_with(draft.clone(), &terms, &facts).unwrap();
    let vsize = crate::payment::payment_vsize(&payment);
    assert!(payment.fee().value() >= 6_000 + vsize, "{}", payment.fee());
    assert!(FeeRate::of(payment.fee(), vsize).unwrap() > rate);
    let mut tx = read(&draft);
    tx.output[0].value += Amount::ONE_SAT;
    assert!(refusal(write(&tx), &terms, &facts).has(Code::Fee));
    // A coin that neither waits nor is there any more is spent.
    facts.chain.coins = Some(Vec::new());
    assert!(refusal(draft, &terms, &facts).has(Code::Utxo));
}
