use std::net::IpAddr;
use std::time::Duration;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{BehaviorVersion, Builder, Region};
use http::Uri;
use serde::Deserialize;

use super::KmsError;
use crate::millis;

/// The longest wait before a call is made again.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// How long after a source the client itself gives a call up.
const LATER: Duration = Duration::from_millis(250);

/// Where KMS is, and how long it is waited for.
///
/// ```toml
/// region = "eu-central-1"
/// deadline_ms = 10000
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "settings are data that a configuration fills in")]
pub struct KmsSettings {
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// Another endpoint than the region's own: HTTPS, or HTTP on this machine. One that AWS's own rules
    /// would find, in the environment or a profile, is not taken.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// How long one signature may take, over all attempts.
    #[serde(rename = "deadline_ms", default = "deadline", deserialize_with = "millis::read")]
    pub deadline: Duration,
    /// How often a call is made at most, where it was throttled or did not arrive.
    #[serde(default = "attempts")]
    pub attempts: u32,
    /// The first wait before a call is made again; it doubles each time.
    #[serde(rename = "backoff_ms", default = "backoff", deserialize_with = "millis::read")]
    pub backoff: Duration,
}

impl KmsSettings {
    /// Takes a region; the rest is what suits one that is near.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            endpoint: None,
            deadline: deadline(),
            attempts: attempts(),
            backoff: backoff(),
        }
    }

    /// Sets up all of a client but its credentials.
    pub(super) fn apply(&self, builder: Builder) -> Result<Builder, KmsError> {
        let retries = RetryConfig::standard()
            .with_max_attempts(self.attempts.max(1))
            .with_initial_backoff(self.backoff)
            .with_max_backoff(MAX_BACKOFF);
        // The source gives a whole call up by itself, in its own words; alloy's signer has none but
        // this, which is a little later.
        let whole = self.deadline.saturating_add(LATER);
        let timeouts = TimeoutConfig::builder().connect_timeout(self.deadline);
        let timeouts = timeouts.operation_timeout(whole).build();
        let builder = builder
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .retry_config(retries)
            .timeout_config(timeouts);
        if self.endpoint.as_deref().is_some_and(|endpoint| !is_safe(endpoint)) {
            return Err(KmsError::Endpoint);
        }
        // One that stands in the environment or in a profile is not taken.
        let mut builder = builder;
        builder.set_endpoint_url(self.endpoint.clone());
        Ok(builder)
    }
}

const fn deadline() -> Duration {
    Duration::from_secs(10)
}

const fn attempts() -> u32 {
    4
}

const fn backoff() -> Duration {
    Duration::from_millis(100)
}

/// What is signed over travels to the endpoint, and whether it was signed travels back.
fn is_safe(endpoint: &str) -> bool {
    let Ok(uri) = endpoint.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => host == "localhost" || address.is_ok_and(|address| address.is_loopback()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_read_from_a_file_strictly() {
        let text = "region = \"eu-central-1\"\ndeadline_ms = 250\n";
        let settings: KmsSettings = toml::from_str(text).unwrap();
        assert_eq!(settings.deadline, Duration::from_millis(250));
        assert_eq!((settings.attempts, settings.backoff), (4, backoff()));
        for text in ["deadline_ms = 1", &format!("{text}secret = \"4242\"")] {
            assert!(toml::from_str::<KmsSettings>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn takes_no_endpoint_from_elsewhere() {
        let found = Builder::new().endpoint_url("http://found.example.com");
        let mut settings = KmsSettings::new("eu-central-1");
        let applied = format!("{:?}", settings.apply(found.clone()).unwrap());
        assert!(!applied.contains("example.com"), "{applied}");
        settings.endpoint = Some("https://said.example.com".to_owned());
        let applied = format!("{:?}", settings.apply(found).unwrap());
        assert!(applied.contains("said.example.com") && !applied.contains("found"), "{applied}");
        settings.endpoint = Some("http://said.example.com".to_owned());
        assert!(matches!(settings.apply(Builder::new()), Err(KmsError::Endpoint)));
    }

    #[test]
    fn takes_plain_http_on_this_machine_alone() {
        for endpoint in ["https://kms.example.com", "http://127.0.0.1:5555", "http://[::1]:1"] {
            assert!(is_safe(endpoint), "{endpoint}");
        }
        for endpoint in
            ["http://kms.example.com", "http://127.0.0.1.example.com", "ftp://localhost", "kms", ""]
        {
            assert!(!is_safe(endpoint), "{endpoint}");
        }
    }
}
