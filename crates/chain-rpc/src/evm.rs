//! EVM chains: what an approval needs to know, and the calls that change an allowance.

mod allowances;
mod approve;
mod bindings;
mod block;
mod calls;
mod reading;
mod settings;
mod view;

pub use allowances::OpenAllowance;
pub use approve::{ApproveCall, approve_calls, revoke_call};
pub use settings::{BlockSelector, EvmRpcSettings};
pub use view::EvmRpc;
