//! A token behind calls that block: its sessions, and the PIN.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectHandle;
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use secrecy::SecretString;

use super::error::Failure;
use super::{PinRefused, Pkcs11Error, TokenKey, TokenSettings, TriesLeft};
use crate::Curve;

/// A token. Its calls block, and may be made from many threads at once.
pub(super) struct Token {
    settings: TokenSettings,
    module: Pkcs11,
    login: Mutex<Login>,
    shared: Mutex<Shared>,
}

/// What is known of the way in.
struct Login {
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

/// What sessions leave to the next.
#[derive(Default)]
struct Shared {
    /// Rises whenever the sessions are lost.
    generation: u64,
    idle: Vec<Session>,
    /// Where private keys are: true of one generation.
    keys: HashMap<(TokenKey, Curve), ObjectHandle>,
}

impl Token {
    /// Loads the library. The token need not be there yet.
    pub(super) fn load(
        settings: TokenSettings,
        pin: Option<SecretString>,
    ) -> Result<Self, Pkcs11Error> {
        let failed = |reason: String| Pkcs11Error::Module { path: settings.module.clone(), reason };
        let module = Pkcs11::new(&settings.module).map_err(|error| failed(error.to_string()))?;
        initialize(&module)
            .map_err(|error| failed(Pkcs11Error::from(Failure::from(error)).to_string()))?;
        let serial = settings.serial.clone();
        let pin = pin.map_or(Pin::Absent, Pin::Usable);
        let login = Mutex::new(Login { pin, serial });
        Ok(Self { settings, module, login, shared: Mutex::default() })
    }

    pub(super) const fn settings(&self) -> &TokenSettings {
        &self.settings
    }

