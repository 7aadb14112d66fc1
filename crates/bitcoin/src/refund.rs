//! Taking an output back after its lock time: a transaction of our own, to ourselves.

mod plan;
mod recipe;
mod sign;
mod wire;

pub use plan::{Refund, RefundError};
#[cfg(test)]
pub(crate) use plan::{sighash, witness};
pub use recipe::{RecipeError, RefundRecipe};
pub use sign::{SignedRefund, sign_refund};
