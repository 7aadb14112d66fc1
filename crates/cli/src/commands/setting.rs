//! What a swap takes beside its request: the API, the keys, registry and policy, the chains.

mod best;
mod keys;
mod no_api;
mod place;
#[cfg(feature = "sandbox")]
mod refunder;
mod refunds;
mod ring;
#[cfg(feature = "sandbox")]
mod sandboxed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::approval::Registry;
use countersign::keys::Keyring;
use countersign::{Config, Countersign, CountersignBuilder, SwapApi};

use crate::arguments::{self, Api, ApiName, Chains, KeyFile};
use crate::connection::{self, NodeView, SetupError};

pub(crate) use keys::Keys;
use no_api::NoApi;
pub(crate) use place::Place;
pub(crate) use refunds::Refunds;

/// A flow that is set up but for its keys, and where it takes place.
pub(crate) struct Setting {
    pub(crate) registry: Registry,
    pub(crate) keys: Keys,
    pub(super) builder: CountersignBuilder,
    /// The API that the flow is over, or those that the best is chosen of.
    pub(super) apis: Vec<Arc<dyn SwapApi>>,
    pub(super) config: Config,
    pub(crate) place: Place,
}

/// By what a flow with an API is set up.
#[derive(Clone, Copy)]
pub(crate) struct Live<'a> {
    pub(crate) registry: &'a Path,
    pub(crate) policy: &'a Path,
    pub(crate) key_files: &'a [KeyFile],
    pub(crate) keyring: Option<&'a Keyring>,
    pub(crate) chains: &'a Chains,
    pub(crate) api: &'a Api,
    pub(crate) over: Over,
}

/// Over which APIs a flow is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The one that is asked.
    One,
    /// The one that a swap was begun with.
    ThatOf(ApiName),
    /// Every one that something is said of.
    All,
}

impl<'a> Live<'a> {
    /// Takes the means by which swaps of a journal are carried on.
    pub(crate) fn of(
        means: &'a arguments::Means,
        keyring: Option<&'a Keyring>,
        over: Over,
    ) -> Self {
        Self {
            registry: &means.registry,
            policy: &means.policy,
            key_files: &means.key_files,
            keyring,
            chains: &means.chains,
            api: &means.api,
            over,
        }
    }
}

impl Setting {
    /// Sets up a flow with an API. Keys that name no network are for `source`, where it is known.
    pub(crate) fn live(live: Live<'_>, source: Option<&str>) -> Result<Self, SetupError> {
        let config = Config::from_files(live.registry, live.policy)?;
        let registry = config.registry().clone();
        let keys = Keys::from_files(live.key_files, &registry, source)?.with(live.keyring.cloned());
        let apis = match live.over {
            Over::One => vec![connection::api(live.api)?],
            Over::ThatOf(name) => vec![connection::api_of_swap(live.api, name)?],
            Over::All => connection::apis(live.api)?,
        };
        let nodes = connection::nodes(live.chains, &registry)?;
        let builder = with_nodes(builder(&apis, &config)?, nodes);
        Ok(Self { registry, keys, builder, apis, config, place: Place::default() })
    }

    /// Sets up a flow that swaps nothing, over nodes alone.
    pub(crate) fn without_api(
        config: Config,
        keys: Keys,
        nodes: impl IntoIterator<Item = (String, NodeView)>,
    ) -> Self {
        let registry = config.registry().clone();
        let builder = with_nodes(Countersign::builder(NoApi, config.clone()), nodes);
        Self { registry, keys, builder, apis: Vec::new(), config, place: Place::default() }
    }

    /// Without a sandbox, nobody is given anything.
    #[cfg(not(feature = "sandbox"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with a sandbox")]
    pub(crate) fn fund<'a>(
        &self,
        _: impl IntoIterator<Item = &'a countersign::SwapRequest>,
    ) -> Result<(), SetupError> {
        Ok(())
    }

    /// Says who pays on a network by swaps of an API, and requires that the owner's key may.
    pub(crate) fn payer(
        &self,
        network: &str,
        given: Option<&str>,
        api: &Api,
    ) -> Result<String, SetupError> {
        let owner = self.keys.owner(network, &self.registry, given)?;
        if api.signed_intent.is_some() {
            self.keys.require_intents(&owner)?;
        }
        Ok(owner)
    }

    /// Ends the set-up; recipes of refunds are kept by the last, where there is one.
    pub(crate) fn build(
        self,
        refunds: Option<Refunds>,
    ) -> Result<(Countersign, Place), SetupError> {
        let builder = self.keys.join(self.builder)?;
        let builder = match refunds {
            Some(refunds) => builder.refund_keeper(refunds),
            None => builder,
        };
        Ok((builder.build(), self.place))
    }
}

/// Who keeps recipes beside the journal, which has them: a folder, where one is named.
pub(crate) fn beside_journal(folder: Option<&PathBuf>) -> Option<Refunds> {
    folder.map(|folder| Refunds::in_folder(folder.clone()))
}

/// Begins to set up a flow over the first of some APIs.
pub(super) fn builder(
    apis: &[Arc<dyn SwapApi>],
    config: &Config,
) -> Result<CountersignBuilder, SetupError> {
    let first = apis.first().ok_or(SetupError::NoApi)?;
    Ok(Countersign::builder(Arc::clone(first), config.clone()))
}

pub(super) fn with_nodes(
    builder: CountersignBuilder,
    nodes: impl IntoIterator<Item = (String, NodeView)>,
) -> CountersignBuilder {
    nodes.into_iter().fold(builder, |builder, (network, node)| match node {
        NodeView::Evm(node) => builder.evm_node(network, node),
        NodeView::Bitcoin(node) => builder.bitcoin_chain(network, *node),
        NodeView::Tron(node) => builder.tron_call_chain(network, *node),
        NodeView::Solana(node) => builder.solana_node(network, *node),
    })
}
