//! EVM chains: what an approval or a transaction of our own needs to know, what stands open, and
//! what became of what was sent.

mod allowances;
mod bindings;
mod block;
mod broadcast;
mod call_facts;
mod call_view;
mod calls;
mod mined;
mod past;
mod reading;
mod settings;
mod view;

pub use allowances::OpenAllowance;
pub(crate) use bindings::{Erc20, address};
pub use settings::{BlockSelector, EvmRpcSettings};
pub use view::EvmRpc;
