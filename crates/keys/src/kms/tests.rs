//! Against moto's KMS over HTTP, with what it lacks added; and against a server that misbehaves.

mod failures;
mod moto;
mod signing;
