use super::open::open_enum;

open_enum! {
    /// What the amount of a quote stands for, and what happens to a deposit of another size.
    pub enum SwapType ("the name of a swap type") {
        /// The amount is paid in; what is more comes back after the swap.
        ExactInput = "EXACT_INPUT",
        /// The amount is paid out; what was paid in too much comes back.
        ExactOutput = "EXACT_OUTPUT",
        /// Any deposit above a minimum is swapped.
        FlexInput = "FLEX_INPUT",
        /// Deposits are collected and swapped again and again.
        AnyInput = "ANY_INPUT",
    }
}

open_enum! {
    /// What marks a deposit as ours.
    pub enum DepositMode ("the name of a deposit mode") {
        /// The address alone.
        Simple = "SIMPLE",
        /// The address and a memo.
        Memo = "MEMO",
    }
}

open_enum! {
    /// Where a deposit is made.
    pub enum DepositType ("the name of a deposit type") {
        /// At an address of the origin chain.
        OriginChain = "ORIGIN_CHAIN",
        /// At an account inside NEAR Intents.
        Intents = "INTENTS",
        /// At a confidential account inside NEAR Intents.
        ConfidentialIntents = "CONFIDENTIAL_INTENTS",
    }
}

open_enum! {
    /// Where a refund goes.
    pub enum RefundType ("the name of a refund type") {
        /// To an address of the origin chain.
        OriginChain = "ORIGIN_CHAIN",
        /// To an account inside NEAR Intents.
        Intents = "INTENTS",
        /// To a confidential account inside NEAR Intents.
        ConfidentialIntents = "CONFIDENTIAL_INTENTS",
    }
}

open_enum! {
    /// Where the swap's outcome goes.
    pub enum RecipientType ("the name of a recipient type") {
        /// To an address of the destination asset's chain.
        DestinationChain = "DESTINATION_CHAIN",
        /// To an account inside NEAR Intents.
        Intents = "INTENTS",
        /// To a confidential account inside NEAR Intents.
        ConfidentialIntents = "CONFIDENTIAL_INTENTS",
    }
}

open_enum! {
    /// How much of a swap others can see.
    pub enum Confidentiality ("the name of a level of confidentiality") {
        /// All of it.
        Public = "public",
        /// Some of it.
        Basic = "basic",
        /// Little of it.
        Advanced = "advanced",
    }
}

open_enum! {
    /// How an intent is signed.
    pub enum Standard ("the name of a signing standard") {
        /// [NEP-413](https://github.com/near/NEPs/blob/master/neps/nep-0413.md), an Ed25519 key.
        Nep413 = "nep413",
        /// [ERC-191](https://eips.ethereum.org/EIPS/eip-191), a key of an EVM chain.
        Erc191 = "erc191",
        /// TIP-191, a key of Tron.
        Tip191 = "tip191",
        /// An Ed25519 signature over the payload's bytes.
        RawEd25519 = "raw_ed25519",
        /// A passkey.
        Webauthn = "webauthn",
        /// A wallet of TON.
        TonConnect = "ton_connect",
        /// A key of Stellar.
        Sep53 = "sep53",
    }
}

open_enum! {
    /// How far a swap is.
    pub enum SwapStatus ("the name of a status") {
        /// A deposit is known and not yet confirmed.
        KnownDepositTx = "KNOWN_DEPOSIT_TX",
        /// Nothing has been deposited. Stays so after the deadline where nothing ever is.
        PendingDeposit = "PENDING_DEPOSIT",
        /// Less than the minimum has been deposited: more may follow until the deadline.
        IncompleteDeposit = "INCOMPLETE_DEPOSIT",
        /// The swap is being carried out.
        Processing = "PROCESSING",
        /// The swap has ended. Does not say that anything was paid out: the details do.
        Success = "SUCCESS",
        /// The deposit was returned.
        Refunded = "REFUNDED",
        /// The swap has failed.
        Failed = "FAILED",
    }
}

impl SwapStatus {
    /// Says whether no other status follows. An unknown one may be followed.
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Success | Self::Refunded | Self::Failed)
    }
}

open_enum! {
    /// Why a deposit was returned.
    pub enum RefundReason ("the name of a reason") {
        /// Too little was deposited.
        PartialDeposit = "PARTIAL_DEPOSIT",
        /// The market gave less than the least amount out.
        AmountLessThanMinAmountOut = "AMOUNT_LESS_THAN_MIN_AMOUNT_OUT",
        /// The amount exceeds the balance.
        AmountMoreThanBalance = "AMOUNT_MORE_THAN_BALANCE",
        /// The intent was not taken.
        IntentSubmitFailed = "INTENT_SUBMIT_FAILED",
        /// A safety switch was on.
        CircuitBreakerBlocked = "CIRCUIT_BREAKER_BLOCKED",
        /// No fee could be estimated.
        FeeEstimationFailed = "FEE_ESTIMATION_FAILED",
        /// Nobody made an offer.
        NoLiquidity = "NO_LIQUIDITY",
        /// The outcome is too small to be paid out.
        AmountLessThanMinWithdrawable = "AMOUNT_LESS_THAN_MIN_WITHDRAWABLE",
        /// The balance is too small.
        InsufficientBalance = "INSUFFICIENT_BALANCE",
        /// The refund could not be registered.
        RefundAddFailed = "REFUND_ADD_FAILED",
        /// The API doesn't know either.
        Unspecified = "UNKNOWN",
    }
}

open_enum! {
    /// How a withdrawal ended.
    pub enum WithdrawalStatus ("the name of a status") {
        /// It was paid.
        Success = "SUCCESS",
        /// It was not paid.
        Failed = "FAILED",
    }
}

open_enum! {
    /// In which order a list is.
    pub enum SortOrder ("the name of an order") {
        /// The oldest first.
        Ascending = "asc",
        /// The newest first.
        Descending = "desc",
    }
}
