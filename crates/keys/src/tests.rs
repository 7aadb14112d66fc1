mod keyring;
#[path = "../../evm/benches/permit/case.rs"]
pub(crate) mod permit;
pub(crate) mod refunds;
mod vectors;
