use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::time::Duration;

use countersign_units::Lots;

use super::{Priced, Quoted};
use crate::{Offer, Order, Takes};

/// The offer that is taken, and why.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Choice<'a> {
    /// Its place among the answers.
    pub place: usize,
    /// The API's name.
    pub api: &'static str,
    /// What it takes for the funds.
    pub takes: Takes,
    /// What it offers.
    pub priced: &'a Priced,
    /// What the next best promises at least, where there is one.
    pub runner_up: Option<Lots>,
    /// What told it from the next best.
    pub reason: Reason,
}

/// What told an offer from the next best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There was no other.
    Only,
    /// It promises more at least.
    Least,
    /// The least is the same, and more is expected.
    Expected,
    /// Amounts are the same, and it takes less time.
    Time,
    /// All is the same, and it was named first.
    First,
}

impl Choice<'_> {
    /// Returns what the swap has to bring at least, though it was asked for less.
    ///
    /// What an API promises that takes an approval is agreed to as it stands. One that quotes again
    /// before it is paid was chosen for a promise that costs nothing, so what it quotes then must not be
    /// less than what the next best promises, or, where there is none, than its own least less the
    /// slippage. Where the order asks for nothing, the promise itself is the floor.
    pub fn floor(&self, order: &Order) -> Lots {
        let (asked, least) = (order.destination.amount, self.priced.least());
        if self.takes == Takes::Approval || asked.is_zero() {
            return least;
        }
        let share = u64::from(order.slippage.complement().value());
        let alone = || least.checked_mul_div(share, 10_000).unwrap_or(least);
        asked.max(self.runner_up.unwrap_or_else(alone))
    }

    /// Returns the order with the floor as what it asks for at least, as
    /// [`CountersignBuilder::chosen`](crate::CountersignBuilder::chosen) takes it.
    #[must_use]
    pub fn with_floor(&self, mut order: Order) -> Order {
        // Without a least of its own, the order is held to the whole promise by the flow.
        if !order.destination.amount.is_zero() {
            order.destination.amount = self.floor(&order);
        }
        order
    }
}

impl Reason {
    /// Returns a stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Least => "least",
            Self::Expected => "expected",
            Self::Time => "time",
            Self::First => "first",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Only => "the only offer that can be taken",
            Self::Least => "the highest minimum out",
            Self::Expected => "the same minimum out as the next, and more expected",
            Self::Time => "the same amounts as the next, in a shorter time",
            Self::First => "the same as the next, and named before it",
        })
    }
}

/// Picks the best: the highest minimum out, then the highest expected out, then the shortest time, then
/// the one that stands first.
///
/// The minimum comes first because it is all that an offer promises. What an API says of its own time
/// decides only between offers that are the same otherwise; one that says none comes last.
pub fn best(answers: &[Quoted]) -> Option<Choice<'_>> {
    let mut offers: Vec<_> = answers
        .iter()
        .enumerate()
        .filter_map(|(place, quoted)| Some((place, quoted, quoted.answer.as_ref().ok()?)))
        .collect();
    // The sort is stable: what is the same stays in its order.
    offers.sort_by_key(|(_, _, priced)| rank(priced));
    let (place, Quoted { api, takes, .. }, priced) = *offers.first()?;
    let next = offers.get(1).map(|(_, _, next)| *next);
    let reason = next.map_or(Reason::Only, |next| reason(priced, next));
    let runner_up = next.map(Priced::least);
    Some(Choice { place, api, takes: *takes, priced, runner_up, reason })
}

type Rank = (Reverse<Lots>, Reverse<Lots>, Duration);

fn rank(priced: &Priced) -> Rank {
    (Reverse(priced.least()), Reverse(priced.expected()), time(&priced.offer))
}

fn time(offer: &Offer) -> Duration {
    offer.told.time_estimate.unwrap_or(Duration::MAX)
}

