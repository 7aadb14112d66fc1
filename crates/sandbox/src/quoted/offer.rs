//! What is offered for an order.

use alloy::primitives::U256;

use super::words::SwapType;
use super::{Api, Order, Place};
use crate::market;

const BASIS: u64 = 10_000;
/// What a refund costs, in basis points of what was asked for.
const REFUND_BPS: u64 = 5;

/// The amounts of a quote, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) amount_in: U256,
    pub(super) min_amount_in: U256,
    pub(super) amount_out: U256,
    pub(super) min_amount_out: U256,
    /// What a refund costs. Aurora tells no such cost, so there is none.
    pub(super) refund_fee: Option<U256>,
}

/// What a deposit buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) amount_in: U256,
    pub(super) amount_out: U256,
}

impl Offer {
    /// Prices an order; `None` where the amounts do not fit or nothing comes out.
    pub(super) fn new(order: &Order) -> Option<Self> {
        let slippage = order.body.slippage_tolerance;
        let kept = |amount| share(amount, BASIS.checked_sub(slippage)?);
        let (amount_in, min_amount_in, amount_out, min_amount_out) = match order.body.swap_type {
            SwapType::ExactInput => {
                let out = price(order, order.amount)?;
                (order.amount, order.amount, out, kept(out)?)
            }
            SwapType::FlexInput => {
                let (out, least) = (price(order, order.amount)?, kept(order.amount)?);
                (order.amount, least, out, kept(out)?)
            }
            SwapType::ExactOutput => {
                let needed = cost(order, order.amount)?;
                let buffer = share(needed, slippage)?.checked_add(U256::from(1))?;
                (needed.checked_add(buffer)?, needed, order.amount, order.amount)
            }
            SwapType::AnyInput => return None,
        };
        let refund_fee = match (order.api, order.body.deposit_type) {
            (Api::Aurora, _) => None,
            (Api::OneClick, Place::Chain) => share(amount_in, REFUND_BPS),
            (Api::OneClick, _) => Some(U256::ZERO),
        };
        let is_some = !min_amount_in.is_zero() && !min_amount_out.is_zero();
        let offer = Self { amount_in, min_amount_in, amount_out, min_amount_out, refund_fee };
        is_some.then_some(offer)
    }

    /// Says what a deposit buys; `None` where it is too little.
    pub(super) fn buy(&self, order: &Order, received: U256) -> Option<Bought> {
        if received < self.min_amount_in {
            return None;
        }
        match order.body.swap_type {
            SwapType::FlexInput => {
                let amount_out = price(order, received)?;
                Some(Bought { amount_in: received, amount_out })
            }
            SwapType::ExactOutput => {
                Some(Bought { amount_in: self.min_amount_in, amount_out: self.amount_out })
            }
            _ => Some(Bought { amount_in: self.amount_in, amount_out: self.amount_out }),
        }
    }
}

/// Says what an amount buys, without the fees.
fn price(order: &Order, amount: U256) -> Option<U256> {
    let price = market::price(amount, order.source.listing, order.target.listing, 0)?;
    share(price.expected, BASIS.checked_sub(order.fees_bps())?)
}

/// Says what has to be paid for an amount, with the fees, rounding up.
fn cost(order: &Order, amount: U256) -> Option<U256> {
    let price = market::price(amount, order.target.listing, order.source.listing, 0)?;
    let kept = U256::from(BASIS.checked_sub(order.fees_bps())?);
    let gross = price.expected.checked_add(U256::from(1))?.checked_mul(U256::from(BASIS))?;
    gross.checked_div(kept)?.checked_add(U256::from(1))
}

fn share(amount: U256, bps: u64) -> Option<U256> {
    amount.checked_mul(U256::from(bps))?.checked_div(U256::from(BASIS))
}
