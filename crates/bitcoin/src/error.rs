use countersign_approval::{BitcoinNetwork, CoinId, Environment, Refusal, Sats};
use countersign_units::Lots;

/// Why a payload was not verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must tell its own mistake from a refusal")]
pub enum VerifyError {
    /// The payload is not what was agreed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The terms make no sense, so nothing can be compared with them.
    #[error(transparent)]
    Terms(#[from] TermsError),
}

/// Terms that nothing can be compared with: our own mistake, never the counterparty's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// A key is not a point of secp256k1.
    #[error("terms: {member}: expected a public key of secp256k1, found {found}")]
    Key {
        /// The path of the member.
        member: &'static str,
        /// What it is, in hex.
        found: String,
    },
    /// A key is not in the form that the template wants.
    #[error("terms: {member}: expected {expected} for {template}")]
    KeyForm {
        /// The path of the member.
        member: &'static str,
        /// What it had to be.
        expected: &'static str,
        /// The template.
        template: &'static str,
    },
    /// The swap's amount and the output's are not the same.
    #[error("terms: expected one amount, found {swap} for the swap and {htlc} for the output")]
    Amounts {
        /// What limits and reviews go by.
        swap: Lots,
        /// What would be signed.
        htlc: Sats,
    },
    /// The environment and the network do not belong together.
    #[error("terms: expected a network of the {environment} environment, found {network}")]
    Network {
        /// Where the swap takes place.
        environment: Environment,
        /// The network of the coins.
        network: BitcoinNetwork,
    },
    /// Our change, and a refund, would go to a script that no address has.
    #[error("terms: change_script: expected the script of an address, found {found:?}")]
    ChangeScript {
        /// The script, in hex.
        found: String,
    },
    /// A coin stands twice among those that we agreed to spend.
    #[error("terms: coins: expected each once, found {coin} twice")]
    CoinTwice {
        /// The coin.
        coin: CoinId,
    },
}
