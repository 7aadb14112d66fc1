//! A local counterparty for swaps: the intent API over HTTP, in four dialects, and in-process
//! chains that execute what is approved.
//!
//! On approval the escrow's `deposit` runs in an EVM, on Permit2's own creation code at its
//! canonical address, against ERC-20 tokens with real balances. A wrong signature, a spent nonce,
//! a missing allowance or an expired deadline fails because the chain says so.
//!
//! One of the networks is like Tron: its addresses are written in base58check, and the API sends
//! its chain id in more bits than are hashed. It runs in an EVM as the others do, so what Tron's
//! own machine does otherwise (energy, resources) is not seen here.
//!
//! Bitcoin is a set of coins in regtest. Each transaction is judged by Bitcoin Core's script
//! engine and by the rules around it: coins, sums, lock times. A swap out of it is a PSBT that
//! funds a hash time-locked output, which the resolver takes with the secret. Wallets ask and send
//! at [`Sandbox::esplora_url`].
//!
//! Solana is a cluster of one in `LiteSVM`, with its real programs: System, both token programs,
//! associated accounts, lookup tables. A swap out of it, of SOL or of a token of either program, is
//! a transaction that pays into the resolver's vault at a sponsor's cost, in the form of
//! [`CosignForm`]; the sponsor signs before or after the user ([`SponsorSigns`]). Who signs half,
//! twice or too late is told so by the cluster. A blockhash is recent for 150 slots, which is a
//! minute; [`Sandbox::expire_blockhashes`] lets them pass at once. The vault is an account that the
//! resolver empties once it has paid, or pays back from: no program holds a secret there.
//!
//! Every destination is paid by a transfer on its own chain.
//!
//! Clients also send transactions of their own to the chains' nodes. Where an EVM runs, each account
//! has its nonce, and pays for gas in the chain's own coin; the sandbox's own transactions cost
//! nothing. Tron takes transactions in its own form, at [`Sandbox::tron_url`]. What arrived at an address is told by [`Sandbox::received`].
//!
//! 1Click and Aurora answer beside it, at [`Sandbox::oneclick_url`] and [`Sandbox::aurora_url`]:
//! their quotes are signed by a key of the sandbox's, each has a deposit address of its own, and
//! what arrives there is swapped at the same prices, or goes back after the deadline. Intents are
//! carried out over balances that are kept here in place of NEAR's contract, once their signature
//! holds. [`Sandbox::deposits`] tells what arrived at each address.
//!
//! Requests prove who sends them by a static key or by RSA signatures ([`AuthScheme`]). Each chain
//! also answers JSON-RPC, at [`Sandbox::rpc_url`].
//!
//! It shares no code with what verifies or signs: it builds its messages with another
//! implementation, so that a mistake in one is not repeated in the other. [`Tamper`] makes it lie
//! about what is to be signed, about quotes, or on Solana about the accounts behind it, and [`Fault`]
//! breaks its answers on their way.
//!
//! Whoever judges a client asks [`Sandbox::swaps`] what became of each intent: how often it was
//! approved, and how often the chains took funds and paid for it. Thousands of swaps run in one
//! sandbox, many at a time, from accounts as rich as [`SandboxConfig::wealth`] and
//! [`SandboxConfig::coins`] say.
//!
//! # Examples
//!
//! ```
//! use countersign_sandbox::{Sandbox, SandboxConfig};
//!
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # runtime.block_on(async {
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! assert!(sandbox.registry_toml().contains("environment = \"sandbox\""));
//! sandbox.shutdown().await;
//! # Ok::<_, countersign_sandbox::SandboxError>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod account;
mod address;
mod answer;
mod api;
mod auth;
mod bitcoin;
mod chain;
mod clock;
mod config;
mod documents;
mod fault;
mod json;
mod market;
mod network;
mod payload;
mod quoted;
mod record;
mod sandbox;
mod shared;
mod solana;
mod swap;
mod tamper;
mod tron;
mod world;

pub use account::{Account, Balance, Execution, ExecutionKind, Received};
pub use config::{AuthScheme, CosignForm, HtlcTemplate, PayloadForm, SandboxConfig, SponsorSigns};
pub use fault::{Fault, ParseFaultError};
pub use quoted::DepositRecord;
pub use record::SwapRecord;
pub use sandbox::{Sandbox, SandboxError};
pub use tamper::{ParseTamperError, Tamper};
