use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use countersign::approval::Environment;
use countersign::keys::{ChainKind, CoinForm, Curve, MnemonicLength, WorkFactor};

use super::{KeyringAt, Unlock};

/// `countersign keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a seed or a key, and put it into a keystore, which is made where there is none
    New(Box<NewKey>),
    /// Put a key of other software into a keystore, which is made where there is none
    Import(Box<ImportKey>),
    /// List what is in a keystore, with its addresses; no passphrase is needed
    List(ListKeys),
    /// Print an address of a key, or of a seed at a place
    Address(Box<AddressOf>),
    /// Print addresses of an account of a seed, and list its public half in the keystore, so that its
    /// addresses are known without the passphrase
    Derive(Box<Derive>),
    /// Print the public halves: extended public keys of accounts, and public keys
    ExportPublic(ExportPublic),
    /// Sign a fixed challenge by each key of a keyring, verify it, and report how long each source took
    ///
    /// Exit status: 0 each key passed · 1 one did not.
    Test(Box<TestKeys>),
}

impl Keys {
    pub(super) const fn json(&self) -> bool {
        match self {
            Self::New(new) => new.json,
            Self::Import(import) => import.json,
            Self::List(list) => list.json,
            Self::Address(address) => address.json,
            Self::Derive(derive) => derive.json,
            Self::ExportPublic(export) => export.json,
            Self::Test(test) => test.json,
        }
    }
}

/// `countersign keys new`.
#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// The name in the keystore
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Make a single key of this curve [default: a seed, for keys of both curves]
    #[arg(long, value_parser = curve(), value_name = "CURVE")]
    pub(crate) curve: Option<Curve>,
    /// How many words the seed's mnemonic has
    #[arg(long, value_parser = words(), value_name = "N", default_value = "24", conflicts_with = "curve")]
    pub(crate) words: MnemonicLength,
    /// Print the words on standard output, though it is no terminal. They are shown this once
    #[arg(long, conflicts_with_all = ["curve", "words_file"])]
    pub(crate) show_words: bool,
    /// Write the words into this file, for its owner alone; one that is there is not overwritten
    #[arg(long, value_name = "FILE", conflicts_with = "curve")]
    pub(crate) words_file: Option<PathBuf>,
    /// Print the result as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) into: Into,
}

/// `countersign keys import`.
#[derive(Debug, Args)]
pub(crate) struct ImportKey {
    /// The name in the keystore
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The form of the secret
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) form: SecretForm,
    /// A file with the secret, readable by its owner alone; `-` is standard input [default: it is
    /// asked for on the terminal]
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// The curve of a key in hex
    #[arg(long, value_parser = curve(), value_name = "CURVE", default_value = "secp256k1")]
    pub(crate) curve: Curve,
    /// A file with the passphrase of what is read: that of the Web3 file, or the one that the mnemonic
    /// has beside its words [default: it is asked for, of a Web3 file; a mnemonic has none]
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_passphrase_file: Option<PathBuf>,
    /// Print the result as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) into: Into,
}

/// A form in which other software keeps a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecretForm {
    /// Web3 Secret Storage 3: geth, foundry, ethers
    Web3,
    /// A key pair of `solana-keygen`
    Solana,
    /// The wallet import format of Bitcoin
    Wif,
    /// 12 to 24 English words of BIP-39
    Mnemonic,
    /// 64 hex digits
    Hex,
}

/// The keystore that a secret is put into.
#[derive(Debug, Args)]
pub(crate) struct Into {
    /// The keystore
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: PathBuf,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
    #[command(flatten)]
    pub(crate) shown: Shown,
    #[command(flatten)]
    pub(crate) unlock: Unlock,
}

/// How a keystore is encrypted.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Sealing {
    /// How much work it is to try a passphrase, 14 to 20: each step doubles time and memory [default:
    /// 18, a second and 256 MB]
    #[arg(long, value_name = "N", value_parser = work_factor)]
    pub(crate) work_factor: Option<WorkFactor>,
}

