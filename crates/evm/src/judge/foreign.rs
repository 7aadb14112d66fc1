/// Says what a signature over another primary type would do, for those that thefts were made with.
pub(super) fn describe(primary_type: &str) -> Option<&'static str> {
    Some(match primary_type {
        "PermitSingle" | "PermitBatch" => "a standing Permit2 allowance",
        "PermitTransferFrom" | "PermitBatchTransferFrom" => "a Permit2 transfer without a witness",
        "PermitBatchWitnessTransferFrom" => "a Permit2 transfer of several tokens",
        "Permit" => "an ERC-2612 allowance",
        "TransferWithAuthorization" | "ReceiveWithAuthorization" => "an ERC-3009 transfer",
        "SafeTx" => "a transaction of a Safe",
        "Authorization" => "an EIP-7702 delegation of the account's code",
        "UserOperation" | "PackedUserOperation" => "an ERC-4337 user operation",
        "Delegation" | "Delegations" => "a delegation of the account",
        "OrderComponents" | "BulkOrder" => "a Seaport order",
        "Order" => "an order of an exchange",
        "MetaTransaction" | "ForwardRequest" => "a transaction that another sends for the account",
        "Agent" => "a Hyperliquid action",
        other if other.starts_with("HyperliquidTransaction:") => "a Hyperliquid action",
        _ => return None,
    })
}
