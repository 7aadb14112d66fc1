//! What is shown of a key.

use countersign::approval::Environment;
use countersign::keys::{ChainKind, CoinForm, DerivationPath, KeystoreEntry, PublicKey};
use serde::Serialize;

use super::place::chains_of;
use crate::exit::Failure;
use crate::output;

/// All chains, in the order in which they are shown.
pub(super) const CHAINS: [ChainKind; 5] =
    [ChainKind::Evm, ChainKind::Tron, ChainKind::Bitcoin, ChainKind::Solana, ChainKind::Near];

/// A key, or an account of a seed, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct Row {
    name: String,
    /// `seed`, of which nothing is listed; `account` and `derived`, out of a seed; `key`.
    kind: &'static str,
    curve: Option<&'static str>,
    path: Option<String>,
    xpub: Option<String>,
    public_key: Option<String>,
    /// Of an account the first one.
    addresses: Vec<At>,
}

/// An address, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct At {
    chain: &'static str,
    /// How it locks coins, on Bitcoin.
    #[serde(skip_serializing_if = "Option::is_none")]
    coins: Option<&'static str>,
    address: String,
}

impl Row {
    /// Shows what is public of a secret: a seed by its accounts and keys.
    pub(super) fn of(entry: &KeystoreEntry, environment: Environment) -> Vec<Self> {
        match entry {
            KeystoreEntry::Key { id, curve, public_key } => {
                let public_key = public_key.read(*curve);
                vec![Self::new((id, "key"), None, public_key.as_ref(), environment)]
            }
            KeystoreEntry::Seed { id, accounts, derived } => {
                let accounts = accounts.iter().map(|account| {
                    let first = account.xpub.public_key_at(0, 0).ok();
                    let path = Some(&account.path);
                    let row = Self::new((id, "account"), path, first.as_ref(), environment);
                    Self { xpub: Some(account.xpub.to_string()), public_key: None, ..row }
                });
                let derived = derived.iter().map(|key| {
                    let public_key = key.public_key.read(key.curve);
                    Self::new((id, "derived"), Some(&key.path), public_key.as_ref(), environment)
                });
                let rows: Vec<_> = accounts.chain(derived).collect();
                let bare = || vec![Self::new((id, "seed"), None, None, environment)];
                if rows.is_empty() { bare() } else { rows }
            }
        }
    }

    fn new(
        (name, kind): (&str, &'static str),
        path: Option<&DerivationPath>,
        key: Option<&PublicKey>,
        environment: Environment,
    ) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            curve: key.map(|key| key.curve().as_str()),
            path: path.map(ToString::to_string),
            xpub: None,
            public_key: key.map(ToString::to_string),
            addresses: key.map(|key| addresses(key, path, environment)).unwrap_or_default(),
        }
    }

    /// Returns the extended public key, or the public key.
    pub(super) fn public(&self) -> &str {
        self.xpub.as_deref().or(self.public_key.as_deref()).unwrap_or_default()
    }

    pub(super) fn place(&self) -> (&str, &str) {
        (&self.name, self.path.as_deref().unwrap_or_default())
    }
}

fn addresses(key: &PublicKey, path: Option<&DerivationPath>, environment: Environment) -> Vec<At> {
    let form = path.and_then(CoinForm::of_path);
    let chains = path.map_or(CHAINS.as_slice(), chains_of);
    let of = |chain: &ChainKind| {
        let forms = match (chain, form) {
            (ChainKind::Bitcoin, None) => vec![CoinForm::P2wpkh, CoinForm::P2tr],
            (_, form) => vec![form.unwrap_or(CoinForm::P2wpkh)],
        };
        let coins = |form: CoinForm| (*chain == ChainKind::Bitcoin).then(|| form.as_str());
        let chain = *chain;
        let found = forms.into_iter().filter_map(move |form| {
            let address = key.address(chain, form, environment)?;
            Some(At { chain: chain.as_str(), coins: coins(form), address })
        });
        found.collect::<Vec<_>>()
    };
    chains.iter().flat_map(of).collect()
}

/// Writes keys with their addresses for people.
pub(super) fn print(rows: &[Row]) -> Result<(), Failure> {
    let lines = rows.iter().flat_map(|row| {
        let bare = || [row.name.clone(), row.kind.to_owned(), row.place().1.to_owned()];
        let line = |chain: &str, address: &str| {
            let [name, kind, path] = bare();
            [name, kind, path, chain.to_owned(), address.to_owned()]
        };
        let chain = |address: &At| match address.coins {
            Some(coins) => format!("{} {coins}", address.chain),
            None => address.chain.to_owned(),
        };
        let shown = row.addresses.iter().map(|one| line(&chain(one), &one.address));
        let lines: Vec<_> = shown.collect();
        if lines.is_empty() { vec![line("", "")] } else { lines }
    });
    let lines: Vec<_> = lines.collect();
    output::table(["name", "kind", "path", "chain", "address"], &lines)
}
