//! The list of lies: one row each.

#[macro_use]
mod quoted;
#[macro_use]
mod solana;
mod told;

/// Makes the enum, its names, its descriptions and the kinds of test vector from four tables: the
/// lies about what is signed for an EVM, or about the swap, those about a PSBT, and those about a
/// transaction on Solana, or about quotes and intents of 1Click and Aurora, which also say by which
/// codes they may be refused.
macro_rules! tampers {
    (
        { $($variant:ident $name:literal $description:literal [$($kind:literal)*])* }
        { $($coins:ident $coins_name:literal $coins_description:literal [$($coins_kind:literal)*])* }
        {
            $($cosigned:ident $cosigned_name:literal $cosigned_description:literal
            [$($cosigned_kind:literal)*] [$($code:literal)*])*
        }
        {
            $($quoted:ident $quoted_name:literal $quoted_description:literal
            [$($quoted_kind:literal)*] [$($quoted_code:literal)*])*
        }
    ) => {
        /// A named lie in an otherwise honest and consistent answer, so that only the check that
        /// it is named after can notice it.
        ///
        /// One lie has no name here: a secret hash that is replaced in the whole answer. The
        /// client learns the secret hash from that answer alone, so nothing contradicts it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Tamper {
            $(#[doc = concat!("`", $name, "`: ", $description, ".")] $variant,)*
            $(#[doc = concat!("`", $coins_name, "`: ", $coins_description, ".")] $coins,)*
            $(#[doc = concat!("`", $cosigned_name, "`: ", $cosigned_description, ".")] $cosigned,)*
            $(#[doc = concat!("`", $quoted_name, "`: ", $quoted_description, ".")] $quoted,)*
        }

        impl Tamper {
            /// Every lie that is told where swaps go out of an EVM. Out of Bitcoin and Solana those
            /// about the quote, the owner, `approve_to` and the mechanism are told too.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Every lie about a PSBT, told where swaps go out of Bitcoin alone.
            pub const BITCOIN: &[Self] = &[$(Self::$coins,)*];

            /// Every lie about a transaction on Solana, or about what its accounts are, told where
            /// swaps go out of Solana alone.
            pub const SOLANA: &[Self] = &[$(Self::$cosigned,)*];

            /// Every lie that 1Click and Aurora tell, about quotes that are to be funded and about
            /// the intents that are signed for them.
            pub const QUOTED: &[Self] = &[$(Self::$quoted,)*];

            /// Every lie there is.
            pub const EVERY: &[Self] = &[
                $(Self::$variant,)* $(Self::$coins,)* $(Self::$cosigned,)* $(Self::$quoted,)*
            ];

            /// Says whether 1Click and Aurora tell the lie. The others are told by the DeFi API.
            pub const fn is_of_quotes(self) -> bool {
                matches!(self, $(Self::$quoted)|*)
            }

            /// Returns the name that the command line and the documents use.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    $(Self::$coins => $coins_name,)*
                    $(Self::$cosigned => $cosigned_name,)*
                    $(Self::$quoted => $quoted_name,)*
                }
            }

            /// Says in one line what is untrue.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $description,)*
                    $(Self::$coins => $coins_description,)*
                    $(Self::$cosigned => $cosigned_description,)*
                    $(Self::$quoted => $quoted_description,)*
                }
            }

            /// Returns the kinds of refused test vector that this lie stands for: the vectors'
            /// ids without chain, number and form. Empty for a lie outside the signed payload.
            pub const fn vector_kinds(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($kind),*],)*
                    $(Self::$coins => &[$($coins_kind),*],)*
                    $(Self::$cosigned => &[$($cosigned_kind),*],)*
                    $(Self::$quoted => &[$($quoted_kind),*],)*
                }
            }

            /// Returns the codes of which one is to be found where a lie is refused, if it is about
            /// a transaction on Solana, a quote or an intent. Empty for the others, whose vectors
            /// say it.
            pub const fn codes(self) -> &'static [&'static str] {
                match self {
                    $(Self::$cosigned => &[$($code),*],)*
                    $(Self::$quoted => &[$($quoted_code),*],)*
                    _ => &[],
                }
            }
        }
    };
}

