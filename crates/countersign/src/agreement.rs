use countersign_approval::{BitcoinNetwork, BitcoinPolicy, Coin, Fact, Permit2Terms, Sats};
use countersign_units::UnixSeconds;

/// What an approval has to say, before an intent's claims are added to it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an approval is one of these")]
pub enum Agreement {
    /// A Permit2 permit, on EVM networks and on Tron.
    Permit2(Box<Permit2Terms>),
    /// A PSBT that funds a hash time-locked output, on Bitcoin.
    Htlc(Box<HtlcAgreement>),
}

/// What was agreed of a hash time-locked output, before the counterparty has named its hash and its
/// lock time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HtlcAgreement {
    /// The pinned network.
    pub network: BitcoinNetwork,
    /// The script of the owner's address: its coins are spent, and change and refund go there.
    pub owner_script: Vec<u8>,
    /// Our key of the owner's coins, where it is at hand.
    pub public_key: Option<[u8; 33]>,
    /// The coins to spend, where the request names them.
    pub coins: Option<Vec<Coin>>,
    /// The pinned templates, by name.
    pub templates: Vec<String>,
    /// The pinned keys that may take the output with the secret, compressed.
    pub claim_keys: Vec<[u8; 33]>,
    /// The agreed amount, exactly.
    pub amount: Sats,
    /// What bounds fees and inputs.
    pub policy: BitcoinPolicy,
    /// The last deadline that policy allows.
    pub max_deadline: UnixSeconds,
    /// The last lock time that policy allows.
    pub max_lock: UnixSeconds,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}
