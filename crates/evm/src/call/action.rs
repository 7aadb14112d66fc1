use std::fmt::Display;

use countersign_approval::{CallAction, Code, Violation, Violations};
use countersign_units::{EvmAddress, Lots, U256};

use crate::ApproveCall;
use crate::approve_call::SELECTOR as APPROVE;
use crate::keccak::Word;

/// The first four bytes of `keccak256("transfer(address,uint256)")`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
/// The first four bytes of `keccak256("invalidateUnorderedNonces(uint256,uint256)")`.
const INVALIDATE: [u8; 4] = [0x3f, 0xf9, 0xdc, 0xb1];

/// How addresses are written in what is told.
pub(crate) type Show = fn(EvmAddress) -> String;

/// What a transaction carries to whom: the part of it that EVM chains and Tron have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) to: EvmAddress,
    pub(crate) value: U256,
    pub(crate) data: &'a [u8],
}

/// Returns whom an action addresses, with how much of the chain's own coin and which data.
pub(crate) fn message(action: &CallAction, owner: EvmAddress) -> (EvmAddress, Lots, Vec<u8>) {
    match action {
        CallAction::TransferNative { to, amount } => (*to, *amount, Vec::new()),
        CallAction::TransferToken { token, to, amount } => {
            (*token, Lots::ZERO, encode(TRANSFER, to.to_word(), amount.to_be_bytes()))
        }
        CallAction::InvalidateNonces { permit2, word, mask } => {
            (*permit2, Lots::ZERO, encode(INVALIDATE, word.to_be_bytes(), mask.to_be_bytes()))
        }
        CallAction::Approve { token, permit2, amount } => {
            let call = ApproveCall { token: *token, spender: *permit2, amount: *amount };
            (*token, Lots::ZERO, call.data().to_vec())
        }
        CallAction::ReplaceNonce | CallAction::FillNonce => (owner, Lots::ZERO, Vec::new()),
    }
}

fn encode(selector: [u8; 4], first: Word, second: Word) -> Vec<u8> {
    [selector.as_slice(), &first, &second].concat()
}

impl Message<'_> {
    /// Reads what a message does; a transfer of nothing to the owner is what replaces a nonce.
    pub(crate) fn action(&self, owner: EvmAddress) -> Result<CallAction, Violation> {
        let Self { to, value, data } = *self;
        if data.is_empty() {
            let nothing = value.is_zero() && to == owner;
            let transfer = CallAction::TransferNative { to, amount: Lots::new(value) };
            return Ok(if nothing { CallAction::ReplaceNonce } else { transfer });
        }
        let (selector, first, second) = split(data)?;
        let uint = |word: Word| U256::from_be_bytes(word);
        match selector {
            TRANSFER => Ok(CallAction::TransferToken {
                token: to,
                to: address(first)?,
                amount: Lots::new(uint(second)),
            }),
            APPROVE => Ok(CallAction::Approve {
                token: to,
                permit2: address(first)?,
                amount: Lots::new(uint(second)),
            }),
            INVALIDATE => Ok(CallAction::InvalidateNonces {
                permit2: to,
                word: uint(first),
                mask: uint(second),
            }),
            _ => Err(other_data(data)),
        }
    }
}

/// Splits data into a selector and two words, which is all that the known functions take.
fn split(data: &[u8]) -> Result<([u8; 4], Word, Word), Violation> {
    let other = || other_data(data);
    let (selector, words) = data.split_first_chunk::<4>().ok_or_else(other)?;
    if ![TRANSFER, APPROVE, INVALIDATE].contains(selector) {
        return Err(other());
    }
    let ([first, second], []) = words.as_chunks::<32>() else {
        let found = format_args!("{} bytes", data.len());
        return Err(Violation::new(Code::Encoding, "data", "a selector and two words", found));
    };
    Ok((*selector, *first, *second))
}

fn other_data(data: &[u8]) -> Violation {
    let expected = "no data, transfer, approve or invalidateUnorderedNonces";
    let shown = data.get(..data.len().min(32)).unwrap_or_default();
    let found = format_args!("{} bytes: 0x{}", data.len(), hex::encode(shown));
    Violation::new(Code::To, "data", expected, found)
}

fn address(word: Word) -> Result<EvmAddress, Violation> {
    if let Some((above, address)) = word.split_last_chunk::<20>()
        && above.iter().all(|byte| *byte == 0)
    {
        return Ok(EvmAddress::new(*address));
    }
    let found = format_args!("0x{}", hex::encode(word));
    Err(Violation::new(Code::Encoding, "data", "an address in a word", found))
}

