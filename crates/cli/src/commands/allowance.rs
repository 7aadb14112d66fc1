//! `countersign allowance`: how much of a token Permit2 may move, and no more of it.

#[cfg(feature = "sandbox")]
use countersign::approval::MemoryLedger;
use countersign::approval::{Ledger, Permit2Pins, Registry, Token};
use countersign::chain_rpc::{EvmRpc, OpenAllowance};
use countersign::journal::JournalLedger;
use countersign::{AllowanceChange, Config, TokenAt};
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Sandbox, SandboxConfig};
use serde::Serialize;

use super::allowances::Standing;
use super::block_on;
use super::setting::{Keys, Setting};
use crate::arguments::{Allowance, AllowanceOf, AllowanceRevoke};
use crate::connection::{self, NodeView, SetupError};
use crate::exit::{Ended, Failure};
use crate::journal::{Journal, Need};
use crate::{keyring, output};

/// How many connections to a journal it takes.
const CONNECTIONS: u32 = 2;

/// An allowance, as `--json` shows it.
#[derive(Serialize)]
struct Report {
    network: String,
    chain_id: u64,
    owner: String,
    permit2: String,
    #[serde(flatten)]
    standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Proof>,
}

/// Which transaction changed it, and where it stands.
#[derive(Serialize)]
struct Proof {
    transaction: String,
    block: u64,
}

pub(crate) fn run(arguments: &Allowance) -> Result<Ended, Failure> {
    let (report, json) = block_on(async {
        match arguments {
            Allowance::Show(of) => show(of).await.map(|report| (report, of.over.json)),
            Allowance::Revoke(revoke) => {
                revoked(revoke).await.map(|report| (report, revoke.of.over.json))
            }
        }
    })?;
    let written = if json { output::json(&report) } else { report.print() };
    written.map(|()| Ended::Done)
}

fn token_of(of: &AllowanceOf) -> Result<TokenAt, SetupError> {
    of.at().map_err(SetupError::Argument)
}

async fn show(of: &AllowanceOf) -> Result<Report, Failure> {
    #[cfg(feature = "sandbox")]
    if of.over.sandbox {
        let sandbox = Sandbox::start(SandboxConfig::default()).await?;
        let report = show_in(&sandbox, of).await;
        sandbox.shutdown().await;
        return report;
    }
    let path = of.over.pinned.registry.as_ref().ok_or(SetupError::Missing("--registry"))?;
    let registry = connection::registry(path)?;
    let owner = of.owner.as_ref().ok_or(SetupError::Missing("--owner"))?;
    let at = &token_of(of)?;
    let node = connection::evm_node(&of.over.chains, &registry, &at.network)?;
    ask(at, &registry, &node, owner).await
}

#[cfg(feature = "sandbox")]
async fn show_in(sandbox: &Sandbox, of: &AllowanceOf) -> Result<Report, Failure> {
    let at = &token_of(of)?;
    let registry = Registry::from_toml(&sandbox.registry_toml()).map_err(SetupError::from)?;
    let account = connection::sandbox_account(sandbox, &at.network)?;
    let owner = of.owner.as_ref().unwrap_or(&account.address);
    let node = connection::sandbox_node(sandbox, &at.network)?;
    let node = connection::require_evm(node, &at.network)?;
    ask(at, &registry, &node, owner).await
}

async fn revoked(arguments: &AllowanceRevoke) -> Result<Report, Failure> {
    let of = &arguments.of;
    #[cfg(feature = "sandbox")]
    if of.over.sandbox {
        let sandbox = Sandbox::start(SandboxConfig::default()).await?;
        let report = revoked_in(&sandbox, arguments).await;
        sandbox.shutdown().await;
        return report;
    }
    let (at, missing) = (&token_of(of)?, SetupError::Missing);
    let registry = of.over.pinned.registry.as_ref().ok_or(missing("--registry"))?;
    let policy = arguments.policy.as_ref().ok_or(missing("--policy"))?;
    let config = Config::from_files(registry, policy).map_err(SetupError::from)?;
    let keys = Keys::from_files(&arguments.key_files, config.registry(), Some(&at.network))?;
    let keys = keys.with(keyring::if_named(&arguments.keyring).await?);
    let node = connection::evm_node(&of.over.chains, config.registry(), &at.network)?;
    let nodes = connection::nodes(&of.over.chains, config.registry())?;
    let journal = Journal::open(&arguments.journal, Need::Any, CONNECTIONS).await?;
    let ledger = JournalLedger::new(journal.store());
    let done = change((of, at), (config, keys, nodes), &node, &ledger).await;
    journal.close().await;
    done
}

