//! How a source gets into a token: the PIN is given to the one that is meant, and never a second time
//! after it may have been refused.

use cryptoki::error::{Error, RvError};
use cryptoki::slot::Slot;
use secrecy::SecretString;

use super::door::{Door, Mark, Refusals};
use super::error::Failure;
use super::module::{Module, TokenFacts, WayIn};
use super::{PinRefused, Pkcs11Error, TokenSettings, TriesLeft};

/// What was found in the place of the token that is meant.
const ANOTHER: &str = "one of another serial number";

/// What a source knows of the way in.
pub(super) struct Login {
    pin: Pin,
    /// The serial number of the token that took the PIN: no other is given it.
    serial: Option<String>,
}

enum Pin {
    Usable(SecretString),
    /// There is none: the token has a keypad of its own, or asks for nothing.
    Absent,
    Refused(PinRefused),
}

/// A session that is to be let in.
pub(super) struct Visit<'a, M: Module> {
    pub(super) module: &'a M,
    pub(super) session: &'a M::Session,
    pub(super) slot: Slot,
    pub(super) settings: &'a TokenSettings,
}

impl<M: Module> Visit<'_, M> {
    /// Says what the token is at this moment: other programs give PINs too.
    fn facts(&self) -> Result<TokenFacts, Error> {
        self.module.facts(self.slot)
    }

    fn is_in(&self, facts: &TokenFacts) -> Result<bool, Error> {
        Ok(self.module.is_logged_in(self.session)? || facts.way_in == WayIn::Open)
    }
}

impl Login {
    pub(super) fn new(pin: Option<SecretString>, serial: Option<String>) -> Self {
        Self { pin: pin.map_or(Pin::Absent, Pin::Usable), serial }
    }

    pub(super) fn serial(&self) -> Option<&str> {
        self.serial.as_deref()
    }

    /// Logs in, unless the process is logged in already: that holds for all its sessions.
    pub(super) fn enter<M: Module>(&mut self, visit: &Visit<'_, M>) -> Result<(), Failure> {
        let found = visit.facts()?;
        if visit.is_in(&found)? {
            return Ok(());
        }
        let door = Door::of(&visit.settings.module, &found.serial);
        let mut refusals = door.refusals();
        // Whoever was here before us may have let the process in, or spent a try.
        let facts = visit.facts()?;
        if visit.is_in(&facts)? {
            return Ok(());
        }
        // It may have been exchanged since it was found.
        let known = [Some(&found.serial), self.serial.as_ref()].into_iter().flatten();
        if known.into_iter().any(|serial| *serial != facts.serial) {
            return Err(other(visit.settings, self.serial(), ANOTHER).into());
        }
        self.knock(visit, facts, &mut refusals)
    }

    /// Gives the PIN, unless it may have been refused before or could lock the token.
    fn knock<M: Module>(
        &mut self,
        visit: &Visit<'_, M>,
        facts: TokenFacts,
        refusals: &mut Refusals,
    ) -> Result<(), Failure> {
        let pin = self.pin(&facts)?;
        // At a keypad nobody knows which PIN it is.
        let mark = pin.map(Mark::of);
        if let Some(refused) = mark.and_then(|mark| refusals.of(mark)) {
            return Err(self.refused(refused));
        }
        may_try(facts.tries, visit.settings.use_last_try)?;
        // Noted before it is given: this thread may never come back from it.
        note(refusals, mark, Some(PinRefused::Unclear));
        match visit.module.log_in(visit.session, pin) {
            Ok(()) => self.serial = Some(facts.serial),
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) if never_reached_the_pin(&error) => {
                note(refusals, mark, None);
                return Err(error.into());
            }
            Err(error) => {
                let refused = refusal(&error, || visit.facts());
                tracing::warn!(token = visit.settings.label, %error, "the PIN is not given again");
                note(refusals, mark, Some(refused));
                return Err(self.refused(refused));
            }
        }
        note(refusals, mark, None);
        Ok(())
    }

    /// Has no more use for the PIN.
    fn refused(&mut self, refused: PinRefused) -> Failure {
        self.pin = Pin::Refused(refused);
        refused.into()
    }

    /// Returns the PIN to give, or none for a keypad.
    fn pin(&self, facts: &TokenFacts) -> Result<Option<&SecretString>, PinRefused> {
        match &self.pin {
            Pin::Usable(pin) => Ok(Some(pin)),
            Pin::Refused(refused) => Err(*refused),
            Pin::Absent if facts.way_in == WayIn::Keypad => Ok(None),
            Pin::Absent => Err(PinRefused::Missing),
        }
    }
}

