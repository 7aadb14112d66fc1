use countersign_units::{SolanaAddress, SolanaHash};

use crate::decode::{self, Decoded};
use crate::payload::Sent;
use crate::{CosignPayload, payload, programs};

/// What a payload says of itself, read before there are terms to compare it with.
///
/// Nothing in here is believed: what is taken into the terms is bounded by policy, and compared
/// with the payload like everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CosignClaims {
    /// Who pays the fee.
    pub fee_payer: SolanaAddress,
    /// All that sign, the fee payer first.
    pub signers: Vec<SolanaAddress>,
    /// The blockhash, or the value of a durable nonce that stands in its place.
    pub recent_blockhash: SolanaHash,
    /// Whether the first instruction advances a durable nonce.
    pub advances_nonce: bool,
    /// By which account it does that, where the message names it itself.
    pub nonce_account: Option<SolanaAddress>,
    /// The accounts that the message names itself, those of the signers first.
    pub accounts: Vec<SolanaAddress>,
    /// The lookup tables that it uses.
    pub tables: Vec<SolanaAddress>,
    /// Who is said to be paid, where that is sent.
    pub deposit_address: Option<SolanaAddress>,
}

impl CosignClaims {
    /// Reads the claims of a payload, if it can be read.
    pub fn of(payload: &CosignPayload) -> Option<Self> {
        let payload = payload::read(payload).ok()?;
        let sent = Sent::new(&payload).ok()?;
        let decoded = decode::from_payload(sent).ok()?;
        let deposit_address = sent.text("resolver_deposit_address").ok().flatten();
        let tables = decoded.lookups().iter();
        Some(Self {
            fee_payer: decoded.signers().next()?,
            signers: decoded.signers().collect(),
            recent_blockhash: decoded.blockhash(),
            advances_nonce: advances_nonce(&decoded),
            nonce_account: nonce_account(&decoded),
            accounts: decoded.keys().collect(),
            tables: tables.map(|table| SolanaAddress::new(table.account_key.to_bytes())).collect(),
            deposit_address: deposit_address.and_then(|text| text.parse().ok()),
        })
    }
}

/// Says whether the chain takes the blockhash for the value of a durable nonce.
pub(crate) fn advances_nonce(decoded: &Decoded) -> bool {
    const ADVANCE: &[u8] = &[4, 0, 0, 0];
    decoded.instructions().first().is_some_and(|first| {
        let program = decoded.keys().nth(usize::from(first.program_id_index));
        program == Some(programs::SYSTEM) && first.data.starts_with(ADVANCE)
    })
}

/// Returns the account of a durable nonce, where the message names it itself.
pub(crate) fn nonce_account(decoded: &Decoded) -> Option<SolanaAddress> {
    let first = decoded.instructions().first().filter(|_| advances_nonce(decoded))?;
    decoded.keys().nth(usize::from(*first.accounts.first()?))
}
