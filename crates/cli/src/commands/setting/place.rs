use countersign::SwapRequest;
#[cfg(feature = "sandbox")]
use countersign::approval::{NetworkKind, Registry};
#[cfg(feature = "sandbox")]
use countersign_sandbox::Sandbox;
#[cfg(feature = "sandbox")]
use tokio::task::JoinHandle;

use crate::commands::swap::{Balance, Balances, Execution};

/// Where swaps take place: with an API, or in a sandbox of our own.
#[derive(Default)]
pub(crate) struct Place {
    #[cfg(feature = "sandbox")]
    pub(crate) sandbox: Option<Sandbox>,
    /// Takes coins back while the swap is followed.
    #[cfg(feature = "sandbox")]
    pub(crate) refunds: Option<JoinHandle<()>>,
}

impl Place {
    /// Returns what owner and recipient hold, where the chains are ours to ask.
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_self, reason = "only a sandbox tells what it holds")
    )]
    pub(crate) fn balances(&self, request: &SwapRequest) -> Option<Vec<Balance>> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            let parties = [("owner", &request.owner), ("recipient", &request.recipient)];
            let registry = Registry::from_toml(&sandbox.registry_toml()).ok()?;
            let of = |(party, address): (_, &String)| {
                let balances = sandbox.balances(address).into_iter();
                balances
                    .map(|balance| shown(&registry, party, address, &balance))
                    .collect::<Vec<_>>()
            };
            return Some(parties.into_iter().flat_map(of).collect());
        }
        #[cfg(not(feature = "sandbox"))]
        let _ = request;
        None
    }

    /// Returns what owner and recipient held and what they hold now.
    pub(crate) fn change(
        &self,
        before: Option<Vec<Balance>>,
        request: &SwapRequest,
    ) -> Option<Balances> {
        let (before, after) = (before?, self.balances(request)?);
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
impl Place {
    #[expect(clippy::unused_self, reason = "only a sandbox makes addresses")]
    pub(crate) const fn new_recipient(&self, _: &str) -> Option<String> {
        None
    }

    #[expect(clippy::unused_self, reason = "only a sandbox tells what it executed")]
    pub(crate) const fn executions(&self) -> Vec<Execution> {
        Vec::new()
    }
}

#[cfg(feature = "sandbox")]
impl Place {
    /// Makes an address that somebody is paid at.
    pub(crate) fn new_recipient(&self, network: &str) -> Option<String> {
        self.sandbox.as_ref()?.new_recipient(network)
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
