//! What fails: wrong keys, hostile payloads, servers that repeat what they were sent.

use std::time::Duration;

use countersign::approval::{EvmChainView as _, EvmFactsQuery, TypedDataStandard};
use countersign::chain_rpc::{EvmRpc, SolanaRpc, TronRpc};
use countersign::http_client::transport::{Auth, Limits, StaticKey};
use countersign::http_client::{AuroraClient, DefiClient};
use countersign::journal::PostgresStore;
use countersign::keys::remote::{HmacKey, RemoteAccess, RemoteSource};
use countersign::keys::{Keyring, KeyringConfig};
use countersign::units::Lots;
use countersign::{DefiApi, QuotedApi, SwapApi, SwapRequest};

use super::notes::Notes;
use super::secrets::Secrets;
use super::setting::{SERVED, Setting, label, oneclick};
use super::swaps::request;
use crate::orders::Site;

/// Where nobody listens.
const NOBODY: &str = "127.0.0.1:1";

pub(crate) async fn run(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    let wrong = secrets.spoiled("passphrase", "x");
    notes.failed("wrong passphrase", setting.keystore.unlock(&wrong.as_str().into()));
    hostile(setting, notes).await;
    other_keys(setting, secrets, notes).await;
    repeated(setting, secrets, notes).await;
    nodes(setting, secrets, notes).await;
    database(secrets, notes).await;
}

/// Swaps with a sandbox whose payloads ask for something else, and for accounts that have no key or
/// no funds.
async fn hostile(setting: &Setting, notes: &mut Notes) {
    let api = DefiApi::new(setting.clients.signed.clone());
    let lied_about = request(&setting.hostile, "USDC@ethereum");
    refused(setting, ("no key", api, &setting.hostile), lied_about.clone(), notes).await;
    let mut unfunded = request(&setting.honest, "USDC@ethereum");
    let key = setting.keyring.named("customers/0/1").unwrap();
    unfunded.owner = key.address(countersign::keys::ChainKind::Evm).unwrap();
    // A payload of another spender, for a key that is here.
    let lied = SwapRequest { owner: unfunded.owner.clone(), ..lied_about };
    let api = DefiApi::new(setting.clients.signed.clone());
    refused(setting, ("hostile", api, &setting.hostile), lied, notes).await;
    refused(setting, ("no funds", setting.defi(), &setting.honest), unfunded, notes).await;
}

async fn refused(
    setting: &Setting,
    (what, api, site): (&str, DefiApi, &Site),
    request: SwapRequest,
    notes: &mut Notes,
) {
    let worker = setting.worker(api, site);
    match worker.swap(&label(&what.replace(' ', "-")), &request, |_| {}).await {
        Ok(progress) => {
            notes.debug(what, &progress);
            notes.error(what, progress.failure.as_ref().unwrap());
        }
        Err(error) => notes.error(what, &error),
    }
}

/// Asks with credentials that are nearly right.
async fn other_keys(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    let key = secrets.spoiled("defi", "x");
    let client = DefiClient::builder(&setting.honest.url).api_key(key.as_str().into());
    asked("another key", DefiApi::new(client.build().unwrap()), setting, notes).await;
    let key = secrets.spoiled("aurora", "x");
    let client = AuroraClient::builder(&setting.honest.aurora).api_key(key.as_str().into());
    asked("another path", QuotedApi::aurora(client.build().unwrap()), setting, notes).await;
    let key = secrets.spoiled("defi", "\n");
    let client = DefiClient::builder(&setting.honest.url).api_key(key.as_str().into());
    notes.failed("a key that can't be sent", client.build());
    notes.failed("a weak secret", HmacKey::new("backend", &secrets.text("hmac")[..20].into()));
}

