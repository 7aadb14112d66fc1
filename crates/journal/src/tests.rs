//! Entries of all kinds, their bytes and their order.

mod strategies;

use countersign_approval::{Code, Environment, Refusal, SwapId, Violation};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use proptest::prelude::*;

use crate::chain::Follower;
use crate::{
    ApprovalBytes, Asset, ChainError, ConfigRecord, Death, Digest, Entry, Head, Label, Note,
    Outcome, Payload, Request, State, TextError, Verdict, What, derive,
};
use strategies::whats;

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(crate) fn opening_entries(key: &str) -> Vec<Entry> {
    let asset = Asset {
        token: label("USDC"),
        symbol: label("USDC"),
        network: label("ethereum"),
        decimals: 6,
        amount: Lots::from(100),
    };
    let digest = Digest::of(b"x");
    let request = Request {
        key: label(key),
        digest,
        environment: Environment::Sandbox,
        config: ConfigRecord { policy: digest, registry: digest },
        source: asset.clone(),
        destination: asset,
        slippage: Bps::default(),
        owner: label("owner"),
        recipient: label("recipient"),
        refund_address: label("owner"),
        coins: None,
        api: None,
    };
    vec![Entry::new(UnixMillis::new(0), What::Requested(Box::new(request)))]
}

proptest! {
    #[test]
    fn an_entry_has_one_form(at: u64, what in whats()) {
        let entry = Entry::new(UnixMillis::new(at), what);
        let bytes = entry.to_bytes();
        prop_assert_eq!(Entry::from_bytes(&bytes), Ok(entry.clone()));
        // The kind's name is the name it has in the bytes.
        let name = format!("\"what\":{{\"{}\"", entry.what.name());
        let bare = format!("\"what\":\"{}\"", entry.what.name());
        let text = String::from_utf8(bytes.clone()).unwrap();
        prop_assert!(text.contains(&name) || text.contains(&bare), "{}", text);
        // Any other form is refused, and so is any change of the bytes under the same hash.
        for other in [format!(" {text}"), format!("{text}\n"), text.replacen("\"at\":", "\"at\": ", 1)] {
            prop_assert!(Entry::from_bytes(other.as_bytes()).is_err());
        }
        let swap_id = SwapId::generate();
        let head = Head::START.after(swap_id, &bytes);
        let mut changed = bytes;
        changed[0] ^= 1;
        prop_assert_ne!(Head::START.after(swap_id, &changed), head);
        prop_assert_ne!(Head::START.after(SwapId::generate(), text.as_bytes()), head);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, whats in prop::collection::vec(whats(), 0..12)) {
        let _ = Entry::from_bytes(&bytes);
        let _ = Follower::new(SwapId::generate()).take(0, Digest::of(&bytes), &bytes);
        let entries: Vec<_> = whats.into_iter().map(|what| Entry::new(UnixMillis::new(0), what)).collect();
        // Whatever the order: it is refused, or begins with a request and signs at most once.
        if let Ok(Some(_)) = derive(&entries) {
            prop_assert!(matches!(entries[0].what, What::Requested(_)));
            let signed = entries.iter().filter(|entry| matches!(entry.what, What::Signed { .. }));
            prop_assert!(signed.count() <= 1);
        }
    }
}

#[test]
fn states_have_names_of_their_own() {
    for state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    assert!("paused".parse::<State>().is_err());
}

#[test]
fn nothing_is_signed_but_what_was_reserved_and_nothing_twice() {
    let signed = What::Signed {
        digest: Digest::NONE,
        valid_until: UnixSeconds::new(0),
        intent_id: label("intent"),
        approval: ApprovalBytes::Permit2 { signature: label("0x00") },
    };
    let submitted = What::Submitted { attempt: 1 };
    for state in State::ALL {
        let after = |what: &What| State::after(Some(state), what);
        assert_eq!(after(&signed).is_ok(), state == State::Reserved, "{state}");
        let let_out = matches!(state, State::Signed | State::Submitted | State::Settling);
        assert_eq!(after(&submitted).is_ok(), let_out, "{state}");
        for (outcome, possible) in [
            (Outcome::Finished, matches!(state, State::Submitted | State::Settling)),
            (Outcome::Refunded, let_out),
            (Outcome::Refused, !let_out && !state.is_ended()),
            (Outcome::Disputed, !state.is_ended()),
        ] {
            let ended = What::Ended { outcome, reason: Note::new("") };
            assert_eq!(after(&ended).is_ok(), possible, "{state} {outcome:?}");
        }
        assert!(State::after(None, &submitted).is_err());
    }
}

#[test]
fn a_refund_recipe_is_kept_before_anything_is_signed() {
    let kept = What::RefundKept { recipe: Payload::new("{}").unwrap() };
    for state in State::ALL {
        let possible = state >= State::Created && state <= State::Reserved;
        let found = State::after(Some(state), &kept).ok();
        assert_eq!(found, Some(state).filter(|_| possible), "{state}");
    }
}

