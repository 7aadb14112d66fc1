//! `countersign refund`: coins of a swap that failed, back to their owner.

use countersign::bitcoin::{CoinSigner, RefundRecipe};
use countersign::{Config, Refunded};
use serde::Serialize;

use super::block_on;
use crate::arguments::Refund;
use crate::connection::{self, NodeView, SetupError};
use crate::exit::{Ended, Failure};
use crate::{keyring, output};

/// The refund, as `--json` shows it.
#[derive(Serialize)]
struct Report {
    txid: String,
    outpoint: String,
    amount_sats: u64,
    fee_sats: u64,
}

pub(crate) fn run(arguments: &Refund) -> Result<Ended, Failure> {
    let config = Config::from_files(&arguments.registry, &arguments.policy);
    let config = config.map_err(SetupError::from)?;
    let recipe = connection::recipe(&arguments.recipe)?;
    let policy = config.policy().map_err(SetupError::from)?;
    let mut nodes = connection::nodes(&arguments.chains, config.registry())?.into_iter();
    let node = nodes.find_map(|(network, node)| match node {
        NodeView::Bitcoin(node) if network == arguments.network => Some(node),
        _ => None,
    });
    let node = node.ok_or(SetupError::Missing("--rpc NETWORK=URL of the network"))?;
    check_network(&recipe, &config, &arguments.network)?;
    let fee_rate = arguments.fee_rate;
    let refunded = block_on(async {
        let signer = signer(arguments).await?;
        let signer = signer.as_ref();
        Ok(countersign::refund(&recipe, node.as_ref(), signer, &policy, fee_rate).await?)
    })?;
    print(arguments, &refunded)?;
    Ok(Ended::Done)
}

/// Returns who signs for the coins.
async fn signer(arguments: &Refund) -> Result<Box<dyn CoinSigner>, Failure> {
    if let Some(keyring) = keyring::if_named(&arguments.keyring).await? {
        return Ok(Box::new(keyring));
    }
    let path = arguments.key_file.as_ref().ok_or(SetupError::Missing("--key-file"))?;
    Ok(Box::new(connection::coin_key(path)?))
}

/// Requires the recipe to be of the network that the registry names.
fn check_network(recipe: &RefundRecipe, config: &Config, name: &str) -> Result<(), SetupError> {
    let pins = config.registry().network(name).and_then(|network| network.htlc.as_ref());
    let pins = pins.ok_or_else(|| SetupError::UnknownNetwork(name.to_owned()))?;
    if pins.network == recipe.network() {
        return Ok(());
    }
    let (expected, found) = (pins.network, recipe.network());
    Err(SetupError::Argument(format!("recipe: expected one of {expected}, found one of {found}")))
}

fn print(arguments: &Refund, refunded: &Refunded) -> Result<(), Failure> {
    if arguments.json {
        return output::json(&Report {
            txid: refunded.txid.clone(),
            outpoint: refunded.outpoint.to_string(),
            amount_sats: refunded.amount.value(),
            fee_sats: refunded.fee.value(),
        });
    }
    output::say(format_args!("{}", refunded.statement));
    let Refunded { txid, outpoint, amount, fee, .. } = refunded;
    output::result(format_args!("refunded  {amount} of {outpoint}, fee {fee}"))?;
    output::result(format_args!("{txid}"))
}