/// Asks a server that repeats what it is sent, and one that isn't there.
async fn repeated(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    for base in [setting.echo.clone(), format!("http://{NOBODY}")] {
        let client = DefiClient::builder(&base).api_key(secrets.secret("defi"));
        let client = client.total_deadline(Duration::from_secs(2)).build().unwrap();
        asked("defi", DefiApi::new(client), setting, notes).await;
        asked("oneclick", QuotedApi::oneclick(oneclick(&base, secrets)), setting, notes).await;
        let client = AuroraClient::builder(&base).api_key(secrets.secret("aurora"));
        asked("aurora", QuotedApi::aurora(client.build().unwrap()), setting, notes).await;
        remote(&base, secrets, notes).await;
    }
}

async fn asked(what: &str, api: impl SwapApi + 'static, setting: &Setting, notes: &mut Notes) {
    let flow = setting.flow(api, &setting.honest).build();
    let quoted = flow.quote(&request(&setting.honest, "USDC@ethereum")).await;
    notes.failed(what, quoted.map(drop));
}

/// Asks for a key of a signing service that is none.
async fn remote(base: &str, secrets: &Secrets, notes: &mut Notes) {
    let key = HmacKey::new("backend", &secrets.secret("hmac")).unwrap();
    let (access, deadline) = (RemoteAccess::hmac(key), Duration::from_secs(2));
    let source = RemoteSource::new("service", base.parse().unwrap(), access, deadline).unwrap();
    let config = KeyringConfig::from_toml(SERVED).unwrap();
    let keyring = Keyring::new(&config, [source.into_source()]).await;
    notes.failed("no signing service", keyring.map(drop));
}

/// Asks nodes whose URLs hold a key, and one with a password.
async fn nodes(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    let key = secrets.text("node");
    for base in [setting.echo.as_str(), &format!("http://{NOBODY}"), "http://no-such-host.invalid"]
    {
        let url = format!("{base}/v2/{}?token={}", key.as_str(), key.as_str());
        let url: Result<countersign::chain_rpc::RpcUrl, _> = url.parse();
        let url = match url {
            Ok(url) => url,
            Err(error) => {
                notes.error("a node's URL", &error);
                continue;
            }
        };
        notes.debug("a node's URL", &url);
        let node = EvmRpc::connect(url.clone(), TypedDataStandard::Eip712).unwrap();
        notes.debug("a node", &node);
        notes.failed("a node", node.facts(&facts(&setting.honest)).await.map(drop));
        notes.debug("a node of Solana", &SolanaRpc::connect(url.clone()).unwrap());
        let header = "tron-pro-api-key".parse().unwrap();
        let auth = StaticKey::new(header, secrets.secret("node")).unwrap();
        notes.debug("a key in a header", &auth);
        let tron = TronRpc::connect(url, Auth::from(auth), Limits::default()).unwrap();
        notes.debug("a node of Tron", &tron);
    }
    basic(setting, secrets, notes);
}

/// Asks for the facts of nothing in particular.
fn facts(site: &Site) -> EvmFactsQuery {
    let owner = site.owners["ethereum"].parse().unwrap();
    let nonce = Lots::ZERO.value();
    EvmFactsQuery { chain_id: 1, permit2: owner, owner, token: owner, spender: owner, nonce }
}

fn basic(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    let credentials = format!("user:{}", secrets.text("password").as_str());
    let auth = StaticKey::basic(&credentials.as_str().into()).unwrap();
    notes.debug("a password", &auth);
    let url = setting.honest.url.replace("http://", &format!("http://{credentials}@"));
    let url: Result<countersign::chain_rpc::RpcUrl, _> = url.parse();
    notes.maybe("a URL with a password", url.map(drop));
    let client = DefiClient::builder(&format!("https://{credentials}@countersign.invalid"));
    notes.debug("a builder with a password", &client);
    notes.failed("a base with a password", client.build());
}

async fn database(secrets: &Secrets, notes: &mut Notes) {
    let password = secrets.text("database");
    for host in [NOBODY, "no-such-host.invalid", "a host/ä"] {
        let url = format!("postgres://journal:{}@{host}/journal", password.as_str());
        let opened = PostgresStore::open(&url, 1);
        match tokio::time::timeout(Duration::from_secs(3), opened).await {
            Ok(opened) => notes.failed("no database", opened.map(drop)),
            Err(late) => notes.error("no database", &late),
        }
    }
}
