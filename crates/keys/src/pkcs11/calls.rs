//! Calls that block, made in threads of their own, with a deadline.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cryptoki::context::Pkcs11;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::Pkcs11Error;
use super::module::Module;
use super::token::Token;

/// A token, and how it is called. Clones share it.
pub(super) struct Calls<M: Module = Pkcs11> {
    token: Arc<Token<M>>,
    /// How many calls may be under way. One that hangs keeps its place until the token answers.
    room: Arc<Semaphore>,
    deadline: Duration,
}

impl<M: Module> Calls<M> {
    /// Has a token loaded, and lets itself in.
    pub(super) async fn open(
        load: impl FnOnce() -> Result<Token<M>, Pkcs11Error> + Send + 'static,
        sessions: usize,
        deadline: Duration,
    ) -> Result<Self, Pkcs11Error> {
        let token = timeout(deadline, in_thread(load)).await;
        let token = token.map_err(|_| Pkcs11Error::Deadline(deadline))??;
        let room = Arc::new(Semaphore::new(sessions.max(1)));
        let calls = Self { token: Arc::new(token), room, deadline };
        calls.call(|token| token.in_session(|_| Ok(()))).await?;
        Ok(calls)
    }

    pub(super) fn token(&self) -> &Token<M> {
        &self.token
    }

    pub(super) const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Has a call made in a thread of its own: one that never returns hangs nobody but itself.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Token<M>) -> Result<T, Pkcs11Error> + Send + 'static,
    ) -> Result<T, Pkcs11Error> {
        let token = Arc::clone(&self.token);
        let room = Arc::clone(&self.room);
        let called = async move {
            let place = room.acquire_owned().await.map_err(|_| ended())?;
            in_thread(move || {
                let done = work(&token);
                drop(place);
                done
            })
            .await
        };
        let deadline = Pkcs11Error::Deadline(self.deadline);
        timeout(self.deadline, called).await.unwrap_or(Err(deadline))
    }
}

impl<M: Module> Clone for Calls<M> {
    fn clone(&self) -> Self {
        let Self { token, room, deadline } = self;
        Self { token: Arc::clone(token), room: Arc::clone(room), deadline: *deadline }
    }
}

/// Runs what blocks. A runtime's own threads for that would keep the process from ending.
async fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Pkcs11Error> + Send + 'static,
) -> Result<T, Pkcs11Error> {
    let (answer, answered) = oneshot::channel();
    let run = move || {
        // Whoever asked may have given up.
        let _ = answer.send(work());
    };
    let started = thread::Builder::new().name("pkcs11".to_owned()).spawn(run);
    started.map_err(|error| failed(&error.to_string()))?;
    answered.await.unwrap_or_else(|_| Err(ended()))
}

fn ended() -> Pkcs11Error {
    failed("the call ended without an answer")
}

fn failed(why: &str) -> Pkcs11Error {
    Pkcs11Error::Call { function: "thread".to_owned(), code: why.to_owned() }
}
