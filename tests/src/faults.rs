//! Places where a worker process is killed or stopped, by a signal that it can't see coming.

mod api;
mod chain;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};

use crate::watched::Around;

pub use api::FaultApi;
pub use chain::{FaultCalls, FaultCoins, FaultTransfers, FaultTron};

/// Every call of the journal that writes, by the last entry where it appends some, and every call
/// of what is outside. A call that is not here ends the process that makes it.
pub const CALLS: [&str; 22] = [
    "open",
    "reserve",
    "append:judged",
    "append:submitted",
    "append:answered",
    "append:status",
    "append:failed",
    "append:refund",
    "append:ended",
    "release",
    "renew",
    "give_back",
    "lease",
    "lease_open",
    "checkpoint",
    "api:quote",
    "api:create",
    "api:submit",
    "api:status",
    "api:list",
    "key:sign",
    "chain:broadcast",
];

/// Whether a call was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "there is no third moment")]
pub enum When {
    /// It was not.
    Before,
    /// It was, and nothing has learned of it.
    After,
}

/// What becomes of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "a test names all of them")]
pub enum How {
    /// It is killed.
    Killed,
    /// It stands still, until it is sent the signal to go on.
    Stopped,
}

/// A place where something becomes of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// The call, by its place in [`CALLS`].
    call: usize,
    when: When,
    how: How,
    /// The how many-th call of the kind, from 1.
    turn: u32,
}

impl Trap {
    /// Names the first call of a kind.
    ///
    /// # Panics
    ///
    /// Panics if there is no such call.
    pub fn new(call: &str, when: When, how: How) -> Self {
        let call = CALLS.iter().position(|known| *known == call).unwrap();
        Self { call, when, how, turn: 1 }
    }

    /// Names a later call of the same kind, from 1 on.
    #[must_use]
    pub const fn at_turn(self, turn: u32) -> Self {
        Self { turn, ..self }
    }
}

/// Lets calls pass, up to the one with the trap. Its clones have one trap together.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    trap: Option<Trap>,
    calls: Arc<AtomicU32>,
}

impl Faults {
    /// Sets a trap, or none.
    pub fn new(trap: Option<Trap>) -> Self {
        Self { trap, calls: Arc::default() }
    }

    /// Says whether a trap springs at this call: once.
    fn springs(&self, turn: u32) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst).saturating_add(1) == turn
    }
}

impl Around for Faults {
    /// Makes a call, unless the process is caught before it.
    async fn around<T: Send>(&self, call: &str, made: impl Future<Output = T> + Send) -> T {
        let Some(call) = CALLS.iter().position(|known| *known == call) else { unlisted(call) };
        let caught = self.trap.filter(|trap| trap.call == call && self.springs(trap.turn));
        let Some(trap) = caught else { return made.await };
        if trap.when == When::Before {
            catch(trap.how);
        }
        let answer = made.await;
        if trap.when == When::After {
            catch(trap.how);
        }
        answer
    }
}

/// Ends the process as a loss of power would, or has it stand still: nothing in it runs.
fn catch(how: How) {
    let signal = match how {
        How::Killed => Signal::KILL,
        How::Stopped => Signal::STOP,
    };
    kill_process(getpid(), signal).unwrap();
    // Another thread may be the first to stop: this one must not go on meanwhile.
    sleep(Duration::from_millis(250));
}

/// Ends the process loudly: a panic could be lost in a task.
fn unlisted(call: &str) -> ! {
    eprintln!("expected a call that is in the list of faults, found {call}");
    std::process::abort();
}
