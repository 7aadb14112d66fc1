//! What became of a transaction of our own that was let out, by what its chain says.

use countersign_approval::{
    BlockhashExpired, CallState, CosignPins, HtlcPins, NetworkKind, Permit2Pins, SolanaFate,
};
use countersign_bitcoin::script_of_address;
use countersign_solana::lifetime_query;

use super::Countersign;
use super::chain::in_time;
use crate::SentTransaction;

/// How many blocks make a failure one that is not undone.
const DEEP: u64 = 12;

/// A deposit that was let out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LetOut<'a> {
    /// The network's name in the registry.
    pub(crate) network: &'a str,
    /// Who pays.
    pub(crate) owner: &'a str,
    /// What was reserved, by name: the account's nonce, or the coins.
    pub(crate) resources: &'a [&'a str],
    /// The scripts of coins that the request named, on Bitcoin.
    pub(crate) scripts: &'a [Vec<u8>],
    pub(crate) sent: &'a SentTransaction,
}

/// What became of a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DepositFate {
    /// It was executed, or its coins are spent.
    Executed {
        /// The chain's height, where it is told.
        height: Option<u64>,
    },
    /// It failed in its block, for good: it moved nothing and can't any more.
    Failed {
        /// The chain's height, where it is told.
        height: Option<u64>,
    },
    /// Another transaction took its place, as far as one answer tells: nodes that stand behind one
    /// address may not agree, so it is no proof.
    Replaced,
    /// It was never executed, and can't be any more.
    Expired(BlockhashExpired),
    /// It was never executed, and its own expiration is over by the chain's time.
    OutOfTime,
    /// It can't be executed any more; whether it was is not known.
    Over(BlockhashExpired),
    /// It was not executed, and may still be.
    Live,
    /// The chain can't be asked.
    Unknown,
}

impl Countersign {
    /// Asks its chain what became of a deposit.
    pub(crate) async fn deposit_fate(&self, deposit: LetOut<'_>) -> DepositFate {
        let Some(pins) = self.config.registry().network(deposit.network) else {
            return DepositFate::Unknown;
        };
        let fate = match (&pins.permit2, &pins.htlc, &pins.cosign) {
            (Some(permit2), _, _) if pins.kind == NetworkKind::Tron => {
                self.tron_fate(permit2, deposit).await
            }
            (Some(pins), _, _) => self.call_fate(pins, deposit).await,
            (_, Some(pins), _) => self.payment_fate(pins, deposit).await,
            (_, _, Some(pins)) => self.transfer_fate(pins, deposit).await,
            _ => None,
        };
        fate.unwrap_or(DepositFate::Unknown)
    }

    async fn call_fate(&self, pins: &Permit2Pins, deposit: LetOut<'_>) -> Option<DepositFate> {
        let LetOut { network, owner, resources, sent, .. } = deposit;
        let view = self.call_chains.get(network)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(sent.id.strip_prefix("0x")?, &mut hash).ok()?;
        let owner = pins.standard.parse_address(owner).ok()?;
        let nonce: u64 = resources.first()?.rsplit(':').next()?.parse().ok()?;
        // The count first: what is mined between the two questions is seen by the second.
        let counted = in_time(network, view.account_nonce(pins.chain_id, owner)).await.ok()?;
        match in_time(network, view.call_state(pins.chain_id, hash)).await.ok()? {
            CallState::Mined { succeeded: true, block, .. } => {
                Some(DepositFate::Executed { height: Some(block) })
            }
            CallState::Mined { succeeded: false, block, confirmations }
                if confirmations >= DEEP =>
            {
                Some(DepositFate::Failed { height: Some(block) })
            }
            CallState::Unknown if counted.mined > nonce => Some(DepositFate::Replaced),
            CallState::Mined { .. } => Some(DepositFate::Live),
            CallState::Unknown | CallState::Pending => Some(DepositFate::Live),
        }
    }

    /// Coins that are gone went into the deposit, or elsewhere: that can't be told apart here.
    async fn payment_fate(&self, pins: &HtlcPins, deposit: LetOut<'_>) -> Option<DepositFate> {
        let LetOut { network, owner, resources, scripts, .. } = deposit;
        let view = self.bitcoin_chains.get(network)?;
        let mut scripts = scripts.to_vec();
        scripts.push(script_of_address(owner, pins.network).ok()?);
        scripts.sort_unstable();
        scripts.dedup();
        let seen = in_time(network, view.coins(pins.network, &scripts)).await.ok()?;
        let unspent = |resource: &str| {
            seen.coins.iter().any(|(coin, _)| resource.ends_with(&format!("/{}", coin.id)))
        };
        let mut coins = resources.iter().filter(|resource| resource.starts_with("bitcoin/"));
        let gone = coins.any(|resource| !unspent(resource));
        let height = Some(u64::from(seen.height));
        Some(if gone { DepositFate::Executed { height } } else { DepositFate::Live })
    }

    async fn transfer_fate(&self, pins: &CosignPins, deposit: LetOut<'_>) -> Option<DepositFate> {
        let LetOut { network, sent, .. } = deposit;
        let view = self.transfer_chains.get(network)?;
        let wire = hex::decode(&sent.transaction).ok()?;
        let query = lifetime_query(&wire, pins.genesis_hash)?;
        let seen = in_time(network, view.lifetime(&query)).await.ok()?;
        let height = Some(seen.finalized_height);
        Some(match seen.fate(sent.last_valid_block_height?) {
            SolanaFate::Live => DepositFate::Live,
            SolanaFate::Executed(_) => DepositFate::Executed { height },
            SolanaFate::Failed(_) => DepositFate::Failed { height },
            SolanaFate::Expired(proof) => DepositFate::Expired(proof),
            SolanaFate::Over(proof) => DepositFate::Over(proof),
        })
    }
}
