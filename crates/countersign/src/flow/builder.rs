use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countersign_approval::{EvmChainView, Ledger, MemoryLedger, Reviewer};
use countersign_evm::PermitSigner;

use super::Countersign;
use crate::steps::Maker;
use crate::{Clock, Config, SwapApi, SystemClock};

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
                config,
                signers: Vec::new(),
                chains: BTreeMap::new(),
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