/// Finds the one token that is meant.
pub(super) fn find<M: Module>(
    module: &M,
    settings: &TokenSettings,
    serial: Option<&str>,
) -> Result<Slot, Failure> {
    let slots = match module.slots() {
        Err(Error::Pkcs11(RvError::CryptokiNotInitialized, _)) => {
            module.start()?;
            module.slots()
        }
        slots => slots,
    }?;
    let labelled = slots.into_iter().filter_map(|slot| {
        let facts = module.facts(slot).ok()?;
        (facts.is_initialized && facts.label == settings.label).then_some((slot, facts.serial))
    });
    let labelled: Vec<_> = labelled.collect();
    let mut meant = labelled.iter().filter(|(_, found)| serial.is_none_or(|meant| found == meant));
    let found = match (meant.next(), meant.next()) {
        (Some((slot, _)), None) => return Ok(*slot),
        (Some(_), Some(_)) => "several",
        (None, _) if labelled.is_empty() => "none",
        (None, _) => ANOTHER,
    };
    Err(other(settings, serial, found).into())
}

fn other(settings: &TokenSettings, serial: Option<&str>, found: &str) -> Pkcs11Error {
    let label = &settings.label;
    let expected = serial
        .map_or_else(|| format!("{label:?}"), |serial| format!("{label:?} (serial {serial})"));
    Pkcs11Error::Token { expected, found: found.to_owned() }
}

/// Remembers of a PIN why the token did not take it, if it did not.
fn note(refusals: &mut Refusals, pin: Option<Mark>, refused: Option<PinRefused>) {
    match (pin, refused) {
        (Some(pin), Some(refused)) => refusals.note(pin, refused),
        (Some(pin), None) => refusals.forget(pin),
        (None, _) => {}
    }
}

/// Says whether a PIN may be given.
fn may_try(tries: TriesLeft, use_last_try: bool) -> Result<(), PinRefused> {
    match tries {
        TriesLeft::None => Err(PinRefused::Locked),
        TriesLeft::One if !use_last_try => Err(PinRefused::LastTry),
        _ => Ok(()),
    }
}

/// Says whether a failure to log in is one of the session or the slot, so that no try was spent.
/// Whatever else a token answers may have cost one: some call a wrong PIN a general error.
const fn never_reached_the_pin(error: &Error) -> bool {
    let Error::Pkcs11(code, _) = error else { return true };
    matches!(
        code,
        RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::SlotIdInvalid
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::CryptokiNotInitialized
            | RvError::UserAnotherAlreadyLoggedIn
            | RvError::UserTooManyTypes
    )
}

/// Says why a token did not let us in.
fn refusal(error: &Error, facts: impl Fn() -> Result<TokenFacts, Error>) -> PinRefused {
    let Error::Pkcs11(code, _) = error else { return PinRefused::Unclear };
    match code {
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => {
            PinRefused::Wrong(facts().map_or(TriesLeft::Unknown, |facts| facts.tries))
        }
        RvError::PinLocked => PinRefused::Locked,
        RvError::PinExpired => PinRefused::Expired,
        RvError::UserPinNotInitialized => PinRefused::NotSet,
        _ => PinRefused::Unclear,
    }
}
