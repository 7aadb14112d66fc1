//! The answer to a request for a quote.

use alloy::primitives::U256;
use countersign_units::UnixMillis;
use uuid::Uuid;

use super::canonical::{self, Covered};
use super::offer::Offer;
use super::{Api, Deposit, Order, Place, QuoteBody, Quoted, assets, moment, money, random_account};
use crate::json::Json;
use crate::tamper::{self, Tamper};
use crate::world::World;
use crate::{clock, documents};

/// How long an address lives after the deadline, in milliseconds: three days.
const LIFE_MILLIS: u64 = 3 * 86_400_000;
/// How long a swap is said to take, in seconds.
const ESTIMATE: u64 = 30;

/// What the API takes for itself, in basis points.
const PLATFORM_BPS: u64 = 20;

/// How an answer comes about, besides the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) api: Api,
    pub(crate) tamper: Option<Tamper>,
}

/// What a lie needs to know.
pub(crate) struct Scene<'a> {
    pub(crate) order: &'a Order,
    /// What the attacker calls its own on the origin's chain and on the destination's.
    pub(crate) attacker: [String; 2],
    /// Another asset.
    pub(crate) other_asset: String,
    /// A genuine answer to somebody else.
    pub(crate) of_another: Json,
    pub(crate) signer: &'a super::QuoteSigner,
    pub(crate) other_signer: &'a super::QuoteSigner,
}

impl Quoted {
    /// Answers a request; one that is not dry gets an address of its own.
    ///
    /// # Errors
    ///
    /// Returns the API's words for what it declines.
    pub(crate) fn quote(
        &mut self,
        world: &mut World,
        terms: Terms,
        body: QuoteBody,
    ) -> Result<Json, String> {
        let order = Order::new(world, terms.api, body, (&self.platform, PLATFORM_BPS))?;
        let offer = Offer::new(&order).ok_or("Amount is too low for bridge, try at least 1000")?;
        if !world.can_pay(&order.target, offer.amount_out) {
            return Err("No liquidity available".to_owned());
        }
        let draft = write(&order, &offer, &address_of(&order, order.body.deposit_type));
        let mut honest = draft.clone();
        canonical::sign(&mut honest, &self.signer, Covered::Current);
        let mut told = honest.clone();
        if let Some(lie) = terms.tamper.filter(|_| !order.body.dry) {
            let scene = self.scene(world, &order, &offer);
            told = tamper::apply_to_quote(lie, draft, &scene);
        }
        if let Some(address) = deposit_address(&honest) {
            self.keep(Deposit::new(order, offer, address, honest));
        }
        Ok(told)
    }

    fn scene<'a>(&'a self, world: &World, order: &'a Order, offer: &Offer) -> Scene<'a> {
        let mut other = order.clone();
        let attacker = [
            address_of(order, order.body.refund_type),
            destination_of(order, order.body.recipient_type),
        ];
        let [refund_to, recipient] = attacker.clone();
        (other.body.refund_to, other.body.recipient) = (refund_to, recipient);
        let mut of_another = write(&other, offer, &address_of(order, order.body.deposit_type));
        canonical::sign(&mut of_another, &self.signer, Covered::Current);
        let (source, target) = (order.source.listing.key, order.target.listing.key);
        let mut others = world.tokens().iter().map(|token| token.listing);
        let other = others.find(|listing| listing.key != source && listing.key != target);
        let other_asset = other.map(assets::primary).unwrap_or_default();
        let (signer, other_signer) = (&self.signer, &self.other_signer);
        Scene { order, attacker, other_asset, of_another, signer, other_signer }
    }
}

/// Writes an answer, without its signature.
fn write(order: &Order, offer: &Offer, address: &str) -> Json {
    Json::object([
        ("quote", quote(order, offer, address)),
        ("quoteRequest", echo(order)),
        ("signature", Json::from("")),
        ("timestamp", Json::from(moment::write(clock::now()))),
        ("correlationId", Json::text(Uuid::new_v4())),
    ])
}

