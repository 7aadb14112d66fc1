#[cfg(feature = "sandbox")]
use countersign::approval::{NetworkKind, Registry};
use countersign::{Config, Countersign, CountersignBuilder, DefiApi, SwapRequest, TrackOptions};
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Sandbox, SandboxConfig};
#[cfg(feature = "sandbox")]
use tokio::task::JoinHandle;

use super::owner::{self, Owner};
#[cfg(feature = "sandbox")]
use super::refunder::Refunder;
use super::report::{Balance, Balances, Execution};
use crate::arguments::{Swap, Trade};
#[cfg(feature = "sandbox")]
use crate::commands::sandbox;
use crate::connection::{self, NodeView, SetupError};
use crate::exit::Failure;

/// Who swaps what with whom.
pub(crate) struct Subject {
    pub(crate) countersign: Countersign,
    pub(crate) request: SwapRequest,
    #[cfg(feature = "sandbox")]
    sandbox: Option<Sandbox>,
    /// Takes coins back while the swap is followed.
    #[cfg(feature = "sandbox")]
    refunds: Option<JoinHandle<()>>,
}

impl Subject {
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_async, reason = "only a sandbox has to be started")
    )]
    pub(crate) async fn new(arguments: &Swap) -> Result<Self, Failure> {
        #[cfg(feature = "sandbox")]
        if arguments.sandbox {
            return Self::with_sandbox(arguments).await;
        }
        #[cfg(feature = "sandbox")]
        if arguments.hostile.is_any() {
            return Err(SetupError::Missing(
                "--sandbox with --tamper, --fault, --typed-data or --resolver-fails",
            )
            .into());
        }
        let missing = SetupError::Missing;
        let registry = arguments.config.registry.as_ref().ok_or(missing("--registry"))?;
        let policy = arguments.config.policy.as_ref().ok_or(missing("--policy"))?;
        let config = Config::from_files(registry, policy).map_err(SetupError::from)?;
        let trade = &arguments.trade;
        let network = config.registry().network(&trade.from().network);
        let key_file = arguments.key_file.as_ref().ok_or(missing("--key-file"))?;
        let owner = Owner::from_file(key_file, network, arguments.owner.as_deref())?;
        let recipient = arguments.recipient.clone().ok_or(missing("--recipient"))?;
        let api = DefiApi::new(connection::client(&arguments.api)?);
        let nodes = connection::nodes(&arguments.chains, config.registry())?;
        let refunds = owner::refund_folder(arguments.refund_dir.as_ref());
        let request = request(arguments, trade, (owner.address(), recipient));
        let builder = owner.join(Countersign::builder(api, config), refunds)?;
        Ok(Self {
            request,
            countersign: with_nodes(builder, nodes).build(),
            #[cfg(feature = "sandbox")]
            sandbox: None,
            #[cfg(feature = "sandbox")]
            refunds: None,
        })
    }

    /// Returns what owner and recipient hold, where the chains are ours to ask.
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_self, reason = "only a sandbox tells what it holds")
    )]
    pub(crate) fn balances(&self) -> Option<Vec<Balance>> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            let parties = [("owner", &self.request.owner), ("recipient", &self.request.recipient)];
            let registry = Registry::from_toml(&sandbox.registry_toml()).ok()?;
            let of = |(party, address): (_, &String)| {
                let balances = sandbox.balances(address).into_iter();
                balances
                    .map(|balance| shown(&registry, party, address, &balance))
                    .collect::<Vec<_>>()
            };
            return Some(parties.into_iter().flat_map(of).collect());
        }
        None
    }

    /// Returns what owner and recipient held and what they hold now.
    pub(crate) fn change(&self, before: Option<Vec<Balance>>) -> Option<Balances> {
        let (before, after) = (before?, self.balances()?);
        Some(Balances { before, after })
    }

    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_async, reason = "only a sandbox has to be ended")
    )]
    pub(crate) async fn end(self) {
        #[cfg(feature = "sandbox")]
        if let Some(refunds) = &self.refunds {
            refunds.abort();
        }
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}

#[cfg(not(feature = "sandbox"))]
impl Subject {
    #[expect(clippy::unused_async, reason = "only a sandbox has to be prepared")]
    pub(crate) async fn prepare(&self, _: &Swap, _: TrackOptions) -> Result<(), Failure> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "only a sandbox tells what it executed")]
    pub(crate) const fn executions(&self) -> Vec<Execution> {
        Vec::new()
    }
}

