//! The APIs that the arguments name, and those of a sandbox.

use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "sandbox")]
use countersign::api_types::defi::Profile;
use countersign::http_client::aurora::{AURORA_URL, AuroraClient};
use countersign::http_client::oneclick::{ONECLICK_URL, OneClickClient};
use countersign::http_client::{DefiClient, RsaAuth, SecretString, SigningRule};
use countersign::{DefiApi, QuotedApi, SwapApi};
#[cfg(feature = "sandbox")]
use countersign_sandbox::Sandbox;

use super::{SetupError, read_secret};
use crate::arguments::{Api, ApiName};

/// Where the one API that is asked is; of several, the first.
pub(super) const URL_VARIABLE: &str = "COUNTERSIGN_API_URL";
/// What it is asked with.
pub(super) const KEY_VARIABLE: &str = "COUNTERSIGN_API_KEY";

/// Makes a client of the DeFi API, with the key that the arguments name.
pub(crate) fn client(arguments: &Api) -> Result<DefiClient, SetupError> {
    defi(&Own { arguments, name: ApiName::Defi, is_plain: true })
}

fn defi(own: &Own<'_>) -> Result<DefiClient, SetupError> {
    let url = own.url()?.ok_or(SetupError::NoUrl)?;
    let builder = DefiClient::builder(&url).profile(own.arguments.profile);
    let builder = match &own.arguments.rsa_key_file {
        Some(path) => builder.signed_requests(rsa_key(path, &own.arguments.signing_rules)?),
        None => builder.api_key(own.key()?.ok_or(SetupError::NoApiKey)?),
    };
    Ok(builder.build()?)
}

/// Makes the API that the arguments name.
pub(crate) fn api(arguments: &Api) -> Result<Arc<dyn SwapApi>, SetupError> {
    require_intents(arguments)?;
    require_deadline(arguments)?;
    make(&Own { arguments, name: arguments.name(), is_plain: true })
}

/// Refuses a signed intent that the API would not take.
pub(crate) fn require_intents(arguments: &Api) -> Result<(), SetupError> {
    if arguments.signed_intent.is_some() && arguments.name() == ApiName::Defi {
        return Err(SetupError::Missing("--api oneclick or aurora with --signed-intent"));
    }
    Ok(())
}

/// Makes every API that the arguments or the environment say something of.
pub(crate) fn apis(arguments: &Api) -> Result<Vec<Arc<dyn SwapApi>>, SetupError> {
    let mut apis = Vec::new();
    for name in ApiName::ALL {
        let own = Own::among_others(arguments, name);
        if own.is_configured() || arguments.name == Some(name) {
            apis.push(make(&own)?);
        }
    }
    if apis.is_empty() { Err(SetupError::NoApi) } else { Ok(apis) }
}

/// Makes the API that a swap was begun with.
pub(crate) fn api_of_swap(arguments: &Api, name: ApiName) -> Result<Arc<dyn SwapApi>, SetupError> {
    let of_swap = |source| SetupError::ApiOfSwap { api: name.as_str(), source: Box::new(source) };
    make(&Own::among_others(arguments, name)).map_err(of_swap)
}

fn make(own: &Own<'_>) -> Result<Arc<dyn SwapApi>, SetupError> {
    Ok(match own.name {
        ApiName::Defi => Arc::new(DefiApi::new(defi(own)?)),
        ApiName::Oneclick => {
            let builder = OneClickClient::builder(&own.url()?.unwrap_or(ONECLICK_URL.to_owned()));
            // It is asked without a key as well, at a price.
            let builder = match own.key()? {
                Some(key) => builder.partner_key(key),
                None => builder,
            };
            Arc::new(asked(QuotedApi::oneclick(builder.build()?), own.arguments))
        }
        ApiName::Aurora => {
            let builder = AuroraClient::builder(&own.url()?.unwrap_or(AURORA_URL.to_owned()));
            let client = builder.api_key(own.key()?.ok_or(SetupError::NoApiKey)?).build()?;
            Arc::new(asked(QuotedApi::aurora(client), own.arguments))
        }
    })
}

/// What the arguments and the environment say of one API.
struct Own<'a> {
    arguments: &'a Api,
    name: ApiName,
    /// Whether what names no API is meant for it.
    is_plain: bool,
}

impl<'a> Own<'a> {
    /// Of several APIs, what names none is for the one that `--api` names, and else the DeFi API's.
    fn among_others(arguments: &'a Api, name: ApiName) -> Self {
        Self { arguments, name, is_plain: name == arguments.name() }
    }

    fn is_configured(&self) -> bool {
        let is_named = |name: &Option<ApiName>| self.takes(*name);
        self.arguments.urls.iter().any(|at| is_named(&at.api))
            || self.arguments.key_files.iter().any(|file| is_named(&file.api))
            || (self.name == ApiName::Defi && self.arguments.rsa_key_file.is_some())
            || self.variable("URL", URL_VARIABLE).is_some()
            || self.variable("KEY", KEY_VARIABLE).is_some()
    }

    fn takes(&self, name: Option<ApiName>) -> bool {
        name.map_or(self.is_plain, |name| name == self.name)
    }

