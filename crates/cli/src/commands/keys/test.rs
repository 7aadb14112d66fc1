//! `countersign keys test`.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::keys::{KeyTest, Keyring};
use serde::Serialize;

use crate::arguments::TestKeys;
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::keyring;
use crate::output::{self, shown};

/// The tests of a keyring, as `--json` shows them.
#[derive(Serialize)]
struct Report {
    passed: bool,
    keys: Vec<Tested>,
    sources: Vec<OfSource>,
}

/// A key by one scheme.
#[derive(Serialize)]
struct Tested {
    key: String,
    source: String,
    kind: &'static str,
    scheme: String,
    passed: bool,
    /// The source knows the scheme. Where it does not, that is no failure of the key, as long as it signs
    /// by another one.
    supported: bool,
    /// The first failure.
    failure: Option<String>,
    #[serde(flatten)]
    latency: Option<Latency>,
}

/// What a source takes for a signature by one scheme, over all of its keys that signed.
#[derive(Serialize)]
struct OfSource {
    source: String,
    kind: &'static str,
    scheme: String,
    signatures: usize,
    failures: usize,
    #[serde(flatten)]
    latency: Option<Latency>,
}

/// How long signatures took, in microseconds.
#[derive(Clone, Copy, Serialize)]
struct Latency {
    #[serde(rename = "min_us")]
    min: u64,
    #[serde(rename = "median_us")]
    median: u64,
    #[serde(rename = "max_us")]
    max: u64,
}

pub(super) async fn run(arguments: &TestKeys) -> Result<Ended, Failure> {
    let path = arguments.at.keyring.as_ref().ok_or(SetupError::Missing("--keyring"))?;
    let keyring = keyring::open(path, &arguments.at.unlock).await?;
    if keyring.is_empty() {
        let message = format!("{}: expected a key or an account, found none", path.display());
        return Err(SetupError::Argument(message).into());
    }
    let mut tests = Vec::new();
    for _ in 0..arguments.rounds.get() {
        tests.extend(once(&keyring, arguments.all).await);
    }
    let report = Report::new(&tests);
    if arguments.json { output::json(&report) } else { report.print() }?;
    Ok(if report.passed { Ended::Done } else { Ended::Failed })
}

async fn once(keyring: &Keyring, all: bool) -> Vec<KeyTest> {
    if !all {
        return keyring.test().await;
    }
    let mut tests = Vec::new();
    for key in keyring.keys() {
        tests.extend(key.test().await);
    }
    tests
}

impl Report {
    fn new(tests: &[KeyTest]) -> Self {
        let (mut keys, mut sources) = (BTreeMap::new(), BTreeMap::new());
        for test in tests {
            let scheme = test.scheme.to_string();
            let key = (test.key.source_name(), name(test), scheme.clone());
            keys.entry(key).or_insert_with(Vec::new).push(test);
            sources.entry((test.key.source_name(), scheme)).or_insert_with(Vec::new).push(test);
        }
        Self {
            passed: tests.iter().all(|test| test.outcome.is_ok() || signs_otherwise(test, tests)),
            keys: keys
                .into_iter()
                .filter_map(|((_, key, _), tests)| Tested::new(key, &tests))
                .collect(),
            sources: sources.into_values().filter_map(|tests| OfSource::new(&tests)).collect(),
        }
    }

    /// Writes the tests for people.
    fn print(&self) -> Result<(), Failure> {
        let keys = self.keys.iter().map(|key| {
            let Tested { key, source, kind, scheme, failure, .. } = key;
            let outcome = failure.as_deref().map_or("passed", |reason| reason);
            [key.clone(), source.clone(), (*kind).to_owned(), scheme.clone(), shown(outcome)]
        });
        let headings = ["key", "source", "kind", "scheme", "outcome"];
        output::table(headings, &keys.collect::<Vec<_>>())?;
        output::result(format_args!(""))?;
        let sources = self.sources.iter().map(|source| {
            let time = |of: fn(&Latency) -> u64| {
                source.latency.as_ref().map(|latency| millis(of(latency))).unwrap_or_default()
            };
            let [min, median, max] =
                [time(|all| all.min), time(|all| all.median), time(|all| all.max)];
            let (signed, failed) = (source.signatures.to_string(), source.failures.to_string());
            [source.source.clone(), source.scheme.clone(), signed, failed, min, median, max]
        });
        let headings = ["source", "scheme", "signed", "failed", "min ms", "median ms", "max ms"];
        output::table(headings, &sources.collect::<Vec<_>>())
    }
}