with_lies_of_solana! { with_lies_of_quotes { tampers {
    {
        ChainIdMissing "chain-id-missing" "the domain has no chain id" ["chain-id-missing"]
        ChainIdOther "chain-id-other" "the domain names another chain" ["chain-id-other"]
        ChainIdTruncates "chain-id-truncates" "the domain's chain id is right in its low 64 bits only" ["chain-id-truncates-to-1"]
        VerifyingContract "verifying-contract" "domain and parameters name another contract than Permit2" ["wrong-verifying-contract" "verifying-contract"]
        VerifyingContractOnlyParams "verifying-contract-only-params" "the parameters name another Permit2 than the domain" ["verifying-contract-only-params"]
        LookalikePermit2Address "lookalike-permit2-address" "the verifying contract begins and ends like Permit2" ["lookalike-permit2-address"]
        DomainName "domain-name" "the domain's name is not Permit2" ["domain-name"]
        DomainNameOfAToken "domain-name-of-a-token" "the domain is the token's own" ["domain-name-of-a-token"]
        DomainSalt "domain-salt" "the domain has a salt" ["domain-salt"]
        Spender "spender" "the whole answer names another escrow" ["spender-and-params-escrow-swapped"]
        Escrow "escrow" "the escrow is one bit off" ["escrow"]
        EscrowChecksum "escrow-checksum" "the escrow's address has a wrong checksum" ["checksum"]
        EscrowIsOwner "escrow-is-owner" "the escrow is the owner" ["escrow-is-owner"]
        EscrowIsResolver "escrow-is-resolver" "the escrow is the resolver's deposit address" ["escrow-is-resolver"]
        EscrowZero "escrow-zero" "the escrow is the zero address" ["escrow-zero"]
        SpenderZeroAddress "spender-zero-address" "the message's spender is the zero address" ["spender-zero-address"]
        SpenderOnlyMessage "spender-only-message" "the message's spender is not the escrow of the parameters" ["spender-only-message"]
        Token "token" "the message moves another token" ["token-swapped"]
        Amount "amount" "the message moves ten times the amount" ["amount-times-10"]
        Amount18DecimalsConfusion "amount-18-decimals-confusion" "the amount is scaled to 18 decimals, or from 18 to 36" ["amount-18-decimals-confusion"]
        AmountBelowIntent "amount-below-intent" "the message moves one base unit less" ["amount-below-intent"]
        AmountHexStringAmbiguity "amount-hex-string-ambiguity" "the amount's digits are written as hexadecimal" ["amount-hex-string-ambiguity"]
        AmountFloat "amount-float" "the amount has a decimal point" ["amount-float"]
        DeadlineMax "deadline-max" "the message's deadline is 2^256 - 1: it never expires" ["deadline-max"]
        DeadlineInMilliseconds "deadline-in-milliseconds" "the message's deadline counts milliseconds" ["deadline-in-milliseconds"]
        DeadlineZero "deadline-zero" "the deadline is zero" ["deadline-zero"]
        DeadlinePast "deadline-past" "the deadline has passed" ["deadline-past"]
        Deadline2Pow64 "deadline-2-64" "the message's deadline is 2^64" ["deadline-2_64"]
        DeadlineOver "deadline-over" "the deadline is a minute beyond the sample policy's horizon" ["deadline-over"]
        NonceAlreadyUsed "nonce-already-used" "the nonce of an earlier finished swap is handed out again; the first swap of an owner is honest" ["nonce-already-used" "nonce-used"]
        NonceOther "nonce-other" "the message's nonce is not the one of the parameters" ["nonce-other"]
        Owner "owner" "the answer echoes another owner" ["owner-is-not-our-key"]
        PermitBatchInstead "permit-batch-instead" "a batch permit over two tokens" ["permit-batch-instead"]
        PermitArrayUnderHonestName "permit-array-under-honest-name" "the honest type's name over a list of tokens" ["permit-array-under-honest-name"]
        PermitWithoutWitness "permit-without-witness" "a permit without witness" ["permit-without-witness"]
        AllowancePermitSingle "allowance-permit-single" "a standing allowance inside Permit2" ["allowance-permit-single"]
        Eip2612Permit "eip2612-permit" "an allowance by the token's own permit" ["eip2612-permit"]
        Erc3009Transfer "erc3009-transfer" "a transfer by the token's own authorization" ["erc3009-transfer"]
        TokenPermissionsRedefined "token-permissions-redefined" "the members of TokenPermissions change places" ["token-permissions-redefined"]
        TokenPermissionsExtraField "token-permissions-extra-field" "TokenPermissions has a third member" ["token-permissions-extra-field"]
        TokenPermissionsNarrowed "token-permissions-narrowed" "the amount of TokenPermissions has 128 bits" ["type-token-permissions"]
        PrimaryTypeSpenderDropped "primary-type-spender-dropped" "the type has no spender, the message still shows one" ["primary-type-spender-dropped"]
        WitnessTypeNarrowedDeadline "witness-type-narrowed-deadline" "the witness deadline has 64 bits in the types alone" ["witness-type-narrowed-deadline"]
        TypeNarrowed "type-narrowed" "the witness deadline has 64 bits, hash and string agree" ["type-narrowed"]
        TypeExtraMember "type-extra-member" "the witness struct has a member more, hash and string agree" ["type-extra-member"]
        TypeReordered "type-reordered" "two members of the witness struct change places, hash and string agree" ["type-reordered"]
        TypeRenamed "type-renamed" "a member of the witness struct is renamed, hash and string agree" ["type-renamed"]
        WitnessIsTokenPermissions "witness-is-token-permissions" "the witness is a TokenPermissions" ["witness-is-token-permissions"]
        UnreferencedExtraType "unreferenced-extra-type" "the types hold a batch permit that nothing refers to" ["unreferenced-extra-type"]
        TypeNameWithBrackets "type-name-with-brackets" "the witness type's name closes a bracket" ["type-name-with-brackets"]
        TypeDomainShort "type-domain-short" "the domain type lists the name only" ["type-domain-short"]
        TypeDomainSalted "type-domain-salted" "the domain type lists a salt" ["type-domain-salted"]
        WitnessResolver "witness-resolver" "the witness names another resolver, the hash agrees" ["witness-resolver-swapped" "resolver"]
        ResolverEverywhere "resolver-everywhere" "the whole answer names another resolver" []
        WitnessSecretHash "witness-secret-hash" "the witness has another secret hash, the witness hash agrees" ["witness-secret-hash-swapped"]
        WitnessSecretHashZero "witness-secret-hash-zero" "the witness's secret hash is zero" ["witness-secret-hash-zero"]
        WitnessSecretHashShort "witness-secret-hash-short" "the witness's secret hash has 31 bytes" ["secret-hash-short"]
        WitnessDeadline "witness-deadline" "the witness deadline is ten years out" ["witness-deadline-extended" "witness-deadline"]
        WitnessExtraMember "witness-extra-member" "the witness has a member that its type does not list" ["witness-extra-member"]
        WitnessHash "witness-hash" "the witness hash is one bit off" ["witness-hash"]
        WitnessHashZero "witness-hash-zero" "the witness hash is zero" ["witness-hash-zero"]
        WitnessHashWrongLength "witness-hash-wrong-length" "the witness hash has 31 bytes" ["witness-hash-wrong-length"]
        WitnessTypeStringHidesOtherStruct "witness-type-string-hides-other-struct" "the type string defines another witness struct" ["witness-type-string-hides-other-struct"]
        WitnessTypeStringExtraStruct "witness-type-string-extra-struct" "the type string defines a struct more" ["witness-type-string-extra-struct" "wts-extra"]
        WitnessTypeStringSpaceAfterComma "witness-type-string-space-after-comma" "the type string has a space after a comma" ["witness-type-string-space-after-comma"]
        WitnessTypeStringNarrow "witness-type-string-narrow" "the type string has 128 bits where the type has 256" ["wts-narrow"]
        WitnessTypeStringEmpty "witness-type-string-empty" "the type string is empty" ["wts-empty"]
        QuoteAmount "quote-amount" "the quote is for another amount than was asked" []
        QuoteMinOut "quote-min-out" "the applied quote pays half of the accepted one" []
        QuoteExpired "quote-expired" "the quote has expired when it arrives" []
        ApproveTo "approve-to" "the answer asks for an allowance to another address" []
        UnknownMechanism "unknown-mechanism" "the answer's mechanism is broadcast" []
    }
    {
        BtcExtraOutput "btc-extra-output" "an output more pays the attacker out of the change" ["extra-output-to-attacker" "extra-output"]
        BtcHtlcAmountTooSmall "btc-htlc-amount-too-small" "the locked output gets a tenth, the change the rest" ["htlc-amount-too-small"]
        BtcAmountMore "btc-amount-more" "the locked output gets 1000 satoshis more, out of the change" ["amount-more"]
        BtcOutputAmountOverflow "btc-output-amount-overflow" "two outputs more whose sum overflows 64 bits" ["output-amount-overflow"]
        BtcChangeToAttacker "btc-change-to-attacker" "the change goes to the attacker" ["change-to-foreign-address" "p2tr-change-to-attacker" "change-attacker"]
        BtcChangeInOtherScript "btc-change-in-other-script" "the change goes to the owner's key in another form" ["change-to-our-key-in-other-script-type"]
        BtcFee "btc-fee" "the change is cut so that the fee is one satoshi above the sample policy's" ["fee"]
        BtcFeeForeignShort "btc-fee-foreign-short" "another party takes back more than it brought, out of the change" ["fee-foreign-short"]
        BtcHtlcClaimKey "btc-htlc-claim-key" "the attacker may take the locked output by the secret" ["htlc-claim-key-is-attacker" "htlc-claim-key"]
        BtcHtlcKeysSwapped "btc-htlc-keys-swapped" "the keys for claim and refund change places" ["htlc-keys-swapped"]
        BtcHtlcHash "btc-htlc-hash" "the locked output's hash is one bit off" ["htlc-hash"]
        BtcHtlcLocktime "btc-htlc-locktime" "the locked output has a later lock time than the answer says" ["htlc-locktime"]
        BtcHtlcLocktimePast "btc-htlc-locktime-past" "the lock time of the whole answer has passed" ["htlc-locktime-already-past"]
        BtcHtlcBackDoor "btc-htlc-back-door" "the attacker's key has a branch of its own" ["htlc-script-with-back-door-branch"]
        BtcHtlcWithoutSizeCheck "btc-htlc-without-size-check" "the script does not check how long the secret is" ["htlc-without-size-check"]
        BtcHtlcAsP2sh "btc-htlc-as-p2sh" "the locked output is wrapped in P2SH" ["htlc-as-bare-p2sh"]
        BtcHtlcOpaque "btc-htlc-opaque" "the locked output's script is one bit off" ["htlc-opaque"]
        BtcHtlcKeyOnly "btc-htlc-key-only" "the locked output is the resolver's key without a script tree" ["p2tr-key-only-output"]
        BtcSighashNoneAnyoneCanPay "btc-sighash-none-anyonecanpay" "every input asks for NONE with ANYONECANPAY" ["sighash-none-anyonecanpay"]
        BtcSighashAllAnyoneCanPay "btc-sighash-all-anyonecanpay" "one input asks for ALL with ANYONECANPAY" ["sighash-all-acp"]
        BtcSighashUnknown "btc-sighash-unknown" "every input asks for a signature of an unknown kind" ["sighash-unknown-0x41"]
        BtcInputsOutOfRange "btc-inputs-out-of-range" "the list of inputs goes beyond the last" ["inputs-index-out-of-range" "inputs-out-of-range"]
        BtcInputsEmpty "btc-inputs-empty" "the list of inputs is empty" ["inputs-list-empty"]
        BtcInputsOmits "btc-inputs-omits" "the list of inputs leaves one out" ["inputs-list-omits-one-of-ours" "inputs-omits"]
        BtcInputs2Pow32 "btc-inputs-2-32" "a number in the list of inputs is 2^32 too high" ["inputs-2_32"]
        BtcInputsForeign "btc-inputs-foreign" "the list of inputs has one of another party" ["inputs-foreign"]
        BtcLargerCoin "btc-larger-coin" "an input is another, larger coin of the owner, for the same outputs" ["replaces-intent-coin-by-larger-one"]
        BtcUnexpectedCoin "btc-unexpected-coin" "a coin more of the owner goes to the attacker" ["unexpected-coin"]
        BtcPreviousTransaction "btc-previous-transaction" "the previous transaction of an input is another than its outpoint says" ["non-witness-utxo-txid-mismatch"]
        BtcUtxoAmounts "btc-utxo-amounts" "an input's amount is not that of its previous transaction" ["witness-utxo-contradicts-non-witness-utxo" "utxo-amount-contradiction"]
        BtcUtxoScript "btc-utxo-script" "an input's coin has another script" ["utxo-script"]
        BtcWitnessScript "btc-witness-script" "an input has a witness script where none belongs" ["witness-script-mismatch"]
        BtcRedeemScript "btc-redeem-script" "an input has a redeem script that its coin is not the hash of" ["redeem-script"]
        BtcTapInternalKey "btc-tap-internal-key" "an input's internal key is the attacker's" ["tap-internal-key-mismatch" "tap-internal-key"]
        BtcTapMerkleRoot "btc-tap-merkle-root" "an input that is spent by its key alone has a merkle root" ["tap-merkle-root-injected" "tap-merkle-root"]
        BtcLocktime "btc-locktime" "the transaction is not valid before the year 2100" ["locktime-far-future"]
        BtcDuplicateUnsignedTx "btc-duplicate-unsigned-tx" "the unsigned transaction stands twice in the PSBT" ["duplicate-global-unsigned-tx"]
        BtcDuplicateKey "btc-duplicate-key" "an input's coin stands twice in the PSBT" ["duplicate-key"]
        BtcTrailingBytes "btc-trailing-bytes" "four bytes follow the last map of the PSBT" ["trailing-bytes" "trailing"]
        BtcTruncated "btc-truncated" "the last bytes of the PSBT are cut" ["truncated"]
        BtcWrongMagic "btc-wrong-magic" "the PSBT begins with other bytes" ["wrong-magic"]
        BtcVersion2 "btc-version-2" "the PSBT says version 2 and has an unsigned transaction" ["version-2-with-unsigned-tx"]
    }
} } }
