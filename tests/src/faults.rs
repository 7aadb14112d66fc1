//! Places where a worker process can crash, by a signal that it can't see coming.

mod api;
mod chain;
mod store;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};

pub use api::FaultApi;
pub use chain::FaultCoins;
pub use store::FaultStore;

/// Every call of the journal that writes, by the last entry where it appends some, and every call
/// of what is outside. A call that is not here ends the process that makes it.
pub const CALLS: [&str; 21] = [
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

/// A place where a process crashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a test names all of it")]
pub struct Trap {
    /// The call, one of [`CALLS`].
    pub call: String,
    /// Whether it is made.
    pub when: When,
    /// The how many-th call it is, from 1.
    pub nth: u32,
}

/// Lets calls pass, up to the one at which the process crashes. Its clones count together.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    trap: Option<Trap>,
    passed: Arc<AtomicU32>,
}

impl Faults {
    /// Sets a trap, or none.
    pub fn new(trap: Option<Trap>) -> Self {
        Self { trap, passed: Arc::default() }
    }

    /// Makes a call, unless the process crashes.
    pub async fn around<T>(&self, call: &str, made: impl Future<Output = T> + Send) -> T {
        if !CALLS.contains(&call) {
            unlisted(call);
        }
        let caught = self.is_caught(call);
        if caught == Some(When::Before) {
            crash();
        }
        let answer = made.await;
        if caught == Some(When::After) {
            crash();
        }
        answer
    }

    /// Says at which moment of a call the process is to crash, if it is.
    fn is_caught(&self, call: &str) -> Option<When> {
        let trap = self.trap.as_ref().filter(|trap| trap.call == call)?;
        let passed = self.passed.fetch_add(1, Ordering::SeqCst);
        (passed.saturating_add(1) == trap.nth).then_some(trap.when)
    }
}

/// Ends the process as a loss of power would: nothing in it runs any more.
fn crash() -> ! {
    let killed = kill_process(getpid(), Signal::KILL);
    panic!("expected to be killed, found {killed:?}");
}

/// Ends the process loudly: a panic could be lost in a task.
fn unlisted(call: &str) -> ! {
    eprintln!("expected a call that is in the list of faults, found {call}");
    std::process::abort();
}
