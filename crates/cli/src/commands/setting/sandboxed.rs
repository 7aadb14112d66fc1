//! A sandbox that lives as long as the command.

use countersign::Config;
use countersign::approval::Registry;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

use super::refunder::Refunder;
use super::{Keys, Place, Setting, with_nodes};
use crate::arguments::{Swap, Trade};
use crate::commands::sandbox::{self, Recipes};
use crate::connection::{self, NodeView, SetupError};
use crate::exit::Failure;

impl Setting {
    /// Starts a sandbox for one trade. Where its resolver fails, coins are taken back by the recipes
    /// that are at hand.
    pub(crate) async fn sandbox(
        arguments: &Swap,
        trade: &Trade,
        recipes: Option<&Recipes>,
    ) -> Result<Self, Failure> {
        let (sandbox, config) = start(arguments).await?;
        let network = trade.from().network;
        let account = sandbox::account(&sandbox, &network, arguments.hostile)?;
        let nodes = nodes(&sandbox, &network)?;
        let recipes = recipes.filter(|_| arguments.hostile.resolver_fails).cloned();
        let refunder = recipes
            .map(|recipes| Refunder::new(&sandbox, &account, &network, recipes, &config))
            .transpose()?
            .flatten();
        let refunds = refunder.map(Refunder::start);
        Self::of(arguments, (sandbox, config), &[account], nodes)
            .map(|setting| Self { place: Place { refunds, ..setting.place }, ..setting })
    }

    /// Starts a sandbox for trades from any of its networks.
    pub(crate) async fn sandbox_for_all(arguments: &Swap) -> Result<Self, Failure> {
        let (sandbox, config) = start(arguments).await?;
        let networks: Vec<_> =
            config.registry().networks().map(|(name, _)| name.to_owned()).collect();
        let found = networks.iter().map(|network| nodes(&sandbox, network));
        let nodes = found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        let accounts = sandbox.accounts();
        Self::of(arguments, (sandbox, config), &accounts, nodes)
    }

    fn of(
        arguments: &Swap,
        (sandbox, config): (Sandbox, Config),
        accounts: &[Account],
        nodes: impl IntoIterator<Item = (String, NodeView)>,
    ) -> Result<Self, Failure> {
        let registry: Registry = config.registry().clone();
        let keys = Keys::of_accounts(accounts, &registry)?;
        let apis = if arguments.choosing.best {
            connection::apis_of_sandbox(&sandbox, &arguments.api)?
        } else {
            let network = accounts.first().map_or("", |account| account.network.as_str());
            let told = sandbox::api(&arguments.api, arguments.hostile, network)?;
            vec![connection::api_of_sandbox(&sandbox, &told)?]
        };
        let builder = with_nodes(super::builder(&apis, &config)?, nodes);
        let place = Place { sandbox: Some(sandbox), refunds: None };
        Ok(Self { registry, keys, builder, apis, config, place })
    }
}

async fn start(arguments: &Swap) -> Result<(Sandbox, Config), Failure> {
    let auth = sandbox::auth(arguments.signed_requests);
    let config = sandbox::config(arguments.hostile);
    let sandbox = Sandbox::start(SandboxConfig { auth, ..config }).await?;
    let config = Config::from_toml(&sandbox.registry_toml(), &sandbox.policy_toml());
    Ok((sandbox, config.map_err(SetupError::from)?))
}

/// Connects to a chain. A network without one is refused by its name.
fn nodes(sandbox: &Sandbox, network: &str) -> Result<Vec<(String, NodeView)>, SetupError> {
    let chain = sandbox.rpc_url(network).or_else(|| sandbox.esplora_url(network));
    let node = chain.map(|_| connection::sandbox_node(sandbox, network)).transpose()?;
    let tron = connection::sandbox_tron(sandbox, network)?;
    Ok(node.into_iter().chain(tron).map(|node| (network.to_owned(), node)).collect())
}
