use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::UserType;
use secrecy::SecretString;

use super::signing::{made, open, reference};
use super::softhsm::{LABEL, PIN, SoftHsm, alone, pin};
use crate::pkcs11::{PinRefused, Pkcs11Error, Pkcs11Source, TokenKey, TokenSettings, TriesLeft};
use crate::source::{Brief, Prehash, Source as _};
use crate::{Curve, KeyRef, SourceError};

const WRONG: &str = "1-wrong-guess";

/// Opens the token with a PIN that is wrong.
async fn refused(settings: TokenSettings, pin: Option<SecretString>) -> Pkcs11Error {
    Pkcs11Source::open("hsm", settings, pin).await.unwrap_err()
}

async fn sign(source: &Pkcs11Source, key: &KeyRef) -> Result<(), SourceError> {
    source.sign_ecdsa(key, Prehash::new(&[7; 32]), &Brief::none()).await.map(drop)
}

#[test]
fn a_wrong_pin_is_refused_with_the_tries_that_are_left() {
    alone("failures::a_wrong_pin_is_refused_with_the_tries_that_are_left", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let error = refused(hsm.settings(), Some(WRONG.into())).await;
        assert_eq!(error, PinRefused::Wrong(TriesLeft::Few).into());
        assert!(!format!("{error} {error:?}").contains(WRONG));
        let none = refused(hsm.settings(), None).await;
        assert_eq!(none, PinRefused::Missing.into());
    });
}

#[test]
fn a_pin_that_was_refused_is_not_tried_again() {
    alone("failures::a_pin_that_was_refused_is_not_tried_again", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        let key = made(&source, "evm", Curve::Secp256k1).await;
        change_pin(&hsm, PIN, WRONG);
        // The next session has to log in again, and the PIN is another one now.
        hsm.stop_module();
        let first = sign(&source, &key).await.unwrap_err();
        assert!(matches!(&first, SourceError::Declined { reason, .. } if reason.contains("PIN")));
        // Whoever tried it once more would succeed.
        change_pin(&hsm, WRONG, PIN);
        assert_eq!(sign(&source, &key).await.unwrap_err(), first);
        // Another program's right PIN clears the flag; ours was not given in between.
        log_in_elsewhere(&hsm);
        assert!(!low(&hsm));
        assert_eq!(sign(&source, &key).await.unwrap_err(), first);
        assert!(!low(&hsm));
    });
}

#[test]
fn a_pin_that_was_refused_is_given_by_no_other_source() {
    alone("failures::a_pin_that_was_refused_is_given_by_no_other_source", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let wrong: Pkcs11Error = PinRefused::Wrong(TriesLeft::Few).into();
        assert_eq!(refused(hsm.settings(), Some(WRONG.into())).await, wrong);
        log_in_elsewhere(&hsm);
        for _ in 0..3 {
            assert_eq!(refused(hsm.settings(), Some(WRONG.into())).await, wrong);
            assert!(!low(&hsm), "the token was given it");
        }
        assert_eq!(refused(hsm.settings(), Some("2-wrong-guess".into())).await, wrong);
        assert!(low(&hsm));
        // The right one is taken, and given again where its login was lost.
        for _ in 0..2 {
            let source = open(&hsm).await;
            assert!(source.find(TokenKey::Label("none".to_owned()), Curve::Ed25519).await.is_err());
            hsm.stop_module();
            assert!(source.find(TokenKey::Label("none".to_owned()), Curve::Ed25519).await.is_err());
            assert!(!low(&hsm));
            hsm.stop_module();
        }
    });
}

/// Gives the token its PIN, as another program does, and leaves.
fn log_in_elsewhere(hsm: &SoftHsm) {
    let module = hsm.module();
    let slots = module.get_slots_with_initialized_token().unwrap();
    let session = module.open_ro_session(slots[0]).unwrap();
    session.login(UserType::User, Some(&PIN.into())).unwrap();
    session.logout().unwrap();
}

fn low(hsm: &SoftHsm) -> bool {
    let module = hsm.module();
    let slots = module.get_slots_with_initialized_token().unwrap();
    module.get_token_info(slots[0]).unwrap().user_pin_count_low()
}

fn change_pin(hsm: &SoftHsm, old: &str, new: &str) {
    let module = hsm.module();
    let slots = module.get_slots_with_initialized_token().unwrap();
    let session = module.open_rw_session(slots[0]).unwrap();
    // It may be logged in already, as the process is.
    let _ = session.login(UserType::User, Some(&old.into()));
    session.set_pin(&old.into(), &new.into()).unwrap();
}

