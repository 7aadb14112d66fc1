use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::time::Duration;

use super::{Priced, Quoted};
use crate::Offer;

/// The offer that is taken, and why.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Choice<'a> {
    /// Its place among the answers.
    pub place: usize,
    /// The API's name.
    pub api: &'static str,
    /// What it offers.
    pub priced: &'a Priced,
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
        .filter_map(|(place, quoted)| Some((place, quoted.api, quoted.answer.as_ref().ok()?)))
        .collect();
    // The sort is stable: what is the same stays in its order.
    offers.sort_by_key(|(_, _, priced)| rank(priced));
    let (place, api, priced) = *offers.first()?;
    let reason = offers.get(1).map_or(Reason::Only, |(_, _, next)| reason(priced, next));
    Some(Choice { place, api, priced, reason })
}

type Rank = (Reverse<countersign_units::Lots>, Reverse<countersign_units::Lots>, Duration);

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
    use countersign_units::Lots;

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

    #[test]
    fn nothing_can_be_taken_of_nothing() {
        assert!(best(&[]).is_none());
        assert!(best(&[failed("a"), failed("b")]).is_none());
    }
}