    /// Works in a session that is logged in; once more in a new one, if that was lost.
    pub(super) fn in_session<T>(
        &self,
        work: impl Fn(&Session) -> Result<T, Failure>,
    ) -> Result<T, Pkcs11Error> {
        match self.attempt(&work) {
            Err(failure) if failure.is_lost() => {
                tracing::debug!(token = self.settings.label, "opening a new session");
                Ok(self.attempt(&work)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Works in a session that can write, for making keys; it is closed afterwards.
    pub(super) fn in_writing_session<T>(
        &self,
        work: impl Fn(&Session) -> Result<T, Failure>,
    ) -> Result<T, Pkcs11Error> {
        let outcome = self.slot().and_then(|(slot, info)| {
            let session = self.module.open_rw_session_no_drop(slot)?;
            let outcome = self.log_in(&session, slot, &info).and_then(|()| work(&session));
            close(session);
            outcome
        });
        Ok(outcome?)
    }

    /// Remembers where a key is, or looks it up.
    pub(super) fn handle(
        &self,
        key: &TokenKey,
        curve: Curve,
        find: impl FnOnce() -> Result<ObjectHandle, Failure>,
    ) -> Result<ObjectHandle, Failure> {
        let (generation, known) = {
            let shared = self.shared();
            (shared.generation, shared.keys.get(&(key.clone(), curve)).copied())
        };
        if let Some(handle) = known {
            return Ok(handle);
        }
        let handle = find()?;
        let mut shared = self.shared();
        if shared.generation == generation {
            shared.keys.insert((key.clone(), curve), handle);
        }
        Ok(handle)
    }

    fn attempt<T>(&self, work: impl Fn(&Session) -> Result<T, Failure>) -> Result<T, Failure> {
        let (generation, idle) = {
            let mut shared = self.shared();
            (shared.generation, shared.idle.pop())
        };
        let outcome = match idle.map_or_else(|| self.open(), Ok) {
            Ok(session) => work(&session).map(|done| (done, session)),
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok((done, session)) => {
                self.give_back(session, generation);
                Ok(done)
            }
            Err(failure) => {
                if failure.is_lost() {
                    self.forget(generation);
                }
                Err(failure)
            }
        }
    }

    fn give_back(&self, session: Session, generation: u64) {
        let mut shared = self.shared();
        // Of an older generation, its handle may be another session's by now: it is not closed.
        if shared.generation == generation {
            shared.idle.push(session);
        }
    }

    /// Takes all that is known by sessions of a generation for lost.
    fn forget(&self, generation: u64) {
        let mut shared = self.shared();
        if shared.generation == generation {
            *shared = Shared { generation: generation.wrapping_add(1), ..Shared::default() };
        }
    }

    fn open(&self) -> Result<Session, Failure> {
        let (slot, info) = self.slot()?;
        let session = self.module.open_ro_session_no_drop(slot)?;
        match self.log_in(&session, slot, &info) {
            Ok(()) => Ok(session),
            Err(failure) => {
                close(session);
                Err(failure)
            }
        }
    }

    /// Finds the one token that is meant.
    fn slot(&self) -> Result<(Slot, TokenInfo), Failure> {
        let slots = match self.module.get_slots_with_token() {
            Err(Error::Pkcs11(RvError::CryptokiNotInitialized, _)) => {
                initialize(&self.module)?;
                self.module.get_slots_with_token()
            }
            slots => slots,
        }?;
        let described = slots.into_iter().filter_map(|slot| {
            let info = self.module.get_token_info(slot).ok()?;
            (info.token_initialized() && info.label() == self.settings.label)
                .then_some((slot, info))
        });
        let described: Vec<_> = described.collect();
        let serial = self.login().serial.clone();
        let is_meant =
            |info: &TokenInfo| serial.as_ref().is_none_or(|serial| info.serial_number() == serial);
        let mut meant = described.iter().filter(|(_, info)| is_meant(info));
        match (meant.next(), meant.next()) {
            (Some(one), None) => Ok(one.clone()),
            (first, _) => {
                let found = match (described.len(), first) {
                    (0, _) => "none".to_owned(),
                    (_, Some(_)) => "several".to_owned(),
                    (_, None) => "one of another serial number".to_owned(),
                };
                Err(Pkcs11Error::Token { expected: self.name(serial.as_deref()), found }.into())
            }
        }
    }

    fn name(&self, serial: Option<&str>) -> String {
        let label = &self.settings.label;
        serial.map_or_else(|| format!("{label:?}"), |serial| format!("{label:?} (serial {serial})"))
    }

    /// Logs in, unless the process is logged in already: that holds for all its sessions.
    fn log_in(&self, session: &Session, slot: Slot, info: &TokenInfo) -> Result<(), Failure> {
        let mut login = self.login();
        let state = session.get_session_info()?.session_state();
        let inside = matches!(state, SessionState::RoUser | SessionState::RwUser);
        if inside || !info.login_required() {
            return Ok(());
        }
        let pin = match &login.pin {
            Pin::Refused(refused) => return Err((*refused).into()),
            Pin::Absent if !info.protected_authentication_path() => {
                return Err(PinRefused::Missing.into());
            }
            Pin::Absent => None,
            Pin::Usable(pin) => Some(pin),
        };
        // The flags of this moment: other programs give PINs too.
        may_try(&self.module.get_token_info(slot)?, self.settings.use_last_try)?;
        let Err(error) = session.login(UserType::User, pin) else {
            login.serial = Some(info.serial_number().to_owned());
            return Ok(());
        };
        let Some(refused) = self.refusal(&error, slot) else {
            let already = matches!(error, Error::Pkcs11(RvError::UserAlreadyLoggedIn, _));
            return if already { Ok(()) } else { Err(error.into()) };
        };
        login.pin = Pin::Refused(refused);
        Err(refused.into())
    }

    /// Says whether a failure to log in was due to the PIN.
    fn refusal(&self, error: &Error, slot: Slot) -> Option<PinRefused> {
        let Error::Pkcs11(code, _) = error else { return None };
        let wrong = || {
            let info = self.module.get_token_info(slot);
            PinRefused::Wrong(info.as_ref().map_or(TriesLeft::Unknown, tries_left))
        };
        match code {
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => Some(wrong()),
            RvError::PinLocked => Some(PinRefused::Locked),
            RvError::PinExpired => Some(PinRefused::Expired),
            RvError::UserPinNotInitialized => Some(PinRefused::NotSet),
            _ => None,
        }
    }

    /// Nobody panics while holding this, and what a panic would leave is whole.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self) -> MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        for session in std::mem::take(&mut self.shared().idle) {
            close(session);
        }
    }
}

/// Starts the library, if nothing of this process has done it.
fn initialize(module: &Pkcs11) -> Result<(), Error> {
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        outcome => outcome,
    }
}

/// Closes a session of which nobody else knows. That it can't be closed harms nobody.
fn close(session: Session) {
    let _ = session.close();
}

/// Says whether a PIN may be given to a token of these flags.
fn may_try(info: &TokenInfo, use_last_try: bool) -> Result<(), PinRefused> {
    if info.user_pin_locked() {
        return Err(PinRefused::Locked);
    }
    if info.user_pin_final_try() && !use_last_try {
        return Err(PinRefused::LastTry);
    }
    Ok(())
}

fn tries_left(info: &TokenInfo) -> TriesLeft {
    if info.user_pin_locked() {
        TriesLeft::None
    } else if info.user_pin_final_try() {
        TriesLeft::One
    } else if info.user_pin_count_low() {
        TriesLeft::Few
    } else {
        TriesLeft::Unknown
    }
}
