//! Against `SoftHSM2`, a token in software, and against one that does whatever a test says.
//!
//! Each test of the former runs in a process of its own, with its own token: the library is of one
//! process, and finds its tokens by the environment.

mod deadlines;
mod doors;
mod failures;
mod fake;
mod pins;
mod sessions;
mod signing;
mod softhsm;
