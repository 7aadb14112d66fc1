use std::path::PathBuf;

use clap::{Args, ValueEnum};
use countersign::api_types::defi::Profile;
use countersign::approval::IntentStandard;
use countersign::http_client::SigningRule;

/// An intent API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiName {
    /// The Changelly DeFi API: approvals that it moves the funds by
    #[default]
    Defi,
    /// 1Click of NEAR Intents: deposits at quoted addresses
    Oneclick,
    /// Aurora's service over 1Click
    Aurora,
}

/// A standard by which a NEAR intent is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IntentForm {
    /// By an EVM key (ERC-191)
    Erc191,
    /// By a key of Tron (TIP-191)
    Tip191,
    /// By an Ed25519 key, over the text as it is
    RawEd25519,
    /// By an Ed25519 key (NEP-413)
    Nep413,
}

impl Api {
    /// Returns the API that is asked: the one that is named, or the first that there was.
    pub(crate) fn name(&self) -> ApiName {
        self.name.unwrap_or_default()
    }
}

impl From<IntentForm> for IntentStandard {
    fn from(form: IntentForm) -> Self {
        match form {
            IntentForm::Erc191 => Self::Erc191,
            IntentForm::Tip191 => Self::Tip191,
            IntentForm::RawEd25519 => Self::RawEd25519,
            IntentForm::Nep413 => Self::Nep413,
        }
    }
}

/// Where the API is, and how requests prove who sends them.
#[derive(Clone, Debug, Args)]
pub(crate) struct Api {
    /// Which API is asked [default: defi]
    #[arg(id = "api_name", long = "api", value_name = "NAME", value_enum)]
    pub(crate) name: Option<ApiName>,
    /// Pay by a signed NEAR intent, over funds that lie inside the intents contract: the standard
    /// that it is signed by
    #[arg(long, value_name = "STANDARD", value_enum)]
    pub(crate) signed_intent: Option<IntentForm>,
    /// The API's base URL [default: the variable `COUNTERSIGN_API_URL`]
    // The variable is read where it is needed: `--sandbox` excludes the option, not the variable.
    #[arg(long = "api-url", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// A file with the API key [default: the variable `COUNTERSIGN_API_KEY`]
    #[arg(id = "api_key_file", long = "api-key-file", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// A file with an RSA private key in PEM, readable by its owner alone: requests are signed with
    /// it, and no API key is sent
    #[arg(long, value_name = "FILE", conflicts_with = "api_key_file")]
    pub(crate) rsa_key_file: Option<PathBuf>,
    /// What the API leaves open about signed requests, once for each rule: key-hash=pkcs1|spki,
    /// signature=base64|hex, time=s|ms, slash=as-sent|dropped, host=absent|before-path,
    /// query=encoded|raw, freshness=beside|signed [default: the first of each]
    // What is required is not, where it conflicts with what is there.
    #[arg(
        long = "signing-rule",
        value_name = "NAME=VALUE",
        requires = "rsa_key_file",
        conflicts_with = "api_key_file"
    )]
    pub(crate) signing_rules: Vec<SigningRule>,
    /// The API's dialect: g0, g1, g2 or g3
    #[arg(long, default_value = "g3")]
    pub(crate) profile: Profile,
}

/// Who is asked, where nothing is swapped.
#[derive(Debug, Args)]
pub(crate) struct Endpoint {
    #[command(flatten)]
    pub(crate) api: Api,
    /// Print the answer as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Start a sandbox and ask it; no account and no network is needed
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = ["url", "api_key_file", "rsa_key_file", "signing_rules"])]
    pub(crate) sandbox: bool,
    /// Let the sandbox want signed requests, and sign them
    #[cfg(feature = "sandbox")]
    #[arg(long, requires = "sandbox")]
    pub(crate) signed_requests: bool,
}
