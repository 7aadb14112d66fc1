mod keyring;
#[path = "../benches/keys/permit.rs"]
mod permit;
mod vectors;
