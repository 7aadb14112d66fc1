//! How an approval can be made useless, by what was reserved for it.

use countersign_approval::{CoinId, NonceQuery};
use countersign_evm::{GasPrice, SentCall};
use countersign_journal::{ApprovalBytes, Label};
use countersign_units::EvmAddress;

use super::Drive;
use crate::worker::death::trace_permit;
use crate::{NotCancellable, WorkError};

/// How an approval is made useless.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// Its permit's nonce is spent.
    Permit(Permit),
    /// The same on Tron, where there are no account nonces.
    Tron(Permit),
    /// The account nonce of a deposit is used by something else.
    Deposit(Deposit),
    /// Its coins go back to ourselves.
    Coins(Vec<CoinId>),
    /// It dies by itself, soon.
    WaitOut,
}

/// A permit that was let out.
#[derive(Clone, Debug)]
pub(super) struct Permit {
    /// By what it was reserved.
    pub(super) resource: Label,
    pub(super) query: NonceQuery,
    /// The token that it would move.
    pub(super) token: EvmAddress,
}

/// A deposit on an EVM chain that was let out.
#[derive(Clone, Debug)]
pub(super) struct Deposit {
    /// By what it was reserved.
    pub(super) resource: Label,
    pub(super) chain_id: u64,
    pub(super) owner: EvmAddress,
    pub(super) account_nonce: u64,
    /// What it offers for gas.
    pub(super) price: GasPrice,
}

impl Drive<'_> {
    /// Says how the approval can be made useless.
    ///
    /// # Errors
    ///
    /// Returns [`WorkError::NotCancellable`] where it can't be.
    pub(super) fn way(&self) -> Result<Way, WorkError> {
        self.find_way()
            .map_err(|reason| WorkError::NotCancellable { swap_id: self.known.swap_id, reason })
    }

    fn find_way(&self) -> Result<Way, NotCancellable> {
        let approval = self.known.approval.as_ref().ok_or(NotCancellable::Unreadable)?;
        let (network, until) = (self.known.request.source.network.as_str(), approval.valid_until);
        if let ApprovalBytes::Intent { .. } = approval.bytes {
            return Err(NotCancellable::EndsByItself { until });
        }
        let unreadable = || NotCancellable::Unreadable;
        match &approval.bytes {
            ApprovalBytes::Permit2 { .. } if self.flow().is_tron(network) => {
                self.permit().map(Way::Tron).ok_or_else(unreadable)
            }
            ApprovalBytes::Permit2 { .. } => self.permit().map(Way::Permit).ok_or_else(unreadable),
            ApprovalBytes::Htlc { .. } => self.coins(),
            ApprovalBytes::Cosign { .. } if self.known.resources.len() > 1 => {
                Err(NotCancellable::DurableNonce)
            }
            ApprovalBytes::Deposit { transaction, .. } => match &self.known.resources.first() {
                Some(name) if name.as_str().starts_with("bitcoin/") => self.coins(),
                Some(name) if name.as_str().starts_with("evm:") => {
                    self.deposit_of(name, transaction.as_str()).ok_or_else(unreadable)
                }
                _ => Ok(Way::WaitOut),
            },
            _ => Ok(Way::WaitOut),
        }
    }

    fn permit(&self) -> Option<Permit> {
        let query = trace_permit(&self.known.resources)?;
        let resource = self.known.resources.first()?.clone();
        let token = self.flow().contract(self.known.request.source.token.as_str())?;
        Some(Permit { resource, query, token })
    }

    fn deposit_of(&self, name: &Label, transaction: &str) -> Option<Way> {
        let digits = transaction.strip_prefix("0x").unwrap_or(transaction);
        let sent = SentCall::read(&hex::decode(digits).ok()?)?;
        let request = &self.known.request;
        let pins = self.flow().permit2(request.source.network.as_str())?;
        Some(Way::Deposit(Deposit {
            resource: name.clone(),
            chain_id: pins.chain_id,
            owner: pins.standard.parse_address(request.owner.as_str()).ok()?,
            account_nonce: sent.account_nonce,
            price: sent.price,
        }))
    }

    fn coins(&self) -> Result<Way, NotCancellable> {
        let names = self.known.resources.iter().map(Label::as_str);
        let coins = names.filter(|name| name.starts_with("bitcoin/"));
        let ids: Option<Vec<_>> = coins.map(coin_id).collect();
        let ids = ids.filter(|ids| !ids.is_empty());
        ids.map(Way::Coins).ok_or(NotCancellable::Unreadable)
    }
}

impl Way {
    /// Requires what it takes to go this way.
    ///
    /// # Errors
    ///
    /// Returns [`WorkError::NotCancellable`] where something is not at hand.
    pub(super) fn require(&self, drive: &Drive<'_>) -> Result<(), WorkError> {
        let request = &drive.known.request;
        let network = request.source.network.as_str();
        let lacks = match self {
            Self::Permit(Permit { query, .. }) => {
                drive.flow().lacks_for_calls(network, query.owner)
            }
            Self::Tron(Permit { query, .. }) => drive.flow().lacks_for_tron(network, query.owner),
            Self::Deposit(Deposit { owner, .. }) => drive.flow().lacks_for_calls(network, *owner),
            Self::Coins(_) => drive.flow().lacks_for_coins(network, request.owner.as_str()),
            Self::WaitOut => None,
        };
        let swap_id = drive.known.swap_id;
        let missing = |it| WorkError::NotCancellable { swap_id, reason: NotCancellable::Lacks(it) };
        lacks.map_or(Ok(()), |it| Err(missing(it)))
    }
}

/// Reads the name of a coin that was reserved: `bitcoin/NETWORK/TXID:VOUT`.
fn coin_id(name: &str) -> Option<CoinId> {
    let (txid, vout) = name.rsplit('/').next()?.split_once(':')?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(txid, &mut bytes).ok()?;
    // People read it in reverse.
    bytes.reverse();
    Some(CoinId { txid: bytes, vout: vout.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coin_is_read_as_it_was_named() {
        let mut txid = [0; 32];
        txid[0] = 7;
        let id = CoinId { txid, vout: 3 };
        assert_eq!(coin_id(&format!("bitcoin/regtest/{id}")), Some(id));
        for name in ["bitcoin/regtest/07:3", "bitcoin/regtest", "evm:1:0x00:account-nonce:3"] {
            assert_eq!(coin_id(name), None, "{name}");
        }
    }
}
