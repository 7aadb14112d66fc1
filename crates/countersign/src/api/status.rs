pub use countersign_api_types::defi::Status;
use countersign_units::Lots;

/// How far a swap is, as the API says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct SwapStatus {
    /// The status.
    pub status: Status,
    /// The transaction that moved our funds into the escrow.
    pub deposit_tx: Option<String>,
    /// The transaction that paid the recipient.
    pub payout_tx: Option<String>,
    /// What the recipient was paid, in base units, where the API says so.
    pub amount_out: Option<Lots>,
    /// All that is said to have paid in, where the API tells more than one: transactions, or signed
    /// intents by their hashes. What pays back may be among them.
    pub paid_in: Vec<String>,
}

impl SwapStatus {
    /// Says how far a swap is, and no more.
    pub const fn new(status: Status) -> Self {
        Self { status, deposit_tx: None, payout_tx: None, amount_out: None, paid_in: Vec::new() }
    }
}
