//! How a sandbox is to behave.

use std::time::Duration;

use crate::{Fault, Tamper};

/// The settings of a sandbox.
///
/// # Examples
///
/// ```
/// use countersign_sandbox::{SandboxConfig, Tamper};
///
/// let config = SandboxConfig { tamper: Some(Tamper::Spender), ..SandboxConfig::default() };
/// assert_eq!(config.port, 0);
/// ```
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// The port on 127.0.0.1; zero for any free one.
    pub port: u16,
    /// How requests prove who sends them; any scheme goes with any dialect.
    pub auth: AuthScheme,
    /// What every quote and create answer lies about, if anything.
    pub tamper: Option<Tamper>,
    /// How answers break on their way, if they do.
    pub fault: Option<Fault>,
    /// The form in which a client is handed what it is to sign.
    pub payload_form: PayloadForm,
    /// How long a swap stays in one status before it moves to the next.
    pub step: Duration,
    /// How long a quote can be accepted.
    pub quote_lifetime: Duration,
    /// How long an intent can be approved, and its deposit be claimed. Whole seconds, rounded
    /// down: the chain counts no smaller time.
    pub intent_lifetime: Duration,
    /// How late an answer is under [`Fault::Late`] and [`Fault::SubmitLate`].
    pub lateness: Duration,
    /// How many coins of 0.01 BTC each account on Bitcoin begins with, besides those of other
    /// sizes that it has always. An open intent out of Bitcoin keeps two coins or more from all
    /// others, and a finished one has made one coin of two: so many swaps take as many coins, and
    /// two more for each of those that are open at once.
    pub coins: usize,
    /// How many times the usual balances the accounts begin with elsewhere: a hundred thousand
    /// dollars of each stablecoin, a hundred WETH, a thousand SOL.
    pub wealth: u64,
    /// What swaps out of Bitcoin fund.
    pub htlc_template: HtlcTemplate,
    /// How long after the deadline of an intent its funds on Bitcoin can be taken back. Whole
    /// seconds, rounded down.
    pub refund_delay: Duration,
    /// Whether the resolver never pays, so that every deposit is to be refunded.
    pub resolver_fails: bool,
    /// The form of the transactions that swaps out of Solana ask to be signed.
    pub cosign_form: CosignForm,
    /// When the sponsor signs them, who pays their fees.
    pub sponsor_signs: SponsorSigns,
}

/// The form of a transaction on Solana.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CosignForm {
    /// Version 0, with every account in the message itself.
    V0,
    /// Version 0, with accounts that are looked up in a table.
    #[default]
    V0WithTable,
    /// The form from before versions.
    Legacy,
}

/// When a sponsor signs a transaction on Solana.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SponsorSigns {
    /// Before it is handed out.
    #[default]
    Before,
    /// Once its user has signed it.
    After,
}

impl CosignForm {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::V0, Self::V0WithTable, Self::Legacy];
}

/// The script of a hash time-locked output on Bitcoin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HtlcTemplate {
    /// `htlc-p2wsh-v1`: one script with two branches.
    #[default]
    P2wshV1,
    /// `htlc-p2tr-v1`: three leaves behind a key that nobody has.
    P2trV1,
}

impl HtlcTemplate {
    /// Every template.
    pub const ALL: [Self; 2] = [Self::P2wshV1, Self::P2trV1];

    /// Returns the name that registries use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P2wshV1 => "htlc-p2wsh-v1",
            Self::P2trV1 => "htlc-p2tr-v1",
        }
    }
}

/// How requests prove who sends them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthScheme {
    /// Each brings the key of [`Sandbox::api_key`](crate::Sandbox::api_key) in `X-Api-Key`.
    #[default]
    StaticKey,
    /// Each is signed with the key of
    /// [`Sandbox::rsa_private_key_pem`](crate::Sandbox::rsa_private_key_pem), and brings
    /// `x-api-key`, `x-api-signature`, `x-api-timestamp` and `x-api-nonce`.
    SignedRequests,
}

/// The form of `params_to_sign`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadForm {
    /// As the API documents it: domain, types and witness under `additional_data`; the client
    /// puts the message together.
    #[default]
    Api,
    /// As wallets are handed it: a whole `eth_signTypedData_v4` object under `typed_data`.
    TypedData,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            port: 0,
            auth: AuthScheme::StaticKey,
            tamper: None,
            fault: None,
            payload_form: PayloadForm::Api,
            step: Duration::from_millis(50),
            quote_lifetime: Duration::from_mins(1),
            intent_lifetime: Duration::from_mins(30),
            lateness: Duration::from_secs(20),
            coins: 0,
            wealth: 1,
            htlc_template: HtlcTemplate::P2wshV1,
            refund_delay: Duration::from_mins(10),
            resolver_fails: false,
            cosign_form: CosignForm::V0WithTable,
            sponsor_signs: SponsorSigns::Before,
        }
    }
}
