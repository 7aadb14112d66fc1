//! Where a swap stands, as the API tells it.

use alloy::primitives::U256;
use uuid::Uuid;

use super::words::Progress;
use super::{Api, Deposit, Place, moment, money};
use crate::json::Json;
use crate::market::TokenListing;

/// Members that an answer about the status leaves out of the request, and those that it writes
/// though they are not there.
const LEFT_OUT: [&str; 2] = ["quoteWaitingTimeMs", "insured"];
const ADDED: [&str; 3] = ["virtualChainRecipient", "virtualChainRefundRecipient", "referral"];

impl Deposit {
    /// Writes the answer to a status request.
    pub(crate) fn status(&self) -> Json {
        Json::object([
            ("status", Json::from(self.progress.word())),
            ("updatedAt", Json::from(moment::write(self.updated_at))),
            ("correlationId", Json::text(Uuid::new_v4())),
            ("swapDetails", self.details()),
            ("quoteResponse", self.repeated()),
        ])
    }

    /// Writes the answer that was right before anything arrived.
    pub(crate) fn status_at_first(&self) -> Json {
        let Self { order, offer, address, answer, .. } = self.clone();
        Self::new(order, offer, address, answer).status()
    }

    /// Repeats the quote, and its request a little otherwise than the answer to the quote did.
    fn repeated(&self) -> Json {
        let mut answer = self.answer.clone();
        if let Some(request) = answer.get_mut("quoteRequest") {
            for name in LEFT_OUT {
                request.remove(name);
            }
            for name in ADDED.iter().filter(|_| self.order.api == Api::OneClick) {
                let value = request.get(name).cloned().unwrap_or(Json::Null);
                request.set(name, value);
            }
        }
        answer.set("correlationId", Json::text(Uuid::new_v4()));
        answer
    }

    fn details(&self) -> Json {
        let (source, target) = (self.order.source.listing, self.order.target.listing);
        let inside = self.order.body.deposit_type != Place::Chain;
        let none: &[String] = &[];
        let arrived = if self.received.is_zero() { &self.submitted } else { &self.transactions };
        let (intents, origin) =
            if inside { (arrived.as_slice(), none) } else { (none, &arrived[..]) };
        let origin: Vec<_> = origin.iter().chain(&self.refunds).cloned().collect();
        let bought = self.bought;
        let mut details = Json::object([
            ("intentHashes", texts(intents)),
            ("nearTxHashes", texts(none)),
            ("originChainTxHashes", transactions(&origin)),
            ("destinationChainTxHashes", transactions(&self.payouts)),
        ]);
        let received = Some(self.received).filter(|received| !received.is_zero());
        amount(&mut details, "depositedAmount", received, source);
        amount(&mut details, "amountIn", bought.map(|bought| bought.amount_in), source);
        amount(&mut details, "amountOut", bought.map(|bought| bought.amount_out), target);
        amount(&mut details, "refundedAmount", Some(self.refunded), source);
        let slippage = (self.progress == Progress::Success).then_some(Json::from(0));
        details.push("slippage", slippage.unwrap_or(Json::Null));
        details.push("refundReason", self.refund_reason.map_or(Json::Null, Json::from));
        details.push("refundFee", Json::text(self.offer.refund_fee.unwrap_or_default()));
        details.push("withdrawFee", Json::text(U256::ZERO));
        details.push("referral", Json::from(self.order.body.referral.clone()));
        details
    }
}

fn amount(details: &mut Json, name: &str, amount: Option<U256>, listing: &TokenListing) {
    details.push(name, amount.map_or(Json::Null, Json::text));
    let formatted = amount.map(|amount| money::formatted(amount, listing));
    details.push(&format!("{name}Formatted"), Json::from(formatted));
    let usd = amount.map(|amount| money::usd(amount, listing));
    details.push(&format!("{name}Usd"), Json::from(usd));
}

fn texts(texts: &[String]) -> Json {
    Json::list(texts.iter().map(Json::text))
}

fn transactions(hashes: &[String]) -> Json {
    let link = |hash| Json::object([("hash", Json::text(hash)), ("explorerUrl", Json::from(""))]);
    Json::list(hashes.iter().map(link))
}
