//! A sandbox that lives as long as the command.

use std::collections::BTreeSet;

use countersign::approval::Registry;
use countersign::keys::Keyring;
use countersign::{Config, SwapRequest};
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

use super::refunder::{self, Refunder};
use super::{Keys, Place, Setting, with_nodes};
use crate::arguments::{Swap, Trade};
use crate::commands::sandbox::{self, Recipes};
use crate::connection::{self, NodeView, SetupError};
use crate::exit::Failure;
use crate::keyring;

impl Setting {
    /// Starts a sandbox for one trade. Where its resolver fails, coins are taken back by the recipes
    /// that are at hand.
    pub(crate) async fn sandbox(
        arguments: &Swap,
        trade: &Trade,
        recipes: Option<&Recipes>,
    ) -> Result<Self, Failure> {
        let ring = keyring::if_named(&arguments.keyring).await?;
        let (sandbox, config) = start(arguments).await?;
        let network = trade.from().network;
        let account = sandbox::account(&sandbox, &network, arguments.hostile)?;
        let nodes = nodes(&sandbox, &network)?;
        let recipes = recipes.filter(|_| arguments.hostile.resolver_fails).cloned();
        let refunder = recipes
            .map(|recipes| {
                let signer = refunder::signer(&account, ring.as_ref());
                Refunder::new(&sandbox, signer, &network, recipes, &config)
            })
            .transpose()?
            .flatten();
        let refunds = refunder.map(Refunder::start);
        Self::of(arguments, (sandbox, config), (&[account], ring), nodes)
            .map(|setting| Self { place: Place { refunds, ..setting.place }, ..setting })
    }

    /// Starts a sandbox for trades from any of its networks.
    pub(crate) async fn sandbox_for_all(arguments: &Swap) -> Result<Self, Failure> {
        let ring = keyring::if_named(&arguments.keyring).await?;
        let (sandbox, config) = start(arguments).await?;
        let networks: Vec<_> =
            config.registry().networks().map(|(name, _)| name.to_owned()).collect();
        let found = networks.iter().map(|network| nodes(&sandbox, network));
        let nodes = found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        let accounts = sandbox.accounts();
        Self::of(arguments, (sandbox, config), (&accounts, ring), nodes)
    }

    fn of(
        arguments: &Swap,
        (sandbox, config): (Sandbox, Config),
        (accounts, ring): (&[Account], Option<Keyring>),
        nodes: impl IntoIterator<Item = (String, NodeView)>,
    ) -> Result<Self, Failure> {
        let registry: Registry = config.registry().clone();
        let keys = match ring {
            Some(ring) => Keys::default().with(Some(ring)),
            None => Keys::of_accounts(accounts, &registry)?,
        };
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

    /// Gives accounts of a keyring what they need to swap in the sandbox, each once.
    pub(crate) fn fund<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a SwapRequest>,
    ) -> Result<(), Failure> {
        let Some(sandbox) = &self.place.sandbox else { return Ok(()) };
        let accounts = requests.into_iter().map(|request| (&request.from.network, &request.owner));
        for (network, owner) in accounts.collect::<BTreeSet<_>>() {
            self.keys.fund(sandbox, network, owner)?;
        }
        Ok(())
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
