//! What became of a transaction of our own that was let out, by what its chain says.

use std::time::Duration;

use countersign_approval::{
    BlockhashExpired, CallState, CoinId, CosignPins, HtlcPins, NetworkKind, Permit2Pins, SeenCoins,
    SolanaFate,
};
use countersign_bitcoin::script_of_address;
use countersign_solana::lifetime_query;
use tokio::time::timeout;

use super::Countersign;
use super::chain::in_time;
use crate::SentTransaction;

/// How long a question may take that an answer is only better than none to.
const MOMENT: Duration = Duration::from_secs(3);

/// How many blocks make a failure one that is not undone.
const DEEP: u64 = 12;

/// A deposit that was let out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LetOut<'a> {
    /// The network's name in the registry.
    pub(crate) network: &'a str,
    /// Who pays.
    pub(crate) owner: &'a str,
    /// The address that it funds.
    pub(crate) address: &'a str,
    /// What was reserved, by name: the account's nonce, or the coins.
    pub(crate) resources: &'a [&'a str],
    /// The scripts of coins that the request named, on Bitcoin.
    pub(crate) scripts: &'a [Vec<u8>],
    pub(crate) sent: &'a SentTransaction,
}

/// What became of a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DepositFate {
    /// It was executed.
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
    /// One of its coins is spent, and not by what waits to be mined: by it, or by something else.
    Spent {
        /// The coin.
        coin: CoinId,
        /// The chain's height.
        height: u64,
    },
    /// It was never executed, and can't be any more.
    Expired(BlockhashExpired),
    /// It was never executed, and its own expiration is over by the chain's time.
    OutOfTime,
    /// It can't be executed any more; whether it was is not known.
    Over(BlockhashExpired),
    /// It waits to be mined, or its block can still be undone; on Bitcoin it may be another transaction
    /// that waits in its place.
    Waiting,
    /// It was not executed, and may still be: its chain does not know it.
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
        let nonce = account_nonce(resources, pins.chain_id)?;
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
            CallState::Unknown => Some(DepositFate::Live),
            CallState::Mined { .. } | CallState::Pending => Some(DepositFate::Waiting),
        }
    }

    /// That coins are gone says nothing yet: what spends them may wait to be mined, and may not be ours.
    async fn payment_fate(&self, pins: &HtlcPins, deposit: LetOut<'_>) -> Option<DepositFate> {
        let LetOut { network, owner, address, resources, scripts, sent } = deposit;
        let view = self.bitcoin_chains.get(network)?;
        let mut scripts = scripts.to_vec();
        scripts.push(script_of_address(owner, pins.network).ok()?);
        // Where it pays to is no reason not to look at its coins.
        scripts.extend(script_of_address(address, pins.network));
        scripts.sort_unstable();
        scripts.dedup();
        let coins = || in_time(network, view.coins(pins.network, &scripts));
        let own = own_coins(resources, pins)?;
        let seen = coins().await.ok()?;
        if let Some(fate) = by_its_outputs(&seen, &sent.id) {
            return Some(fate);
        }
        let conflict = in_time(network, view.conflict(pins.network, &own)).await;
        let waits = conflict.ok().map(|conflict| !conflict.coins.is_empty());
        let Some(missing) = gone(&seen, &own) else {
            return Some(if waits == Some(true) {
                DepositFate::Waiting
            } else {
                DepositFate::Live
            });
        };
        // A view that sees neither what waits nor what is mined can't tell one from the other.
        let mined = in_time(network, view.mined_coins(pins.network, &[missing])).await;
        let unspent = mined.ok().map(|coins| coins.iter().any(|coin| coin.id == missing));
        if waits == Some(true) || unspent == Some(true) {
            return Some(DepositFate::Waiting);
        }
        unspent.or(waits)?;
        // It may have been mined since: what spends a coin is then seen by what it pays.
        let seen = coins().await.ok()?;
        if let Some(fate) = by_its_outputs(&seen, &sent.id) {
            return Some(fate);
        }
        let spent = |coin| DepositFate::Spent { coin, height: u64::from(seen.height) };
        Some(gone(&seen, &own).map_or(DepositFate::Live, spent))
    }

    /// Asks for a height that no blockhash outlives which the cluster knows now; nothing where it is not
    /// told in a moment. What we co-sign names a blockhash that somebody else chose, and that the view
    /// of the chain has said to be a recent one.
    pub(crate) async fn latest_height(&self, network: &str) -> Option<u64> {
        let view = self.transfer_chains.get(network)?;
        self.solana_chains.get(network)?;
        let pins = self.config.registry().network(network)?.cosign.as_ref()?;
        let latest = timeout(MOMENT, view.latest_blockhash(pins.genesis_hash)).await;
        Some(latest.ok()?.ok()?.last_valid_block_height)
    }

    async fn transfer_fate(&self, pins: &CosignPins, deposit: LetOut<'_>) -> Option<DepositFate> {
        let LetOut { network, owner, sent, .. } = deposit;
        let view = self.transfer_chains.get(network)?;
        let wire = hex::decode(&sent.transaction).ok()?;
        let query = lifetime_query(&wire, pins.genesis_hash, owner.parse().ok()?)?;
        let seen = in_time(network, view.lifetime(&query)).await.ok()?;
        let height = Some(seen.finalized_height);
        Some(match seen.fate(sent.last_valid_block_height?) {
            SolanaFate::Live if seen.transaction.is_some() => DepositFate::Waiting,
            SolanaFate::Live => DepositFate::Live,
            SolanaFate::Executed(_) => DepositFate::Executed { height },
            SolanaFate::Failed(_) => DepositFate::Failed { height },
            SolanaFate::Expired(proof) => DepositFate::Expired(proof),
            SolanaFate::Over(proof) => DepositFate::Over(proof),
        })
    }
}

