//! What clients send to the chains themselves.

use alloy::primitives::{Address, B256, TxKind, U256};
use alloy::sol_types::SolEvent;
use countersign_units::{Lots, UnixSeconds};

use super::{Token, World};
use crate::account::{Execution, ExecutionKind};
use crate::chain::{ChainError, Ran, TokenTransfer, call_name};
use crate::network::Network;
use crate::swap::TransactionId;

/// A client's transaction that ran.
pub(super) struct Sent<'a> {
    pub(super) network: &'a Network,
    pub(super) id: B256,
    pub(super) from: Address,
    pub(super) to: TxKind,
    pub(super) value: U256,
    /// The name of the function that it calls.
    pub(super) call: String,
    pub(super) ran: Ran,
}

/// What a transaction moved.
struct Moved {
    token: String,
    from: Address,
    to: Address,
    amount: U256,
}

impl World {
    /// Takes a signed transaction into a block of a network, and notes what it moved.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says why the chain does not take it.
    pub(crate) fn submit(
        &mut self,
        now: UnixSeconds,
        network: &Network,
        bytes: &[u8],
    ) -> Result<B256, ChainError> {
        let mined = self.chain(network)?.submit(now, bytes)?;
        let transaction = mined.call.transaction();
        let sent = Sent {
            network,
            id: mined.call.id(),
            from: mined.call.from,
            to: transaction.to,
            value: transaction.value,
            call: call_name(&transaction.input),
            ran: mined.ran.clone(),
        };
        self.record_sent(&sent);
        Ok(sent.id)
    }

    /// Notes what a transaction moved; one that failed has moved nothing.
    pub(super) fn record_sent(&mut self, sent: &Sent<'_>) {
        if !sent.ran.succeeded {
            return;
        }
        let mut moved = self.moved_by(sent);
        if moved.is_empty() {
            let (token, amount) = (String::new(), sent.value);
            moved.push(Moved { token, from: sent.from, to: sent.recipient(), amount });
        }
        for Moved { token, from, to, amount } in moved {
            let [from, to] = [from, to].map(|address| write(sent.network, address));
            self.executions.push(Execution {
                id: sent.network.write_id(TransactionId::Evm(sent.id)),
                network: sent.network.name.to_owned(),
                call: sent.call.clone(),
                kind: ExecutionKind::Transfer,
                intent_id: None,
                gas_used: sent.ran.gas_used,
                token,
                from,
                to,
                amount: Lots::new(amount),
            });
        }
    }

    fn moved_by(&self, sent: &Sent<'_>) -> Vec<Moved> {
        let here = |token: &&Token| token.listing.network.name == sent.network.name;
        let listed = |contract: Option<Address>| {
            let mut tokens = self.tokens.iter().filter(here);
            let token = tokens.find(|token| token.contract == contract)?;
            Some(token.listing.key.to_owned())
        };
        let coins = listed(None).filter(|_| !sent.value.is_zero()).map(|token| Moved {
            token,
            from: sent.from,
            to: sent.recipient(),
            amount: sent.value,
        });
        let logs = sent.ran.logs.iter().filter_map(|log| {
            let TokenTransfer { from, to, value } = TokenTransfer::decode_log(log).ok()?.data;
            Some(Moved { token: listed(Some(log.address))?, from, to, amount: value })
        });
        coins.into_iter().chain(logs).collect()
    }
}

impl Sent<'_> {
    fn recipient(&self) -> Address {
        self.to.to().copied().or(self.ran.created).unwrap_or_default()
    }
}

fn write(network: &Network, address: Address) -> String {
    network.addresses().map_or_else(|| address.to_string(), |form| form.write(address))
}