#[test]
fn late_words_do_not_move_what_ended() {
    let status = What::Status { status: label("finished"), deposit_tx: None, payout_tx: None };
    let (spent, ended) =
        (Death::BlockhashExpired { height: Some(1) }, State::Ended(Outcome::Expired));
    for what in [status, What::Dead(spent), What::Released] {
        assert_eq!(State::after(Some(ended), &what), Ok(ended), "{}", what.name());
    }
}

proptest! {
    #[test]
    fn nothing_else_follows_the_end(what in whats()) {
        let late = match &what {
            What::Status { .. } | What::Released => true,
            What::Dead(death) => *death != Death::NeverLetOut,
            _ => false,
        };
        for state in State::ALL.into_iter().filter(|state| state.is_ended()) {
            prop_assert_eq!(State::after(Some(state), &what).ok(), late.then_some(state));
        }
    }
}

#[test]
fn what_is_reserved_can_die() {
    let spent = Death::NonceSpent { nonce: label("nonce"), height: Some(7) };
    for state in State::ALL {
        let after = |death: &Death| State::after(Some(state), &What::Dead(death.clone()));
        for death in [Death::Deadline, Death::BlockhashExpired { height: None }, spent.clone()] {
            let found = after(&death).ok();
            assert_eq!(found, Some(state).filter(|state| *state >= State::Reserved), "{state}");
        }
        let found = after(&Death::NeverLetOut).ok();
        let kept = |state: &State| matches!(state, State::Reserved | State::Signed);
        assert_eq!(found, Some(state).filter(kept), "{state}");
    }
    // Its form stays what it is.
    let bytes = Entry::new(UnixMillis::new(0), What::Dead(spent)).to_bytes();
    let text = br#"{"at":0,"what":{"dead":{"nonce_spent":{"nonce":"nonce","height":7}}}}"#;
    assert_eq!(bytes, text);
}

#[test]
fn a_text_keeps_to_its_bounds() {
    let expected = "1 to 256 printable ASCII characters without spaces";
    for text in ["", "a b", "ä", "a\n", &"x".repeat(257)] {
        assert_eq!(Label::new(text), Err(TextError { expected, found: text.len() }));
        assert!(serde_json::from_value::<Label>(text.into()).is_err());
    }
    assert!(Payload::new("x".repeat(1_048_577)).is_err());
    assert!(serde_json::from_value::<Note>("a\u{7}".into()).is_err());
    assert_eq!(Note::new("a\u{202e}\n").as_str(), "a\\u{202e}\\n");
    assert_eq!(Note::whole("a\n".repeat(5_000)).as_str().len(), 512 * 3);
    let violation = Violation::new(Code::Amount, "amount", 1, 2);
    let Verdict::Refused { findings } = Verdict::from(&Refusal::one(violation)) else { panic!() };
    assert_eq!(findings[0].code.as_str(), "amount");
}

#[test]
fn what_is_shown_of_an_approval_is_no_signature() {
    let secret = "0xfeedfacecafebeef";
    for approval in [
        ApprovalBytes::Permit2 { signature: label(secret) },
        ApprovalBytes::Htlc { psbt: Payload::new(secret).unwrap() },
    ] {
        let (digest, valid_until) = (Digest::NONE, UnixSeconds::new(0));
        let intent_id = label("intent");
        let what = What::Signed { digest, valid_until, intent_id, approval };
        assert!(!format!("{:?}", Entry::new(UnixMillis::new(0), what)).contains(secret));
    }
}

#[test]
fn a_chain_is_followed_to_its_first_break() {
    let swap_id = SwapId::generate();
    let entries = opening_entries("order-1");
    let bytes = entries[0].to_bytes();
    let head = Head::START.after(swap_id, &bytes);
    let follow = |number, hash, bytes: &[u8]| Follower::new(swap_id).take(number, hash, bytes);
    assert_eq!(follow(0, head.hash, &bytes).unwrap().entry, entries[0]);
    let wrong = follow(1, head.hash, &bytes);
    assert!(matches!(wrong, Err(ChainError::Sequence { expected: 0, found: 1, .. })), "{wrong:?}");
    let wrong = follow(0, Digest::NONE, &bytes);
    assert!(matches!(wrong, Err(ChainError::Hash { .. })), "{wrong:?}");
    let other = b"{}";
    let wrong = follow(0, Head::START.after(swap_id, other).hash, other);
    assert!(matches!(wrong, Err(ChainError::NotAnEntry { .. })), "{wrong:?}");
    let late = Entry::new(UnixMillis::new(0), What::Creating).to_bytes();
    let wrong = follow(0, Head::START.after(swap_id, &late).hash, &late);
    assert!(matches!(wrong, Err(ChainError::Order { .. })), "{wrong:?}");
    // The form of the bytes and of the hash stays what it is: exports are kept for years.
    assert_eq!(late, br#"{"at":0,"what":"creating"}"#);
    let fixed: SwapId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let hash = Head::START.after(fixed, &late).hash.to_string();
    assert_eq!(hash, "bff85edd93b283283a8713c2156e4ae027835487039ea05199506de928dd8117");
}
