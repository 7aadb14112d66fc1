//! What clients send to Tron.

use alloy::primitives::{B256, Bytes, TxKind, U256};
use countersign_units::UnixMillis;

use super::World;
use super::own::Sent;
use crate::chain::{BLOCK_GAS, Block, BlockId, Call, Metered, call_name};
use crate::clock;
use crate::network::Network;
use crate::tron::{Contract, ENERGY_PRICE, Mined, Refused, Transaction};

/// How many heights the two bytes that name a block tell apart.
const HEIGHTS: u64 = 1 << 16;
/// How far ahead of the latest block a transaction may end, in milliseconds.
const LONGEST: u64 = 86_400_000;

impl World {
    /// Takes a signed transaction into a block of Tron, if every rule lets it. A call that fails
    /// there is in its block all the same, and has been paid for.
    ///
    /// # Errors
    ///
    /// Returns the [`Refused`] that says which rule does not let it.
    pub(crate) fn submit_to_tron(
        &mut self,
        now: UnixMillis,
        network: &Network,
        bytes: &[u8],
    ) -> Result<B256, Refused> {
        let transaction = Transaction::decode(bytes)?;
        if self.sent_to_tron.contains_key(&transaction.id) {
            return Err(Refused::Known);
        }
        self.check_times(now, network, &transaction)?;
        let (call, gas, price) = self.metered(network, &transaction)?;
        let chain = self.chain(network)?;
        let metered = Metered { id: transaction.id, gas, price };
        let (block, ran) = chain.run(clock::seconds(now), call.clone(), metered)?;
        let id = transaction.id;
        self.record_sent(&Sent {
            network,
            id,
            from: call.from,
            to: call.to,
            value: call.value,
            call: call_name(&call.data),
            ran: ran.clone(),
        });
        self.sent_to_tron.insert(id, Mined { transaction, block, ran });
        Ok(id)
    }

    /// Returns a transaction that somebody sent to Tron.
    pub(crate) fn mined_on_tron(&self, id: &B256) -> Option<&Mined> {
        self.sent_to_tron.get(id)
    }

    /// Checks that a transaction names a block of this chain, and ends soon, but not yet.
    fn check_times(
        &mut self,
        now: UnixMillis,
        network: &Network,
        transaction: &Transaction,
    ) -> Result<(), Refused> {
        let chain = self.chain(network)?;
        let seconds = clock::seconds(now);
        let latest = chain.block(seconds, BlockId::Latest).ok_or(Refused::Reference)?;
        let (height, id) = transaction.reference;
        let ago = latest.number.wrapping_sub(u64::from(u16::from_be_bytes(height))) % HEIGHTS;
        let number = latest.number.checked_sub(ago).ok_or(Refused::Reference)?;
        let named = chain.block(seconds, BlockId::Number(number)).ok_or(Refused::Reference)?;
        if middle(named) != id {
            return Err(Refused::Reference);
        }
        let latest = latest.time.saturating_mul(1_000);
        let lasts = transaction.expiration > latest;
        let ends = transaction.expiration <= latest.saturating_add(LONGEST);
        if lasts && ends { Ok(()) } else { Err(Refused::Expiration) }
    }

    /// Says what is to be run, with how much energy at which price.
    fn metered(
        &mut self,
        network: &Network,
        transaction: &Transaction,
    ) -> Result<(Call, u64, u64), Refused> {
        let from = transaction.owner;
        let chain = self.chain(network)?;
        let held = chain.balance(None, from)?;
        let (to, sun, data) = match &transaction.contract {
            Contract::Transfer { to, amount } => (*to, *amount, Bytes::new()),
            Contract::Trigger { to, value, data } => (*to, *value, data.clone()),
        };
        let value = U256::from(sun);
        let left = held.checked_sub(value).ok_or_else(|| {
            Refused::Contract("Validate contract error, balance is not sufficient.".to_owned())
        })?;
        let call = Call { from, to: TxKind::Call(to), value, data };
        if matches!(transaction.contract, Contract::Transfer { .. }) {
            return Ok((call, BLOCK_GAS, 0));
        }
        let most = U256::from(transaction.fee_limit).min(left).saturating_to::<u64>();
        Ok((call, most.div_euclid(ENERGY_PRICE).min(BLOCK_GAS), ENERGY_PRICE))
    }
}

/// Returns the bytes of a block's id that transactions name it by.
fn middle(block: Block) -> [u8; 8] {
    let (eighths, _) = block.hash.as_slice().as_chunks::<8>();
    eighths.get(1).copied().unwrap_or_default()
}
