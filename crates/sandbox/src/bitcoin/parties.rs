//! Who has coins on Bitcoin.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::key::CompressedPublicKey;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction, TxOut, Txid};
use countersign_units::UnixSeconds;

use super::keys::{CoinForm, Wallet, script_of};
use super::ledger::Ledger;
use super::promises::Promises;
use super::selection::input;

/// The coins that each account begins with, in satoshis.
const SEED: [u64; 6] = [1_000_000, 2_000_000, 30_000_000, 50_000_000, 100_000_000, 150_000_000];
/// The coins that each account begins with besides, if it is to have more: of how many satoshis,
/// and how many of them one transaction makes. Wallets are shown the whole transaction.
const MORE: (u64, usize) = (1_000_000, 8);
/// The coins that the resolver begins with: how many, and of how many satoshis.
const INVENTORY: (usize, u64) = (20, 5_000_000_000);

/// The chain, and those who own coins on it.
#[derive(Debug)]
pub(crate) struct Bitcoin {
    pub(crate) ledger: Ledger,
    /// What open swaps out of here count on.
    pub(crate) promises: Promises,
    /// Owns P2WPKH coins and P2TR coins by one key.
    pub(crate) user: Wallet,
    /// Owns P2WPKH coins inside P2SH.
    pub(crate) nested: Wallet,
    /// Claims and pays out.
    pub(crate) resolver: Wallet,
    /// Owns nothing; hostile answers name it.
    pub(crate) attacker: Wallet,
    /// The keys of those who were given coins later.
    newcomers: Vec<CompressedPublicKey>,
}

impl Bitcoin {
    /// Starts the chain and hands coins out, as many `more` as are asked for to each account.
    pub(crate) fn start(now: UnixSeconds, more: usize) -> Self {
        let [user, nested, resolver, attacker] = std::array::from_fn(|_| Wallet::random());
        let mut ledger = Ledger::start(now);
        for (wallet, form) in
            [(&user, CoinForm::P2wpkh), (&user, CoinForm::P2tr), (&nested, CoinForm::Nested)]
        {
            let script = wallet.script(form);
            ledger.seed(now, allocation(&script, &SEED));
            let (each, together) = MORE;
            for values in vec![each; more].chunks(together) {
                ledger.seed(now, allocation(&script, values));
            }
        }
        let (count, each) = INVENTORY;
        ledger.seed(now, allocation(&resolver.script(CoinForm::P2wpkh), &vec![each; count]));
        let (promises, newcomers) = (Promises::default(), Vec::new());
        Self { ledger, promises, user, nested, resolver, attacker, newcomers }
    }

    /// Gives coins to whoever has a key, and keeps in mind which key it is.
    pub(crate) fn fund(&mut self, now: UnixSeconds, script: &ScriptBuf, key: CompressedPublicKey) {
        self.ledger.seed(now, allocation(script, &SEED));
        self.newcomers.push(key);
    }

    /// Returns the key that the resolver claims with.
    pub(crate) fn claim_key(&self) -> CompressedPublicKey {
        self.resolver.public_key()
    }

    /// Returns the script that the resolver's own coins have.
    pub(crate) fn resolver_script(&self) -> ScriptBuf {
        self.resolver.script(CoinForm::P2wpkh)
    }

    /// Returns the public key of an account that was handed out or given coins here, by its address.
    pub(crate) fn key_of(&self, address: &str) -> Option<String> {
        let script = script_of(address)?;
        let owns = |key: &CompressedPublicKey| CoinForm::of(*key, &script).is_some();
        let own = [self.user.public_key(), self.nested.public_key()];
        let mut keys = own.into_iter().chain(self.newcomers.iter().copied());
        keys.find(owns).map(|key| key.to_string())
    }

    /// Returns how many satoshis the resolver can pay out.
    pub(crate) fn inventory(&self) -> u64 {
        self.ledger.balance(&self.resolver_script())
    }
}

/// Makes coins out of nothing: the outpoint that it spends never was.
fn allocation(script: &ScriptBuf, values: &[u64]) -> Transaction {
    let from = OutPoint { txid: Txid::from_byte_array(rand::random()), vout: 0 };
    let output =
        |sats: &u64| TxOut { value: Amount::from_sat(*sats), script_pubkey: script.clone() };
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![input(from)],
        output: values.iter().map(output).collect(),
    }
}
