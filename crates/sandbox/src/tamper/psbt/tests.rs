//! What each lie about a PSBT changes, and where it is told.

use std::collections::BTreeMap;

use bitcoin::{Amount, Psbt};
use countersign_units::{UnixMillis, UnixSeconds};
use uuid::Uuid;

use super::{CHANGE, LOCKED, PsbtScene, Tamper, apply};
use crate::answer::{Answer, Params};
use crate::bitcoin::{
    Bitcoin, CoinForm, Inside, Lock, Offer, Order, Payer, PsbtParams, Wallet, witness_script,
};
use crate::config::{HtlcTemplate, PayloadForm};
use crate::json::Json;
use crate::market::{NATIVE_BTC, Price, TOKENS};
use crate::payload::Style;
use crate::swap::Quote;
use crate::world::Token;

const NOW: u64 = 1_800_000_000;
const LOCK: u32 = 1_800_002_400;
const SATS: u64 = 25_000_000;

struct Stage {
    bitcoin: Bitcoin,
    offer: Offer,
}

impl Stage {
    fn new(form: CoinForm, template: HtlcTemplate) -> Self {
        let bitcoin = Bitcoin::start(UnixSeconds::new(NOW), 0);
        let wallet: &Wallet =
            if form == CoinForm::Nested { &bitcoin.nested } else { &bitcoin.user };
        let key = wallet.public_key().to_string();
        let payer = Payer::new(&key, &wallet.address(form).to_string()).unwrap();
        let lock = Lock { secret_hash: [0x33; 32], locktime: LOCK };
        let claim_key = bitcoin.claim_key();
        let order = Order { payer, sats: SATS, template, claim_key, lock };
        let offer = Offer::new(&bitcoin.ledger, order, |_| true).unwrap();
        Self { bitcoin, offer }
    }

    fn told(&self, tamper: Tamper) -> Answer<PsbtParams> {
        let mut answer = self.honest();
        let scene = PsbtScene { bitcoin: &self.bitcoin, offer: &self.offer, now: NOW };
        apply(tamper, &mut answer, &scene);
        answer
    }

    fn honest(&self) -> Answer<PsbtParams> {
        let listing = TOKENS.iter().find(|listing| listing.key == "BTC").unwrap();
        let token = Token { listing, address: NATIVE_BTC.to_owned(), contract: None, asset: None };
        let price = Price { minimum: SATS.try_into().unwrap(), expected: SATS.try_into().unwrap() };
        Answer {
            id: Uuid::nil(),
            approval_type: "htlc".to_owned(),
            deadline: Json::from(NOW),
            secret_hash: String::new(),
            approve_to: Json::Null,
            quote: Quote {
                id: Uuid::nil(),
                source: token.clone(),
                target: token,
                amount: SATS.try_into().unwrap(),
                price,
                slippage_bps: 50,
                expires_at: UnixMillis::new(0),
            },
            from_address: "from".to_owned(),
            to_address: "to".to_owned(),
            refund_address: "refund".to_owned(),
            payload: PsbtParams::honest(&self.offer),
            style: Style { form: PayloadForm::Api, hex_deadline: false },
        }
    }
}

fn members(answer: &Answer<PsbtParams>) -> BTreeMap<String, String> {
    let mut members = BTreeMap::from([
        ("mechanism".to_owned(), answer.approval_type.clone()),
        ("approve_to".to_owned(), answer.approve_to.to_string()),
        ("owner".to_owned(), answer.from_address.clone()),
        ("minimum".to_owned(), answer.quote.price.minimum.to_string()),
    ]);
    let Json::Object(params) = answer.payload.render(answer.style) else { panic!("no object") };
    members.extend(params.into_iter().map(|(name, value)| (name, value.to_string())));
    members
}

/// Names the members that a lie changes.
fn changed(stage: &Stage, tamper: Tamper) -> Vec<String> {
    let (honest, told) = (members(&stage.honest()), members(&stage.told(tamper)));
    assert_eq!(honest.len(), told.len());
    let differs = |(name, value): (String, String)| (honest[&name] != value).then_some(name);
    told.into_iter().filter_map(differs).collect()
}

fn read(stage: &Stage, tamper: Tamper) -> Psbt {
    Psbt::deserialize(&stage.told(tamper).payload.serialize()).unwrap()
}

fn plain() -> Stage {
    Stage::new(CoinForm::P2wpkh, HtlcTemplate::P2wshV1)
}

#[test]
fn every_lie_is_told_for_every_coin_and_template() {
    for form in [CoinForm::P2wpkh, CoinForm::P2tr, CoinForm::Nested] {
        for template in HtlcTemplate::ALL {
            let stage = Stage::new(form, template);
            let all_taproot = form == CoinForm::P2tr && template == HtlcTemplate::P2trV1;
            for tamper in Tamper::BITCOIN {
                let told = !changed(&stage, *tamper).is_empty();
                assert!(told || tamper.needs_taproot(), "{tamper} {form:?} {template:?}");
                assert!(told || !all_taproot, "{tamper}");
            }
        }
    }
}

