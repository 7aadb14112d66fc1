//! What a token is given a PIN for, and how often.

use std::thread;

use cryptoki::error::RvError;

use super::fake::{Fake, PIN, SERIAL, Step, sign};
use crate::pkcs11::module::WayIn;
use crate::pkcs11::token::Token;
use crate::pkcs11::{PinRefused, Pkcs11Error, TokenSettings, TriesLeft};

const WRONG: &str = "1-wrong-guess";

fn given(fake: &Fake) -> usize {
    fake.state().given.len()
}

#[test]
fn a_token_that_a_wrong_pin_would_lock_is_given_none() {
    for (tries, refused) in [(0, PinRefused::Locked), (1, PinRefused::LastTry)] {
        let fake = Fake::new();
        fake.state().tries = tries;
        let token = fake.token(Some(PIN));
        for _ in 0..3 {
            assert_eq!(sign(&token, &fake), Err(refused.into()));
        }
        assert_eq!(given(&fake), 0, "{refused}");
        assert_eq!(fake.state().open.len(), 0);
        // Its officer sets it right: the PIN is as good as it was.
        fake.state().tries = 3;
        sign(&token, &fake).unwrap();
    }
}

#[test]
fn the_last_try_is_used_where_that_is_allowed() {
    let fake = Fake::new();
    fake.state().tries = 1;
    let settings = TokenSettings { use_last_try: true, ..fake.settings() };
    let token = Token::of(fake.clone(), settings, Some(WRONG.into()));
    let refused = PinRefused::Wrong(TriesLeft::None);
    assert_eq!(sign(&token, &fake), Err(refused.into()));
    assert!(refused.to_string().ends_with("Tries left: none"));
    assert_eq!(given(&fake), 1);
    // It is locked by now, and no setting has it tried.
    let settings = TokenSettings { use_last_try: true, ..fake.settings() };
    let token = Token::of(fake.clone(), settings, Some(PIN.into()));
    assert_eq!(sign(&token, &fake), Err(PinRefused::Locked.into()));
    assert_eq!(given(&fake), 1);
}

#[test]
fn a_wrong_pin_is_given_once_by_however_many_callers() {
    let fake = Fake::new();
    let token = fake.token(Some(WRONG));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let refused = PinRefused::Wrong(TriesLeft::Few);
                    assert_eq!(sign(&token, &fake), Err(refused.into()));
                }
            });
        }
    });
    assert_eq!(given(&fake), 1);
    assert_eq!(fake.state().tries, 2);
}

#[test]
fn a_pin_is_not_given_again_to_a_token_that_broke_off() {
    for code in [
        RvError::GeneralError,
        RvError::FunctionFailed,
        RvError::DeviceError,
        RvError::DeviceRemoved,
        RvError::DeviceMemory,
        RvError::HostMemory,
        RvError::FunctionCanceled,
        RvError::ArgumentsBad,
    ] {
        let fake = Fake::new();
        fake.fail(Step::LogIn, code);
        let token = fake.token(Some(PIN));
        for _ in 0..3 {
            assert_eq!(sign(&token, &fake), Err(PinRefused::Unclear.into()), "{code:?}");
        }
        assert_eq!(given(&fake), 1, "{code:?}");
    }
}

#[test]
fn a_login_that_did_not_come_as_far_as_the_pin_is_made_again() {
    for code in [RvError::TokenNotPresent, RvError::SessionHandleInvalid, RvError::SessionClosed] {
        let fake = Fake::new();
        fake.fail(Step::LogIn, code);
        sign(&fake.token(Some(PIN)), &fake).unwrap();
        assert_eq!(given(&fake), 2, "{code:?}");
    }
}

#[test]
fn says_why_a_pin_was_refused() {
    for (code, refused) in [
        (RvError::PinExpired, PinRefused::Expired),
        (RvError::PinLocked, PinRefused::Locked),
        (RvError::UserPinNotInitialized, PinRefused::NotSet),
        (RvError::PinLenRange, PinRefused::Wrong(TriesLeft::Unknown)),
        (RvError::PinInvalid, PinRefused::Wrong(TriesLeft::Unknown)),
    ] {
        let fake = Fake::new();
        fake.fail(Step::LogIn, code);
        let token = fake.token(Some(PIN));
        for _ in 0..2 {
            assert_eq!(sign(&token, &fake), Err(refused.into()));
        }
        assert_eq!(given(&fake), 1, "{refused}");
    }
}

#[test]
fn a_keypad_takes_the_place_of_a_pin() {
    let fake = Fake::new();
    fake.state().way_in = WayIn::Keypad;
    sign(&fake.token(None), &fake).unwrap();
    assert_eq!(fake.state().given, [None]);
    let fake = Fake::new();
    assert_eq!(sign(&fake.token(None), &fake), Err(PinRefused::Missing.into()));
    fake.state().way_in = WayIn::Open;
    sign(&fake.token(Some(PIN)), &fake).unwrap();
    assert_eq!(given(&fake), 0);
}

#[test]
fn another_token_is_not_given_the_pin_whenever_it_is_put_in() {
    let fake = Fake::new();
    let token = fake.token(Some(PIN));
    sign(&token, &fake).unwrap();
    let found = |outcome: Result<(), Pkcs11Error>| match outcome {
        Err(Pkcs11Error::Token { expected, found }) => {
            assert_eq!(expected, format!("\"treasury\" (serial {SERIAL})"));
            found
        }
        other => panic!("{other:?}"),
    };
    fake.plug(None);
    assert_eq!(found(sign(&token, &fake)), "none");
    fake.plug(Some("0bad"));
    assert_eq!(found(sign(&token, &fake)), "one of another serial number");
    // Between its being found and its being let in.
    fake.plug(Some(SERIAL));
    fake.state().exchange = Some("0bad");
    assert_eq!(found(sign(&token, &fake)), "one of another serial number");
    assert_eq!(given(&fake), 1);
    fake.plug(Some(SERIAL));
    sign(&token, &fake).unwrap();
    assert_eq!(given(&fake), 2);
}
