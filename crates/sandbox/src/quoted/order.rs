//! What is asked for in a request for a quote.

use alloy::primitives::U256;
use countersign_units::{Lots, UnixMillis};
use serde::Deserialize;

use super::words::SwapType;
use super::{Api, Place, assets, moment};
use crate::clock;
use crate::world::{Destination, Token, World};

/// How long a swap may take that names no deadline, in milliseconds.
const DEFAULT_MILLIS: u64 = 1_800_000;
/// The most basis points that slippage and fees may be.
const MOST_SLIPPAGE: u64 = 10_000;
const MOST_FEES: u64 = 500;

/// The body of a request for a quote.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuoteBody {
    pub(super) dry: bool,
    pub(super) swap_type: SwapType,
    pub(super) slippage_tolerance: u64,
    pub(super) origin_asset: String,
    pub(super) deposit_type: Place,
    pub(super) destination_asset: String,
    pub(super) amount: String,
    pub(super) refund_to: String,
    pub(super) refund_type: Place,
    pub(super) recipient: String,
    pub(super) recipient_type: Place,
    pub(super) deadline: Option<String>,
    pub(super) deposit_mode: Option<String>,
    pub(super) quote_waiting_time_ms: Option<u64>,
    pub(super) referral: Option<String>,
    #[serde(default)]
    pub(super) app_fees: Vec<FeeBody>,
    pub(super) connected_wallets: Option<Vec<String>>,
    pub(super) session_id: Option<String>,
    pub(super) virtual_chain_recipient: Option<String>,
    pub(super) virtual_chain_refund_recipient: Option<String>,
    pub(super) custom_recipient_msg: Option<String>,
    pub(super) confidentiality: Option<String>,
    pub(super) insured: Option<bool>,
}

/// A fee for an application.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FeeBody {
    pub(super) recipient: String,
    /// In basis points.
    pub(super) fee: u64,
}

/// A request that can be priced.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) api: Api,
    pub(crate) body: QuoteBody,
    pub(crate) source: Token,
    pub(crate) target: Token,
    pub(crate) amount: U256,
    pub(crate) deadline: UnixMillis,
    /// All fees, those for the platform too: who gets them, and how many basis points.
    pub(super) fees: Vec<(String, u64)>,
}

impl QuoteBody {
    /// Says whether an address is asked for, and not a price alone.
    pub(crate) const fn is_wet(&self) -> bool {
        !self.dry
    }

    /// Leaves out what Aurora does not know: its fees come from the settings of the key.
    fn known_to_aurora(self) -> Self {
        Self {
            app_fees: Vec::new(),
            referral: None,
            custom_recipient_msg: None,
            confidentiality: None,
            insured: None,
            ..self
        }
    }
}

impl Order {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// Returns the API's words for what it declines.
    pub(crate) fn new(
        world: &World,
        api: Api,
        body: QuoteBody,
        platform: (&str, u64),
    ) -> Result<Self, &'static str> {
        let body = if api == Api::Aurora { body.known_to_aurora() } else { body };
        let source = assets::find(world, &body.origin_asset).ok_or("tokenIn is not valid")?;
        let target = assets::find(world, &body.destination_asset).ok_or("tokenOut is not valid")?;
        if source.listing.key == target.listing.key {
            return Err("Quoting for this pair is not available");
        }
        let amount: Lots = body.amount.parse().map_err(|_| "amount is not valid")?;
        let deadline = deadline(body.deadline.as_deref())?;
        let (name, bps) = platform;
        let asked = body.app_fees.iter().map(|fee| (fee.recipient.clone(), fee.fee));
        let fees: Vec<_> = asked.chain([(name.to_owned(), bps)]).collect();
        let order = Self { api, body, source, target, amount: amount.value(), deadline, fees };
        order.check()?;
        Ok(order)
    }

    /// Returns all fees together, in basis points.
    pub(super) fn fees_bps(&self) -> u64 {
        self.fees.iter().fold(0, |sum, (_, bps)| sum.saturating_add(*bps))
    }

    /// Returns who is paid on the destination's chain; `None` for an account inside NEAR Intents.
    pub(super) fn recipient(&self) -> Option<Destination> {
        let chain = self.body.recipient_type == Place::Chain;
        chain.then(|| Destination::read(&self.target, &self.body.recipient)).flatten()
    }

    /// Returns who is paid back on the origin's chain; `None` for an account inside NEAR Intents.
    pub(super) fn refund_to(&self) -> Option<Destination> {
        let chain = self.body.refund_type == Place::Chain;
        chain.then(|| Destination::read(&self.source, &self.body.refund_to)).flatten()
    }

    fn check(&self) -> Result<(), &'static str> {
        let body = &self.body;
        let places = [body.deposit_type, body.refund_type, body.recipient_type];
        if places.contains(&Place::ConfidentialIntents) {
            return Err("Confidential intents are not available");
        }
        if body.swap_type == SwapType::AnyInput {
            return Err("ANY_INPUT is not available");
        }
        if body.deposit_mode.as_deref().is_some_and(|mode| mode != "SIMPLE") {
            return Err("Incorrect depositMode");
        }
        if body.slippage_tolerance > MOST_SLIPPAGE {
            return Err("slippageTolerance is not valid");
        }
        if self.fees_bps() > MOST_FEES {
            return Err("appFees are too high");
        }
        let is_valid = |place, found: Option<Destination>, account: &str| match place {
            Place::Chain => found.is_some(),
            _ => is_account(account),
        };
        if !is_valid(body.recipient_type, self.recipient(), &body.recipient) {
            return Err("recipient is not valid");
        }
        if !is_valid(body.refund_type, self.refund_to(), &body.refund_to) {
            return Err("refundTo is not valid");
        }
        Ok(())
    }
}

fn deadline(text: Option<&str>) -> Result<UnixMillis, &'static str> {
    let now = clock::now();
    let Some(text) = text else {
        return Ok(UnixMillis::new(now.value().saturating_add(DEFAULT_MILLIS)));
    };
    moment::read(text).filter(|deadline| *deadline > now).ok_or("deadline is not valid")
}

/// Says whether a text can be an account inside NEAR Intents.
fn is_account(text: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    (2..=64).contains(&text.len()) && text.bytes().all(is_plain)
}
