//! What moves tokens: deposits, payouts, claims and refunds.

use alloy::primitives::{Address, B256, U256};
use bitcoin::ScriptBuf;
use countersign_units::UnixSeconds;

use super::htlc::{self, Call};
use super::{Payout, Token, World};
use crate::account::ExecutionKind;
use crate::bitcoin::script_of;
use crate::chain::{ChainError, Deposit, Receipt};
use crate::network::NetworkKind;
use crate::solana::read_address;
use crate::swap::{Funding, TransactionId};

/// Where a payout goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// An account where an EVM runs.
    Evm(Address),
    /// A script on Bitcoin, and its address.
    Bitcoin(ScriptBuf, String),
    /// An owner on Solana.
    Solana(solana_address::Address),
}

/// What the resolver does when a swap is due.
pub(crate) struct Settlement<'a> {
    pub(crate) source: &'a Token,
    pub(crate) funding: &'a Funding,
    /// The transaction that paid in.
    pub(crate) funded: Option<TransactionId>,
    pub(crate) deposited: U256,
    pub(crate) target: &'a Token,
    pub(crate) payout: U256,
    pub(crate) recipient: Destination,
    pub(crate) secret: B256,
}

/// What a transaction moved.
struct Movement<'a> {
    call: Call,
    token: &'a Token,
    from: Address,
    to: Address,
    amount: U256,
}

/// The transactions of a settled swap.
pub(crate) struct Settled {
    pub(crate) payout: TransactionId,
    pub(crate) claim: TransactionId,
}

/// Why a token did not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// Permit2 may not move that much.
    Allowance,
    /// The owner does not have that much.
    Balance,
}

impl Destination {
    /// Reads an address of a token's network.
    pub(crate) fn read(token: &Token, text: &str) -> Option<Self> {
        if let Some(form) = token.listing.network.addresses() {
            return form.read(text).map(Self::Evm);
        }
        if token.is_on(NetworkKind::Bitcoin) {
            return Some(Self::Bitcoin(script_of(text)?, text.to_owned()));
        }
        read_address(text).map(Self::Solana)
    }
}

impl World {
    /// Runs the escrow's deposit on a network.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] that the chain answers with.
    pub(crate) fn deposit(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        deposit: &Deposit,
        signature: &[u8],
    ) -> Result<TransactionId, ChainError> {
        let operator = self.parties.operator.address();
        let chain = self.chain(token.listing.network)?;
        let escrow = chain.escrow();
        let receipt = chain.deposit(now, operator, deposit, signature)?;
        let (from, to, amount) = (deposit.owner, escrow, deposit.amount);
        let call = ("SandboxEscrow.deposit", ExecutionKind::Deposit);
        let movement = Movement { call, token, from, to, amount };
        Ok(self.record(&movement, &receipt))
    }

    /// Pays out on the destination and claims the deposit, in this order: the resolver bears the
    /// risk. A claim that would fail stops the payout.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] of the claim or the payout.
    pub(crate) fn settle(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
    ) -> Result<Settled, ChainError> {
        match settlement.funding {
            Funding::Permit2(_) => self.settle_permit2(now, settlement),
            Funding::Htlc(offer) => self.settle_htlc(now, settlement, offer),
            Funding::Cosign(offer) => self.settle_cosign(now, settlement, offer),
        }
    }

    fn settle_permit2(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
    ) -> Result<Settled, ChainError> {
        let resolver = self.parties.resolver.address();
        let source = self.chain(settlement.source.listing.network)?;
        let escrow = source.escrow();
        source.try_claim(now, resolver, settlement.secret)?;
        let payout = self.pay(now, settlement)?;
        let source = self.chain(settlement.source.listing.network)?;
        let claim = source.claim(now, resolver, settlement.secret)?;
        let (token, amount) = (settlement.source, settlement.deposited);
        let call = ("SandboxEscrow.claim", ExecutionKind::Claim);
        let movement = Movement { call, token, from: escrow, to: resolver, amount };
        let claim = self.record(&movement, &claim);
        Ok(Settled { payout, claim })
    }

    /// Runs the escrow's refund on a network.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] that the chain answers with.
    pub(crate) fn refund(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        deposit: &Deposit,
    ) -> Result<TransactionId, ChainError> {
        let operator = self.parties.operator.address();
        let chain = self.chain(token.listing.network)?;
        let escrow = chain.escrow();
        let receipt = chain.refund(now, operator, deposit.secret_hash)?;
        let (from, to, amount) = (escrow, deposit.owner, deposit.amount);
        let call = ("SandboxEscrow.refund", ExecutionKind::Refund);
        let movement = Movement { call, token, from, to, amount };
        Ok(self.record(&movement, &receipt))
    }

    /// Says whether a deposit fails for want of an allowance, or of a balance.
    pub(crate) fn shortage(
        &mut self,
        token: &Token,
        owner: Address,
        amount: U256,
    ) -> Option<Shortage> {
        let contract = token.contract?;
        let chain = self.chain(token.listing.network).ok()?;
        if chain.permit2_allowance(contract, owner).ok()? < amount {
            return Some(Shortage::Allowance);
        }
        (chain.balance(Some(contract), owner).ok()? < amount).then_some(Shortage::Balance)
    }

    /// Says whether the resolver can pay an amount out.
    pub(crate) fn can_pay(&mut self, token: &Token, amount: U256) -> bool {
        if token.is_on(NetworkKind::Bitcoin) {
            return amount < U256::from(self.bitcoin.inventory());
        }
        if let Some(asset) = token.asset {
            return amount <= U256::from(self.solana.inventory(asset));
        }
        let resolver = self.parties.resolver.address();
        self.evm_balance(token.listing.network, token.contract, resolver)
            .is_some_and(|held| held >= amount)
    }

    pub(super) fn pay(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
    ) -> Result<TransactionId, ChainError> {
        let payout = Payout {
            kind: ExecutionKind::Payout,
            token: settlement.target,
            to: settlement.recipient.clone(),
            amount: settlement.payout,
        };
        self.pay_out(now, &payout)
    }

    /// Pays a token of the resolver's, or coins, where an EVM runs.
    pub(super) fn pay_where_evm_runs(
        &mut self,
        now: UnixSeconds,
        payout: &Payout<'_>,
        to: Address,
    ) -> Result<TransactionId, ChainError> {
        let Payout { token, amount, kind, .. } = *payout;
        let from = self.parties.resolver.address();
        let chain = self.chain(token.listing.network)?;
        let receipt = chain.transfer(now, token.contract, (from, to), amount)?;
        let name = if token.is_evm_coin() { "transfer" } else { "SandboxToken.transfer" };
        let movement = Movement { call: (name, kind), token, from, to, amount };
        Ok(self.record(&movement, &receipt))
    }

    fn record(&mut self, movement: &Movement<'_>, receipt: &Receipt) -> TransactionId {
        let Movement { call, token, from, to, amount } = *movement;
        let (from, to) = (token.write(from), token.write(to));
        let id = TransactionId::Evm(receipt.id);
        self.record_movement(
            id,
            receipt.gas_used,
            htlc::Movement { call, token, from, to, amount },
        );
        id
    }
}
