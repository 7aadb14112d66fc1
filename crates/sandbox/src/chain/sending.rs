//! What others send to a chain.

use alloy::primitives::Bytes;
use countersign_units::UnixSeconds;
use tempo_contracts::contracts::Permit2::Permit2Calls;

use super::bindings::SandboxToken::SandboxTokenCalls;
use super::{Block, Call, Chain, ChainError, Metered, Mined, Ran, Refused, SignedCall};

impl Chain {
    /// Takes a signed transaction into a block, if every rule lets it. One that fails there is in
    /// its block all the same, and has been paid for.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says which rule does not let it.
    pub(crate) fn submit(&mut self, now: UnixSeconds, bytes: &[u8]) -> Result<&Mined, ChainError> {
        let call = SignedCall::decode(bytes)?;
        let (id, found) = (call.id(), call.transaction().chain_id);
        let expected = self.id();
        if found != expected {
            return Err(Refused::ChainId { expected, found }.into());
        }
        if self.mined.contains_key(&id) {
            return Err(Refused::Known.into());
        }
        let (block, ran) = self.machine.send(now, id, call.environment())?;
        self.mined_at.insert(block.number, id);
        Ok(self.mined.entry(id).or_insert(Mined { call, block, ran }))
    }

    /// Runs a call in a block of its own, whose caller pays for each unit of gas, however it ends.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the caller can't pay, or there is too little gas to begin.
    pub(crate) fn run(
        &mut self,
        now: UnixSeconds,
        call: Call,
        metered: Metered,
    ) -> Result<(Block, Ran), ChainError> {
        self.machine.run_metered(now, call, metered)
    }
}

/// Names the function that a transaction calls.
pub(crate) fn call_name(input: &Bytes) -> String {
    let Some(selector) = input.first_chunk::<4>().copied() else { return "transfer".to_owned() };
    let name = SandboxTokenCalls::name_by_selector(selector)
        .or_else(|| Permit2Calls::name_by_selector(selector));
    name.map_or_else(|| format!("0x{}", hex::encode(selector)), str::to_owned)
}
