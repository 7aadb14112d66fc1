use countersign_units::{EvmAddress, Lots};

/// The first four bytes of `keccak256("approve(address,uint256)")`.
pub(crate) const SELECTOR: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];

/// An ERC-20 `approve(spender, amount)`: what the owner has to send before a permit can move the
/// token.
///
/// It is only described here. Nobody signs or sends it for the owner.
///
/// Source: [ERC-20](https://eips.ethereum.org/EIPS/eip-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApproveCall {
    /// The token contract, which is called.
    pub token: EvmAddress,
    /// Who may move the token: the Permit2 contract.
    pub spender: EvmAddress,
    /// How much it may move, in base units.
    pub amount: Lots,
}

impl ApproveCall {
    /// Returns the calls that raise an allowance to exactly `amount`; none where it covers that.
    ///
    /// An allowance that is neither zero nor enough is set to zero first, since tokens like USDT
    /// refuse to change one into another.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_evm::ApproveCall;
    /// use countersign_units::{EvmAddress, Lots};
    ///
    /// let (token, permit2) = (EvmAddress::new([1; 20]), EvmAddress::new([2; 20]));
    /// let calls = ApproveCall::to_cover(token, permit2, Lots::from(5), Lots::from(7));
    /// assert_eq!(calls.iter().map(|call| call.amount).collect::<Vec<_>>(), [Lots::ZERO, Lots::from(7)]);
    /// assert!(ApproveCall::to_cover(token, permit2, Lots::from(7), Lots::from(7)).is_empty());
    /// ```
    pub fn to_cover(
        token: EvmAddress,
        spender: EvmAddress,
        allowance: Lots,
        amount: Lots,
    ) -> Vec<Self> {
        if allowance >= amount {
            return Vec::new();
        }
        let call = |amount| Self { token, spender, amount };
        let reset = (!allowance.is_zero()).then(|| call(Lots::ZERO));
        reset.into_iter().chain([call(amount)]).collect()
    }

    /// Returns the call after which nothing may be moved.
    pub const fn revoke(token: EvmAddress, spender: EvmAddress) -> Self {
        Self { token, spender, amount: Lots::ZERO }
    }

    /// Returns the call's data: the selector and two words.
    pub fn data(&self) -> [u8; 68] {
        let mut data = [0; 68];
        let bytes =
            SELECTOR.into_iter().chain(self.spender.to_word()).chain(self.amount.to_be_bytes());
        data.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        data
    }
}

#[cfg(test)]
mod tests {
    use alloy::sol;
    use alloy::sol_types::SolCall;

    use super::*;

    sol! {
        function approve(address spender, uint256 amount) returns (bool);
    }

    #[test]
    fn the_data_is_what_abi_encoding_makes_of_it() {
        let (token, spender) = (EvmAddress::new([0x11; 20]), EvmAddress::new([0xee; 20]));
        for amount in [Lots::ZERO, Lots::from(1_000_000_000), Lots::MAX] {
            let encoded =
                approveCall { spender: spender.as_bytes().into(), amount: amount.value() };
            let call = ApproveCall { token, spender, amount };
            assert_eq!(call.data().as_slice(), encoded.abi_encode());
        }
    }

    #[test]
    fn an_allowance_is_never_raised_from_between() {
        let address = EvmAddress::new([1; 20]);
        let amounts = |allowance: u64, amount: u64| -> Vec<Lots> {
            let calls = ApproveCall::to_cover(address, address, allowance.into(), amount.into());
            calls.iter().map(|call| call.amount).collect()
        };
        assert_eq!(amounts(0, 7), [Lots::from(7)]);
        assert_eq!(amounts(6, 7), [Lots::ZERO, Lots::from(7)]);
        assert_eq!(amounts(7, 7), []);
        assert_eq!(amounts(9, 7), []);
        assert_eq!(amounts(0, 0), []);
    }
}
