//! Against `SoftHSM2`, a token in software. Each test runs in a process of its own, with its own
//! token: the library is of one process, and finds its tokens by the environment.

mod failures;
mod signing;
mod softhsm;