#[cfg(feature = "sandbox")]
impl Subject {
    async fn with_sandbox(arguments: &Swap) -> Result<Self, Failure> {
        let trade = &sandbox::trade(&arguments.trade, arguments.hostile)?;
        let auth = sandbox::auth(arguments.signed_requests);
        let config = sandbox::config(arguments.hostile);
        let sandbox = Sandbox::start(SandboxConfig { auth, ..config }).await?;
        let config = Config::from_toml(&sandbox.registry_toml(), &sandbox.policy_toml());
        let config = config.map_err(SetupError::from)?;
        let network = &trade.from().network;
        let account = sandbox::account(&sandbox, network, arguments.hostile)?;
        let owner = Owner::of_account(&account, config.registry().network(network))?;
        let recipient =
            arguments.recipient.clone().or_else(|| sandbox.new_recipient(&trade.to().network));
        let client = connection::with_sandbox(&sandbox, arguments.api.profile)?;
        // A network without a chain is refused by its name.
        let chain = sandbox.rpc_url(network).or_else(|| sandbox.esplora_url(network));
        let node = chain.map(|_| connection::sandbox_node(&sandbox, network));
        let node = node.transpose()?.map(|node| (network.clone(), node));
        let recipient = recipient.unwrap_or_default();
        let request = request(arguments, trade, (owner.address(), recipient));
        let recipes = sandbox::Recipes::default();
        let refunder = Refunder::new(&sandbox, &account, network, recipes.clone(), &config)?;
        let refunder = refunder.filter(|_| arguments.hostile.resolver_fails);
        let builder = Countersign::builder(DefiApi::new(client), config);
        let builder = match &arguments.refund_dir {
            Some(_) => {
                let folder = owner::refund_folder(arguments.refund_dir.as_ref());
                owner.join(builder, sandbox::Both(folder, recipes))?
            }
            None => owner.join(builder, recipes)?,
        };
        Ok(Self {
            request,
            countersign: with_nodes(builder, node).build(),
            refunds: refunder.map(Refunder::start),
            sandbox: Some(sandbox),
        })
    }

    /// Runs the earlier swap that a lie about it needs.
    pub(crate) async fn prepare(
        &self,
        arguments: &Swap,
        options: TrackOptions,
    ) -> Result<(), Failure> {
        if arguments.hostile.tamper == Some(countersign_sandbox::Tamper::NonceAlreadyUsed) {
            crate::output::say(format_args!(
                "an earlier swap, whose nonce will be handed out again"
            ));
            self.countersign.swap(&self.request, options, |_| {}).await?;
        }
        Ok(())
    }

    pub(crate) fn executions(&self) -> Vec<Execution> {
        let Some(sandbox) = &self.sandbox else { return Vec::new() };
        let registry = Registry::from_toml(&sandbox.registry_toml()).ok();
        let unit = |network: &str| unit(registry.as_ref()?.network(network)?.kind);
        let shown = |execution: countersign_sandbox::Execution| Execution {
            unit: unit(&execution.network),
            network: execution.network,
            call: execution.call,
            gas_used: execution.gas_used,
            id: execution.id,
        };
        sandbox.executions().into_iter().map(shown).collect()
    }
}

/// Returns the word for what running something uses up, where a network has such a thing.
#[cfg(feature = "sandbox")]
const fn unit(kind: NetworkKind) -> Option<&'static str> {
    match kind {
        NetworkKind::Evm | NetworkKind::Tron => Some("gas"),
        NetworkKind::Solana => Some("compute units"),
        _ => None,
    }
}

#[cfg(feature = "sandbox")]
fn shown(
    registry: &Registry,
    party: &'static str,
    address: &str,
    balance: &countersign_sandbox::Balance,
) -> Balance {
    let countersign_sandbox::Balance { network, token: key, lots, decimals, .. } = balance;
    // Named as arguments name it, which is not by the registry's key.
    let known = registry.tokens().find(|(known, _)| known == key);
    let symbol = known.map_or(key, |(_, token)| &token.symbol);
    Balance {
        party,
        address: address.to_owned(),
        token: format!("{symbol}@{network}"),
        lots: lots.to_string(),
        amount: lots.to_decimal(*decimals),
    }
}

fn with_nodes(
    builder: CountersignBuilder,
    nodes: impl IntoIterator<Item = (String, NodeView)>,
) -> CountersignBuilder {
    nodes.into_iter().fold(builder, |builder, (network, node)| match node {
        NodeView::Evm(node) => builder.chain(network, node),
        NodeView::Bitcoin(node) => builder.bitcoin_chain(network, *node),
        NodeView::Solana(node) => builder.solana_chain(network, *node),
    })
}

fn request(arguments: &Swap, trade: &Trade, (owner, recipient): (&str, String)) -> SwapRequest {
    SwapRequest {
        from: trade.from(),
        to: trade.to(),
        amount: trade.amount().to_owned(),
        min_out: arguments.min_out.clone(),
        slippage: trade.slippage,
        refund_address: arguments.refund_address.clone().unwrap_or_else(|| owner.to_owned()),
        owner: owner.to_owned(),
        recipient,
        coins: None,
    }
}
