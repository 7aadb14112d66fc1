//! EVM chains: what an approval needs to know, and what stands open.

mod allowances;
mod bindings;
mod block;
mod calls;
mod reading;
mod settings;
mod view;

pub use allowances::OpenAllowance;
pub use settings::{BlockSelector, EvmRpcSettings};
pub use view::EvmRpc;
