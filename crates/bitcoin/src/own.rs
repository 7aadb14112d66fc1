use std::collections::{HashMap, HashSet};

use bitcoin::key::TapTweak;
use bitcoin::secp256k1::{PublicKey, XOnlyPublicKey};
use bitcoin::{CompressedPublicKey, Script, ScriptBuf};
use countersign_approval::{Coin, HtlcKey};

use crate::TermsError;
use crate::secp::secp;

/// What a key of ours controls, computed once for however many coins.
pub(crate) struct OwnKey {
    pub(crate) public: PublicKey,
    pub(crate) x_only: [u8; 32],
    p2wpkh: ScriptBuf,
    p2sh: ScriptBuf,
    p2tr: Option<(ScriptBuf, XOnlyPublicKey)>,
}

/// How a coin of ours is locked, and the key that is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CoinKind {
    P2wpkh,
    P2shP2wpkh,
    P2tr(XOnlyPublicKey),
}

impl OwnKey {
    /// Reads a key; the costly part of a taproot key is left out where no coin needs it.
    pub(crate) fn new(
        bytes: [u8; 33],
        member: &'static str,
        taproot: bool,
    ) -> Result<Self, TermsError> {
        let public = PublicKey::from_slice(&bytes)
            .map_err(|_| TermsError::Key { member, found: hex::encode(bytes) })?;
        let (x_only, _) = public.x_only_public_key();
        let p2wpkh = ScriptBuf::new_p2wpkh(&CompressedPublicKey(public).wpubkey_hash());
        let p2sh = p2wpkh.to_p2sh();
        let p2tr = taproot.then(|| {
            let (output, _) = x_only.tap_tweak(secp(), None);
            (ScriptBuf::new_p2tr_tweaked(output), output.to_x_only_public_key())
        });
        Ok(Self { public, x_only: x_only.serialize(), p2wpkh, p2sh, p2tr })
    }

    /// Says how the key spends a script, if it does.
    pub(crate) fn spends(&self, script: &[u8]) -> Option<CoinKind> {
        if script == self.p2wpkh.as_bytes() {
            return Some(CoinKind::P2wpkh);
        }
        if script == self.p2sh.as_bytes() {
            return Some(CoinKind::P2shP2wpkh);
        }
        let (p2tr, output) = self.p2tr.as_ref()?;
        (script == p2tr.as_bytes()).then_some(CoinKind::P2tr(*output))
    }

    pub(crate) fn scripts(&self) -> impl Iterator<Item = &ScriptBuf> {
        [&self.p2wpkh, &self.p2sh].into_iter().chain(self.p2tr.as_ref().map(|(script, _)| script))
    }

    /// Returns the script behind a P2SH coin of this key, which is that of its P2WPKH coins.
    pub(crate) const fn p2wpkh(&self) -> &ScriptBuf {
        &self.p2wpkh
    }
}

/// All keys of ours that the terms name.
pub(crate) struct OwnKeys {
    main: OwnKey,
    others: HashMap<[u8; 33], OwnKey>,
    scripts: HashSet<ScriptBuf>,
}

impl OwnKeys {
    pub(crate) fn new(public_key: [u8; 33], coins: &[Coin]) -> Result<Self, TermsError> {
        let main = OwnKey::new(public_key, "public_key", true)?;
        let mut others = HashMap::new();
        for coin in coins {
            let Some(key) = coin.public_key.filter(|key| *key != public_key) else {
                continue;
            };
            let taproot = coin.script_pubkey.len() == 34;
            if others.get(&key).is_none_or(|known: &OwnKey| taproot && known.p2tr.is_none()) {
                others.insert(key, OwnKey::new(key, "coins.public_key", taproot)?);
            }
        }
        let all = std::iter::once(&main).chain(others.values());
        let scripts = all.flat_map(OwnKey::scripts).cloned().collect();
        Ok(Self { main, others, scripts })
    }

    /// Returns the key of a coin.
    pub(crate) fn of(&self, coin: &Coin) -> &OwnKey {
        coin.public_key.and_then(|key| self.others.get(&key)).unwrap_or(&self.main)
    }

    /// Says whether one of our keys spends a script.
    pub(crate) fn any_spends(&self, script: &[u8]) -> bool {
        self.scripts.contains(Script::from_bytes(script))
    }

    /// Returns our key that an HTLC names, if it is one of ours.
    pub(crate) fn find(&self, key: &HtlcKey) -> Option<[u8; 33]> {
        let found = self.all().find(|own| match key {
            HtlcKey::Compressed(bytes) => own.public.serialize() == *bytes,
            HtlcKey::XOnly(bytes) => own.x_only == *bytes,
        });
        found.map(|own| own.public.serialize())
    }

    fn all(&self) -> impl Iterator<Item = &OwnKey> {
        std::iter::once(&self.main).chain(self.others.values())
    }
}
