use std::sync::{Mutex, PoisonError};

use countersign_units::Lots;

use crate::{Offer, Order};

/// An offer that was compared with others: the flow takes it, and asks for no second one that could be
/// worse. What is offered after it is held to no less.
#[derive(Default)]
pub(crate) struct Held(Mutex<Option<Chosen>>);

struct Chosen {
    answered: Order,
    promised: Lots,
    /// Until it is handed out.
    offer: Option<Offer>,
}

impl Held {
    pub(crate) fn new(answered: Order, offer: Offer) -> Self {
        let promised = offer.min_out;
        Self(Mutex::new(Some(Chosen { answered, promised, offer: Some(offer) })))
    }

    /// Hands the offer out, once, for the order that it answers, and each time the least that is taken
    /// for that order.
    pub(crate) fn take(&self, order: &Order) -> (Option<Offer>, Lots) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chosen) = held.as_mut().filter(|chosen| is_same(&chosen.answered, order)) else {
            return (None, Lots::ZERO);
        };
        let offer = chosen.offer.take();
        let floor = chosen.answered.destination.amount;
        if !order.destination.amount.is_zero() {
            return (offer, floor);
        }
        // An order that asks for nothing is held to all that its offer promises: that is no less here,
        // and of another offer it could be.
        let floor = if offer.is_some() { Lots::ZERO } else { floor.max(chosen.promised) };
        (offer, floor)
    }
}

/// Lets an order ask for no less than a floor.
pub(crate) fn raised(mut order: Order, floor: Lots) -> Order {
    order.destination.amount = order.destination.amount.max(floor);
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
