use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use countersign::api_types::defi::Profile;
use countersign::approval::IntentStandard;
use countersign::http_client::SigningRule;

use super::seconds;

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

impl ApiName {
    /// All of them, in the order in which they are asked.
    pub(crate) const ALL: [Self; 3] = [Self::Defi, Self::Oneclick, Self::Aurora];

    /// Returns the name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Defi => "defi",
            Self::Oneclick => "oneclick",
            Self::Aurora => "aurora",
        }
    }

    /// Reads a name.
    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// Splits `aurora=text`; without an API's name before it, all of it is the text.
    fn split(text: &str) -> (Option<Self>, &str) {
        let named = text.split_once('=').and_then(|(name, rest)| Some((Self::named(name)?, rest)));
        named.map_or((None, text), |(name, rest)| (Some(name), rest))
    }
}

/// A base URL, and the API that it is of.
#[derive(Clone, Debug)]
pub(crate) struct ApiUrl {
    /// None where the text does not begin with one.
    pub(crate) api: Option<ApiName>,
    pub(crate) url: String,
}

impl From<&str> for ApiUrl {
    fn from(text: &str) -> Self {
        let (api, url) = ApiName::split(text);
        Self { api, url: url.to_owned() }
    }
}

/// A file with an API key, and the API that it is for.
#[derive(Clone, Debug)]
pub(crate) struct ApiKeyFile {
    /// None where the text does not begin with one.
    pub(crate) api: Option<ApiName>,
    pub(crate) path: PathBuf,
}

impl From<&str> for ApiKeyFile {
    fn from(text: &str) -> Self {
        let (api, path) = ApiName::split(text);
        Self { api, path: path.into() }
    }
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
    /// Which API is asked [default: defi]. Swaps of a journal are each carried on by the API that they
    /// were begun with
    #[arg(id = "api_name", long = "api", value_name = "NAME", value_enum)]
    pub(crate) name: Option<ApiName>,
    /// Pay by a signed NEAR intent, over funds that lie inside the intents contract: the standard
    /// that it is signed by
    #[arg(long, value_name = "STANDARD", value_enum)]
    pub(crate) signed_intent: Option<IntentForm>,
    /// How far ahead the deadline of a quoted deposit is asked for, such as 45m: what arrives later is
    /// paid back
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub(crate) lifetime: Option<Duration>,
    /// The API's base URL [default: the variable `COUNTERSIGN_API_URL`]. Where several are asked, once
    /// for each, such as aurora=https://…; one without a name is the DeFi API's [default:
    /// `COUNTERSIGN_AURORA_URL` and so on]
    // The variable is read where it is needed: `--sandbox` excludes the option, not the variable.
    #[arg(id = "url", long = "api-url", value_name = "[NAME=]URL")]
    pub(crate) urls: Vec<ApiUrl>,
    /// A file with the API key [default: the variable `COUNTERSIGN_API_KEY`]; where several are asked,
    /// once for each [default: `COUNTERSIGN_AURORA_KEY` and so on]
    #[arg(id = "api_key_file", long = "api-key-file", value_name = "[NAME=]FILE")]
    pub(crate) key_files: Vec<ApiKeyFile>,
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

/// Which offers are compared.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Asking {
    /// How long each API may take for its offer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) quote_timeout: Duration,
}

/// Reads a time with its unit: `90s`, `45m` or `2h`.
fn lifetime(text: &str) -> Result<Duration, String> {
    let expected = || "expected a time such as 90s, 45m or 2h".to_owned();
    let (unit, digits) = match text.as_bytes().last() {
        Some(b's') => (1_u64, text.strip_suffix('s')),
        Some(b'm') => (60, text.strip_suffix('m')),
        Some(b'h') => (3_600, text.strip_suffix('h')),
        _ => return Err(expected()),
    };
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let count: Option<u64> = digits.and_then(|digits| digits.parse().ok());
    let seconds = count.and_then(|count| count.checked_mul(unit)).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_unit() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("45m", Some(2_700)),
            ("2h", Some(7_200)),
            ("45", None),
            ("0m", None),
        ] {
            assert_eq!(lifetime(text).ok(), seconds.map(Duration::from_secs), "{text}");
        }
        for text in
            ["", "m", "-1m", "+1m", "1.5h", "1d", "99999999999999999999s", "6000000000000000h"]
        {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_api_stands_before_its_url() {
        for (text, api, url) in [
            ("aurora=https://a.example", Some(ApiName::Aurora), "https://a.example"),
            ("https://a.example/?defi=1", None, "https://a.example/?defi=1"),
            ("other=https://a.example", None, "other=https://a.example"),
            ("oneclick=", Some(ApiName::Oneclick), ""),
        ] {
            let at = ApiUrl::from(text);
            assert_eq!((at.api, at.url.as_str()), (api, url), "{text}");
        }
    }
}
