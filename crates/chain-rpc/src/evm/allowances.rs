use countersign_approval::ChainViewError;
use countersign_evm::ApproveCall;
use countersign_units::{EvmAddress, Lots, U256};
use serde_json::Value;

use super::EvmRpc;
use super::calls::Questions;
use super::view::lots;
use crate::rpc::{Call, RpcError};

/// What tokens that keep 96 bits of an allowance take as "any amount": 2^96 - 1. It is the least of
/// the numbers 2^k - 1 that stand for that; 2^160 - 1 is another, the most that Permit2 itself keeps.
const UNLIMITED_96: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);
/// No token has a supply of half a word or more: 2^255.
const HALF_WORD: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// How much of a token an owner lets Permit2 move, with any later signature of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "these are the facts about an allowance")]
pub struct OpenAllowance {
    /// The token.
    pub token: EvmAddress,
    /// How much Permit2 may move; zero where nothing stands open.
    pub allowance: Lots,
    /// How much the owner has.
    pub balance: Lots,
    /// Whether the allowance stands for any amount: all that the owner has now and later.
    pub unlimited: bool,
}

impl OpenAllowance {
    /// Says whether anything stands open.
    pub fn is_open(&self) -> bool {
        !self.allowance.is_zero()
    }

    /// Returns the calls by which the owner lets Permit2 move exactly `amount`; none where that
    /// much stands open already. Only [`Lots::MAX`] asks for any amount.
    pub fn calls_to_cover(&self, permit2: EvmAddress, amount: Lots) -> Vec<ApproveCall> {
        ApproveCall::to_cover(self.token, permit2, self.allowance, amount)
    }
}

impl EvmRpc {
    /// Reads what stands open towards Permit2 for each of some tokens, in their order and as of
    /// one block.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    pub async fn allowances(
        &self,
        chain_id: u64,
        owner: EvmAddress,
        permit2: EvmAddress,
        tokens: &[EvmAddress],
    ) -> Result<Vec<OpenAllowance>, ChainViewError> {
        let questions = |about: &Questions| -> Vec<Call> {
            let of = |token: &EvmAddress| {
                [about.allowance(*token, owner, permit2), about.balance(*token, owner)]
            };
            tokens.iter().flat_map(of).collect()
        };
        let (_, answers) = self.reading.at_latest(chain_id, questions).await?;
        let (pairs, _) = answers.as_chunks::<2>();
        let read = |(token, pair): (&EvmAddress, &[Value; 2])| open_allowance(*token, pair);
        Ok(tokens.iter().zip(pairs).map(read).collect::<Result<_, _>>()?)
    }
}

fn open_allowance(
    token: EvmAddress,
    [allowance, balance]: &[Value; 2],
) -> Result<OpenAllowance, RpcError> {
    let (allowance, balance) = (lots(allowance)?, lots(balance)?);
    Ok(OpenAllowance { token, allowance, balance, unlimited: is_unlimited(allowance) })
}

fn is_unlimited(allowance: Lots) -> bool {
    let value = allowance.value();
    let all_ones = (value & value.wrapping_add(U256::ONE)).is_zero();
    value >= HALF_WORD || (all_ones && value >= UNLIMITED_96)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_reach_exactly_what_is_asked() {
        let permit2 = EvmAddress::new([2; 20]);
        let amounts = |allowance: u64, amount: u64| -> Vec<Lots> {
            let (token, allowance) = (EvmAddress::new([1; 20]), Lots::from(allowance));
            let open = OpenAllowance { token, allowance, balance: Lots::MAX, unlimited: false };
            let calls = open.calls_to_cover(permit2, amount.into());
            assert!(calls.iter().all(|call| call.token == token && call.spender == permit2));
            calls.iter().map(|call| call.amount).collect()
        };
        assert_eq!(amounts(0, 7), [Lots::from(7)]);
        assert_eq!(amounts(6, 7), [Lots::ZERO, Lots::from(7)]);
        assert_eq!(amounts(7, 7), []);
    }

    #[test]
    fn any_amount_is_what_no_supply_reaches() {
        let of = |value: U256| is_unlimited(Lots::new(value));
        let half_word = U256::from(2).pow(U256::from(255));
        assert!(of(U256::MAX) && of(U256::MAX - U256::from(5)) && of(half_word));
        assert!(!of(U256::ZERO));
    }

    #[test]
    fn any_amount_is_what_fills_a_narrower_number() {
        let of = |value: U256| is_unlimited(Lots::new(value));
        let (one, power) = (U256::from(1), |bits: u64| U256::from(2).pow(U256::from(bits)));
        for bits in 96..256 {
            assert!(of(power(bits) - one), "2^{bits} - 1");
        }
        for bits in 96..255 {
            assert!(!of(power(bits)) && !of(power(bits) - one - one), "beside 2^{bits} - 1");
        }
        for bits in 0..96 {
            assert!(!of(power(bits) - one), "2^{bits} - 1 may be an amount");
        }
    }
}