/// How addresses are written.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Shown {
    /// Where the addresses are for: those of Bitcoin differ, and their paths
    #[arg(long, value_parser = environment(), value_name = "NAME", default_value = "mainnet")]
    pub(crate) environment: Environment,
}

/// `countersign keys list`.
#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    /// The keystore
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Print the list as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// `countersign keys address`.
#[derive(Debug, Args)]
pub(crate) struct AddressOf {
    #[command(flatten)]
    pub(crate) of: KeyOf,
    /// The index in the account
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) index: u32,
    /// Print the address as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) unlock: Unlock,
}

/// `countersign keys derive`.
#[derive(Debug, Args)]
pub(crate) struct Derive {
    #[command(flatten)]
    pub(crate) of: KeyOf,
    /// The first index
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first: u32,
    /// How many addresses
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) count: NonZeroU32,
    /// Print the addresses, and leave the keystore as it is
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the addresses as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
    #[command(flatten)]
    pub(crate) unlock: Unlock,
}

/// A key of a keystore, or an account of a seed in it.
#[derive(Debug, Args)]
pub(crate) struct KeyOf {
    /// The name in the keystore
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The keystore
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: PathBuf,
    /// The kind of chain
    #[arg(long, value_parser = chain(), value_name = "KIND")]
    pub(crate) chain: ChainKind,
    /// The account of a seed, in the chain's usual paths: `m/44'/60'/N'`; on Solana and NEAR each
    /// account has one address, and the index says which
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "path")]
    pub(crate) account: u32,
    /// The account of a seed by its path; on Solana and NEAR the whole path, with `*` for the index
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// Addresses for change, and not those that are given out
    #[arg(long)]
    pub(crate) change: bool,
    /// How addresses on Bitcoin lock their coins [default: what the path says, and else p2wpkh]
    #[arg(long = "coins", value_parser = coin_form(), value_name = "FORM")]
    pub(crate) form: Option<CoinForm>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `countersign keys export-public`.
#[derive(Debug, Args)]
pub(crate) struct ExportPublic {
    /// The name in the keystore [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The keystore
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: PathBuf,
    /// Print the keys as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// `countersign keys test`.
#[derive(Debug, Args)]
pub(crate) struct TestKeys {
    #[command(flatten)]
    pub(crate) at: KeyringAt,
    /// How often each key signs
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) rounds: NonZeroU32,
    /// Test each address of an account, and not the first one alone
    #[arg(long)]
    pub(crate) all: bool,
    /// Print the tests as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

const CHAINS: [ChainKind; 5] =
    [ChainKind::Evm, ChainKind::Tron, ChainKind::Bitcoin, ChainKind::Solana, ChainKind::Near];

/// Reads one of what has a name each.
fn named<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(move |one| name(*one))).try_map(move |text| {
        let found = all.iter().find(|one| name(**one) == text);
        found.copied().ok_or("expected one of the names")
    })
}

fn curve() -> impl TypedValueParser<Value = Curve> {
    named(&[Curve::Secp256k1, Curve::Ed25519], Curve::as_str)
}

fn chain() -> impl TypedValueParser<Value = ChainKind> {
    named(&CHAINS, ChainKind::as_str)
}

fn coin_form() -> impl TypedValueParser<Value = CoinForm> {
    named(&[CoinForm::P2wpkh, CoinForm::P2shP2wpkh, CoinForm::P2tr], CoinForm::as_str)
}

fn environment() -> impl TypedValueParser<Value = Environment> {
    const ALL: [Environment; 3] =
        [Environment::Mainnet, Environment::Testnet, Environment::Sandbox];
    named(&ALL, Environment::as_str)
}

fn words() -> impl TypedValueParser<Value = MnemonicLength> {
    PossibleValuesParser::new(["12", "24"]).map(|text| match text.as_str() {
        "12" => MnemonicLength::Twelve,
        _ => MnemonicLength::TwentyFour,
    })
}

fn work_factor(text: &str) -> Result<WorkFactor, &'static str> {
    let factor = text.parse().ok().and_then(WorkFactor::new);
    factor.ok_or("expected a number from 14 to 20")
}
