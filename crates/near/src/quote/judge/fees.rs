use countersign_api_types::json::Value;
use countersign_approval::Code;

use super::Judge;
use crate::quote::sent::{figure, says_something, take, text};

impl Judge<'_> {
    /// Adds up the application fees, which no signature covers: ours must be there as we asked for
    /// them, all others go to pinned recipients, and all together are within policy.
    pub(super) fn fees(&mut self) -> u16 {
        let asked = self.asked();
        let (slippage, most) = (asked.slippage, asked.max_slippage);
        if slippage > most {
            let expected = format_args!("at most {most} bps");
            self.push(Code::Fees, "terms.slippage", expected, slippage);
        }
        let mut ours: Vec<_> = self.terms.approval.app_fees.iter().collect();
        let (mut total, mut others) = (0_u16, Vec::new());
        for (place, fee) in self.sent.echo.app_fees.iter().enumerate() {
            let Some((recipient, fee)) = self.fee(place, fee) else { continue };
            total = total.saturating_add(fee);
            let found =
                ours.iter().position(|our| our.recipient == recipient && our.fee.value() == fee);
            match found {
                Some(place) => drop(ours.swap_remove(place)),
                None => others.push((place, recipient, fee)),
            }
        }
        for missing in ours {
            let expected = format_args!("{} bps for {}", missing.fee, missing.recipient);
            self.push(Code::Echo, "quoteRequest.appFees", expected, "none such");
        }
        for (place, recipient, fee) in others {
            self.require_pinned(place, &recipient, fee);
        }
        let most = self.asked().max_app_fees;
        if total > most.value() {
            let (expected, found) =
                (format_args!("at most {most} bps in all"), format_args!("{total} bps"));
            self.push(Code::Fees, "quoteRequest.appFees", expected, found);
        }
        total
    }

    /// Refuses a fee for somebody whom nobody pinned, however small it is.
    fn require_pinned(&mut self, place: usize, recipient: &str, fee: u16) {
        let known = self.terms.approval.fee_recipients.iter().any(|known| known == recipient);
        if !known && fee > 0 {
            let member = format_args!("quoteRequest.appFees[{place}].recipient");
            self.push(Code::Fees, member, "a recipient of fees that is pinned", recipient);
        }
    }

    /// Reads one fee: its recipient, and basis points.
    fn fee(&mut self, place: usize, fee: &Value<'_>) -> Option<(String, u16)> {
        let member = format!("quoteRequest.appFees[{place}]");
        let Some(fee) = fee.as_object() else {
            self.push(Code::Malformed, member, "an object", fee.kind());
            return None;
        };
        let (mut recipient, mut bps) = (None, None);
        for (name, value) in fee.members() {
            match name {
                "recipient" => recipient = take(value, &member, text, &mut self.violations),
                "fee" => bps = take(value, &member, figure, &mut self.violations),
                _ if !says_something(value) => {}
                _ => {
                    let member = format_args!("{member}.{name}");
                    self.push(Code::Echo, member, "a recipient and a fee alone", value);
                }
            }
        }
        let bps: Option<u16> = bps.and_then(|bps| bps.parse().ok());
        if bps.is_none() {
            self.push(Code::Fees, &member, "a fee in whole basis points", fee.raw());
        }
        let recipient = self.require(&member, recipient)?;
        Some((recipient.to_owned(), bps?))
    }
}