fn reason(best: &Priced, next: &Priced) -> Reason {
    let reasons = [
        (best.least().cmp(&next.least()), Reason::Least),
        (best.expected().cmp(&next.expected()), Reason::Expected),
        (time(&best.offer).cmp(&time(&next.offer)), Reason::Time),
    ];
    let decided = reasons.into_iter().find(|(ordering, _)| *ordering != Ordering::Equal);
    decided.map_or(Reason::First, |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use countersign_approval::{AssetAmount, NetworkKind};
    use countersign_units::Bps;

    use super::*;
    use crate::{Backing, OfferDetails, QuoteFailure, Takes};

    fn quoted(api: &'static str, least: u64, expected: u64, seconds: Option<u64>) -> Quoted {
        let time_estimate = seconds.map(Duration::from_secs);
        let offer = Offer {
            id: api.to_owned(),
            from_token: None,
            from_network: None,
            from_decimals: None,
            from_amount: Lots::from(1),
            to_token: None,
            to_network: None,
            to_decimals: None,
            min_out: Lots::from(least),
            max_out: Some(Lots::from(expected)),
            slippage: None,
            expires_at: None,
            told: OfferDetails { time_estimate, ..OfferDetails::default() },
        };
        let answer = Ok(Priced { offer, backing: Backing::Promise });
        Quoted { api, takes: Takes::Approval, answer }
    }

    fn failed(api: &'static str) -> Quoted {
        let late = QuoteFailure::Late(Duration::from_secs(1));
        Quoted { api, takes: Takes::Approval, answer: Err(late) }
    }

    #[test]
    fn the_rule_in_its_order() {
        let (a, b) = ("a", "b");
        for (answers, place, reason) in [
            ([quoted(a, 5, 9, None), quoted(b, 6, 6, Some(900))], 1, Reason::Least),
            ([quoted(a, 5, 9, None), quoted(b, 5, 10, Some(900))], 1, Reason::Expected),
            ([quoted(a, 5, 9, None), quoted(b, 5, 9, Some(900))], 1, Reason::Time),
            ([quoted(a, 5, 9, Some(20)), quoted(b, 5, 9, Some(10))], 1, Reason::Time),
            ([quoted(a, 5, 9, Some(10)), quoted(b, 5, 9, Some(10))], 0, Reason::First),
            ([failed(a), quoted(b, 1, 1, None)], 1, Reason::Only),
        ] {
            let choice = best(&answers).unwrap();
            assert_eq!((choice.place, choice.reason), (place, reason), "{answers:?}");
            assert_eq!(choice.api, answers[place].api);
        }
    }

    /// An order that asks for something at least, and lets the price move by a tenth.
    fn order(least: u64) -> Order {
        let asset = |amount| AssetAmount {
            token: "T".to_owned(),
            symbol: "T".to_owned(),
            network: "n".to_owned(),
            decimals: 0,
            amount: Lots::from(amount),
        };
        Order {
            source: asset(1),
            source_address: String::new(),
            source_network_id: 1,
            source_kind: NetworkKind::Evm,
            source_asset_ids: vec![],
            destination: asset(least),
            destination_address: String::new(),
            destination_network_id: 2,
            destination_asset_ids: vec![],
            slippage: Bps::new(1_000).unwrap(),
            owner: String::new(),
            recipient: String::new(),
            refund_address: String::new(),
            public_key: None,
            coins: None,
        }
    }

    #[test]
    fn a_price_that_binds_nobody_gets_a_floor() {
        let by = |takes, mut quoted: Quoted| {
            quoted.takes = takes;
            quoted
        };
        let alone = [by(Takes::Deposit, quoted("a", 1_000, 2_000, None)), failed("b")];
        let two = [quoted("b", 950, 950, None), alone[0].clone()];
        let taken = [by(Takes::Approval, alone[0].clone()), two[0].clone()];
        for (answers, asked, floor) in [
            (&two, 1, 950),
            (&two, 951, 951),
            (&alone, 1, 900),
            (&alone, 901, 901),
            // Nothing is asked for: all that was promised is.
            (&two, 0, 1_000),
            // It is agreed to as it stands.
            (&taken, 1, 1_000),
        ] {
            let choice = best(answers).unwrap();
            assert_eq!(choice.api, "a");
            assert_eq!(choice.floor(&order(asked)), Lots::from(floor), "{asked} of {answers:?}");
        }
        // The flow holds an order to the promise that asks for nothing itself.
        let choice = best(&two).unwrap();
        assert_eq!(choice.with_floor(order(0)).destination.amount, Lots::ZERO);
        assert_eq!(choice.with_floor(order(1)).destination.amount, Lots::from(950));
    }

    #[test]
    fn nothing_can_be_taken_of_nothing() {
        assert!(best(&[]).is_none());
        assert!(best(&[failed("a"), failed("b")]).is_none());
    }
}
