//! The lies about quotes of 1Click and Aurora, and about the intents that are signed for them: one
//! row each, with the codes by which it may be refused.

/// Hands the rows to another macro, behind those that it has already.
macro_rules! with_lies_of_quotes {
    ($table:ident { $($others:tt)* } $($more:tt)*) => {
        $table! {
            $($others)*
            $($more)*
            {
                QuoteSignature "quote-signature" "a bit of the quote's signature changed" [] ["quote_signature"]
                QuoteUnsigned "quote-unsigned" "the quote's signature is empty" [] ["quote_signature"]
                QuoteOtherUser "quote-other-user" "a genuine quote, for somebody else's request" [] ["echo"]
                QuoteEchoRecipient "quote-echo-recipient" "the signed request names another recipient" [] ["echo"]
                QuoteEchoRecipientType "quote-echo-recipient-type" "the signed request pays an account inside NEAR Intents" [] ["echo"]
                QuoteEchoRefund "quote-echo-refund" "the signed request names another address for refunds" [] ["echo"]
                QuoteEchoAsset "quote-echo-asset" "the signed request is for another asset" [] ["echo"]
                QuoteEchoOriginAsset "quote-echo-origin-asset" "the signed request pays in another asset" [] ["echo"]
                QuoteEchoAmount "quote-echo-amount" "the signed request is for twice the amount" [] ["echo"]
                QuoteEchoSlippage "quote-echo-slippage" "the signed request takes twenty times the slippage" [] ["echo"]
                QuoteEchoSwapType "quote-echo-swap-type" "the signed request lets the input vary" [] ["echo"]
                QuoteEchoDeadline "quote-echo-deadline" "the request's deadline, which is not signed, is ten minutes later" [] ["echo"]
                QuoteEchoDepositMode "quote-echo-deposit-mode" "the request's deposit mode, which is not signed, is MEMO" [] ["echo"]
                QuoteEchoReferral "quote-echo-referral" "the signed request names a referrer that was not asked for" [] ["echo"]
                QuoteEchoMember "quote-echo-member" "the request has a member that was not sent" [] ["echo"]
                QuoteEchoDry "quote-echo-dry" "the request says dry, so that no address is signed, and the address is another" [] ["echo"]
                QuoteVirtualRecipient "quote-virtual-recipient" "the signed quote pays on a virtual chain" [] ["echo"]
                QuoteCustomMessage "quote-custom-message" "the signed quote has a message for the recipient's contract" [] ["echo"]
                QuoteAppFees "quote-app-fees" "an application takes a fifth, which is not signed" [] ["fees"]
                QuoteFeeRecipient "quote-fee-recipient" "the platform's fee goes to somebody else, which is not signed" [] ["fees"]
                QuoteDepositAddress "quote-deposit-address" "the deposit address changed after signing" [] ["quote_signature"]
                QuoteDepositAddressOtherKey "quote-deposit-address-other-key" "the deposit address changed, and another key signed" [] ["quote_signature"]
                QuoteDepositAddressUnbound "quote-deposit-address-unbound" "the deposit address changed, and the amounts alone are signed" [] ["quote_signature"]
                QuoteDepositAddressOwn "quote-deposit-address-own" "the signed quote has the refund address as its deposit address" [] ["deposit_address"]
                QuoteDepositAddressForm "quote-deposit-address-form" "the signed quote has a deposit address of no chain" [] ["deposit_address"]
                QuoteDepositAddressMissing "quote-deposit-address-missing" "the signed quote has no deposit address" [] ["deposit_address"]
                QuoteDepositAddressTwice "quote-deposit-address-twice" "the deposit address stands twice, and differs" [] ["encoding"]
                QuoteChainAddresses "quote-chain-addresses" "there are more addresses, which are not signed" [] ["deposit_address"]
                QuoteMemo "quote-memo" "the signed quote asks for a memo" [] ["memo"]
                QuoteDeadlineMoved "quote-deadline-moved" "the signed quote's address dies before the request's deadline" [] ["deadline"]
                QuoteTimestamp "quote-timestamp" "the signed quote was made an hour ago" [] ["quote"]
                QuoteAmountIn "quote-amount-in" "the signed quote takes twice the amount" [] ["quote"]
                QuoteMinAmountOut "quote-min-amount-out" "the signed quote pays half of what it shows at least" [] ["quote"]
                QuoteAmountOut "quote-amount-out" "the signed quote pays a tenth of the price" [] ["quote"]
                IntentExtraAction "intent-extra-action" "the intent holds a second transfer" [] ["intent_kind"]
                IntentTokenDiff "intent-token-diff" "the intent swaps against whoever answers" [] ["intent_kind"]
                IntentAddKey "intent-add-key" "the intent gives the attacker's key the account" [] ["intent_kind"]
                IntentWithdraw "intent-withdraw" "the intent withdraws to a chain" [] ["intent_kind"]
                IntentEmpty "intent-empty" "the intent does nothing" [] ["intent_kind"]
                IntentReceiver "intent-receiver" "the intent pays the attacker" [] ["deposit_address"]
                IntentAmount "intent-amount" "the intent moves ten times the amount" [] ["amount"]
                IntentToken "intent-token" "the intent moves another token" [] ["token"]
                IntentExtraToken "intent-extra-token" "the intent moves another token besides" [] ["intent_kind"]
                IntentVerifyingContract "intent-verifying-contract" "the intent is for another contract" [] ["verifying_contract"]
                IntentSigner "intent-signer" "the intent is for another account" [] ["signer"]
                IntentDeadline "intent-deadline" "the intent can be carried out for ten years" [] ["deadline"]
                IntentDeadlinePast "intent-deadline-past" "the intent's deadline has passed" [] ["deadline"]
                IntentNonceSalt "intent-nonce-salt" "the nonce has a salt that is not the contract's" [] ["nonce"]
                IntentNonceDeadline "intent-nonce-deadline" "the nonce carries another deadline" [] ["nonce"]
                IntentCallback "intent-callback" "the intent names a page that a wallet returns to" [] ["intent_kind"]
                IntentMemo "intent-memo" "the transfer has a memo" [] ["intent_kind"]
                IntentMessage "intent-message" "the transfer calls the receiver's contract" [] ["intent_kind"]
                IntentStandard "intent-standard" "the intent is in another standard than was asked for" [] ["standard"]
            }
        }
    };
}
