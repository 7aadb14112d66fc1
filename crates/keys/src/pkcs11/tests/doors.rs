//! What one source learns of a PIN, all of the process know.

use std::thread;
use std::time::Duration;

use cryptoki::error::RvError;

use super::fake::{Fake, PIN, SERIAL, Step, sign};
use crate::pkcs11::token::Token;
use crate::pkcs11::{PinRefused, Pkcs11Error, TokenSettings, TriesLeft};

const WRONG: &str = "1-wrong-guess";
const OTHER: &str = "2-wrong-guess";

fn given(fake: &Fake) -> usize {
    fake.state().given.len()
}

fn wrong(left: TriesLeft) -> Result<(), Pkcs11Error> {
    Err(PinRefused::Wrong(left).into())
}

#[test]
fn a_pin_that_was_refused_is_given_by_no_other_source() {
    let fake = Fake::new();
    // A source for each attempt, as where a program opens the token again and again.
    for _ in 0..5 {
        assert_eq!(sign(&fake.token(Some(WRONG)), &fake), wrong(TriesLeft::Few));
    }
    assert_eq!(given(&fake), 1);
    // Another PIN is another matter.
    sign(&fake.token(Some(PIN)), &fake).unwrap();
    assert_eq!(given(&fake), 2);
    // That the token was set right meanwhile is not known here.
    assert_eq!(sign(&fake.token(Some(WRONG)), &fake), wrong(TriesLeft::Few));
    assert_eq!(given(&fake), 2);
}

#[test]
fn each_wrong_pin_is_given_once() {
    let fake = Fake::new();
    for pin in [WRONG, OTHER, WRONG, OTHER] {
        sign(&fake.token(Some(pin)), &fake).unwrap_err();
    }
    assert_eq!(fake.state().given, [WRONG, OTHER].map(|pin| Some(pin.to_owned())));
    // That leaves one try.
    let refused = sign(&fake.token(Some(PIN)), &fake);
    assert_eq!(refused, Err(PinRefused::LastTry.into()));
}

#[test]
fn a_pin_that_broke_off_is_given_by_no_other_source() {
    let fake = Fake::new();
    fake.fail(Step::LogIn, RvError::DeviceError);
    for _ in 0..3 {
        assert_eq!(sign(&fake.token(Some(PIN)), &fake), Err(PinRefused::Unclear.into()));
    }
    assert_eq!(given(&fake), 1);
}

#[test]
fn a_pin_that_never_arrived_is_given_by_another_source() {
    let fake = Fake::new();
    for _ in 0..2 {
        fake.fail(Step::LogIn, RvError::TokenNotPresent);
    }
    sign(&fake.token(Some(PIN)), &fake).unwrap_err();
    assert_eq!(given(&fake), 2);
    sign(&fake.token(Some(PIN)), &fake).unwrap();
}

#[test]
fn a_pin_that_was_accepted_is_given_for_each_login() {
    let fake = Fake::new();
    for count in 1..=3 {
        // The token logs out with the last session.
        sign(&fake.token(Some(PIN)), &fake).unwrap();
        assert_eq!(given(&fake), count);
    }
    let token = fake.token(Some(PIN));
    for count in 4..=6 {
        sign(&token, &fake).unwrap();
        assert_eq!(given(&fake), count);
        fake.plug(None);
        fake.plug(Some(SERIAL));
    }
    assert!(fake.state().given.iter().all(|pin| pin.as_deref() == Some(PIN)));
}

#[test]
fn another_token_has_a_door_of_its_own() {
    let fake = Fake::new();
    assert_eq!(sign(&fake.token(Some(WRONG)), &fake), wrong(TriesLeft::Few));
    fake.plug(Some("0bad"));
    fake.state().tries = 3;
    assert_eq!(sign(&fake.token(Some(WRONG)), &fake), wrong(TriesLeft::Few));
    assert_eq!(given(&fake), 2);
    // So has one of the same number behind another library.
    let elsewhere = Fake::new();
    assert_eq!(sign(&elsewhere.token(Some(WRONG)), &elsewhere), wrong(TriesLeft::Few));
    assert_eq!(given(&elsewhere), 1);
}

#[test]
fn a_library_by_another_name_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("token.so");
    std::fs::write(&module, "").unwrap();
    let link = folder.path().join("link.so");
    std::os::unix::fs::symlink(&module, &link).unwrap();
    let fake = Fake::new();
    for module in [module, link] {
        let settings = TokenSettings { module, ..fake.settings() };
        let token = Token::of(fake.clone(), settings, Some(WRONG.into()));
        assert_eq!(sign(&token, &fake), wrong(TriesLeft::Few));
    }
    assert_eq!(given(&fake), 1);
}

#[test]
fn sources_come_to_the_token_one_after_the_other() {
    let fake = Fake::new();
    fake.state().pause = Some((Step::LogIn, Duration::from_millis(50)));
    let sources: Vec<_> = (0..6).map(|place| fake.token(Some([WRONG, OTHER][place % 2]))).collect();
    thread::scope(|scope| {
        for token in &sources {
            scope.spawn(|| sign(token, &fake).unwrap_err());
        }
    });
    assert_eq!((given(&fake), fake.state().most_at_once), (2, 1));
    assert_eq!(fake.state().tries, 1);
    // With the right one, whoever waited is let in by whoever was first.
    let fake = Fake::new();
    fake.state().pause = Some((Step::LogIn, Duration::from_millis(50)));
    let sources: Vec<_> = (0..6).map(|_| fake.token(Some(PIN))).collect();
    thread::scope(|scope| {
        for token in &sources {
            scope.spawn(|| sign(token, &fake).unwrap());
        }
    });
    assert_eq!(given(&fake), 1);
}

#[test]
fn a_keypad_is_asked_once_by_each_source() {
    let fake = Fake::new();
    fake.state().way_in = crate::pkcs11::module::WayIn::Keypad;
    for count in 1..=2 {
        fake.fail(Step::LogIn, RvError::PinIncorrect);
        let token = fake.token(None);
        for _ in 0..2 {
            assert_eq!(sign(&token, &fake), wrong(TriesLeft::Unknown));
        }
        assert_eq!(given(&fake), count);
    }
    sign(&fake.token(None), &fake).unwrap();
}
