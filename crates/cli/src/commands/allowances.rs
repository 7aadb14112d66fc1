//! `countersign allowances`: what stands open towards Permit2.

use countersign::approval::{ChainViewError, Permit2Pins, Registry, Token};
use countersign::chain_rpc::{EvmRpc, OpenAllowance};
use countersign::evm::ApproveCall;
use countersign::units::{EvmAddress, Lots};
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Sandbox, SandboxConfig};
use serde::Serialize;

use super::block_on;
use crate::arguments::Allowances;
use crate::connection::{self, SetupError};
use crate::exit::{Ended, Failure};
use crate::output;

/// The allowances, as `--json` shows them.
#[derive(Serialize)]
struct Report {
    network: String,
    chain_id: u64,
    owner: String,
    permit2: String,
    allowances: Vec<Standing>,
    /// What the owner would have to send, in order.
    calls: Vec<Call>,
}

/// How much of a token may be moved, and how much there is.
#[derive(Serialize)]
pub(crate) struct Standing {
    token: String,
    address: String,
    allowance_lots: String,
    allowance: String,
    unlimited: bool,
    balance_lots: String,
    balance: String,
}

/// A call, as `--json` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Call {
    #[serde(flatten)]
    sender: Sender,
    to: String,
    data: String,
    /// What it does, in words.
    what: String,
}

/// Who has to send a call, and where.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sender {
    pub(crate) network: String,
    pub(crate) chain_id: u64,
    /// The account, in the network's own form.
    pub(crate) from: String,
}

/// What is asked, and whom.
struct Question<'r> {
    pins: &'r Permit2Pins,
    permit2: EvmAddress,
    owner: EvmAddress,
    tokens: Vec<(&'r Token, EvmAddress)>,
    node: EvmRpc,
}

pub(crate) fn run(arguments: &Allowances) -> Result<Ended, Failure> {
    let report = block_on(async {
        #[cfg(feature = "sandbox")]
        if arguments.over.sandbox {
            let sandbox = Sandbox::start(SandboxConfig::default()).await?;
            let registry = Registry::from_toml(&sandbox.registry_toml());
            let node = connection::sandbox_node(&sandbox, &arguments.network)?;
            let owner = connection::sandbox_account(&sandbox, &arguments.network)?.address;
            let registry = registry.map_err(SetupError::from)?;
            let report = ask(
                arguments,
                &registry,
                connection::require_evm(node, &arguments.network)?,
                &owner,
            )
            .await;
            sandbox.shutdown().await;
            return report;
        }
        let missing = SetupError::Missing;
        let registry = arguments.over.pinned.registry.as_ref().ok_or(missing("--registry"))?;
        let registry = connection::registry(registry)?;
        let owner = arguments.owner.as_ref().ok_or(missing("--owner"))?;
        let node = connection::evm_node(&arguments.over.chains, &registry, &arguments.network)?;
        ask(arguments, &registry, node, owner).await
    })?;
    let written = if arguments.over.json { output::json(&report) } else { report.print() };
    written.map(|()| Ended::Done)
}

async fn ask(
    arguments: &Allowances,
    registry: &Registry,
    node: EvmRpc,
    owner: &str,
) -> Result<Report, Failure> {
    let owner = arguments.owner.as_deref().unwrap_or(owner);
    let question = Question::new(arguments, registry, node, owner)?;
    let found = question.ask().await.map_err(|source| {
        let network = arguments.network.clone();
        Failure::Chain { network, source }
    })?;
    let calls = question.calls(arguments, registry, &found)?;
    if calls.is_empty() {
        tell_why_not(arguments);
    }
    Ok(question.report(&arguments.network, &found, &calls))
}

/// Says why there is nothing to send, where calls were asked for.
fn tell_why_not(arguments: &Allowances) {
    if arguments.revoke {
        output::say(format_args!("nothing to send: no allowance stands open"));
    }
    if let [amount, token] = arguments.cover.as_slice() {
        output::say(format_args!("nothing to send: Permit2 may move {amount} {token} already"));
    }
}

impl<'r> Question<'r> {
    fn new(
        arguments: &Allowances,
        registry: &'r Registry,
        node: EvmRpc,
        owner: &str,
    ) -> Result<Self, SetupError> {
        let name = &arguments.network;
        let unknown = || SetupError::UnknownNetwork(name.clone());
        let pins = registry.network(name).and_then(|network| network.permit2.as_ref());
        let pins = pins.ok_or_else(unknown)?;
        let permit2 = pins.contract.ok_or(SetupError::Missing("permit2 in the registry"))?;
        let owner = pins.standard.parse_address(owner).map_err(SetupError::Owner)?;
        // A chain's own coin has no contract that allows anything.
        let allows = |token: &Token| token.network == *name && token.program.is_none();
        let here = registry.tokens().filter(|(_, token)| allows(token));
        let tokens = here.filter_map(|(_, token)| {
            Some((token, pins.standard.parse_address(&token.address).ok()?))
        });
        Ok(Self { pins, permit2, owner, tokens: tokens.collect(), node })
    }

