use std::fmt;

use bitcoin::hashes::Hash;
use bitcoin::sighash::{EcdsaSighashType, Prevouts, SighashCache, TapSighashType};
use bitcoin::{Amount, Script, ScriptBuf, Transaction, TxOut};
use countersign_approval::SighashKind;

use crate::own::CoinKind;

/// What a key signs for one input of a verified transaction.
///
/// Its bytes may be read by anyone. Only this crate makes one, out of evidence.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InputSighash([u8; 32]);

impl InputSighash {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for InputSighash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for InputSighash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// An input to sign.
pub(crate) struct Signable<'a> {
    pub(crate) input: usize,
    pub(crate) kind: CoinKind,
    pub(crate) sighash: SighashKind,
    /// The script of the key's P2WPKH coins, which is what a P2SH coin is signed by too.
    pub(crate) p2wpkh: &'a ScriptBuf,
}

/// Hashes a transaction for one input after another: what they share is hashed once.
pub(crate) struct Hasher<'a> {
    cache: SighashCache<&'a Transaction>,
    spent: &'a [&'a TxOut],
}

impl<'a> Hasher<'a> {
    /// Starts on a transaction and all that it spends, in the order of its inputs.
    pub(crate) fn new(tx: &'a Transaction, spent: &'a [&'a TxOut]) -> Self {
        Self { cache: SighashCache::new(tx), spent }
    }

    /// Returns the script that an input spends.
    pub(crate) fn script(&self, input: usize) -> Option<&'a Script> {
        self.spent.get(input).map(|coin| coin.script_pubkey.as_script())
    }

    /// Hashes for one input; there is none beyond the transaction's inputs.
    pub(crate) fn hash(&mut self, signable: &Signable<'_>) -> Option<InputSighash> {
        let Signable { input, kind, sighash, p2wpkh } = *signable;
        let bytes = match kind {
            CoinKind::P2tr(_) => {
                let kind = match sighash {
                    SighashKind::All => TapSighashType::All,
                    SighashKind::Default => TapSighashType::Default,
                };
                let spent = Prevouts::All(self.spent);
                let hash = self.cache.taproot_key_spend_signature_hash(input, &spent, kind);
                hash.ok()?.to_byte_array()
            }
            CoinKind::P2wpkh | CoinKind::P2shP2wpkh => {
                let amount = self.spent.get(input).map_or(Amount::ZERO, |coin| coin.value);
                let kind = EcdsaSighashType::All;
                let hash = self.cache.p2wpkh_signature_hash(input, p2wpkh, amount, kind);
                hash.ok()?.to_byte_array()
            }
        };
        Some(InputSighash::new(bytes))
    }
}