impl Tested {
    fn new(key: String, tests: &[&KeyTest]) -> Option<Self> {
        let first = tests.first()?;
        let failure = tests.iter().find_map(|test| test.outcome.as_ref().err());
        Some(Self {
            key,
            source: first.key.source_name().to_owned(),
            kind: first.key.source_kind().as_str(),
            scheme: first.scheme.to_string(),
            passed: failure.is_none(),
            supported: !tests.iter().any(|test| test.is_unsupported()),
            failure: failure.map(ToString::to_string),
            latency: Latency::of(tests),
        })
    }
}

impl OfSource {
    fn new(tests: &[&KeyTest]) -> Option<Self> {
        let first = tests.first()?;
        let signatures = tests.iter().filter(|test| test.outcome.is_ok()).count();
        Some(Self {
            source: first.key.source_name().to_owned(),
            kind: first.key.source_kind().as_str(),
            scheme: first.scheme.to_string(),
            signatures,
            failures: tests
                .iter()
                .filter(|test| test.outcome.is_err() && !test.is_unsupported())
                .count(),
            latency: Latency::of(tests),
        })
    }
}

impl Latency {
    /// Says how long signatures took; nothing where there is none.
    fn of(tests: &[&KeyTest]) -> Option<Self> {
        let signed = tests.iter().filter(|test| test.outcome.is_ok());
        let mut times: Vec<Duration> = signed.map(|test| test.latency).collect();
        times.sort_unstable();
        let micros = |time: Option<&Duration>| {
            time.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
        };
        Some(Self {
            min: micros(times.first())?,
            median: micros(times.get(times.len() / 2))?,
            max: micros(times.last())?,
        })
    }
}

/// Says whether a source lacks the scheme, and the key passed by another.
fn signs_otherwise(lacking: &KeyTest, tests: &[KeyTest]) -> bool {
    let of_key = |test: &&KeyTest| {
        test.key.source_name() == lacking.key.source_name() && name(test) == name(lacking)
    };
    lacking.is_unsupported() && tests.iter().filter(of_key).any(|test| test.outcome.is_ok())
}

/// Names a key: of an account also its place there.
fn name(test: &KeyTest) -> String {
    use countersign::keys::KeyPath;
    let name = test.key.name();
    match test.key.key_ref().path() {
        KeyPath::Child { chain, index, .. } => format!("{name}/{chain}/{index}"),
        KeyPath::Derived { path } => format!("{name} {path}"),
        KeyPath::Single => name.to_owned(),
    }
}

/// Writes microseconds as milliseconds with three digits behind the point.
fn millis(micros: u64) -> String {
    format!("{}.{:03}", micros / 1000, micros % 1000)
}

#[cfg(test)]
mod tests {
    use countersign::keys::{
        Curve, ImportedSecret, KeyringConfig, LockedKeystore, OpenKeystore, WorkFactor,
    };

    use super::*;

    const PASSPHRASE: &str = "correct horse battery staple";

    async fn keyring(is_open: bool) -> Keyring {
        let mut keystore = OpenKeystore::new();
        let secret = ImportedSecret::generate(Curve::Secp256k1).unwrap();
        keystore.add("one", &secret).unwrap();
        let file = keystore.seal(&PASSPHRASE.to_owned().into(), WorkFactor::FOR_TESTS).unwrap();
        let keystore = LockedKeystore::new("vault", file);
        if is_open {
            keystore.unlock(&PASSPHRASE.to_owned().into()).unwrap();
        }
        let config = "[keys.one]\nsource = \"vault\"\ncurve = \"secp256k1\"\n\
                      chains = [\"evm\"]\nenvironment = \"sandbox\"\n";
        let config = KeyringConfig::from_toml(config).unwrap();
        Keyring::new(&config, [keystore.source()]).await.unwrap()
    }

    #[tokio::test]
    async fn a_key_that_does_not_sign_says_why_and_counts_as_no_time() {
        let tests =
            [once(&keyring(true).await, false).await, once(&keyring(false).await, true).await];
        let report = Report::new(&tests.concat());
        assert!(!report.passed);
        let [key] = report.keys.as_slice() else { panic!("{} keys", report.keys.len()) };
        assert_eq!(key.failure.as_deref(), Some("the source vault is locked"));
        let [source] = report.sources.as_slice() else { panic!("{}", report.sources.len()) };
        assert_eq!((source.signatures, source.failures), (1, 1));
        let latency = source.latency.unwrap();
        assert_eq!((latency.min, latency.max), (latency.median, latency.median));
        let report = Report::new(&once(&keyring(false).await, false).await);
        assert!(report.sources.iter().all(|source| source.latency.is_none()));
        report.print().unwrap();
    }

    #[test]
    fn microseconds_are_written_as_milliseconds() {
        for (micros, text) in
            [(0, "0.000"), (34, "0.034"), (1_307, "1.307"), (60_000_000, "60000.000")]
        {
            assert_eq!(millis(micros), text);
        }
    }
}
