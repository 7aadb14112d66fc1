//! A token behind calls that block: its sessions, and what is remembered of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::slot::Slot;
use secrecy::SecretString;

use super::error::{Failure, Loss};
use super::login::{self, Login, Visit};
use super::module::{Access, Module};
use super::{Pkcs11Error, TokenKey, TokenSettings};
use crate::Curve;

/// A token. Its calls block, and may be made from many threads at once.
pub(super) struct Token<M: Module = Pkcs11> {
    settings: TokenSettings,
    module: M,
    login: Mutex<Login>,
    shared: Mutex<Shared<M>>,
}

/// What sessions leave to the next.
struct Shared<M: Module> {
    /// Rises whenever the sessions are lost.
    generation: u64,
    idle: Vec<M::Session>,
    /// Where private keys are: true of one generation.
    keys: HashMap<(TokenKey, Curve), M::Handle>,
}

impl Token {
    /// Loads the module. The token need not be there yet.
    pub(super) fn load(
        settings: TokenSettings,
        pin: Option<SecretString>,
    ) -> Result<Self, Pkcs11Error> {
        let failed = |reason: String| Pkcs11Error::Module { path: settings.module.clone(), reason };
        let module = Pkcs11::new(&settings.module).map_err(|error| failed(error.to_string()))?;
        let started = module.start();
        started.map_err(|error| failed(Pkcs11Error::from(Failure::from(error)).to_string()))?;
        Ok(Self::of(module, settings, pin))
    }
}

impl<M: Module> Token<M> {
    /// Takes a library that has been started.
    pub(super) fn of(module: M, settings: TokenSettings, pin: Option<SecretString>) -> Self {
        let login = Mutex::new(Login::new(pin, settings.serial.clone()));
        let shared = Shared { generation: 0, idle: Vec::new(), keys: HashMap::new() };
        Self { settings, module, login, shared: Mutex::new(shared) }
    }

    pub(super) const fn settings(&self) -> &TokenSettings {
        &self.settings
    }

    /// Works in a session that is logged in; once more in a new one, if that was lost.
    pub(super) fn in_session<T>(
        &self,
        work: impl Fn(&M::Session) -> Result<T, Failure>,
    ) -> Result<T, Pkcs11Error> {
        match self.attempt(&work) {
            Err(failure) if failure.loss().may_pass() => {
                tracing::debug!(token = self.settings.label, "opening a new session");
                Ok(self.attempt(&work)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Works in a session that can write, for making keys; it is closed afterwards.
    pub(super) fn in_writing_session<T>(
        &self,
        work: impl Fn(&M::Session) -> Result<T, Failure>,
    ) -> Result<T, Pkcs11Error> {
        let session = self.open(Access::Write)?;
        let outcome = work(&session);
        self.module.close(session);
        Ok(outcome?)
    }

    /// Remembers where a key is, or looks it up.
    pub(super) fn handle(
        &self,
        key: &TokenKey,
        curve: Curve,
        find: impl FnOnce() -> Result<M::Handle, Failure>,
    ) -> Result<M::Handle, Failure> {
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

    /// Forgets where a key is: what was found there may be another key by now.
    pub(super) fn forget(&self, key: &TokenKey) {
        self.shared().keys.retain(|(known, _), _| known != key);
    }

    fn attempt<T>(&self, work: impl Fn(&M::Session) -> Result<T, Failure>) -> Result<T, Failure> {
        let (generation, idle) = {
            let mut shared = self.shared();
            (shared.generation, shared.idle.pop())
        };
        let session = match idle.map_or_else(|| self.open(Access::Read), Ok) {
            Ok(session) => session,
            Err(failure) => {
                self.give_up(failure.loss(), None, generation);
                return Err(failure);
            }
        };
        let outcome = work(&session);
        match outcome.as_ref().map_or_else(Failure::loss, |_| Loss::Nothing) {
            Loss::Nothing => self.give_back(session, generation),
            loss => self.give_up(loss, Some(session), generation),
        }
        outcome
    }

    fn give_back(&self, session: M::Session, generation: u64) {
        let mut shared = self.shared();
        // Of an older generation, its handle may be another session's by now: it is not closed.
        if shared.generation == generation {
            shared.idle.push(session);
        }
    }

    /// Gives up what a failure has made useless. What the token still holds is closed: it has room for
    /// so many sessions and no more.
    fn give_up(&self, loss: Loss, session: Option<M::Session>, generation: u64) {
        let mut shared = self.shared();
        if shared.generation != generation {
            return;
        }
        let idle = match loss {
            Loss::Nothing | Loss::Session => Vec::new(),
            Loss::State | Loss::Sessions => {
                shared.keys.clear();
                std::mem::take(&mut shared.idle)
            }
        };
        if loss == Loss::Sessions {
            shared.generation = generation.wrapping_add(1);
            return;
        }
        drop(shared);
        for session in session.into_iter().chain(idle) {
            self.module.close(session);
        }
    }

    fn open(&self, access: Access) -> Result<M::Session, Failure> {
        let slot = self.slot()?;
        let session = self.module.open(slot, access)?;
        let visit =
            Visit { module: &self.module, session: &session, slot, settings: &self.settings };
        let entered = self.login().enter(&visit);
        match entered {
            Ok(()) => Ok(session),
            Err(failure) => {
                // One that is lost has a handle that may be another session's by now.
                if failure.loss() != Loss::Sessions {
                    self.module.close(session);
                }
                Err(failure)
            }
        }
    }

    fn slot(&self) -> Result<Slot, Failure> {
        let serial = self.login().serial().map(str::to_owned);
        login::find(&self.module, &self.settings, serial.as_deref())
    }

    /// Nobody panics while holding this, and what a panic would leave is whole.
    fn shared(&self) -> MutexGuard<'_, Shared<M>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self) -> MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Module> Drop for Token<M> {
    fn drop(&mut self) {
        for session in std::mem::take(&mut self.shared().idle) {
            self.module.close(session);
        }
    }
}
