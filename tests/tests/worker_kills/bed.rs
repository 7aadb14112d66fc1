//! A sandbox, a journal, and a file of signatures, for worker processes to meet on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::journal::{Page, Store, Which};
use countersign::units::{Lots, UnixMillis};
use countersign_sandbox::{Sandbox, SandboxConfig};
use countersign_tests::Cluster;
use tempfile::TempDir;

use crate::deposits::held;
use crate::mood::Mood;
use crate::orders::{Job, Orders, connect};
use crate::process::{Process, Said};
use crate::site::{Ask, By, Site};

/// What is swapped for what, and how much of it: out of all three chains.
pub(crate) const ROUTES: [(&str, &str, &str); 8] = [
    ("USDC@ethereum", "SOL@solana", "10"),
    ("SOL@solana", "USDC@ethereum", "0.1"),
    ("USDC@solana", "WETH@ethereum", "10"),
    ("BTC@bitcoin", "USDC@ethereum", "0.001"),
    ("USDC@ethereum", "BTC@bitcoin", "100"),
    ("SOL@solana", "USDC@base", "0.1"),
    ("USDC@ethereum", "USDC@base", "10"),
    ("USDC@solana", "SOL@solana", "10"),
];

/// What is paid in at quoted addresses: a chain's own coin, and a token, of each kind of chain.
pub(crate) const DEPOSITS: [(&str, &str, &str); 9] = [
    ("USDC@ethereum", "USDC@base", "10"),
    ("ETH@ethereum", "USDC@base", "0.01"),
    ("BTC@bitcoin", "USDC@ethereum", "0.001"),
    ("SOL@solana", "USDC@ethereum", "0.1"),
    ("USDC@solana", "USDC@base", "10"),
    ("USDC@base", "SOL@solana", "10"),
    ("USDC@ethereum", "BTC@bitcoin", "100"),
    ("USDT@tron", "USDC@base", "10"),
    ("TRX@tron", "USDC@ethereum", "10"),
];

/// What is paid for inside the intents contract, by a key of an EVM.
pub(crate) const MESSAGES: [(&str, &str, &str); 2] =
    [("USDC@ethereum", "USDC@base", "10"), ("USDC@base", "SOL@solana", "10")];

/// The same, by a key of Ed25519.
pub(crate) const PAYLOADS: [(&str, &str, &str); 2] =
    [("USDC@solana", "USDC@base", "10"), ("SOL@solana", "USDC@ethereum", "0.1")];

/// How long open swaps are carried on.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where worker processes meet.
pub(crate) struct Bed {
    pub(crate) sandbox: Sandbox,
    pub(crate) by: By,
    /// What the payers held at the start.
    pub(crate) held: BTreeMap<(String, String), Lots>,
    site: Site,
    folder: TempDir,
    journal: String,
}

impl Bed {
    /// Sets everything up with the journal in a file.
    pub(crate) async fn in_a_file(config: SandboxConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.db").to_str().unwrap().to_owned();
        Self::new(config, folder, journal).await
    }

    /// Sets everything up with the journal on a server.
    pub(crate) async fn on_a_server(config: SandboxConfig, cluster: &Cluster) -> Self {
        Self::new(config, tempfile::tempdir().unwrap(), cluster.new_database()).await
    }

    async fn new(config: SandboxConfig, folder: TempDir, journal: String) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let site = Site::of(&sandbox);
        // Its tables are there before anybody is killed who makes them.
        connect(&journal).await;
        let held = held(&sandbox);
        Self { sandbox, by: By::default(), held, site, folder, journal }
    }

    /// Has swaps be paid for in another way than by approvals.
    #[must_use]
    pub(crate) fn paid(self, by: By) -> Self {
        Self { by, ..self }
    }

    /// Returns what is swapped here.
    pub(crate) const fn routes(&self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self.by {
            By::Approval => &ROUTES,
            By::Deposit => &DEPOSITS,
            By::Message => &MESSAGES,
            By::Payload => &PAYLOADS,
        }
    }

    /// Changes the policy by which swaps are judged.
    pub(crate) fn set_policy(&mut self, change: impl FnOnce(&str) -> String) {
        self.site.policy = change(&self.site.policy);
    }

    /// Opens the journal once more.
    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        connect(&self.journal).await
    }

    /// Returns the lines of the file of signatures.
    pub(crate) fn signatures(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.signature_file()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn signature_file(&self) -> std::path::PathBuf {
        self.folder.path().join("signatures")
    }

    /// Asks for a swap on one of the routes, to somebody who is paid by it alone.
    pub(crate) fn ask(&self, key: &str, (from, to, amount): (&str, &str, &str)) -> Ask {
        let network = |token: &str| token.split_once('@').unwrap().1.to_owned();
        let payers = self.sandbox.accounts();
        let owner = payers.into_iter().find(|payer| payer.network == network(from)).unwrap();
        Ask {
            key: key.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            amount: amount.to_owned(),
            owner: owner.address,
            recipient: self.sandbox.new_recipient(&network(to)).unwrap(),
        }
    }

    /// Gives orders for a process in which nothing goes wrong.
    pub(crate) fn orders(&self, job: Job) -> Orders {
        Orders {
            site: self.site.clone(),
            by: self.by,
            journal: self.journal.clone(),
            signatures: self.signature_file(),
            trap: None,
            begins_at: UnixMillis::new(0),
            mood: Mood::default(),
            lease_ms: 1_000,
            hold_ms: 500,
            checkpoint_ms: None,
            at_once: 16,
            job,
        }
    }

    /// Has processes without faults carry on what is open, until nothing is, or nothing ends any
    /// more. Returns what was said.
    pub(crate) async fn finish(&self) -> Vec<Said> {
        let (store, mut said) = (self.store().await, Vec::new());
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if !is_open(store.as_ref()).await {
                break;
            }
            let process = Process::start(&self.orders(Job::Resume));
            let (status, heard) = tokio::task::block_in_place(|| process.end());
            assert!(status.success(), "expected a process without faults to end well: {heard:?}");
            said.extend(heard);
        }
        // The sandbox notices coins that were taken back at its next step.
        tokio::time::sleep(Duration::from_millis(100)).await;
        said
    }
}

/// Says whether a swap is open.
pub(crate) async fn is_open(store: &dyn Store) -> bool {
    let page = Page { which: Which::Open, after: None, most: 1 };
    !store.list(page).await.unwrap().is_empty()
}

/// A sandbox of many short swaps, out of accounts that can pay for them.
pub(crate) fn busy() -> SandboxConfig {
    SandboxConfig {
        step: Duration::from_millis(10),
        coins: 400,
        wealth: 100,
        ..SandboxConfig::default()
    }
}
