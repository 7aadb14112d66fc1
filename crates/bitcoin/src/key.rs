use bitcoin::secp256k1::PublicKey;
use countersign_approval::HtlcKey;

use crate::judge::ToSign;
use crate::own::CoinKind;
use crate::{InputSighash, Refund, VerifiedPayment, VerifiedPsbt};

/// Which key a backend is to open: a public key of ours, what is done to it before it signs, and
/// what it signs for. Only this crate makes one, when it signs.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequest<'a> {
    public_key: [u8; 33],
    tweak: KeyTweak,
    evidence: CoinEvidence<'a>,
}

/// What coins of ours are spent by, once it was verified.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a key that opens for less than all must know all")]
pub enum CoinEvidence<'a> {
    /// A PSBT that funds a hash time-locked output.
    Psbt(&'a VerifiedPsbt),
    /// A payment of our own.
    Payment(&'a VerifiedPayment),
    /// An output that is taken back.
    Refund(&'a Refund),
}

/// What is done to a key before it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a backend must know all of them")]
pub enum KeyTweak {
    /// Nothing.
    None,
    /// The tweak of a taproot output without scripts, as
    /// [BIP-86](https://github.com/bitcoin/bips/blob/master/bip-0086.mediawiki) has it.
    Bip86,
}

impl<'a> KeyRequest<'a> {
    pub(crate) const fn new(
        public_key: [u8; 33],
        tweak: KeyTweak,
        evidence: CoinEvidence<'a>,
    ) -> Self {
        Self { public_key, tweak, evidence }
    }

    /// Returns the public key before it is tweaked, compressed.
    pub const fn public_key(&self) -> &[u8; 33] {
        &self.public_key
    }

    /// Returns what is done to the key before it signs.
    pub const fn tweak(&self) -> KeyTweak {
        self.tweak
    }

    /// Returns all that the key is asked to sign: an opened key declines everything else.
    pub fn sighashes(&self) -> Vec<InputSighash> {
        self.evidence.sighashes_of(&self.public_key, self.tweak)
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn evidence(&self) -> CoinEvidence<'a> {
        self.evidence
    }
}

impl CoinEvidence<'_> {
    /// Returns what a key of ours signs of it, in the order of the inputs; nothing where it spends
    /// no coin of the key by this tweak.
    pub fn sighashes_of(&self, public_key: &[u8; 33], tweak: KeyTweak) -> Vec<InputSighash> {
        let inputs = match self {
            Self::Psbt(psbt) => psbt.judgement().funding().to_sign.as_slice(),
            Self::Payment(payment) => payment.to_sign(),
            Self::Refund(refund) => {
                let ours = tweak == KeyTweak::None && takes_back(refund, public_key);
                return ours.then_some(*refund.sighash()).into_iter().collect();
            }
        };
        let own = inputs.iter().filter(|input| input.is_signed_by(public_key, tweak));
        own.map(|input| input.sighash).collect()
    }

    /// Says whether a key of ours signs any of it.
    pub fn is_signed_by(&self, public_key: &[u8; 33]) -> bool {
        let by = |tweak| !self.sighashes_of(public_key, tweak).is_empty();
        by(KeyTweak::None) || by(KeyTweak::Bip86)
    }
}

impl ToSign {
    fn is_signed_by(&self, public_key: &[u8; 33], tweak: KeyTweak) -> bool {
        match (self.kind, tweak) {
            (CoinKind::P2tr(_), KeyTweak::Bip86) => same_point(&self.key, public_key),
            (CoinKind::P2wpkh | CoinKind::P2shP2wpkh, KeyTweak::None) => {
                self.key.serialize() == *public_key
            }
            _ => false,
        }
    }
}

fn takes_back(refund: &Refund, public_key: &[u8; 33]) -> bool {
    match refund.recipe().refund_key() {
        HtlcKey::Compressed(key) => key == *public_key,
        HtlcKey::XOnly(key) => public_key.last_chunk() == Some(&key),
    }
}

/// BIP-340 knows keys by their first coordinate alone.
fn same_point(key: &PublicKey, public_key: &[u8; 33]) -> bool {
    key.serialize().last_chunk::<32>() == public_key.last_chunk()
}