#[test]
fn a_lie_for_evms_changes_nothing_but_around_the_payload() {
    let stage = plain();
    for (tamper, expected) in [
        (Tamper::Owner, vec!["owner"]),
        (Tamper::ApproveTo, vec!["approve_to"]),
        (Tamper::UnknownMechanism, vec!["mechanism"]),
        (Tamper::QuoteMinOut, vec!["minimum"]),
        (Tamper::Spender, vec![]),
        (Tamper::Amount, vec![]),
    ] {
        assert_eq!(changed(&stage, tamper), expected, "{tamper}");
    }
}

#[test]
fn an_answer_agrees_with_itself_but_for_the_lie() {
    let stage = plain();
    for (tamper, expected) in [
        (Tamper::BtcExtraOutput, vec!["psbt"]),
        (Tamper::BtcHtlcClaimKey, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcKeysSwapped, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcHash, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcLocktime, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcLocktimePast, vec!["locktime", "psbt", "witness_script"]),
        (Tamper::BtcHtlcBackDoor, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcWithoutSizeCheck, vec!["psbt", "witness_script"]),
        (Tamper::BtcHtlcOpaque, vec!["psbt"]),
        (Tamper::BtcInputsEmpty, vec!["inputs"]),
        (Tamper::BtcInputsOmits, vec!["inputs"]),
        (Tamper::BtcInputsOutOfRange, vec!["inputs"]),
        (Tamper::BtcInputs2Pow32, vec!["inputs"]),
        (Tamper::BtcInputsForeign, vec!["inputs", "psbt"]),
        (Tamper::BtcUnexpectedCoin, vec!["inputs", "psbt"]),
    ] {
        assert_eq!(changed(&stage, tamper), expected, "{tamper}");
    }
    let told = stage.told(Tamper::BtcHtlcClaimKey).payload;
    let Inside::Script(script) = &told.htlc.inside else { panic!("no script") };
    assert_eq!(told.psbt.unsigned_tx.output[LOCKED].script_pubkey, script.to_p2wsh());
}

#[test]
fn sums_stay_right_where_the_lie_is_about_something_else() {
    let stage = plain();
    let honest = stage.offer.psbt.fee().unwrap();
    for tamper in [
        Tamper::BtcExtraOutput,
        Tamper::BtcHtlcAmountTooSmall,
        Tamper::BtcAmountMore,
        Tamper::BtcChangeToAttacker,
        Tamper::BtcFeeForeignShort,
        Tamper::BtcInputsForeign,
        Tamper::BtcUnexpectedCoin,
        Tamper::BtcHtlcClaimKey,
    ] {
        assert_eq!(read(&stage, tamper).fee().unwrap(), honest, "{tamper}");
    }
    assert_eq!(read(&stage, Tamper::BtcFee).fee().unwrap(), Amount::from_sat(20_001));
    assert!(read(&stage, Tamper::BtcLargerCoin).fee().unwrap() > honest);
    assert!(read(&stage, Tamper::BtcOutputAmountOverflow).fee().is_err());
    let too_small = read(&stage, Tamper::BtcHtlcAmountTooSmall).unsigned_tx.output;
    assert_eq!(too_small[LOCKED].value, Amount::from_sat(SATS / 10));
    assert_eq!(too_small[CHANGE].script_pubkey, stage.offer.payer.script);
}

#[test]
fn the_size_check_is_all_that_is_missing() {
    let stage = plain();
    let told = stage.told(Tamper::BtcHtlcWithoutSizeCheck).payload.htlc;
    let Inside::Script(script) = told.inside else { panic!("no script") };
    let honest = witness_script(&stage.offer.keys, &stage.offer.lock);
    assert_eq!(script.len() + 4, honest.len());
    assert!(!script.to_asm_string().contains("OP_SIZE"));
    let back_door = stage.told(Tamper::BtcHtlcBackDoor).payload.htlc;
    let Inside::Script(script) = back_door.inside else { panic!("no script") };
    let attacker = stage.bitcoin.attacker.public_key().to_string();
    assert!(
        script
            .to_asm_string()
            .starts_with(&format!("OP_IF OP_PUSHBYTES_33 {attacker} OP_CHECKSIG OP_ELSE"))
    );
}

#[test]
fn what_no_honest_writer_writes_is_not_read_or_differs_by_its_bytes() {
    let stage = Stage::new(CoinForm::P2wpkh, HtlcTemplate::P2trV1);
    let honest = stage.honest().payload.serialize();
    let bytes = |tamper| stage.told(tamper).payload.serialize();
    for tamper in [
        Tamper::BtcDuplicateUnsignedTx,
        Tamper::BtcDuplicateKey,
        Tamper::BtcTruncated,
        Tamper::BtcWrongMagic,
        Tamper::BtcVersion2,
    ] {
        assert!(Psbt::deserialize(&bytes(tamper)).is_err(), "{tamper}");
    }
    assert_eq!(bytes(Tamper::BtcTrailingBytes), [honest.as_slice(), &[0; 4]].concat());
    assert_eq!(bytes(Tamper::BtcTruncated), honest[..honest.len() - 4]);
}
