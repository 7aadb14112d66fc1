//! The way into each token, for the whole process: one source at a time, and no PIN a second time
//! after it may have been refused, whichever source has it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use secrecy::{ExposeSecret as _, SecretString};

use super::PinRefused;

/// The tokens that this process has come to.
static DOORS: LazyLock<Mutex<HashMap<TokenId, Door>>> = LazyLock::new(Mutex::default);
/// Makes the marks of PINs. It ends with the process, so that a mark says nothing to another.
static MARKER: LazyLock<hmac::Key> =
    LazyLock::new(|| hmac::Key::new(HMAC_SHA256, &rand::random::<[u8; 32]>()));

/// A token: the library that it is reached by, and its serial number.
type TokenId = (PathBuf, String);

/// The way into one token. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<Mutex<Refusals>>);

/// The PINs that a token was given and did not take. Whoever has them is alone at the door.
#[derive(Default)]
pub(super) struct Refusals(HashMap<Mark, PinRefused>);

/// What is remembered in the place of a PIN.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark([u8; 32]);

impl Door {
    /// Finds the door of a token.
    pub(super) fn of(module: &Path, serial: &str) -> Self {
        // A library may be named in several ways; one that the system looks for has no path yet.
        let module = fs::canonicalize(module).unwrap_or_else(|_| module.to_owned());
        let mut doors = DOORS.lock().unwrap_or_else(PoisonError::into_inner);
        doors.entry((module, serial.to_owned())).or_default().clone()
    }

    /// Waits until nobody else is at the door, for as long as that takes: the caller has a deadline.
    pub(super) fn refusals(&self) -> MutexGuard<'_, Refusals> {
        // What a panic would leave is whole: a PIN is noted before it is given.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refusals {
    /// Says why the token did not take a PIN.
    pub(super) fn of(&self, pin: Mark) -> Option<PinRefused> {
        self.0.get(&pin).copied()
    }

    pub(super) fn note(&mut self, pin: Mark, refused: PinRefused) {
        self.0.insert(pin, refused);
    }

    /// Forgets a PIN that did no harm: the token took it, or was not asked.
    pub(super) fn forget(&mut self, pin: Mark) {
        self.0.remove(&pin);
    }
}

impl Mark {
    pub(super) fn of(pin: &SecretString) -> Self {
        let tag = hmac::sign(&MARKER, pin.expose_secret().as_bytes());
        let mut mark = [0; 32];
        mark.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Self(mark)
    }
}
