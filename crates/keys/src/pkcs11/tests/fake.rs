#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use cryptoki::context::Function;
use cryptoki::error::{Error, RvError};
use cryptoki::slot::Slot;
use secrecy::{ExposeSecret as _, SecretString};

use crate::pkcs11::error::Failure;
use crate::pkcs11::module::{Access, Module, TokenFacts, WayIn};
use crate::pkcs11::token::Token;
use crate::pkcs11::{Pkcs11Error, TokenSettings, TriesLeft};

pub(super) const LABEL: &str = "treasury";
pub(super) const SERIAL: &str = "5f1c";
pub(super) const PIN: &str = "4-eyes-please";
/// How many sessions the token has room for.
const ROOM: usize = 8;
const TRIES: u32 = 3;

/// How many there were: each has a library of its own, since the process remembers what became of PINs.
static FAKES: AtomicU64 = AtomicU64::new(0);

/// A token that does what a test says. Clones are views of the same.
#[derive(Clone)]
pub(super) struct Fake {
    number: u64,
    state: Arc<Mutex<State>>,
}

/// What is asked of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    LogIn,
    Sign,
}

pub(super) struct State {
    pub(super) is_there: bool,
    pub(super) serial: &'static str,
    pub(super) way_in: WayIn,
    pub(super) tries: u32,
    /// Each PIN that was given, in order.
    pub(super) given: Vec<Option<String>>,
    /// How many PINs it was given at once, at most.
    pub(super) most_at_once: u32,
    at_once: u32,
    /// How often it was asked to sign.
    pub(super) asked: u32,
    /// What the next steps answer.
    pub(super) failures: VecDeque<(Step, RvError)>,
    /// How long a step takes.
    pub(super) pause: Option<(Step, Duration)>,
    /// Another token's number, which is put in as soon as a session is open.
    pub(super) exchange: Option<&'static str>,
    pub(super) open: BTreeSet<u64>,
    is_logged_in: bool,
    handles: u64,
}

