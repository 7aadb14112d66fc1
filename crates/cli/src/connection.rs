//! From arguments to a client, a configuration and a key.

mod apis;
mod evm;
mod tron;

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use countersign::ConfigFileError;
use countersign::approval::{AddressError, ConfigError, NetworkKind, Registry};
use countersign::bitcoin::{LocalCoinSigner, RefundRecipe};
use countersign::chain_rpc::{Esplora, EvmRpc, RpcUrl, SolanaRpc, TronRpc};
use countersign::evm::ParseKeyError;
use countersign::http_client::transport::{Auth, Limits};
use countersign::http_client::{ConfigError as ClientConfigError, ExposeSecret, SecretString};
use countersign::near::LocalEd25519Signer;
use countersign::solana::LocalCosignSigner;
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Account, Sandbox};

use zeroize::Zeroizing;

use crate::arguments::{Chains, NodeAt, NodeUrl};
use crate::commands::swap::LineError;
use crate::keyring::KeysError;

pub(crate) use apis::{api, api_of_swap, apis, client};
#[cfg(feature = "sandbox")]
pub(crate) use apis::{api_of_sandbox, apis_of_sandbox, require_intents, with_sandbox};
pub(crate) use evm::evm_node;
#[cfg(feature = "sandbox")]
pub(crate) use evm::require_evm;
#[cfg(feature = "sandbox")]
pub(crate) use tron::sandbox_tron;

