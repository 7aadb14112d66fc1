use std::fmt;

use alloy::sol_types::SolCall;
use countersign_units::{EvmAddress, Lots};

use super::bindings::{Erc20, address};

/// A call of a token that sets how much Permit2 may move. The owner sends it, without value.
///
/// `Debug` and `Display` write the whole call, which holds no secret.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a call does nothing until the owner sends it"]
pub struct ApproveCall {
    to: EvmAddress,
    data: Vec<u8>,
}

/// Makes the calls after which Permit2 may move `amount`, and not more.
///
/// There are none where the `current` allowance is enough. Where it is neither enough nor zero it
/// is set to zero first, since some tokens (USDT on Ethereum) refuse anything else: the two calls
/// are sent one after the other. Only [`Lots::MAX`] lets Permit2 move any amount.
pub fn approve_calls(
    token: EvmAddress,
    permit2: EvmAddress,
    amount: Lots,
    current: Lots,
) -> Vec<ApproveCall> {
    if current >= amount {
        return Vec::new();
    }
    let reset = (!current.is_zero()).then(|| revoke_call(token, permit2));
    reset.into_iter().chain([ApproveCall::new(token, permit2, amount)]).collect()
}

/// Makes the call after which Permit2 may move nothing.
pub fn revoke_call(token: EvmAddress, permit2: EvmAddress) -> ApproveCall {
    ApproveCall::new(token, permit2, Lots::ZERO)
}

impl ApproveCall {
    fn new(token: EvmAddress, permit2: EvmAddress, amount: Lots) -> Self {
        let call = Erc20::approveCall { spender: address(permit2), amount: amount.value() };
        Self { to: token, data: call.abi_encode() }
    }

    /// Returns the token.
    pub const fn to(&self) -> EvmAddress {
        self.to
    }

    /// Returns the calldata: the selector and two words.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl fmt::Display for ApproveCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "to {} data 0x{}", self.to, hex::encode(&self.data))
    }
}

impl fmt::Debug for ApproveCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ApproveCall({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
    const USDT: &str = "0xdAC17F958D2ee523a2206206994597C13D831ec7";

    fn calls(amount: u64, current: u64) -> Vec<String> {
        let [token, permit2] = [USDT, PERMIT2].map(|text| text.parse().unwrap());
        let calls = approve_calls(token, permit2, Lots::from(amount), Lots::from(current));
        assert!(calls.iter().all(|call| call.to() == token));
        calls.iter().map(|call| hex::encode(call.data())).collect()
    }

    /// The calldata, written by hand.
    fn by_hand(amount: u64) -> String {
        format!("095ea7b3{:0>64}{amount:0>64x}", "000000000022d473030f116ddee9f6b43ac78ba3")
    }

    #[test]
    fn allows_exactly_what_is_missing() {
        assert_eq!(calls(1_000_000, 0), [by_hand(1_000_000)]);
        assert_eq!(calls(1_000_000, 999_999), [by_hand(0), by_hand(1_000_000)]);
        assert_eq!(calls(1_000_000, 1), [by_hand(0), by_hand(1_000_000)]);
    }

    #[test]
    fn asks_for_nothing_where_the_allowance_is_enough() {
        for (amount, current) in [(5, 5), (5, 6), (0, 0), (0, 5), (5, u64::MAX)] {
            assert_eq!(calls(amount, current), Vec::<String>::new(), "{amount} {current}");
        }
    }

    #[test]
    fn any_amount_must_be_asked_for() {
        let [token, permit2] = [USDT, PERMIT2].map(|text| text.parse().unwrap());
        let calls = approve_calls(token, permit2, Lots::MAX, Lots::ZERO);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].data()[36..], [0xff; 32]);
        let shown = calls[0].to_string();
        assert!(shown.starts_with("to 0xdAC17F958D2ee523a2206206994597C13D831ec7 data 0x095ea7b3"));
    }
}
