//! All that a backend holds: keys, clients, views of the chains, a journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::approval::Registry;
use countersign::chain_rpc::{Esplora, EvmRpc, SolanaRpc};
use countersign::http_client::transport::{Auth, Limits};
use countersign::http_client::{AuroraClient, DefiClient, OneClickClient, RsaAuth};
use countersign::journal::{AuditKey, Label, SqliteStore};
use countersign::keys::remote::{HmacKey, RemoteAccess, RemoteSource};
use countersign::keys::{KeySource, Keyring, KeyringConfig, KeystoreFile, LockedKeystore};
use countersign::{
    Config, Countersign, CountersignBuilder, DefiApi, QuotedApi, SwapApi, Worker, WorkerOptions,
};
use countersign_tests::SHORT;

use super::notes::Notes;
use super::secrets::Secrets;
use crate::orders::{Orders, Site};

const KEYS: &str = r#"
[keys.evm]
source = "vault"
curve = "secp256k1"
chains = ["evm"]
environment = "sandbox"

[keys.bitcoin]
source = "vault"
curve = "secp256k1"
chains = ["bitcoin"]
environment = "sandbox"

[keys.solana]
source = "vault"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"

[accounts.customers]
source = "vault"
id = "seed"
path = "m/44'/60'/0'"
chains = ["evm"]
environment = "sandbox"
receive = 3
"#;
/// The sandbox's account has one key on EVM chains and on Tron, which a keyring has once.
pub(crate) const SERVED: &str = r#"
[keys.tron]
source = "service"
curve = "secp256k1"
chains = ["tron"]
environment = "sandbox"
"#;
/// How long the signing service may take.
const SIGNED_IN: Duration = Duration::from_secs(20);

/// What the program holds while it works.
pub(crate) struct Setting {
    pub(crate) folder: PathBuf,
    pub(crate) honest: Site,
    pub(crate) hostile: Site,
    pub(crate) echo: String,
    pub(crate) keystore: LockedKeystore,
    pub(crate) keyring: Keyring,
    /// The keys that the signing service has.
    pub(crate) served: Keyring,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clients: Clients,
    pub(crate) audit: AuditKey,
}

/// A client of each API, of the honest sandbox.
pub(crate) struct Clients {
    pub(crate) defi: DefiClient,
    pub(crate) oneclick: OneClickClient,
    pub(crate) aurora: AuroraClient,
    /// That of the hostile sandbox, which wants its requests signed.
    pub(crate) signed: DefiClient,
}

impl Setting {
    pub(crate) async fn new(orders: &Orders, secrets: &Secrets, notes: &mut Notes) -> Self {
        let Orders { folder, honest, hostile, echo, service, .. } = orders.clone();
        let file = KeystoreFile::read(&folder.join("vault.json")).unwrap();
        let keystore = LockedKeystore::new("vault", file);
        let key = HmacKey::new("backend", &secrets.secret("hmac")).unwrap();
        notes.debug("hmac key", &key);
        let access = RemoteAccess::hmac(key);
        notes.debug("access", &access);
        let remote = RemoteSource::new("service", service.parse().unwrap(), access, SIGNED_IN);
        let remote = remote.unwrap();
        notes.debug("remote source", &remote);
        let keyring = keyring(KEYS, keystore.source()).await;
        let served = self::keyring(SERVED, remote.into_source()).await;
        let store = Arc::new(SqliteStore::open(&folder.join("journal.db")).await.unwrap());
        let clients = Clients::new((&honest, &hostile), secrets, notes);
        let audit = audit(secrets);
        Self { folder, honest, hostile, echo, keystore, keyring, served, store, clients, audit }
    }

    /// Makes a worker over an API, with all keys and views of all chains of a site.
    pub(crate) fn worker(&self, api: impl SwapApi + 'static, site: &Site) -> Arc<Worker> {
        let options = WorkerOptions { track: SHORT, ..WorkerOptions::new(label("worker")) };
        let flow = self.flow(api, site).build();
        Arc::new(Worker::new(flow, Arc::<SqliteStore>::clone(&self.store), options))
    }

    pub(crate) fn flow(&self, api: impl SwapApi + 'static, site: &Site) -> CountersignBuilder {
        let config = Config::from_toml(&site.registry, &site.policy).unwrap();
        let builder = Countersign::builder(api, config).keyring(self.keyring.clone());
        let builder = builder.keyring(self.served.clone());
        see(builder, site)
    }

    pub(crate) fn defi(&self) -> DefiApi {
        DefiApi::new(self.clients.defi.clone())
    }

    pub(crate) fn oneclick(&self) -> QuotedApi {
        QuotedApi::oneclick(self.clients.oneclick.clone())
    }

    pub(crate) fn aurora(&self) -> QuotedApi {
        QuotedApi::aurora(self.clients.aurora.clone())
    }
}

impl Clients {
    fn new((honest, hostile): (&Site, &Site), secrets: &Secrets, notes: &mut Notes) -> Self {
        let defi = DefiClient::builder(&honest.url).api_key(secrets.secret("defi"));
        notes.debug("builder of a client", &defi);
        let oneclick = oneclick(&honest.oneclick, secrets);
        let aurora = AuroraClient::builder(&honest.aurora).api_key(secrets.secret("aurora"));
        notes.debug("builder of a client of Aurora", &aurora);
        let rsa = RsaAuth::from_pem(&secrets.secret("rsa")).unwrap();
        notes.debug("rsa key", &rsa);
        notes.failed("a key in pieces", RsaAuth::from_pem(&secrets.text("rsa")[..900].into()));
        let signed = DefiClient::builder(&hostile.url).signed_requests(rsa);
        Self {
            defi: defi.profile(Profile::G3).build().unwrap(),
            oneclick,
            aurora: aurora.build().unwrap(),
            signed: signed.profile(Profile::G3).build().unwrap(),
        }
    }
}

/// Makes a client of 1Click with both of its credentials.
pub(crate) fn oneclick(base: &str, secrets: &Secrets) -> OneClickClient {
    let client = OneClickClient::builder(base).partner_key(secrets.secret("oneclick"));
    client.user_session(secrets.secret("session")).build().unwrap()
}

async fn keyring(config: &str, source: KeySource) -> Keyring {
    let config = KeyringConfig::from_toml(config).unwrap();
    Keyring::new(&config, [source]).await.unwrap()
}

fn audit(secrets: &Secrets) -> AuditKey {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(secrets.text("audit").as_str(), seed.as_mut_slice()).unwrap();
    AuditKey::from_seed(&seed).unwrap()
}

fn see(builder: CountersignBuilder, site: &Site) -> CountersignBuilder {
    let registry = Registry::from_toml(&site.registry).unwrap();
    let seen = registry.networks().filter_map(|(name, network)| {
        let (url, standard) = (site.nodes.get(name)?, network.kind.standard()?);
        Some((name, EvmRpc::connect(url.parse().unwrap(), standard).unwrap()))
    });
    let builder = seen.fold(builder, |builder, (name, node)| builder.evm_node(name, node));
    let solana = SolanaRpc::connect(site.nodes["solana"].parse().unwrap()).unwrap();
    let esplora = site.esplora.parse().unwrap();
    let coins = Esplora::connect(esplora, Auth::None, Limits::default()).unwrap();
    builder.solana_node("solana", solana).bitcoin_chain("bitcoin", coins)
}

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}
