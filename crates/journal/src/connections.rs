//! Connections, kept for whoever needs one next.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::StoreError;

/// How long to wait for a connection.
const BUSY: Duration = Duration::from_secs(10);
/// How long a connection may rest before it is asked whether it is still one. Asking each time would
/// be one more way to the server and back for each write.
const RESTED: Duration = Duration::from_millis(100);
/// How far apart a server that does not listen yet is asked again.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_secs(1);

type Idle<C> = Arc<Mutex<Vec<(C, Instant)>>>;

/// So many connections at most.
pub(crate) struct Connections<C: Connection> {
    options: C::Options,
    sort: fn(&sqlx::Error) -> StoreError,
    most: u32,
    free: Arc<Semaphore>,
    idle: Idle<C>,
}

/// A connection that somebody uses. One that is not [kept](Self::keep) is closed: nobody finds a
/// statement on it that was left in its middle, or a transaction.
pub(crate) struct Held<C> {
    pub(crate) connection: C,
    idle: Idle<C>,
    _permit: OwnedSemaphorePermit,
}

impl<C: Connection> Connections<C> {
    pub(crate) fn new(
        options: C::Options,
        most: u32,
        sort: fn(&sqlx::Error) -> StoreError,
    ) -> Self {
        let free =
            Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
        Self { options, sort, most, free, idle: Arc::default() }
    }

    pub(crate) const fn options(&self) -> &C::Options {
        &self.options
    }

    /// Waits for a connection.
    pub(crate) async fn get(&self) -> Result<Held<C>, StoreError> {
        let refused = AtomicBool::new(false);
        let got = timeout(BUSY, self.any(&refused)).await;
        got.map_err(|_| {
            if refused.into_inner() {
                StoreError::Gone(format!("the server refused each connection for {BUSY:?}"))
            } else {
                StoreError::Busy(format!("no connection was free for {BUSY:?}"))
            }
        })?
    }

    async fn any(&self, refused: &AtomicBool) -> Result<Held<C>, StoreError> {
        let closed = |_| StoreError::Gone("the journal was closed".to_owned());
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(closed)?;
        let connection = match self.rested().await {
            Some(connection) => connection,
            None => self.connect(refused).await?,
        };
        Ok(Held { connection, idle: Arc::clone(&self.idle), _permit: permit })
    }

    /// Takes the connection that was used last.
    async fn rested(&self) -> Option<C> {
        let (mut connection, since) = lock(&self.idle).pop()?;
        if since.elapsed() < RESTED || connection.ping().await.is_ok() {
            return Some(connection);
        }
        // What ended this one, most likely ended those that rest for longer.
        lock(&self.idle).clear();
        None
    }

    /// Connects, also to a server that is about to listen; says whether it does not listen yet.
    async fn connect(&self, refused: &AtomicBool) -> Result<C, StoreError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.options.connect().await {
                Ok(connection) => return Ok(connection),
                Err(error) if is_passing(&error) => {
                    refused.store(is_refusal(&error), Ordering::Relaxed);
                    sleep(pause).await;
                }
                Err(error) => return Err((self.sort)(&error)),
            }
            pause = pause.saturating_mul(2).min(LAST_PAUSE);
        }
    }

    /// Closes the connections, after what they are used for.
    pub(crate) async fn close(&self) {
        let all = self.free.acquire_many(self.most).await;
        self.free.close();
        drop(all);
        let idle = std::mem::take(&mut *lock(&self.idle));
        for (connection, _) in idle {
            // What is closed badly is closed.
            let _ = connection.close().await;
        }
    }
}

impl<C> Held<C> {
    /// Leaves the connection to the next one: nothing is open on it.
    pub(crate) fn keep(self) {
        lock(&self.idle).push((self.connection, Instant::now()));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        error => is_refusal(error),
    }
}

/// Says whether nobody listens.
fn is_refusal(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused)
}
