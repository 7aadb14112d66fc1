use std::sync::{Mutex, PoisonError};

use countersign_units::Lots;

use crate::{Offer, Order};

/// An offer that was compared with others: the flow takes it, and asks for no second one that could be
/// worse.
#[derive(Default)]
pub(crate) struct Held(Mutex<Option<(Order, Offer)>>);

impl Held {
    pub(crate) fn new(order: Order, offer: Offer) -> Self {
        Self(Mutex::new(Some((order, offer))))
    }

    /// Hands it out, once, for the order that it answers, with the least that is taken of it.
    pub(crate) fn take(&self, order: &Order) -> Option<(Offer, Lots)> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = held.take_if(|(answered, _)| is_same(answered, order));
        taken.map(|(answered, offer)| (offer, answered.destination.amount))
    }
}

/// Lets an order ask for no less than a floor. One that asks for nothing stays as it is: it is held to
/// all that the offer promises, which is no less.
pub(crate) fn raised(mut order: Order, floor: Lots) -> Order {
    let asked = order.destination.amount;
    if !asked.is_zero() {
        order.destination.amount = asked.max(floor);
    }
    order
}

/// Says whether two orders ask for the same. What they ask for at least may differ: each offer is
/// compared with that again.
fn is_same(one: &Order, other: &Order) -> bool {
    let asked = |order: &Order| {
        let tokens = [&order.source.token, &order.destination.token].map(String::clone);
        let parties = [&order.owner, &order.recipient, &order.refund_address].map(String::clone);
        (tokens, order.source.amount, order.slippage, parties)
    };
    asked(one) == asked(other)
}