    async fn ask(&self) -> Result<Vec<OpenAllowance>, ChainViewError> {
        let tokens: Vec<EvmAddress> = self.tokens.iter().map(|(_, address)| *address).collect();
        self.node.allowances(self.pins.chain_id, self.owner, self.permit2, &tokens).await
    }

    fn calls(
        &self,
        arguments: &Allowances,
        registry: &Registry,
        found: &[OpenAllowance],
    ) -> Result<Vec<ApproveCall>, SetupError> {
        if arguments.revoke {
            let open = found.iter().filter(|allowance| allowance.is_open());
            return Ok(open.map(|open| ApproveCall::revoke(open.token, self.permit2)).collect());
        }
        let cover = arguments.cover().map_err(SetupError::Argument)?;
        let Some((amount, token)) = cover else { return Ok(Vec::new()) };
        let here = |(listed, _): &&(&Token, EvmAddress)| {
            registry.find(&token.symbol, &token.network).is_some_and(|(_, known)| {
                known.address == listed.address && known.network == listed.network
            })
        };
        let Some((listed, address)) = self.tokens.iter().find(here) else {
            return Err(SetupError::UnknownToken(token.to_string()));
        };
        let amount = Lots::from_decimal(amount, listed.decimals);
        let amount = amount.map_err(|error| SetupError::Argument(format!("--cover: {error}")))?;
        let open = found.iter().find(|open| open.token == *address);
        Ok(open.map(|open| open.calls_to_cover(self.permit2, amount)).unwrap_or_default())
    }

    fn report(&self, network: &str, found: &[OpenAllowance], calls: &[ApproveCall]) -> Report {
        let show = |address| self.pins.standard.show(address);
        let rows = self.tokens.iter().zip(found);
        let rows = rows.map(|((token, _), open)| Standing::new(token, open));
        let (network, chain_id, owner) = (network.to_owned(), self.pins.chain_id, show(self.owner));
        let sender = Sender { network: network.clone(), chain_id, from: owner.clone() };
        Report {
            network,
            chain_id,
            owner,
            permit2: show(self.permit2),
            allowances: rows.collect(),
            calls: calls.iter().map(|call| Call::new(call, show(call.token), &sender)).collect(),
        }
    }
}

impl Report {
    /// Writes the allowances for people.
    fn print(&self) -> Result<(), Failure> {
        output::result(format_args!("owner    {}", self.owner))?;
        output::result(format_args!("permit2  {} on {}", self.permit2, self.network))?;
        let rows: Vec<_> = self.allowances.iter().map(Standing::cells).collect();
        output::table(["TOKEN", "PERMIT2 MAY MOVE", "OWNER HAS"], &rows)?;
        self.calls.iter().try_for_each(Call::print)
    }
}

impl Standing {
    pub(super) fn new(token: &Token, open: &OpenAllowance) -> Self {
        Self {
            token: format!("{}@{}", token.symbol, token.network),
            address: token.address.clone(),
            allowance_lots: open.allowance.to_string(),
            allowance: open.allowance.to_decimal(token.decimals),
            unlimited: open.unlimited,
            balance_lots: open.balance.to_string(),
            balance: open.balance.to_decimal(token.decimals),
        }
    }

    /// Returns the token, how much of it may be moved, and how much there is.
    pub(super) fn cells(&self) -> [String; 3] {
        let allowance = if self.unlimited { "any amount" } else { &self.allowance };
        [self.token.clone(), allowance.to_owned(), self.balance.clone()]
    }
}

impl Call {
    /// Describes a call; `token` is its contract in the network's own form.
    pub(crate) fn new(call: &ApproveCall, token: String, sender: &Sender) -> Self {
        let what = if call.amount.is_zero() {
            "close the allowance".to_owned()
        } else {
            format!("let Permit2 move {} base units", call.amount)
        };
        Self { sender: sender.clone(), to: token, data: output::hex(&call.data()), what }
    }

    fn print(&self) -> Result<(), Failure> {
        output::result(format_args!("send     to {} data {}  ({})", self.to, self.data, self.what))
    }

    /// Writes a call that has to be sent before a swap can go on.
    pub(crate) fn say(&self) {
        output::say(format_args!("  send to {} data {}  ({})", self.to, self.data, self.what));
    }
}
