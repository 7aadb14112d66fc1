mod keyring;
#[path = "../benches/keys/permit.rs"]
mod permit;
pub(crate) mod refunds;
mod vectors;
