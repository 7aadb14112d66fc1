use std::sync::Arc;

use countersign::approval::{AssetLimits, Claim, Environment, Ledger, SwapId};
use countersign::evm::account_nonce_resource;
use countersign::journal::{JournalLedger, Store};
use countersign::units::{EvmAddress, Lots, UnixSeconds};
use countersign::{Clock, SystemClock};

/// Account nonces that something has which stands in no history, as a transaction for an allowance does.
#[derive(Debug)]
pub struct HeldNonces {
    ledger: JournalLedger,
    swap_id: SwapId,
}

impl HeldNonces {
    /// Takes some.
    ///
    /// # Panics
    ///
    /// If somebody has one of them.
    pub async fn take(
        store: &Arc<dyn Store>,
        (chain_id, owner): (u64, EvmAddress),
        nonces: impl IntoIterator<Item = u64>,
    ) -> Self {
        let (ledger, swap_id) = (JournalLedger::new(Arc::clone(store)), SwapId::generate());
        let name = |nonce| account_nonce_resource(chain_id, owner, nonce);
        let claim = Claim {
            swap_id,
            environment: Environment::Sandbox,
            digest: [0; 32],
            resources: nonces.into_iter().map(name).collect(),
            token: "USDC".to_owned(),
            amount: Lots::ZERO,
            valid_until: UnixSeconds::new(u64::MAX),
        };
        let limits = AssetLimits { per_swap: Lots::MAX, per_day: Lots::MAX, max_allowance: None };
        let now = SystemClock.now().to_seconds();
        ledger.record(&claim, limits, now).await.unwrap();
        Self { ledger, swap_id }
    }

    /// Returns who has them.
    pub const fn swap_id(&self) -> SwapId {
        self.swap_id
    }

    /// Gives all of them back, since nothing was signed.
    ///
    /// # Panics
    ///
    /// If the journal can't be written.
    pub async fn give_back(self) {
        self.ledger.give_back(self.swap_id).await.unwrap();
    }
}
