//! What keeps secrets inside the process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the system let us do to keep secrets inside the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hardening {
    /// No core dump is written when the process dies.
    pub no_core_dumps: bool,
    /// Other processes of the same user can't read the memory.
    pub not_traceable: bool,
}

/// Turns core dumps off, and keeps other processes of the same user from reading the memory.
///
/// A program calls it first, before there are secrets. Only a process with more rights (root) can
/// read the memory then.
pub fn harden_process() -> Hardening {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let no_core_dumps =
        setrlimit(Resource::Core, none).is_ok() && getrlimit(Resource::Core).current == Some(0);
    Hardening { no_core_dumps, not_traceable: not_traceable() }
}

#[cfg(target_os = "linux")]
fn not_traceable() -> bool {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
}

#[cfg(not(target_os = "linux"))]
const fn not_traceable() -> bool {
    false
}
