//! What the program is told to do. It holds no secret: those are in files of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use countersign::approval::Registry;
use countersign_sandbox::Sandbox;
use serde::{Deserialize, Serialize};

/// Names the file of the orders.
pub(crate) const ORDERS: &str = "COUNTERSIGN_SECRETS_ORDERS";

/// Everything that the program needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Where its secrets are, its keystore, its journal, and what it writes.
    pub(crate) folder: PathBuf,
    pub(crate) honest: Site,
    /// Whose payloads ask for something else than what was agreed.
    pub(crate) hostile: Site,
    /// A server that answers each request with all that it was sent.
    pub(crate) echo: String,
    /// A signing service of the custodian's own.
    pub(crate) service: String,
    pub(crate) manner: Manner,
}

/// How the program goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Manner {
    /// As a program should, but for [`countersign::keys::harden_process`], so that its memory can be
    /// looked at.
    Open,
    /// As a program should.
    Hardened,
    /// It shows each secret everywhere.
    Careless,
}

/// Where a sandbox is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) oneclick: String,
    pub(crate) aurora: String,
    pub(crate) esplora: String,
    pub(crate) nodes: BTreeMap<String, String>,
    pub(crate) registry: String,
    pub(crate) policy: String,
    /// The first account on each network.
    pub(crate) owners: BTreeMap<String, String>,
    pub(crate) recipient: String,
}

impl Site {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let registry = Registry::from_toml(&sandbox.registry_toml()).unwrap();
        let names = registry.networks().map(|(name, _)| name.to_owned());
        let nodes = names.filter_map(|name| Some((name.clone(), sandbox.rpc_url(&name)?)));
        let accounts = sandbox.accounts().into_iter().rev();
        Self {
            url: sandbox.url().to_owned(),
            oneclick: sandbox.oneclick_url(),
            aurora: sandbox.aurora_url(),
            esplora: sandbox.esplora_url("bitcoin").unwrap(),
            nodes: nodes.collect(),
            registry: sandbox.registry_toml(),
            policy: sandbox.policy_toml(),
            owners: accounts.map(|account| (account.network, account.address)).collect(),
            recipient: sandbox.new_recipient("base").unwrap(),
        }
    }
}
