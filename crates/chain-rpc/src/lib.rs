//! Facts from the chains, by JSON-RPC and REST.
//!
//! [`EvmRpc`] is an [`EvmChainView`] over one node of an EVM chain, or of Tron: it reads all facts
//! about an approval as of one block, and [`allowances`](EvmRpc::allowances) tells what stands open
//! towards Permit2, and by which calls it would be enough. A node is believed, but read strictly:
//! whatever is not of the exact form is an error, never a fact. Its URL is a secret, since most
//! providers put their key into it.
//!
//! [`CoreRpc`] and [`Esplora`] are two views of Bitcoin, each a
//! [`BitcoinChainView`](countersign_approval::BitcoinChainView): they tell which coins some scripts
//! lock, to the satoshi, and pass transactions on.
//!
//! [`SolanaRpc`] is a [`SolanaChainView`](countersign_approval::SolanaChainView) over one node of a
//! Solana cluster: it reads the lookup tables, the mint and the token accounts that a transaction
//! uses, whether its blockhash still holds, and what it does to each account that it may write to.
//!
//! [`TronRpc`] is a [`TronCallView`](countersign_approval::TronCallView) over the HTTP API of one node
//! of Tron: what a transaction of our own is made by, where it is sent, and what became of it.
//!
//! ```no_run
//! use countersign_approval::{EvmChainView, EvmFacts, EvmFactsQuery};
//! use countersign_chain_rpc::{EvmRpc, HttpRpc, RpcUrl};
//! use countersign_http_client::transport::{Auth, Limits};
//!
//! async fn ask(query: &EvmFactsQuery) -> Result<EvmFacts, Box<dyn std::error::Error>> {
//!     let url: RpcUrl = std::env::var("ETHEREUM_RPC")?.parse()?;
//!     let node = HttpRpc::new(url, Auth::None, Limits::default())?;
//!     Ok(EvmRpc::new(node).facts(query).await?)
//! }
//! ```
//!
//! [`EvmChainView`]: countersign_approval::EvmChainView

#[cfg(all(countersign_unredacted, not(debug_assertions)))]
compile_error!("expected redaction to be switched off in a build of tests alone");

mod bitcoin;
mod evm;
mod rpc;
mod solana;
mod tron;

pub use bitcoin::{CoreRpc, Esplora};
pub use evm::{BlockSelector, EvmRpc, EvmRpcSettings, OpenAllowance};
pub use rpc::{HttpRpc, JsonRpcTransport, RpcError, RpcUrl};
pub use solana::{SolanaRpc, SolanaRpcSettings};
pub use tron::TronRpc;
