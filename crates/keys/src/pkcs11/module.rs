//! What of PKCS#11 it takes to be let in and to stay in: slots, sessions and the PIN.
//!
//! [`Token`](super::token::Token) has its rules from here, so that they are tested on tokens that no
//! software token can be: one that is locked, that has one try left, that breaks in the middle.

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectHandle;
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use secrecy::SecretString;

use super::TriesLeft;

/// A module of PKCS#11, the library of a token's maker. Its calls block, and may be made from many
/// threads at once.
pub(super) trait Module: Send + Sync + 'static {
    /// A session that is not closed by being dropped: its handle may be another's by then.
    type Session: Send;
    /// Where a key is on the token.
    type Handle: Copy + Send;

    /// Starts the module, if nothing of this process has done it.
    fn start(&self) -> Result<(), Error>;

    /// Lists the slots that hold a token.
    fn slots(&self) -> Result<Vec<Slot>, Error>;

    /// Says what is known of the token in a slot.
    fn facts(&self, slot: Slot) -> Result<TokenFacts, Error>;

    /// Opens a session.
    fn open(&self, slot: Slot, access: Access) -> Result<Self::Session, Error>;

    /// Says whether the process is logged in, which holds for all its sessions.
    fn is_logged_in(&self, session: &Self::Session) -> Result<bool, Error>;

    /// Logs in by a PIN, or by the token's own keypad without one.
    fn log_in(&self, session: &Self::Session, pin: Option<&SecretString>) -> Result<(), Error>;

    /// Closes a session of which nobody else knows. That it can't be closed harms nobody.
    fn close(&self, session: Self::Session);
}

/// What a session may do to the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Use what is there.
    Read,
    /// Make keys too.
    Write,
}

/// What a token says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenFacts {
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) is_initialized: bool,
    pub(super) way_in: WayIn,
    /// As its flags have it at this moment.
    pub(super) tries: TriesLeft,
}

/// What a token asks of whoever wants in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayIn {
    /// Nothing.
    Open,
    /// A PIN.
    Pin,
    /// A PIN, which may be given by a keypad of its own.
    Keypad,
}

impl Module for Pkcs11 {
    type Session = Session;
    type Handle = ObjectHandle;

    fn start(&self) -> Result<(), Error> {
        match self.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
            outcome => outcome,
        }
    }

    fn slots(&self) -> Result<Vec<Slot>, Error> {
        self.get_slots_with_token()
    }

    fn facts(&self, slot: Slot) -> Result<TokenFacts, Error> {
        let info = self.get_token_info(slot)?;
        Ok(TokenFacts {
            label: info.label().to_owned(),
            serial: info.serial_number().to_owned(),
            is_initialized: info.token_initialized(),
            way_in: way_in(&info),
            tries: tries_left(&info),
        })
    }

    fn open(&self, slot: Slot, access: Access) -> Result<Session, Error> {
        match access {
            Access::Read => self.open_ro_session_no_drop(slot),
            Access::Write => self.open_rw_session_no_drop(slot),
        }
    }

    fn is_logged_in(&self, session: &Session) -> Result<bool, Error> {
        let state = session.get_session_info()?.session_state();
        Ok(matches!(state, SessionState::RoUser | SessionState::RwUser))
    }

    fn log_in(&self, session: &Session, pin: Option<&SecretString>) -> Result<(), Error> {
        session.login(UserType::User, pin)
    }

    fn close(&self, session: Session) {
        let _ = session.close();
    }
}

fn way_in(info: &TokenInfo) -> WayIn {
    match (info.login_required(), info.protected_authentication_path()) {
        (false, _) => WayIn::Open,
        (true, false) => WayIn::Pin,
        (true, true) => WayIn::Keypad,
    }
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