#[cfg(feature = "sandbox")]
async fn revoked_in(sandbox: &Sandbox, arguments: &AllowanceRevoke) -> Result<Report, Failure> {
    let (of, at) = (&arguments.of, &token_of(&arguments.of)?);
    let config = Config::from_toml(&sandbox.registry_toml(), &sandbox.policy_toml());
    let config = config.map_err(SetupError::from)?;
    let ring = keyring::if_named(&arguments.keyring).await?;
    let keys = if ring.is_some() {
        Keys::default().with(ring)
    } else {
        let account = connection::sandbox_account(sandbox, &at.network)?;
        Keys::of_accounts(&[account], config.registry())?
    };
    let owner = keys.owner(&at.network, config.registry(), of.owner.as_deref())?;
    keys.fund(sandbox, &at.network, &owner)?;
    let view = || connection::sandbox_node(sandbox, &at.network);
    let node = connection::require_evm(view()?, &at.network)?;
    let nodes = vec![(at.network.clone(), view()?)];
    change((of, at), (config, keys, nodes), &node, &MemoryLedger::new()).await
}

/// Takes an allowance back, and asks what it is since.
async fn change(
    (of, at): (&AllowanceOf, &TokenAt),
    (config, keys, nodes): (Config, Keys, Vec<(String, NodeView)>),
    node: &EvmRpc,
    ledger: &dyn Ledger,
) -> Result<Report, Failure> {
    let registry = config.registry().clone();
    let owner = keys.owner(&at.network, &registry, of.owner.as_deref())?;
    let (flow, _) = Setting::without_api(config, keys, nodes).build(None)?;
    let change = flow.revoke_allowance(ledger, at, &owner).await?;
    let report = ask(at, &registry, node, &owner).await?;
    Ok(Report { revoked: Some(Proof::of(&change)), ..report })
}

async fn ask(
    at: &TokenAt,
    registry: &Registry,
    node: &EvmRpc,
    owner: &str,
) -> Result<Report, Failure> {
    let unknown = || SetupError::UnknownNetwork(at.network.clone());
    let pins = registry.network(&at.network).and_then(|network| network.permit2.as_ref());
    let pins = pins.ok_or_else(unknown)?;
    let permit2 = pins.contract.ok_or(SetupError::Missing("permit2 in the registry"))?;
    let name = || at.to_string();
    let found = registry.find(&at.symbol, &at.network).map(|(_, token)| token);
    let token = found.ok_or_else(|| SetupError::UnknownToken(name()))?;
    // A chain's own coin has no contract that allows anything.
    let address = pins.standard.parse_address(&token.address);
    let address = address.map_err(|_| SetupError::UnknownToken(name()))?;
    let owner = pins.standard.parse_address(owner).map_err(SetupError::Owner)?;
    let open = node.allowances(pins.chain_id, owner, permit2, &[address]).await;
    let open = open.map_err(|source| Failure::Chain { network: at.network.clone(), source })?;
    let open = open.first().ok_or_else(|| SetupError::UnknownToken(name()))?;
    let parties = (pins.standard.show(owner), pins.standard.show(permit2));
    Ok(Report::new(pins, token, open, parties))
}

impl Report {
    fn new(
        pins: &Permit2Pins,
        token: &Token,
        open: &OpenAllowance,
        (owner, permit2): (String, String),
    ) -> Self {
        Self {
            network: token.network.clone(),
            chain_id: pins.chain_id,
            owner,
            permit2,
            standing: Standing::new(token, open),
            revoked: None,
        }
    }

    /// Writes the allowance for people.
    fn print(&self) -> Result<(), Failure> {
        output::result(format_args!("owner      {}", self.owner))?;
        output::result(format_args!("permit2    {} on {}", self.permit2, self.network))?;
        let [token, may, balance] = self.standing.cells();
        output::result(format_args!("may move   {may} of {balance} {token}"))?;
        self.revoked.as_ref().map_or(Ok(()), |Proof { transaction, block }| {
            output::result(format_args!("revoked    {transaction}, block {block}"))
        })
    }
}

impl Proof {
    fn of(change: &AllowanceChange) -> Self {
        Self { transaction: output::hex(&change.transaction), block: change.block }
    }
}
