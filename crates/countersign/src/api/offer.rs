use std::time::Duration;

use countersign_approval::{Refusal, Violations};
use countersign_units::{Bps, Lots, UnixMillis};

use crate::{Order, accept};

/// What an API offers for an order. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct Offer {
    /// The offer's id.
    pub id: String,
    /// The source token's address, where the API repeats it.
    pub from_token: Option<String>,
    /// The API's number of the source network, where it repeats it.
    pub from_network: Option<u64>,
    /// The decimals of the source token, as the API sees them.
    pub from_decimals: Option<u8>,
    /// What we give, in base units.
    pub from_amount: Lots,
    /// The destination token's address, where the API repeats it.
    pub to_token: Option<String>,
    /// The API's number of the destination network, where it repeats it.
    pub to_network: Option<u64>,
    /// The decimals of the destination token, as the API sees them.
    pub to_decimals: Option<u8>,
    /// What we get at least, in base units.
    pub min_out: Lots,
    /// What we get at most, in base units.
    pub max_out: Option<Lots>,
    /// The slippage that was applied.
    pub slippage: Option<Bps>,
    /// Until when it may be accepted.
    pub expires_at: Option<UnixMillis>,
    /// What else the API tells: shown, and compared with other offers, but not agreed to.
    pub told: OfferDetails,
}

/// What an API tells of its offer beside what is agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct OfferDetails {
    /// The token that the swap is routed through, as the API names it.
    pub through: Option<String>,
    /// How long the swap is expected to take.
    pub time_estimate: Option<Duration>,
    /// All application fees together, in basis points of what is given; they are taken off already.
    pub app_fees: Option<u64>,
    /// What paying out costs, in base units of what we get; it is taken off already.
    pub withdraw_fee: Option<Lots>,
    /// What the API's own list says of the two assets.
    pub listed: Listed,
    /// The answer as it came and what it was asked by, where the API signs its quotes.
    pub signed: Option<SignedQuote>,
}

/// What an API's own list says of the assets of an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an implementation of an API fills it in")]
pub enum Listed {
    /// The API names tokens by their addresses, or the offer is one of before.
    #[default]
    NotAsked,
    /// The list could not be read.
    Unread {
        /// Why.
        reason: String,
    },
    /// What it holds of the order's asset ids. An id that is not there is not judged.
    Assets(Vec<ListedAsset>),
}

/// An asset of an API's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct ListedAsset {
    /// Its id.
    pub id: String,
    /// Its decimals.
    pub decimals: u8,
    /// Its contract on its chain, where it has one.
    pub address: Option<String>,
}

/// An answer that an API signed, and what it was asked by beside the order. Nothing about it has been
/// checked: [`Chooser`](crate::Chooser) does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct SignedQuote {
    /// When we asked.
    pub asked_at: UnixMillis,
    /// The deadline that we asked for.
    pub deadline: UnixMillis,
    /// The account inside the intents contract that pays, where the funds lie there.
    pub inside: Option<String>,
    /// The answer, byte for byte.
    pub answer: String,
}

impl Offer {
    /// Compares the offer with the order that it answers; what the registry and the policy say
    /// about the order is not looked at.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] with every difference, and where it is no offer any more.
    pub fn check(&self, order: &Order, now: UnixMillis) -> Result<(), Refusal> {
        let mut violations = Violations::new();
        accept::check_offer(order, self, now, &mut violations);
        violations.into_result()
    }
}
