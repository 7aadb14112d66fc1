//! Gives and takes back what Permit2 may move: `approve` calls of our own, sent one after another.

mod change;
mod mined;
mod outcome;

use std::fmt;
use std::time::Duration;

use countersign_approval::{
    AssetAmount, Code, Ledger, NetworkKind, Permit2Pins, Policy, Refusal, Token, Violation,
};
use countersign_evm::ApproveCall;
use countersign_units::Lots;
use tokio::time::sleep;

use super::Countersign;
use crate::steps::Verified;
use crate::{Bound, Event, FlowError, MissingAllowance, RequestError, TokenAt};
use change::Change;
pub use outcome::{AllowanceChange, AllowanceError, NotChanged};

/// How often a node is asked that has not seen what another one has, and how long after.
pub(crate) const LOOKS: u32 = 10;
pub(crate) const SEEN_WITHIN: Duration = Duration::from_secs(1);

impl Countersign {
    /// Lets Permit2 move nothing more of a token: sends `approve(permit2, 0)` with the owner's key and
    /// waits until it is mined. The account's nonce is reserved in the ledger.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Approve`] for a call that was signed and did nothing; else nothing was
    /// signed, and it returns [`FlowError::Request`] for a token that the registry does not hold,
    /// [`FlowError::Refused`], [`FlowError::NoKey`], [`FlowError::Nonce`], [`FlowError::Draft`],
    /// [`FlowError::Paused`], [`FlowError::Chain`], [`FlowError::Ledger`] or [`FlowError::Config`].
    pub async fn revoke_allowance(
        &self,
        ledger: &dyn Ledger,
        token: &TokenAt,
        owner: &str,
    ) -> Result<AllowanceChange, FlowError> {
        let registry = self.config.registry();
        let unknown = || RequestError::unknown(token, registry);
        let (key, found) = registry.find(&token.symbol, &token.network).ok_or_else(unknown)?;
        let pins = self.permit2_pins(&found.network)?;
        let permit2 = pins.contract.ok_or_else(|| no_permit2(&found.network))?;
        let parse = |address: &str| {
            let wrong = |error| refuse(Code::Source, "owner", "an account of the network", error);
            pins.standard.parse_address(address).map_err(wrong)
        };
        let call = ApproveCall::revoke(parse(&found.address)?, permit2);
        let (asset, owner) = (asset(key, found, Lots::ZERO), parse(owner)?);
        self.change(ledger, &Change { pins, asset, owner, call }).await
    }

    /// Verifies a payload. Where nothing but the token's allowance is missing and policy lets us, it is
    /// given first, and `observe` is told of each call.
    pub(crate) async fn verify_allowed(
        &self,
        mut bound: Bound,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Verified, FlowError> {
        let Some(again) = bound.permit_again() else { return self.verify(bound).await };
        let facts = self.facts(&mut bound).await?;
        let missing = match self.verify_with(bound, &facts) {
            Err(FlowError::Allowance(missing)) => missing,
            verified => return verified,
        };
        let giving = Box::pin(self.give_allowance(self.ledger.as_ref(), &missing));
        let Some(changes) = giving.await? else {
            return Err(FlowError::Allowance(missing));
        };
        for change in &changes {
            observe(Event::Allowed { change });
        }
        self.verify_once_seen(again).await
    }

    /// Verifies a payload, for which the allowance may not be seen by every node yet.
    async fn verify_once_seen(&self, bound: Bound) -> Result<Verified, FlowError> {
        for _ in 0..LOOKS {
            let Some(again) = bound.permit_again() else { break };
            match self.verify(again).await {
                Err(FlowError::Allowance(_)) => sleep(SEEN_WITHIN).await,
                verified => return verified,
            }
        }
        self.verify(bound).await
    }

    /// Sends the calls that a swap lacks, one after another; nothing where policy leaves that to the
    /// owner.
    pub(crate) async fn give_allowance(
        &self,
        ledger: &dyn Ledger,
        missing: &MissingAllowance,
    ) -> Result<Option<Vec<AllowanceChange>>, FlowError> {
        let policy = self.config.policy()?;
        let Some((asset, pins)) = self.may_give(missing, &policy) else { return Ok(None) };
        let Ok(owner) = pins.standard.parse_address(&missing.owner) else { return Ok(None) };
        let mut changes = Vec::new();
        for call in &missing.calls {
            let asset = AssetAmount { amount: call.amount, ..asset.clone() };
            changes.push(self.change(ledger, &Change { pins, asset, owner, call: *call }).await?);
        }
        Ok(Some(changes))
    }

    /// Says whether policy lets us give an allowance: for a swap that it would let us sign without a
    /// person's word, on a chain where we send calls.
    fn may_give(
        &self,
        missing: &MissingAllowance,
        policy: &Policy,
    ) -> Option<(AssetAmount, &Permit2Pins)> {
        policy.evm().filter(|evm| evm.send_approve)?;
        let registry = self.config.registry();
        let network = registry.network(&missing.network)?;
        let pins = network.permit2.as_ref().filter(|_| network.kind == NetworkKind::Evm)?;
        let (key, token) = registry.tokens().find(|(_, token)| {
            token.network == missing.network
                && pins.standard.parse_address(&token.address)
                    == pins.standard.parse_address(&missing.token)
        })?;
        let limits = policy.limits(key)?;
        let within = missing.needed <= limits.per_swap && !policy.needs_review(key, missing.needed);
        let sound = missing.calls.iter().all(|call| Some(call.spender) == pins.contract);
        (within && sound).then(|| (asset(key, token, missing.needed), pins))
    }

    fn permit2_pins(&self, network: &str) -> Result<&Permit2Pins, FlowError> {
        let found = self.config.registry().network(network);
        let evm = found.filter(|network| network.kind == NetworkKind::Evm);
        evm.and_then(|network| network.permit2.as_ref()).ok_or_else(|| no_permit2(network))
    }
}

fn asset(key: &str, token: &Token, amount: Lots) -> AssetAmount {
    AssetAmount {
        token: key.to_owned(),
        symbol: token.symbol.clone(),
        network: token.network.clone(),
        decimals: token.decimals,
        amount,
    }
}

fn no_permit2(network: &str) -> FlowError {
    refuse(Code::Unpinned, &format!("networks.{network}"), "an EVM network with Permit2", "another")
}

fn refuse(
    code: Code,
    member: &str,
    expected: impl fmt::Display,
    found: impl fmt::Display,
) -> FlowError {
    Refusal::one(Violation::new(code, member, expected, found)).into()
}