/// Compares what a transaction does with what it had to do.
pub(crate) fn compare(
    expected: &CallAction,
    found: &CallAction,
    show: Show,
    violations: &mut Violations,
) {
    let mut page = Comparison { show, violations };
    match (*expected, *found) {
        (
            CallAction::TransferNative { to, amount },
            CallAction::TransferNative { to: other, amount: sent },
        ) => {
            page.address(Code::To, "to", to, other);
            page.value(Code::Amount, "value", amount, sent);
        }
        (
            CallAction::TransferToken { token, to, amount },
            CallAction::TransferToken { token: other_token, to: other, amount: sent },
        ) => {
            page.address(Code::Token, "to", token, other_token);
            page.address(Code::To, "transfer.to", to, other);
            page.value(Code::Amount, "transfer.amount", amount, sent);
        }
        (
            CallAction::Approve { token, permit2, amount },
            CallAction::Approve { token: other_token, permit2: other, amount: sent },
        ) => {
            page.address(Code::Token, "to", token, other_token);
            page.address(Code::Spender, "approve.spender", permit2, other);
            page.value(Code::Amount, "approve.amount", amount, sent);
        }
        (
            CallAction::InvalidateNonces { permit2, word, mask },
            CallAction::InvalidateNonces { permit2: other, word: other_word, mask: other_mask },
        ) => {
            page.address(Code::VerifyingContract, "to", permit2, other);
            page.value(Code::Nonce, "word", word, other_word);
            page.value(Code::Nonce, "mask", format!("{mask:#x}"), format!("{other_mask:#x}"));
        }
        // What nothing is moved for can't be read of it.
        (CallAction::ReplaceNonce | CallAction::FillNonce, CallAction::ReplaceNonce) => {}
        (expected, found) => {
            let [expected, found] = [expected, found].map(|action| describe(&action, show));
            page.value(Code::To, "transaction", expected, found);
        }
    }
}

struct Comparison<'a> {
    show: Show,
    violations: &'a mut Violations,
}

impl Comparison<'_> {
    fn address(&mut self, code: Code, member: &str, expected: EvmAddress, found: EvmAddress) {
        if expected != found {
            let [expected, found] = [expected, found].map(self.show);
            self.violations.push(Violation::new(code, member, expected, found));
        }
    }

    fn value<T: PartialEq + Display>(&mut self, code: Code, member: &str, expected: T, found: T) {
        if expected != found {
            self.violations.push(Violation::new(code, member, expected, found));
        }
    }
}

/// Says in a few words what an action does.
pub(crate) fn describe(action: &CallAction, show: Show) -> String {
    match action {
        CallAction::TransferNative { to, amount } => {
            format!("a transfer of {amount} of the chain's own coin to {}", show(*to))
        }
        CallAction::TransferToken { token, to, amount } => {
            format!("a transfer of {amount} of token {} to {}", show(*token), show(*to))
        }
        CallAction::InvalidateNonces { permit2, word, mask } => {
            format!("the end of the nonces {mask:#x} in word {word} at {}", show(*permit2))
        }
        CallAction::Approve { token, permit2, amount } => {
            format!("an allowance of {amount} of token {} for {}", show(*token), show(*permit2))
        }
        CallAction::ReplaceNonce | CallAction::FillNonce => {
            "a transfer of nothing to ourselves".to_owned()
        }
    }
}

/// Requires that an action can be meant: it moves something, to another.
pub(crate) fn check_recipient(
    action: &CallAction,
    owner: EvmAddress,
    show: Show,
    violations: &mut Violations,
) {
    if let CallAction::Approve { token, permit2, .. } = action {
        let itself = permit2.is_zero() || [owner, *token].contains(permit2);
        let expected = "none of: the zero address, the owner, the token";
        violations.require(!itself, Code::Spender, "spender", expected, show(*permit2));
    }
    let Some(to) = action.recipient() else { return };
    let itself = to.is_zero() || to == owner || action.contract() == Some(to);
    let expected = "none of: the zero address, the owner, the token";
    violations.require(!itself, Code::DepositAddress, "recipient", expected, show(to));
    let moves = action.moves();
    violations.require(!moves.is_zero(), Code::Amount, "amount", "more than nothing", moves);
}

#[cfg(test)]
mod tests {
    use alloy::sol;
    use alloy::sol_types::SolCall;

    use super::*;

    sol! {
        function transfer(address to, uint256 amount) returns (bool);
        function approve(address spender, uint256 amount) returns (bool);
        function invalidateUnorderedNonces(uint256 wordPos, uint256 mask);
    }

    #[test]
    fn the_data_is_what_abi_encoding_makes_of_it() {
        let owner = EvmAddress::new([9; 20]);
        let (contract, other) = (EvmAddress::new([1; 20]), EvmAddress::new([0xee; 20]));
        for amount in [Lots::ZERO, Lots::from(1_000_000_000), Lots::MAX] {
            let (address, value) = (other.as_bytes().into(), amount.value());
            let (word, mask) = (value.wrapping_shr(8), value);
            for (action, encoded) in [
                (
                    CallAction::TransferToken { token: contract, to: other, amount },
                    transferCall { to: address, amount: value }.abi_encode(),
                ),
                (
                    CallAction::Approve { token: contract, permit2: other, amount },
                    approveCall { spender: address, amount: value }.abi_encode(),
                ),
                (
                    CallAction::InvalidateNonces { permit2: contract, word, mask },
                    invalidateUnorderedNoncesCall { wordPos: word, mask }.abi_encode(),
                ),
            ] {
                let (to, value, data) = message(&action, owner);
                assert_eq!((to, value, &data), (contract, Lots::ZERO, &encoded));
                let message = Message { to, value: value.value(), data: &data };
                assert_eq!(message.action(owner), Ok(action));
            }
        }
    }
}
