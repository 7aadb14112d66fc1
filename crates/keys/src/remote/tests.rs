//! The source against the service, and against servers that misbehave; all on this machine.

mod hostile;
mod made;
mod other_key;
mod pinned;
mod replayed;
mod server;
mod signing;
mod tampered;
mod tls;
mod unable;
