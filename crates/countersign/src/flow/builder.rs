use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countersign_approval::{
    BitcoinChainView, CallChainView, EvmChainView, Ledger, MemoryLedger, Reviewer, SolanaChainView,
    SolanaTransferView, TronCallView,
};
use countersign_bitcoin::{CoinSigner, TermsError, scripts_of_key};
use countersign_evm::{CallSigner, PermitSigner};
use countersign_near::IntentSigner;
use countersign_solana::{CosignSigner, TransferSigner};
use countersign_units::SolanaAddress;

use super::Countersign;
use super::rings::Rings;
use super::sign::CoinKeys;
use crate::choose::Held;
use crate::steps::Maker;
use crate::{Clock, Config, KeepRefund, Offer, Order, SwapApi, SystemClock};

/// Sets up a [`Countersign`].
#[must_use]
pub struct CountersignBuilder {
    inner: Countersign,
}

impl CountersignBuilder {
    /// Adds a key. The key of a swap is found by the owner's address.
    pub fn signer(mut self, signer: impl PermitSigner + 'static) -> Self {
        self.inner.signers.push(Arc::new(signer));
        self
    }

    /// Sets another API.
    pub fn api(mut self, api: impl SwapApi + 'static) -> Self {
        self.inner.api = Arc::new(api);
        self
    }

    /// Sets the offer that the API was chosen for: it is the first quote of that order, so that nothing
    /// worse comes in its place. It is taken once; whatever is offered for that order later, for another
    /// try or another swap, is held to the same floor, so a new choice wants a new flow.
    ///
    /// What the API quotes again before it is paid has to be no less than what this order asks for at
    /// least, and no less than what the request does; see
    /// [`Choice::with_floor`](crate::Choice::with_floor). If the request does not say it, it has to be no
    /// less than what was offered.
    pub fn chosen(mut self, order: Order, offer: Offer) -> Self {
        self.inner.held = Held::new(order, offer);
        self
    }

    /// Sets the ledger; in memory if this isn't called.
    pub fn ledger(mut self, ledger: impl Ledger + 'static) -> Self {
        self.inner.ledger = Arc::new(ledger);
        self
    }

    /// Sets who approves what policy wants reviewed. Without a reviewer it is not signed.
    pub fn reviewer(mut self, reviewer: impl Reviewer + 'static) -> Self {
        self.inner.reviewer = Some(Arc::new(reviewer));
        self
    }

