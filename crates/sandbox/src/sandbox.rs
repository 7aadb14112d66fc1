//! A running sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use alloy::primitives::U256;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::account::{Account, Balance, Execution, Received};
use crate::address::AddressForm;
use crate::auth::{Credentials, KeyError};
use crate::chain::ChainError;
use crate::config::SandboxConfig;
use crate::network::{BITCOIN, TRON};
use crate::quoted::DepositRecord;
use crate::record::SwapRecord;
use crate::shared::{Shared, State};
use crate::world::{Newcomer, World};
use crate::{api, clock, documents, quoted, record};

/// A local counterparty: the intent API on 127.0.0.1, and chains that execute what is approved.
///
/// Its keys, contracts and chain ids are its own, so nothing that is signed for it is worth
/// anything elsewhere.
///
/// Dropping it ends it; [`Sandbox::shutdown`] also waits for the end.
pub struct Sandbox {
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The port cannot be listened on.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port that was asked for; zero stands for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The client's RSA key could not be made.
    #[error("cannot make the client's key: {reason}")]
    Key {
        /// What went wrong.
        reason: String,
    },
    /// An account could not be given anything.
    #[error("cannot fund {address}: {reason}")]
    Fund {
        /// The account.
        address: String,
        /// Why not.
        reason: String,
    },
    /// A contract could not be deployed, or an account could not be seeded.
    #[error("cannot start the chains: {reason}")]
    Chain {
        /// What the chain answered.
        reason: String,
    },
}

