//! Where a lie is told: on which networks, about which tokens, in which form.

use super::Tamper;

impl Tamper {
    /// Says whether the lie is about taproot, so that it is told only where coins and template are
    /// P2TR: the account `taproot` and
    /// [`HtlcTemplate::P2trV1`](crate::HtlcTemplate::P2trV1).
    pub const fn needs_taproot(self) -> bool {
        matches!(self, Self::BtcHtlcKeyOnly | Self::BtcTapInternalKey | Self::BtcTapMerkleRoot)
    }

    /// Says whether the lie is about an intent, so that it is told only where a quote of 1Click or
    /// Aurora is to be funded by a signed one.
    pub fn needs_signed_intent(self) -> bool {
        self.is_of_quotes() && self.name().starts_with("intent-")
    }

    /// Says whether the lie lives in a member that only an intent of NEP-413 has.
    pub const fn needs_nep413(self) -> bool {
        matches!(self, Self::IntentCallback)
    }

    /// Returns a token out of which a swap is told the lie: most lies about a transaction on Solana
    /// need a token, some of them one of the newer token program.
    pub const fn source(self) -> &'static str {
        match self.name().as_bytes() {
            [b'b', b't', b'c', b'-', ..] => "BTC@bitcoin",
            [b's', b'o', b'l', b'-', ..] if self.needs_token_2022() => "PYUSD@solana",
            [b's', b'o', b'l', b'-', ..] => "USDC@solana",
            _ if self.needs_nep413() => "USDC@solana",
            _ => "USDC@ethereum",
        }
    }

    /// Says whether the lie is about what only a token of Token-2022 has.
    pub const fn needs_token_2022(self) -> bool {
        matches!(
            self,
            Self::SolTransferWithFee
                | Self::SolPermanentDelegate
                | Self::SolTransferHook
                | Self::SolTransferFee
                | Self::SolPausable
                | Self::SolConfidential
                | Self::SolUnknownExtension
        )
    }

    /// Says whether the lie is about what only a token has, and not SOL.
    pub const fn needs_token(self) -> bool {
        self.needs_token_2022()
            || matches!(
                self,
                Self::SolPlainTransfer
                    | Self::SolDecimals
                    | Self::SolMint
                    | Self::SolTokenProgram
                    | Self::SolOtherTokenProgram
                    | Self::SolSource
                    | Self::SolMintDecimals
                    | Self::SolSourceDelegated
                    | Self::SolSourceCloseAuthority
                    | Self::SolSourceFrozen
                    | Self::SolSourceOwner
                    | Self::SolDestinationFrozen
                    | Self::SolDestinationUninitialized
                    | Self::SolDestinationMint
                    | Self::SolDestinationOwner
            )
    }

    /// Says whether a swap out of a token, by its symbol and the name of its network, is told the
    /// lie. One that is not told is an honest swap. Those about quotes and intents are told from
    /// everywhere, by their own APIs; one of NEP-413 alone where keys sign by it.
    pub fn is_told_from(self, symbol: &str, network: &str) -> bool {
        match network {
            "solana" if self.needs_nep413() => true,
            _ if self.is_of_quotes() => !self.needs_nep413(),
            "bitcoin" => Self::BITCOIN.contains(&self) || self.is_of_every_chain(),
            "solana" => {
                let token = symbol != "SOL" || !self.needs_token();
                let newer = symbol == "PYUSD" || !self.needs_token_2022();
                Self::SOLANA.contains(&self) && token && newer || self.is_of_every_chain()
            }
            _ => Self::ALL.contains(&self),
        }
    }

    /// Says whether the lie is about the swap, and not about what is signed on one chain.
    const fn is_of_every_chain(self) -> bool {
        matches!(
            self,
            Self::Owner
                | Self::QuoteAmount
                | Self::QuoteMinOut
                | Self::QuoteExpired
                | Self::ApproveTo
                | Self::UnknownMechanism
        )
    }

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
