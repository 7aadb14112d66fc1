//! Takes coins back from a sandbox whose resolver never pays, while the swap is followed.

use std::time::Duration;

use countersign::approval::Policy;
use countersign::bitcoin::{CoinSigner, LocalCoinSigner};
use countersign::keys::Keyring;
use countersign::{Config, refund};
use countersign_sandbox::{Account, Sandbox};
use tokio::task::JoinHandle;

use crate::commands::sandbox::Recipes;
use crate::connection::{self, NodeView, SetupError};
use crate::output;

/// The fee, in satoshis per virtual byte.
const FEE_RATE: u64 = 2;
/// How often it is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Returns who signs refunds: the keyring, and else an account of the sandbox.
pub(super) fn signer(account: &Account, ring: Option<&Keyring>) -> Option<Box<dyn CoinSigner>> {
    if let Some(ring) = ring {
        return Some(Box::new(ring.clone()));
    }
    let key = LocalCoinSigner::from_hex(account.private_key()).ok()?;
    Some(Box::new(key))
}

pub(crate) struct Refunder {
    node: NodeView,
    signer: Box<dyn CoinSigner>,
    recipes: Recipes,
    policy: Policy,
}

impl Refunder {
    /// Prepares refunds of a signer's coins; none where the network has no coins.
    pub(crate) fn new(
        sandbox: &Sandbox,
        signer: Option<Box<dyn CoinSigner>>,
        network: &str,
        recipes: Recipes,
        config: &Config,
    ) -> Result<Option<Self>, SetupError> {
        if sandbox.esplora_url(network).is_none() {
            return Ok(None);
        }
        let Some(signer) = signer else { return Ok(None) };
        let (node, policy) = (connection::sandbox_node(sandbox, network)?, config.policy()?);
        Ok(Some(Self { node, signer, recipes, policy }))
    }

    /// Tries until it is done.
    pub(crate) fn start(self) -> JoinHandle<()> {
        tokio::spawn(async move {
            while !self.is_done().await {
                tokio::time::sleep(PAUSE).await;
            }
        })
    }

    async fn is_done(&self) -> bool {
        let (Some(recipe), NodeView::Bitcoin(node)) = (self.recipes.latest(), &self.node) else {
            return false;
        };
        match refund(&recipe, node.as_ref(), self.signer.as_ref(), &self.policy, FEE_RATE).await {
            Ok(done) => {
                let (amount, fee, txid) = (done.amount, done.fee, done.txid);
                output::say(format_args!("refunded  {amount}, fee {fee}, by {txid}"));
                true
            }
            Err(early) => {
                output::say(format_args!("refund    not yet: {early}"));
                false
            }
        }
    }
}