    /// Sets the clock; the host's if this isn't called.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.inner.clock = Arc::new(clock);
        self
    }

    /// Adds a view of a network's chain, by the network's name in the registry. What it says is
    /// judged before anything is signed from that network.
    pub fn chain(mut self, network: impl Into<String>, view: impl EvmChainView + 'static) -> Self {
        self.inner.chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a key for coins on Bitcoin, by its compressed public key. The key of a swap is found by
    /// the owner's address.
    ///
    /// # Errors
    ///
    /// Returns a [`TermsError`] if the bytes are no public key.
    pub fn coin_signer(
        mut self,
        public_key: [u8; 33],
        signer: impl CoinSigner + 'static,
    ) -> Result<Self, TermsError> {
        let scripts = scripts_of_key(public_key)?;
        let signer = Arc::new(signer);
        self.inner.coin_keys.push(CoinKeys { public_key, scripts, signer });
        Ok(self)
    }

    /// Adds a view of a Bitcoin network's chain, by the network's name in the registry.
    pub fn bitcoin_chain(
        mut self,
        network: impl Into<String>,
        view: impl BitcoinChainView + 'static,
    ) -> Self {
        self.inner.bitcoin_chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a key for an account on Solana. The key of a swap is found by the owner's address.
    pub fn solana_signer(
        mut self,
        account: SolanaAddress,
        signer: impl CosignSigner + 'static,
    ) -> Self {
        self.inner.solana_keys.insert(account, Arc::new(signer));
        self
    }

    /// Adds a view of a Solana cluster, by the network's name in the registry.
    pub fn solana_chain(
        mut self,
        network: impl Into<String>,
        view: impl SolanaChainView + 'static,
    ) -> Self {
        self.inner.solana_chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a key for transactions of our own on EVM chains. The key of a swap is found by the owner's
    /// address.
    pub fn call_signer(mut self, signer: impl CallSigner + 'static) -> Self {
        self.inner.call_signers.push(Arc::new(signer));
        self
    }

    /// Adds a view of an EVM network's chain by which transactions of our own are made, and through
    /// which they are sent.
    pub fn call_chain(
        mut self,
        network: impl Into<String>,
        view: impl CallChainView + 'static,
    ) -> Self {
        self.inner.call_chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a view of Tron by which transactions of our own are made, and through which they are
    /// sent. Their keys are those of EVM accounts: [`call_signer`](Self::call_signer).
    pub fn tron_call_chain(
        mut self,
        network: impl Into<String>,
        view: impl TronCallView + 'static,
    ) -> Self {
        self.inner.tron_chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a key for transfers of our own on Solana.
    pub fn transfer_signer(
        mut self,
        account: SolanaAddress,
        signer: impl TransferSigner + 'static,
    ) -> Self {
        self.inner.transfer_signers.insert(account, Arc::new(signer));
        self
    }

    /// Adds a view of a Solana cluster by which transfers of our own are made, and through which they
    /// are sent.
    pub fn transfer_chain(
        mut self,
        network: impl Into<String>,
        view: impl SolanaTransferView + 'static,
    ) -> Self {
        self.inner.transfer_chains.insert(network.into(), Arc::new(view));
        self
    }

    /// Adds a key for NEAR intents. The key of a swap is found by the owner's account, which is the
    /// key's on its own chain.
    pub fn intent_signer(mut self, signer: impl IntentSigner + 'static) -> Self {
        self.inner.intent_signers.push(Arc::new(signer));
        self
    }

    /// Adds a key of an EVM account for all that it may sign: permits, and transactions of our own.
    pub fn evm_key(mut self, key: impl PermitSigner + CallSigner + 'static) -> Self {
        let key = Arc::new(key);
        self.inner.signers.push(key.clone());
        self.inner.call_signers.push(key);
        self
    }

    /// Adds a node of an EVM network for all that it is asked: what permits are judged by, and what
    /// transactions of our own are made by and sent through.
    pub fn evm_node(
        mut self,
        network: impl Into<String>,
        node: impl EvmChainView + CallChainView + 'static,
    ) -> Self {
        let (network, node) = (network.into(), Arc::new(node));
        self.inner.chains.insert(network.clone(), node.clone());
        self.inner.call_chains.insert(network, node);
        self
    }

    /// Adds a key of an account of Tron for all that it may sign. It is a key as EVM accounts have.
    pub fn tron_key(self, key: impl PermitSigner + CallSigner + 'static) -> Self {
        self.evm_key(key)
    }

    /// Adds a node of Tron for all that it is asked: its JSON-RPC tells what permits are judged by,
    /// its own API what transactions of our own are made by and sent through.
    pub fn tron_node(
        self,
        network: impl Into<String>,
        json_rpc: impl EvmChainView + 'static,
        api: impl TronCallView + 'static,
    ) -> Self {
        let network = network.into();
        self.chain(network.clone(), json_rpc).tron_call_chain(network, api)
    }

    /// Adds a key of an account on Solana for all that it may sign: what is co-signed, and transfers
    /// of our own.
    pub fn solana_key(
        mut self,
        account: SolanaAddress,
        key: impl CosignSigner + TransferSigner + 'static,
    ) -> Self {
        let key = Arc::new(key);
        self.inner.solana_keys.insert(account, key.clone());
        self.inner.transfer_signers.insert(account, key);
        self
    }

    /// Adds a node of a Solana cluster for all that it is asked.
    pub fn solana_node(
        mut self,
        network: impl Into<String>,
        node: impl SolanaChainView + SolanaTransferView + 'static,
    ) -> Self {
        let (network, node) = (network.into(), Arc::new(node));
        self.inner.solana_chains.insert(network.clone(), node.clone());
        self.inner.transfer_chains.insert(network, node);
        self
    }

    /// Adds the keys of a keyring, on all chains. The key of a swap is found by the owner's address; a
    /// signer that was added by itself comes first.
    #[cfg(feature = "keys")]
    pub fn keyring(mut self, keyring: countersign_keys::Keyring) -> Self {
        self.inner.rings.add(keyring);
        self
    }

    /// Sets who keeps the recipes of refunds. Without a keeper no PSBT is signed.
    pub fn refund_keeper(mut self, keeper: impl KeepRefund + 'static) -> Self {
        self.inner.refund_keeper = Some(Arc::new(keeper));
        self
    }

    /// Ends the set-up.
    pub fn build(self) -> Countersign {
        self.inner
    }
}

impl Countersign {
    /// Begins to set up a flow over an API, by a registry and a policy.
    pub fn builder(api: impl SwapApi + 'static, config: Config) -> CountersignBuilder {
        CountersignBuilder {
            inner: Self {
                api: Arc::new(api),
                held: Held::default(),
                config,
                signers: Vec::new(),
                coin_keys: Vec::new(),
                chains: BTreeMap::new(),
                bitcoin_chains: BTreeMap::new(),
                solana_keys: BTreeMap::new(),
                solana_chains: BTreeMap::new(),
                call_signers: Vec::new(),
                call_chains: BTreeMap::new(),
                tron_chains: BTreeMap::new(),
                transfer_signers: BTreeMap::new(),
                transfer_chains: BTreeMap::new(),
                intent_signers: Vec::new(),
                rings: Rings::default(),
                refund_keeper: None,
                ledger: Arc::new(MemoryLedger::new()),
                reviewer: None,
                clock: Arc::new(SystemClock),
                maker: Maker::unique(),
            },
        }
    }
}

impl fmt::Debug for CountersignBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inner, formatter)
    }
}