    fn url(&self) -> Result<Option<String>, SetupError> {
        let urls = self.arguments.urls.iter().map(|at| (at.api, &at.url));
        let given = self.only("--api-url", &urls)?;
        Ok(given.cloned().or_else(|| self.variable("URL", URL_VARIABLE)))
    }

    fn key(&self) -> Result<Option<SecretString>, SetupError> {
        let files = self.arguments.key_files.iter().map(|file| (file.api, &file.path));
        match self.only("--api-key-file", &files)? {
            Some(path) => read_secret(path).map(Some),
            None => Ok(self.variable("KEY", KEY_VARIABLE).map(Into::into)),
        }
    }

    /// Picks what is for this API: what names it, and else what names none.
    fn only<T>(
        &self,
        option: &str,
        given: &(impl Iterator<Item = (Option<ApiName>, T)> + Clone),
    ) -> Result<Option<T>, SetupError> {
        let of = |wanted: Option<ApiName>| {
            let mut found = given.clone().filter(move |(name, _)| *name == wanted);
            match (found.next(), found.next()) {
                (_, Some(_)) => {
                    let message = format!("{option}: expected one for each API, found two");
                    Err(SetupError::Argument(message))
                }
                (first, None) => Ok(first.map(|(_, value)| value)),
            }
        };
        let (named, plain) = (of(Some(self.name))?, of(None)?);
        Ok(named.or_else(|| plain.filter(|_| self.is_plain)))
    }

    /// Reads a variable of this API's own, such as `COUNTERSIGN_AURORA_KEY`, and else the one for the
    /// API that is asked.
    fn variable(&self, what: &str, plain: &str) -> Option<String> {
        let own = format!("COUNTERSIGN_{}_{what}", self.name.as_str().to_ascii_uppercase());
        let read = |name: &str| std::env::var(name).ok();
        read(&own).or_else(|| self.is_plain.then(|| read(plain)).flatten())
    }
}

/// Makes the API of a sandbox that the arguments name.
#[cfg(feature = "sandbox")]
pub(crate) fn api_of_sandbox(
    sandbox: &Sandbox,
    arguments: &Api,
) -> Result<Arc<dyn SwapApi>, SetupError> {
    require_deadline(arguments)?;
    make_of_sandbox(sandbox, arguments, arguments.name())
}

/// Requires an API that is asked for a deadline, where one is given.
fn require_deadline(arguments: &Api) -> Result<(), SetupError> {
    if arguments.lifetime.is_some() && arguments.name() == ApiName::Defi {
        return Err(SetupError::Missing("--api oneclick or aurora with --lifetime"));
    }
    Ok(())
}

/// Makes all APIs of a sandbox.
#[cfg(feature = "sandbox")]
pub(crate) fn apis_of_sandbox(
    sandbox: &Sandbox,
    arguments: &Api,
) -> Result<Vec<Arc<dyn SwapApi>>, SetupError> {
    ApiName::ALL.iter().map(|name| make_of_sandbox(sandbox, arguments, *name)).collect()
}

#[cfg(feature = "sandbox")]
fn make_of_sandbox(
    sandbox: &Sandbox,
    arguments: &Api,
    name: ApiName,
) -> Result<Arc<dyn SwapApi>, SetupError> {
    Ok(match name {
        ApiName::Defi => Arc::new(DefiApi::new(with_sandbox(sandbox, arguments.profile)?)),
        ApiName::Oneclick => {
            let builder = OneClickClient::builder(&sandbox.oneclick_url());
            let client = builder.partner_key(sandbox.oneclick_key().into()).build()?;
            Arc::new(asked(QuotedApi::oneclick(client), arguments))
        }
        ApiName::Aurora => {
            let builder = AuroraClient::builder(&sandbox.aurora_url());
            let client = builder.api_key(sandbox.aurora_key().into()).build()?;
            Arc::new(asked(QuotedApi::aurora(client), arguments))
        }
    })
}

/// Sets how quotes are asked for.
fn asked(api: QuotedApi, arguments: &Api) -> QuotedApi {
    let api = match arguments.signed_intent {
        Some(form) => api.by_intent(form.into()),
        None => api,
    };
    match arguments.lifetime {
        Some(lifetime) => api.lifetime(lifetime),
        None => api,
    }
}

/// Makes a client of a sandbox, which knows how its requests are to be proved.
#[cfg(feature = "sandbox")]
pub(crate) fn with_sandbox(sandbox: &Sandbox, profile: Profile) -> Result<DefiClient, SetupError> {
    let builder = DefiClient::builder(sandbox.url()).profile(profile);
    let builder = match sandbox.rsa_private_key_pem() {
        Some(pem) => builder.signed_requests(RsaAuth::from_pem(&pem.to_owned().into())?),
        None => builder.api_key(sandbox.api_key().to_owned().into()),
    };
    Ok(builder.build()?)
}

fn rsa_key(path: &Path, rules: &[SigningRule]) -> Result<RsaAuth, SetupError> {
    let key = RsaAuth::from_pem(&read_secret(path)?);
    let key = key.map_err(|source| SetupError::RsaKey { path: path.to_owned(), source })?;
    Ok(key.with_rules(rules.iter().copied().collect()))
}
