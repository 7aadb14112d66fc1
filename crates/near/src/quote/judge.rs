mod echo;
mod fees;
mod offer;

use countersign_approval::{Code, QuoteTerms, Terms, Violation, Violations};
use countersign_units::{Lots, UnixSeconds};

use super::sent::Sent;
use crate::moment::Moment;

pub(crate) use offer::Deposit;

/// What an answer says, once all of it was compared with the terms.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) deposit: Option<Deposit>,
    pub(crate) amount_in: Lots,
    pub(crate) min_amount_in: Lots,
    pub(crate) amount_out: Lots,
    pub(crate) min_amount_out: Lots,
    pub(crate) fund_by: UnixSeconds,
    pub(crate) inactive_at: Option<UnixSeconds>,
    pub(crate) made_at: UnixSeconds,
    pub(crate) refund_fee: Option<Lots>,
    pub(crate) withdraw_fee: Option<Lots>,
    pub(crate) app_fees: u16,
}

/// Compares an answer with the terms and collects all that is wrong.
pub(crate) struct Judge<'a> {
    pub(crate) terms: &'a Terms<QuoteTerms>,
    pub(crate) sent: &'a Sent<'a>,
    pub(crate) now: UnixSeconds,
    pub(crate) violations: Violations,
}

impl Judge<'_> {
    /// Compares all; `None` where what is wrong leaves nothing to report.
    pub(crate) fn judge(&mut self) -> Option<Verdict> {
        self.echo();
        let app_fees = self.fees();
        let fund_by = self.fund_by();
        self.offer(fund_by, app_fees)
    }

    fn asked(&self) -> &QuoteTerms {
        &self.terms.approval
    }

    /// Reads a moment, where there is one.
    fn moment(&mut self, member: &str, text: Option<&str>) -> Option<Moment> {
        let text = text?;
        let moment = Moment::parse(text);
        if moment.is_none() {
            self.push(Code::Encoding, member, "a moment by RFC 3339", text);
        }
        moment
    }

    /// Reads an amount, where there is one.
    fn lots(&mut self, member: &str, text: Option<&str>) -> Option<Lots> {
        let text = text?;
        let read = text.parse::<Lots>();
        read.map_err(|error| self.push(Code::Encoding, member, error, text)).ok()
    }

    /// Refuses that a member is missing.
    fn require<T>(&mut self, member: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.push(Code::Malformed, member, "a value", "nothing");
        }
        found
    }

    fn push(
        &mut self,
        code: Code,
        member: impl std::fmt::Display,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) {
        self.violations.push(Violation::new(code, member, expected, found));
    }
}