/// Finds the account nonce that was reserved, by the name that it has on this chain.
fn account_nonce(resources: &[&str], chain_id: u64) -> Option<u64> {
    let on_chain = format!("evm:{chain_id}:");
    let named = |resource: &&str| {
        let (_, nonce) = resource.strip_prefix(&on_chain)?.split_once(":account-nonce:")?;
        nonce.parse().ok()
    };
    resources.iter().find_map(named)
}

/// Reads the coins that were reserved; nothing where one can't be read, or there is none.
fn own_coins(resources: &[&str], pins: &HtlcPins) -> Option<Vec<CoinId>> {
    let on_chain = format!("bitcoin/{}/", pins.network);
    let named = resources.iter().filter_map(|resource| resource.strip_prefix(&on_chain));
    let coins: Vec<_> = named.map(coin).collect::<Option<_>>()?;
    (!coins.is_empty()).then_some(coins)
}

fn coin(text: &str) -> Option<CoinId> {
    let (id, vout) = text.split_once(':')?;
    let mut txid = [0; 32];
    hex::decode_to_slice(id, &mut txid).ok()?;
    txid.reverse();
    Some(CoinId { txid, vout: vout.parse().ok()? })
}

/// Says what became of a payment one of whose outputs is unspent.
fn by_its_outputs(seen: &SeenCoins, id: &str) -> Option<DepositFate> {
    let paid = |coin: &CoinId| coin.to_string().split_once(':').is_some_and(|(txid, _)| txid == id);
    let (_, depth) = seen.coins.iter().find(|(coin, _)| paid(&coin.id))?;
    let height = Some(u64::from(seen.height));
    Some(if *depth > 0 { DepositFate::Executed { height } } else { DepositFate::Waiting })
}

/// Returns a coin that is not unspent any more.
fn gone(seen: &SeenCoins, own: &[CoinId]) -> Option<CoinId> {
    let is_unspent = |id: &CoinId| seen.coins.iter().any(|(coin, _)| coin.id == *id);
    own.iter().find(|id| !is_unspent(id)).copied()
}

#[cfg(test)]
mod tests {
    use countersign_approval::{Coin, Sats};

    use super::*;

    #[test]
    fn a_nonce_is_found_by_its_own_name() {
        let owner = "0xc62169acccE6daf88b36975f4bffd66b0d0057c9";
        let nonce = format!("evm:8453:{owner}:account-nonce:7");
        let deposit = "deposit:evm:8453:0x01:9";
        assert_eq!(account_nonce(&[deposit, &nonce], 8_453), Some(7));
        assert_eq!(account_nonce(&[&nonce], 1), None);
        assert_eq!(account_nonce(&[deposit], 8_453), None);
    }

    #[test]
    fn a_payment_is_recognised_by_what_it_pays() {
        let id = CoinId { txid: [7; 32], vout: 1 };
        let coin =
            Coin { id, amount: Sats::new(1).unwrap(), script_pubkey: Vec::new(), public_key: None };
        assert_eq!(super::coin(&id.to_string()), Some(id));
        let seen = |depth| SeenCoins { height: 9, coins: vec![(coin.clone(), depth)] };
        let ours = "07".repeat(32);
        let executed = DepositFate::Executed { height: Some(9) };
        assert_eq!(by_its_outputs(&seen(1), &ours), Some(executed));
        assert_eq!(by_its_outputs(&seen(0), &ours), Some(DepositFate::Waiting));
        assert_eq!(by_its_outputs(&seen(1), &"08".repeat(32)), None);
        assert_eq!(gone(&seen(1), &[id]), None);
        let other = CoinId { vout: 2, ..id };
        assert_eq!(gone(&seen(1), &[id, other]), Some(other));
    }
}
