//! The list of lies: one row each.

/// Makes the enum, its names, its descriptions and the kinds of test vector from one table.
macro_rules! tampers {
    ($($variant:ident $name:literal $description:literal [$($kind:literal)*])*) => {
        /// A named lie in an otherwise honest and consistent answer, so that only the check that
        /// it is named after can notice it.
        ///
        /// One lie has no name here: a secret hash that is replaced in the whole answer. The
        /// client learns the secret hash from that answer alone, so nothing contradicts it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Tamper {
            $(#[doc = concat!("`", $name, "`: ", $description, ".")] $variant,)*
        }

        impl Tamper {
            /// Every lie.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name that the command line and the documents use.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Says in one line what is untrue.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }

            /// Returns the kinds of refused test vector that this lie stands for: the vectors'
            /// ids without chain, number and form. Empty for a lie outside the signed payload.
            pub const fn vector_kinds(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($kind),*],)* }
            }
        }
    };
}

tampers! {
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

impl Tamper {
    /// Says whether the lie lives in members that only the typed-data form has, so that the
    /// answer takes that form whatever is configured.
    pub const fn needs_typed_data(self) -> bool {
        matches!(
            self,
            Self::SpenderZeroAddress
                | Self::SpenderOnlyMessage
                | Self::Token
                | Self::Amount
                | Self::Amount18DecimalsConfusion
                | Self::AmountBelowIntent
                | Self::AmountHexStringAmbiguity
                | Self::AmountFloat
                | Self::DeadlineMax
                | Self::DeadlineInMilliseconds
                | Self::Deadline2Pow64
                | Self::NonceOther
        )
    }
}