/// Repeats the request in the API's own form.
fn echo(order: &Order) -> Json {
    let body = &order.body;
    let mut echo = Json::object([
        ("dry", Json::from(body.dry)),
        ("depositMode", Json::from("SIMPLE")),
        ("swapType", Json::from(body.swap_type.word())),
        ("slippageTolerance", Json::from(body.slippage_tolerance)),
        ("originAsset", Json::from(assets::echoed(order.source.listing))),
        ("depositType", Json::from(body.deposit_type.at_origin())),
        ("destinationAsset", Json::from(assets::echoed(order.target.listing))),
        ("amount", Json::text(order.amount)),
        ("refundTo", Json::text(&body.refund_to)),
        ("refundType", Json::from(body.refund_type.at_origin())),
        ("recipient", Json::text(&body.recipient)),
        ("recipientType", Json::from(body.recipient_type.at_destination())),
        ("deadline", Json::from(moment::write(order.deadline))),
    ]);
    options(&mut echo, body);
    if order.api == Api::OneClick {
        let confidentiality = body.confidentiality.as_deref().unwrap_or("public");
        echo.push("confidentiality", Json::from(confidentiality));
        echo.push("insured", Json::from(body.insured.unwrap_or_default()));
    }
    echo.push("quoteWaitingTimeMs", Json::from(body.quote_waiting_time_ms.unwrap_or_default()));
    echo.push("appFees", fees(order));
    echo
}

fn options(echo: &mut Json, body: &QuoteBody) {
    for (name, value) in [
        ("referral", &body.referral),
        ("sessionId", &body.session_id),
        ("virtualChainRecipient", &body.virtual_chain_recipient),
        ("virtualChainRefundRecipient", &body.virtual_chain_refund_recipient),
        ("customRecipientMsg", &body.custom_recipient_msg),
    ] {
        if let Some(value) = value {
            echo.push(name, Json::text(value));
        }
    }
    if let Some(wallets) = &body.connected_wallets {
        echo.push("connectedWallets", Json::list(wallets.iter().map(Json::text)));
    }
}

fn fees(order: &Order) -> Json {
    Json::list(order.fees.iter().map(|(recipient, bps)| {
        let mut fee = Json::object([("recipient", Json::text(recipient)), ("fee", (*bps).into())]);
        if order.api == Api::OneClick {
            fee.push("limitOrderId", Json::Null);
        }
        fee
    }))
}

fn quote(order: &Order, offer: &Offer, address: &str) -> Json {
    let (source, target) = (order.source.listing, order.target.listing);
    let mut quote = Json::object([
        ("amountIn", Json::text(offer.amount_in)),
        ("amountInFormatted", Json::from(money::formatted(offer.amount_in, source))),
        ("amountInUsd", Json::from(money::usd(offer.amount_in, source))),
        ("minAmountIn", Json::text(offer.min_amount_in)),
        ("amountOut", Json::text(offer.amount_out)),
        ("amountOutFormatted", Json::from(money::formatted(offer.amount_out, target))),
        ("amountOutUsd", Json::from(money::usd(offer.amount_out, target))),
        ("minAmountOut", Json::text(offer.min_amount_out)),
        ("timeEstimate", Json::from(ESTIMATE)),
    ]);
    if let Some(fee) = offer.refund_fee {
        quote.push("refundFee", Json::text(fee));
        quote.push("withdrawFee", Json::text(U256::ZERO));
    }
    if !order.body.dry {
        let dies = UnixMillis::new(order.deadline.value().saturating_add(LIFE_MILLIS));
        let dies = Json::from(moment::write(dies));
        quote.push("deadline", dies.clone());
        quote.push("timeWhenInactive", dies);
        quote.push("depositAddress", Json::from(address));
    }
    quote
}

/// Makes up an address on the origin's chain, or an account inside NEAR Intents.
fn address_of(order: &Order, place: Place) -> String {
    made_up(order.source.listing.network.name, place)
}

fn destination_of(order: &Order, place: Place) -> String {
    made_up(order.target.listing.network.name, place)
}

fn made_up(network: &str, place: Place) -> String {
    match place {
        Place::Chain => documents::new_recipient(network).unwrap_or_default(),
        _ => random_account(),
    }
}

fn deposit_address(answer: &Json) -> Option<String> {
    answer.get("quote")?.get("depositAddress")?.as_text().map(str::to_owned)
}
