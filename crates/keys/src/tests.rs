mod keyring;
#[path = "../benches/keys/permit.rs"]
pub(crate) mod permit;
pub(crate) mod refunds;
mod vectors;