impl Fake {
    pub(super) fn new() -> Self {
        let state = State {
            is_there: true,
            serial: SERIAL,
            way_in: WayIn::Pin,
            tries: TRIES,
            given: Vec::new(),
            most_at_once: 0,
            at_once: 0,
            asked: 0,
            failures: VecDeque::new(),
            pause: None,
            exchange: None,
            open: BTreeSet::new(),
            is_logged_in: false,
            handles: 0,
        };
        let number = FAKES.fetch_add(1, Ordering::Relaxed);
        Self { number, state: Arc::new(Mutex::new(state)) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Has the next step of a kind fail.
    pub(super) fn fail(&self, step: Step, code: RvError) {
        self.state().failures.push_back((step, code));
    }

    /// Opens nothing yet.
    pub(super) fn token(&self, pin: Option<&str>) -> Token<Self> {
        Token::of(self.clone(), self.settings(), pin.map(Into::into))
    }

    pub(super) fn settings(&self) -> TokenSettings {
        TokenSettings::new(format!("fake-{}.so", self.number), LABEL)
    }

    /// Takes the token out, or puts one in.
    pub(super) fn plug(&self, serial: Option<&'static str>) {
        let mut state = self.state();
        state.lose();
        state.is_there = serial.is_some();
        state.serial = serial.unwrap_or_default();
    }

    /// Signs in a session, as far as this token does.
    pub(super) fn sign(&self, session: u64) -> Result<(), Failure> {
        self.state().asked += 1;
        self.step(Step::Sign, Function::Sign)?;
        let state = self.state();
        if !state.open.contains(&session) {
            return Err(rv(RvError::SessionHandleInvalid, Function::Sign).into());
        }
        if !state.is_logged_in && state.way_in != WayIn::Open {
            return Err(rv(RvError::UserNotLoggedIn, Function::Sign).into());
        }
        Ok(())
    }

    fn step(&self, step: Step, function: Function) -> Result<(), Error> {
        let pause = self.state().pause;
        if let Some((_, time)) = pause.filter(|(slow, _)| *slow == step) {
            thread::sleep(time);
        }
        let mut state = self.state();
        let Some((_, code)) = state.failures.pop_front_if(|(failing, _)| *failing == step) else {
            return Ok(());
        };
        // What a token says of its sessions is so.
        if LOST.contains(&code) {
            state.lose();
        }
        if matches!(code, RvError::UserNotLoggedIn) {
            state.is_logged_in = false;
        }
        Err(rv(code, function))
    }
}

/// The codes by which a token says that its sessions are gone.
pub(super) const LOST: [RvError; 7] = [
    RvError::SessionHandleInvalid,
    RvError::SessionClosed,
    RvError::DeviceRemoved,
    RvError::TokenNotPresent,
    RvError::TokenNotRecognized,
    RvError::SlotIdInvalid,
    RvError::CryptokiNotInitialized,
];

impl State {
    fn lose(&mut self) {
        self.open.clear();
        self.is_logged_in = false;
    }

    fn facts(&self) -> TokenFacts {
        TokenFacts {
            label: LABEL.to_owned(),
            serial: self.serial.to_owned(),
            is_initialized: true,
            way_in: self.way_in,
            tries: match self.tries {
                0 => TriesLeft::None,
                1 => TriesLeft::One,
                TRIES.. => TriesLeft::Unknown,
                _ => TriesLeft::Few,
            },
        }
    }
}

impl Module for Fake {
    type Session = u64;
    type Handle = u8;

    fn start(&self) -> Result<(), Error> {
        Ok(())
    }

    fn slots(&self) -> Result<Vec<Slot>, Error> {
        Ok(self.state().is_there.then(|| Slot::try_from(7_u64).unwrap()).into_iter().collect())
    }

    fn facts(&self, _slot: Slot) -> Result<TokenFacts, Error> {
        let state = self.state();
        let absent = || rv(RvError::TokenNotPresent, Function::GetTokenInfo);
        state.is_there.then(|| state.facts()).ok_or_else(absent)
    }

    fn open(&self, _slot: Slot, _access: Access) -> Result<u64, Error> {
        let mut state = self.state();
        if state.open.len() == ROOM {
            return Err(rv(RvError::SessionCount, Function::OpenSession));
        }
        if let Some(serial) = state.exchange.take() {
            state.serial = serial;
        }
        state.handles += 1;
        let handle = state.handles;
        state.open.insert(handle);
        Ok(handle)
    }

    fn is_logged_in(&self, session: &u64) -> Result<bool, Error> {
        let state = self.state();
        let closed = || rv(RvError::SessionHandleInvalid, Function::GetSessionInfo);
        state.open.contains(session).then_some(state.is_logged_in).ok_or_else(closed)
    }

    fn log_in(&self, _session: &u64, pin: Option<&SecretString>) -> Result<(), Error> {
        let pin = pin.map(|pin| pin.expose_secret().to_owned());
        {
            let mut state = self.state();
            state.given.push(pin.clone());
            state.at_once += 1;
            state.most_at_once = state.most_at_once.max(state.at_once);
        }
        let step = self.step(Step::LogIn, Function::Login);
        let mut state = self.state();
        state.at_once -= 1;
        step?;
        let by_keypad = pin.is_none() && state.way_in == WayIn::Keypad;
        if by_keypad || pin.as_deref() == Some(PIN) {
            (state.is_logged_in, state.tries) = (true, TRIES);
            return Ok(());
        }
        state.tries -= 1;
        Err(rv(RvError::PinIncorrect, Function::Login))
    }

    fn close(&self, session: u64) {
        let mut state = self.state();
        state.open.remove(&session);
        state.is_logged_in &= !state.open.is_empty();
    }
}

/// Signs as a caller does.
pub(super) fn sign(token: &Token<Fake>, fake: &Fake) -> Result<(), Pkcs11Error> {
    token.in_session(|session| fake.sign(*session))
}

fn rv(code: RvError, function: Function) -> Error {
    Error::Pkcs11(code, function)
}