impl Sandbox {
    /// Starts the chains and the server.
    ///
    /// # Errors
    ///
    /// Returns a [`SandboxError`] if the port is taken or a chain does not start.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let port = config.port;
        let listen = |source| SandboxError::Listen { port, source };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let world = World::start(clock::seconds(clock::now()), &config)?;
        let credentials = Credentials::random(config.auth)?;
        let shared = Arc::new(Shared::new(config, credentials, world));
        tokio::spawn(Shared::follow_deposits(Arc::clone(&shared)));
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { url, shared, server })
    }

    /// Returns the base URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the API key that every request has to bring in `X-Api-Key`. Where requests are
    /// signed, it is the hash of the client's public key.
    pub fn api_key(&self) -> &str {
        self.shared.credentials().api_key()
    }

    /// Returns the client's private key, as PKCS#8 in PEM, where requests are signed. The key was
    /// made at start and is worth nothing elsewhere.
    pub fn rsa_private_key_pem(&self) -> Option<&str> {
        match self.shared.credentials() {
            Credentials::StaticKey(_) => None,
            Credentials::Signed(signed) => Some(signed.private_key_pem()),
        }
    }

    /// Returns the base URL of the server that answers as 1Click does, without a slash at its end:
    /// `/v0/tokens`, `/v0/quote`, `/v0/status`, `/v0/deposit/submit`, `/v0/any-input/withdrawals`,
    /// `/v0/generate-intent` and `/v0/submit-intent` follow.
    pub fn oneclick_url(&self) -> String {
        format!("{}/oneclick", self.url)
    }

    /// Returns the key that partners of 1Click bring in `X-API-Key`. Prices, quotes and statuses are
    /// told without one; another key is refused.
    pub fn oneclick_key(&self) -> String {
        self.shared.read(|state| state.quoted.partner_key().to_owned())
    }

    /// Returns the base URL of the server that answers as Aurora does, without a slash at its end:
    /// `/api/tokens/{key}`, `/api/quote/{key}`, `/api/status/{key}`, `/api/deposit/submit/{key}`,
    /// `/api/generate-intent/{key}` and `/api/submit-intent/{key}` follow.
    pub fn aurora_url(&self) -> String {
        format!("{}/aurora", self.url)
    }

    /// Returns the key that ends each of Aurora's paths.
    pub fn aurora_key(&self) -> String {
        self.shared.read(|state| state.quoted.aurora_key().to_owned())
    }

    /// Returns every quote with an address of its own, the oldest first, and what arrived there.
    pub fn deposits(&self) -> Vec<DepositRecord> {
        self.shared.change(|State { world, quoted, .. }| {
            quoted.count(world);
            quoted::records(quoted)
        })
    }

    /// Reads what an account holds inside NEAR Intents. The accounts that the default keys control
    /// hold something of each token: `0x` and the address in lower case for the key of EVM chains
    /// and Tron, the public key in hex for the one of Solana.
    pub fn intents_balances(&self, account: &str) -> Vec<Balance> {
        self.shared.read(|state| state.quoted.ledger().balances(&state.world, account))
    }

    /// Returns a registry that pins this sandbox's networks, contracts and tokens.
    pub fn registry_toml(&self) -> String {
        let sponsor = self.shared.config().sponsor_signs;
        self.shared.read(|state| documents::registry(&state.world, &state.quoted, sponsor))
    }

    /// Returns a policy to begin with.
    pub fn policy_toml(&self) -> String {
        documents::policy()
    }

    /// Returns the accounts that a client may act as. The first owns funds and has let Permit2
    /// move them; those named `no-allowance` own funds and have not. On Bitcoin `default`,
    /// `taproot` and `nested` own coins of three forms. On Solana `default` owns SOL and tokens of
    /// both programs.
    pub fn accounts(&self) -> Vec<Account> {
        self.shared.read(|state| state.world.accounts())
    }

    /// Gives an account of a client's own key what the default account begins with on a network and
    /// inside NEAR Intents, and lets Permit2 move it. It is to be done before the account does
    /// anything. On Bitcoin, dialects that name no key are told the one that is named here.
    ///
    /// # Errors
    ///
    /// Returns [`SandboxError::Fund`] if the network isn't here, or the address or the key is none of
    /// it.
    pub fn fund(
        &self,
        network: &str,
        address: &str,
        public_key: &[u8],
    ) -> Result<(), SandboxError> {
        let (now, wealth) = (clock::seconds(clock::now()), self.shared.config().wealth);
        let newcomer = Newcomer { network, address, public_key };
        let funded = self.shared.change(|State { world, quoted, .. }| {
            let account = world.welcome(now, newcomer, wealth)?;
            if let Some(account) = account {
                quoted.hand_out(world, &account, wealth);
            }
            Ok::<_, ChainError>(())
        });
        let failed = |error: ChainError| SandboxError::Fund {
            address: address.to_owned(),
            reason: error.to_string(),
        };
        funded.map_err(failed)
    }

    /// Returns where a network's chain is asked by JSON-RPC, without a key; `None` for a network
    /// that isn't here or has no chain.
    ///
    /// Where an EVM runs, it knows `eth_chainId`, `eth_blockNumber`, `eth_getBlockByNumber`,
    /// `eth_getBlockByHash`, `eth_call`, `eth_estimateGas`, `eth_getCode`, `eth_getStorageAt`,
    /// `eth_getBalance`, `eth_getTransactionCount`, `eth_gasPrice`, `eth_maxPriorityFeePerGas`,
    /// `eth_feeHistory`, `eth_getTransactionByHash` and `eth_getTransactionReceipt`, also in
    /// batches; but for Tron also `eth_sendRawTransaction`, for transactions of EIP-1559. Each is
    /// in a block of its own at once, or refused: none waits for another. The latest block is as
    /// old as the host's clock says.
    ///
    /// On Solana it knows `getGenesisHash`, `getHealth`, `getSlot`, `getBlockHeight`,
    /// `getEpochInfo`, `getLatestBlockhash`, `isBlockhashValid`, `getAccountInfo`, `getMultipleAccounts`,
    /// `getBalance`, `getTokenAccountBalance`, `getMinimumBalanceForRentExemption`,
    /// `getFeeForMessage`, `getRecentPrioritizationFees`, `getFirstAvailableBlock`,
    /// `simulateTransaction`, `sendTransaction` and `getSignatureStatuses`. What has run is
    /// finalized at once.
    pub fn rpc_url(&self, network: &str) -> Option<String> {
        let has_node = self.shared.change(|state| api::has_node(state, network));
        has_node.then(|| format!("{}/rpc/{network}", self.url))
    }

    /// Returns where a network's coins and transactions are asked by Esplora's REST API, without
    /// a key; `None` for a network that has none.
    ///
    /// It knows `/address/{address}/utxo`, `/scripthash/{hash}/utxo`, `/tx/{txid}/hex`,
    /// `/tx/{txid}/status`, `/tx/{txid}/outspend/{vout}`, `/blocks/tip/height`,
    /// `/blocks/tip/hash`, `/block-height/0`, `/tx/{txid}`, `/fee-estimates`, and `POST /tx`.
    pub fn esplora_url(&self, network: &str) -> Option<String> {
        (network == BITCOIN.name).then(|| format!("{}/esplora/{network}", self.url))
    }

    /// Returns where a network's chain is asked by the HTTP API of Tron's nodes, without a key;
    /// `None` for a network that has none.
    ///
    /// It knows `/wallet/getnowblock`, `/wallet/getblockbynum`, `/wallet/getblock`,
    /// `/wallet/getaccount`, `/wallet/getcontractinfo`, `/wallet/getenergyprices`,
    /// `/wallet/triggerconstantcontract`, `/wallet/broadcasthex`, `/wallet/gettransactionbyid` and
    /// `/wallet/gettransactioninfobyid`, and what is asked of blocks and transactions under
    /// `/walletsolidity` too. Addresses are written in base58check where the question says
    /// `visible`, else in hex. What has run is in a block that stays at once.
    pub fn tron_url(&self, network: &str) -> Option<String> {
        (network == TRON.name).then(|| format!("{}/tron/{network}", self.url))
    }

    /// Makes up an address on a network that can be paid to, or returns `None` for a network that
    /// isn't here. Nobody holds its key.
    pub fn new_recipient(&self, network: &str) -> Option<String> {
        documents::new_recipient(network)
    }

    /// Reads what an address holds, from the chains themselves.
    pub fn balances(&self, address: &str) -> Vec<Balance> {
        self.shared.change(|state| state.world.balances(address))
    }

    /// Returns what arrived at an address, of every token, with the transactions that brought it:
    /// whatever moved it, the sandbox or its clients.
    pub fn received(&self, address: &str) -> Vec<Received> {
        self.shared.read(|state| state.world.received_at(address))
    }

    /// Returns everything that ran since the accounts were seeded, in order.
    pub fn executions(&self) -> Vec<Execution> {
        self.shared.read(|state| state.world.executions().to_vec())
    }

    /// Returns every intent that was created, the oldest first, with what the chains executed for
    /// it.
    pub fn swaps(&self) -> Vec<SwapRecord> {
        self.shared.change(|state| {
            state.refresh_all();
            record::all(state.intents(), state.world.executions())
        })
    }

    /// Lets the whole API be away, or come back: while it is away each request is answered with
    /// 503. The chains' nodes, and swaps that were approved, go on.
    pub fn pause_api(&self, paused: bool) {
        self.shared.pause(paused);
    }

    /// Says whether Permit2 has used up a nonce of an owner, on any network. An owner that is no
    /// address, or a nonce that is no decimal integer, has not been used.
    pub fn nonce_used(&self, owner: &str, nonce: &str) -> bool {
        let owner = AddressForm::read_any(owner);
        let parsed = owner.zip(U256::from_str_radix(nonce, 10).ok());
        parsed.is_some_and(|(owner, nonce)| {
            self.shared.change(|state| state.world.nonce_used(owner, nonce))
        })
    }

    /// Lets so much time pass on Solana that a transaction which was handed out before names no
    /// recent blockhash any more.
    pub fn expire_blockhashes(&self) {
        let now = clock::seconds(clock::now());
        self.shared.change(|state| state.world.solana_mut().engine.expire_blockhashes(now));
    }

    /// Ends the sandbox and waits until its port is free.
    pub async fn shutdown(mut self) {
        self.shared.stop().cancel();
        if let Err(error) = (&mut self.server).await {
            tracing::debug!(%error, "the server ended early");
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop().cancel();
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sandbox").field("url", &self.url).finish_non_exhaustive()
    }
}

impl From<KeyError> for SandboxError {
    fn from(error: KeyError) -> Self {
        Self::Key { reason: error.to_string() }
    }
}

impl From<ChainError> for SandboxError {
    fn from(error: ChainError) -> Self {
        Self::Chain { reason: error.to_string() }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let stop = shared.stop().clone();
    let served = axum::serve(listener, api::router(shared));
    // A request that is still open must not keep the port: nothing here is worth finishing.
    if let Some(Err(error)) = stop.run_until_cancelled(served.into_future()).await {
        tracing::error!(%error, "the sandbox's server failed");
    }
}
