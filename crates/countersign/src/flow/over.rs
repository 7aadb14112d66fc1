use std::sync::Arc;

use super::Countersign;
use crate::SwapApi;
use crate::choose::Held;
use crate::steps::Maker;

impl Countersign {
    /// Returns the same over another API. It carries on none of this one's steps, and was chosen for no
    /// offer.
    pub(crate) fn over(&self, api: impl SwapApi + 'static) -> Self {
        Self {
            api: Arc::new(api),
            held: Held::default(),
            config: self.config.clone(),
            signers: self.signers.clone(),
            coin_keys: self.coin_keys.clone(),
            chains: self.chains.clone(),
            bitcoin_chains: self.bitcoin_chains.clone(),
            solana_keys: self.solana_keys.clone(),
            solana_chains: self.solana_chains.clone(),
            call_signers: self.call_signers.clone(),
            call_chains: self.call_chains.clone(),
            tron_chains: self.tron_chains.clone(),
            transfer_signers: self.transfer_signers.clone(),
            transfer_chains: self.transfer_chains.clone(),
            intent_signers: self.intent_signers.clone(),
            rings: self.rings.clone(),
            refund_keeper: self.refund_keeper.clone(),
            ledger: Arc::clone(&self.ledger),
            reviewer: self.reviewer.clone(),
            clock: Arc::clone(&self.clock),
            maker: Maker::unique(),
        }
    }
}
