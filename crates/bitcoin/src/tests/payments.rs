//! Payments of our own: drafted, verified, signed, and each change of a draft refused.

mod build;
mod properties;
mod refusals;
mod scene;
mod signing;