/// Why a command can't begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("expected --api-url, or the API's base URL in {}", apis::URL_VARIABLE)]
    NoUrl,
    #[error("expected --api-key-file, --rsa-key-file, or the API key in {}", apis::KEY_VARIABLE)]
    NoApiKey,
    #[error(
        "expected --api-url or --api-key-file of an API, such as aurora=key.txt, or its variables"
    )]
    NoApi,
    #[error(
        "the swap was begun with {api}, whose options are --api-url {api}=URL and --api-key-file \
         {api}=FILE: {source}"
    )]
    ApiOfSwap { api: &'static str, source: Box<Self> },
    #[error("--key: expected --journal with it, which says what was done under the key")]
    KeyWithoutJournal,
    #[error("--key: {0}")]
    IdempotencyKey(countersign::journal::TextError),
    #[error("{}, line {line}: {source}", path.display())]
    Line { path: PathBuf, line: usize, source: Box<LineError> },
    #[error(transparent)]
    Text(#[from] countersign::journal::TextError),
    #[error("--key-file: {0:?} is no network of the registry")]
    KeyOfUnknownNetwork(String),
    #[error("--key-file, --keyring: expected a key for {0:?}, found none")]
    NoKey(String),
    #[error("expected --journal, --journal-file, or where the journal is in COUNTERSIGN_JOURNAL")]
    NoJournal,
    /// What was given may hold a password, and is not told.
    #[error("expected sqlite:PATH or a URL such as postgres://user@host/journal")]
    NotAJournal,
    #[error("{}: expected a journal, found no file", path.display())]
    NoJournalFile { path: PathBuf },
    #[error("{}: {source}", path.display())]
    AuditKey { path: PathBuf, source: countersign::journal::AuditKeyError },
    #[error("{}: expected a private key in PEM", path.display())]
    NoPem { path: PathBuf },
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: expected a file that only its owner can read, found mode {mode:o}", path.display())]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("{}: {source}", path.display())]
    Key { path: PathBuf, source: ParseKeyError },
    #[error("{}: {source}", path.display())]
    CoinKey { path: PathBuf, source: countersign::bitcoin::ParseKeyError },
    #[error("{}: {source}", path.display())]
    SolanaKey { path: PathBuf, source: countersign::solana::ParseKeyError },
    #[error("{}: {source}", path.display())]
    Recipe { path: PathBuf, source: serde_json::Error },
    #[error("{}: {source}", path.display())]
    RsaKey { path: PathBuf, source: ClientConfigError },
    #[error("expected {0}")]
    Missing(&'static str),
    #[error("{0}")]
    Argument(String),
    #[error("{0:?} is no network of the registry that Permit2 is on")]
    UnknownNetwork(String),
    #[error("{0} is no token of the network")]
    UnknownToken(String),
    #[error("--owner: {0}")]
    Owner(AddressError),
    #[error("--rpc: expected NETWORK=URL, such as ethereum=https://…")]
    NoNetwork,
    #[error("--tron-api: {0:?} is no network of the registry that is like Tron")]
    NotTron(String),
    #[error("--rpc: expected one node of {0:?}, found two")]
    TwoNodes(String),
    /// The URL is a secret, and not told.
    #[error("--rpc {network:?}: {source}")]
    Node { network: String, source: ClientConfigError },
    #[error("--rpc {network:?}: {}: {source}", path.display())]
    NodeInFile { network: String, path: PathBuf, source: ClientConfigError },
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Client(#[from] ClientConfigError),
    #[error(transparent)]
    CoinTerms(#[from] countersign::bitcoin::TermsError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    ConfigFile(#[from] ConfigFileError),
}

/// A connection to a chain, of the kind that its network has.
pub(crate) enum NodeView {
    Evm(EvmRpc),
    Bitcoin(Box<Esplora>),
    Solana(Box<SolanaRpc>),
    /// Tron's own API, which stands beside the node's JSON-RPC.
    Tron(Box<TronRpc>),
}

/// Connects to the nodes that the arguments name, at most one of each network.
pub(crate) fn nodes(
    chains: &Chains,
    registry: &Registry,
) -> Result<Vec<(String, NodeView)>, SetupError> {
    let mut nodes: Vec<(String, NodeView)> = Vec::new();
    for NodeAt { network, node } in &chains.nodes {
        let network = network.as_ref().ok_or(SetupError::NoNetwork)?;
        if nodes.iter().any(|(known, _)| known == network) {
            return Err(SetupError::TwoNodes(network.clone()));
        }
        nodes.push((network.clone(), connect(network, node_url(network, node)?, registry)?));
    }
    nodes.extend(tron::apis(chains, registry)?);
    Ok(nodes)
}

fn connect(network: &str, url: RpcUrl, registry: &Registry) -> Result<NodeView, SetupError> {
    let found = registry.network(network);
    if let Some(standard) = found.and_then(|network| network.kind.standard()) {
        return Ok(NodeView::Evm(EvmRpc::connect(url, standard)?));
    }
    if found.is_some_and(|network| network.htlc.is_some()) {
        let node = Esplora::connect(url, Auth::None, Limits::default())?;
        return Ok(NodeView::Bitcoin(Box::new(node)));
    }
    if found.is_some_and(|network| network.kind == NetworkKind::Solana) {
        return Ok(NodeView::Solana(Box::new(SolanaRpc::connect(url)?)));
    }
    Err(SetupError::UnknownNetwork(network.to_owned()))
}

fn node_url(network: &str, node: &NodeUrl) -> Result<RpcUrl, SetupError> {
    let network = network.to_owned();
    match node {
        NodeUrl::Given(url) => {
            url.expose_secret().parse().map_err(|source| SetupError::Node { network, source })
        }
        NodeUrl::InFile(path) => read_secret(path)?
            .expose_secret()
            .parse()
            .map_err(|source| SetupError::NodeInFile { network, path: path.clone(), source }),
    }
}

/// Connects to a chain of a sandbox.
#[cfg(feature = "sandbox")]
pub(crate) fn sandbox_node(sandbox: &Sandbox, network: &str) -> Result<NodeView, SetupError> {
    let registry = Registry::from_toml(&sandbox.registry_toml())?;
    let url = sandbox.rpc_url(network).or_else(|| sandbox.esplora_url(network));
    let url = url.ok_or_else(|| SetupError::UnknownNetwork(network.to_owned()))?;
    connect(network, url.parse()?, &registry)
}

/// Finds the account of a sandbox that pays on a network.
#[cfg(feature = "sandbox")]
pub(crate) fn sandbox_account(sandbox: &Sandbox, network: &str) -> Result<Account, SetupError> {
    let accounts = sandbox.accounts();
    // A network without accounts is refused with the names of those that are known.
    let account = accounts.iter().find(|account| account.network == network);
    let account = account.or(accounts.first()).cloned();
    account.ok_or(SetupError::Missing("an account of the sandbox"))
}

/// Reads a registry from its file, which only its owner may write.
pub(crate) fn registry(path: &Path) -> Result<Registry, SetupError> {
    const OTHERS_WRITE: u32 = 0o022;
    let writable = |mode| ConfigFileError::WritableByOthers { path: path.to_owned(), mode }.into();
    Ok(Registry::from_toml(&read(path, OTHERS_WRITE, writable)?)?)
}

/// Reads a private key of coins from its file.
pub(crate) fn coin_key(path: &Path) -> Result<LocalCoinSigner, SetupError> {
    let text = read_secret(path)?;
    LocalCoinSigner::from_hex(text.expose_secret())
        .map_err(|source| SetupError::CoinKey { path: path.to_owned(), source })
}

/// Reads a private key in any form that is in use: the file of Solana's own command line, the text
/// that wallets export, or a seed in hex. White space around it does not count.
pub(crate) fn solana_key_of(path: &Path, text: &str) -> Result<LocalCosignSigner, SetupError> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let key = if text.starts_with('[') {
        LocalCosignSigner::from_keypair_json(text.as_bytes())
    } else if digits.len() == 64 {
        LocalCosignSigner::from_seed_hex(text)
    } else {
        LocalCosignSigner::from_base58(text)
    };
    key.map_err(|source| SetupError::SolanaKey { path: path.to_owned(), source })
}

/// Reads the same key for NEAR intents; `None` for a text that is none.
pub(crate) fn ed25519_key_of(text: &str) -> Option<LocalEd25519Signer> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if text.starts_with('[') {
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(serde_json::from_str(text).ok()?);
        let seed = Zeroizing::new(hex::encode(bytes.get(..32)?));
        return LocalEd25519Signer::from_seed_hex(&seed).ok();
    }
    if digits.len() == 64 {
        return LocalEd25519Signer::from_seed_hex(digits).ok();
    }
    let pair = Zeroizing::new(format!("ed25519:{text}"));
    LocalEd25519Signer::from_near(&pair).ok()
}

/// Reads a recipe of a refund, which holds no secret.
pub(crate) fn recipe(path: &Path) -> Result<RefundRecipe, SetupError> {
    let text = read(path, 0, |_| SetupError::Missing("a file"))?;
    serde_json::from_str(&text)
        .map_err(|source| SetupError::Recipe { path: path.to_owned(), source })
}

/// Reads a secret from a file that others can't read, without the line break at its end.
pub(crate) fn read_secret(path: &Path) -> Result<SecretString, SetupError> {
    const OTHERS: u32 = 0o077;
    let readable = |mode| SetupError::ReadableByOthers { path: path.to_owned(), mode };
    let mut text = read(path, OTHERS, readable)?;
    text.truncate(text.trim_end().len());
    Ok(text.into())
}

/// Reads a file that has none of the mode bits that are refused; they are those of the very file
/// that is read.
fn read(
    path: &Path,
    refused: u32,
    refuse: impl FnOnce(u32) -> SetupError,
) -> Result<String, SetupError> {
    let unreadable = |source| SetupError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mode = mode(&file.metadata().map_err(unreadable)?);
    if mode & refused != 0 {
        return Err(refuse(mode));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o777
}

#[cfg(not(unix))]
const fn mode(_: &Metadata) -> u32 {
    0
}
