//! Against moto's KMS over HTTP, with what it lacks added; and against a server that misbehaves.

mod answers;
mod failures;
mod hostile;
mod moto;
mod signing;