#[test]
fn sessions_are_opened_again_after_they_were_lost() {
    alone("failures::sessions_are_opened_again_after_they_were_lost", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        let key = made(&source, "evm", Curve::Secp256k1).await;
        for _ in 0..3 {
            sign(&source, &key).await.unwrap();
            hsm.stop_module();
        }
        sign(&source, &key).await.unwrap();
    });
}

#[test]
fn a_token_may_be_taken_out_and_put_back() {
    alone("failures::a_token_may_be_taken_out_and_put_back", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        let key = made(&source, "evm", Curve::Secp256k1).await;
        hsm.stop_module();
        std::fs::rename(&hsm.tokens, hsm.away()).unwrap();
        std::fs::create_dir(&hsm.tokens).unwrap();
        let error = sign(&source, &key).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, SourceError::Unavailable { .. }), "{text}");
        assert!(text.contains("found none"), "{text}");
        hsm.stop_module();
        std::fs::remove_dir(&hsm.tokens).unwrap();
        std::fs::rename(hsm.away(), &hsm.tokens).unwrap();
        sign(&source, &key).await.unwrap();
    });
}

#[test]
fn another_token_of_the_same_label_is_not_given_the_pin() {
    alone("failures::another_token_of_the_same_label_is_not_given_the_pin", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        let key = made(&source, "evm", Curve::Secp256k1).await;
        hsm.stop_module();
        std::fs::rename(&hsm.tokens, hsm.away()).unwrap();
        std::fs::create_dir(&hsm.tokens).unwrap();
        let hsm = hsm.with_token(LABEL);
        let text = sign(&source, &key).await.unwrap_err().to_string();
        assert!(text.contains("found one of another serial number"), "{text}");
        let hsm = hsm.with_token(LABEL);
        let several = refused(hsm.settings(), Some(pin())).await;
        assert!(several.to_string().ends_with("found several"), "{several}");
    });
}

#[test]
fn a_key_that_can_leave_the_token_is_refused() {
    alone("failures::a_key_that_can_leave_the_token_is_refused", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        extractable(&hsm);
        let error = source.find(TokenKey::Label("loose".to_owned()), Curve::Secp256k1).await;
        let text = error.unwrap_err().to_string();
        assert!(
            text.ends_with(
                "a key loose that can't leave it on the token \"countersign test\", \
                                found one that can be taken out"
            ),
            "{text}"
        );
        let settings = TokenSettings { allow_extractable: true, ..hsm.settings() };
        let source = Pkcs11Source::open("hsm", settings, Some(pin())).await.unwrap();
        let public = source.find(TokenKey::Label("loose".to_owned()), Curve::Secp256k1).await;
        sign(&source, &reference("loose", public.unwrap())).await.unwrap();
    });
}

/// Makes a key that can be taken out.
pub(super) fn extractable(hsm: &SoftHsm) {
    let module = hsm.module();
    let slots = module.get_slots_with_initialized_token().unwrap();
    let session = module.open_rw_session(slots[0]).unwrap();
    let _ = session.login(UserType::User, Some(&PIN.into()));
    let name = || Attribute::Label(b"loose".to_vec());
    let parameters = Attribute::EcParams(crate::pkcs11::point::SECP256K1.to_vec());
    let public = [Attribute::Token(true), parameters, name()];
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
        Attribute::Sign(true),
        name(),
    ];
    session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
}

#[test]
fn names_what_is_not_there() {
    alone("failures::names_what_is_not_there", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let absent = TokenSettings { label: "other".to_owned(), ..hsm.settings() };
        let error = refused(absent, Some(pin())).await;
        assert_eq!(error.to_string(), "expected one token \"other\", found none");
        let no_module = TokenSettings::new("/nowhere/pkcs11.so", LABEL);
        assert!(matches!(refused(no_module, Some(pin())).await, Pkcs11Error::Module { .. }));
        let source = open(&hsm).await;
        let error = source.public_key("nobody", Curve::Ed25519).await.unwrap_err();
        assert!(matches!(error, SourceError::NoKey { .. }), "{error}");
        let key = made(&source, "evm", Curve::Secp256k1).await;
        let twice = source.generate("evm", vec![9], Curve::Ed25519).await.unwrap_err();
        assert!(twice.to_string().starts_with("expected no object evm yet"), "{twice}");
        // A key of another curve, and a key that is not the one of the configuration.
        assert!(source.public_key("evm", Curve::Ed25519).await.is_err());
        let other = made(&source, "other", Curve::Secp256k1).await;
        let mixed = reference("evm", *other.public_key());
        assert!(matches!(sign(&source, &mixed).await, Err(SourceError::BadAnswer { .. })));
        sign(&source, &key).await.unwrap();
    });
}
