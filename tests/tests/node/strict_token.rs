//! A token that, as USDT on Ethereum does, refuses to change one allowance into another.

use alloy::hex;
use alloy::primitives::Address;

/// Writes the code of a token that has another's code do all but this: an `approve` of more than
/// zero reverts where the allowance is not zero.
pub(crate) fn code(token: Address) -> Vec<u8> {
    let token = hex::encode(token);
    let code = [
        // Anything but `approve(address,uint256)`: jump to the end.
        "600035 60e01c 63095ea7b3 14 15 6058 57",
        // An amount of zero: jump to the end.
        "602435 15 6058 57",
        // Write the call `allowance(caller, spender)` into memory.
        "63dd62ed3e 60e01b 600052",
        "33 600452",
        "600435 602452",
        // Run it with the token's code, on our storage.
        "6020 6000 6044 6000 73",
        &token,
        "5a f4 50",
        // An allowance of zero: jump to the end. Else revert without a reason.
        "600051 15 6058 57",
        "6000 6000 fd",
        // The end: have the token's code run the whole call on our storage, and pass on its answer.
        "5b 36 6000 6000 37",
        "6000 6000 36 6000 73",
        &token,
        "5a f4",
        "3d 6000 6000 3e",
        "608a 57 3d 6000 fd",
        "5b 3d 6000 f3",
    ];
    hex::decode(code.concat().replace(' ', "")).unwrap()
}
