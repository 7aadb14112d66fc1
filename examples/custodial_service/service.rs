//! The library, set up: an API, keys, views of the chains, limits, a reviewer, a journal.

use std::sync::Arc;

use countersign::chain_rpc::{Esplora, SolanaRpc};
use countersign::http_client::transport::{Auth, Limits};
use countersign::journal::{Label, Store};
use countersign::keys::Keyring;
use countersign::{Countersign, Worker, WorkerOptions};
use countersign_examples as shared;
use countersign_sandbox::Sandbox;

use crate::review::Desk;
use crate::{Result, limits};

/// What all workers of the service share.
pub(crate) struct Service<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) keyring: &'a Keyring,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) desk: Desk,
}

impl Service<'_> {
    /// Sets up a worker. Any number may run on one journal, in one process or in many.
    pub(crate) fn worker(&self, name: &str) -> Result<Arc<Worker>> {
        let options = WorkerOptions::new(Label::new(name)?);
        Ok(Arc::new(Worker::new(self.flow()?, Arc::clone(&self.store), options)))
    }

    fn flow(&self) -> Result<Countersign> {
        let Self { sandbox, keyring, desk, .. } = self;
        let missing = |what: &str| format!("the sandbox has no node of {what}");
        let coins = sandbox.esplora_url("bitcoin").ok_or_else(|| missing("bitcoin"))?;
        let cluster = sandbox.rpc_url("solana").ok_or_else(|| missing("solana"))?;
        let flow = Countersign::builder(shared::connect(sandbox)?, limits::config(sandbox)?)
            .keyring(Keyring::clone(keyring))
            .reviewer(desk.clone())
            .evm_node("ethereum", shared::node(sandbox, "ethereum")?)
            .evm_node("base", shared::node(sandbox, "base")?)
            .bitcoin_chain(
                "bitcoin",
                Esplora::connect(coins.parse()?, Auth::None, Limits::default())?,
            )
            .solana_chain("solana", SolanaRpc::connect(cluster.parse()?)?);
        Ok(flow.build())
    }
}
