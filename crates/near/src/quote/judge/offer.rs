use countersign_approval::{Code, QuoteDepositMode, QuoteSwapType, is_same_address};
use countersign_units::Lots;

use super::{Judge, Verdict};
use crate::moment::Moment;

/// The longest address or memo that is taken, in bytes.
const LONGEST: usize = 512;

/// Where a deposit goes.
#[derive(Debug)]
pub(crate) struct Deposit {
    pub(crate) address: Box<str>,
    pub(crate) memo: Option<Box<str>>,
}

impl Judge<'_> {
    /// Compares what is offered with what was agreed.
    pub(super) fn offer(&mut self, fund_by: Option<Moment>, app_fees: u16) -> Option<Verdict> {
        let offer = &self.sent.offer;
        let amounts = [
            ("quote.amountIn", offer.amount_in),
            ("quote.minAmountIn", offer.min_amount_in),
            ("quote.amountOut", offer.amount_out),
            ("quote.minAmountOut", offer.min_amount_out),
        ]
        .map(|(member, text)| {
            let text = self.require(member, text);
            self.lots(member, text)
        });
        if let [Some(amount_in), Some(min_in), Some(amount_out), Some(min_out)] = amounts {
            self.amounts_in(amount_in, min_in);
            self.amounts_out(amount_out, min_out);
        }
        let refund_fee = self.lots("quote.refundFee", filled(offer.refund_fee));
        let withdraw_fee = self.lots("quote.withdrawFee", filled(offer.withdraw_fee));
        let inactive_at = self.inactive_at(fund_by);
        let made_at = self.made_at();
        let deposit = self.deposit();
        let [amount_in, min_amount_in, amount_out, min_amount_out] = amounts;
        Some(Verdict {
            deposit,
            amount_in: amount_in?,
            min_amount_in: min_amount_in?,
            amount_out: amount_out?,
            min_amount_out: min_amount_out?,
            fund_by: fund_by?.to_seconds(),
            inactive_at: inactive_at.map(Moment::to_seconds),
            made_at: made_at?.to_seconds(),
            refund_fee,
            withdraw_fee,
            app_fees,
        })
    }

    /// What we would send is what we agreed to send: exactly, or at most where the other side is
    /// the exact one.
    fn amounts_in(&mut self, amount: Lots, least: Lots) {
        let agreed = self.terms.source.amount;
        let (holds, how) = match self.asked().swap_type {
            QuoteSwapType::ExactInput | QuoteSwapType::FlexInput => (amount == agreed, "exactly"),
            QuoteSwapType::ExactOutput => (amount <= agreed && !amount.is_zero(), "at most"),
        };
        if !holds {
            self.push(Code::Quote, "quote.amountIn", format_args!("{how} {agreed}"), amount);
        }
        if least > amount {
            let expected = format_args!("at most {amount}");
            self.push(Code::Quote, "quote.minAmountIn", expected, least);
        }
    }

    /// What comes is at least what we agreed to, and, where what we send is exact, less than what is
    /// shown by no more than the slippage.
    fn amounts_out(&mut self, amount: Lots, least: Lots) {
        let agreed = self.terms.destination.amount;
        if least < agreed {
            let expected = format_args!("at least {agreed}");
            self.push(Code::Quote, "quote.minAmountOut", expected, least);
        }
        let kept = u64::from(self.asked().slippage.complement().value());
        let bound = match self.asked().swap_type {
            QuoteSwapType::ExactInput => amount.checked_mul_div(kept, 10_000),
            QuoteSwapType::ExactOutput | QuoteSwapType::FlexInput => Some(Lots::ZERO),
        };
        if least > amount || bound.is_none_or(|bound| least < bound) {
            let slippage = self.asked().slippage;
            let expected = format_args!("at most {slippage} bps below {amount}");
            self.push(Code::Quote, "quote.minAmountOut", expected, least);
        }
    }

    /// Returns when the address dies, which must not be before the deadline.
    fn inactive_at(&mut self, fund_by: Option<Moment>) -> Option<Moment> {
        let offer = &self.sent.offer;
        let moments = [
            ("quote.deadline", offer.deadline),
            ("quote.timeWhenInactive", offer.time_when_inactive),
        ]
        .map(|(member, text)| {
            let moment = self.moment(member, filled(text));
            if let (Some(moment), Some(fund_by)) = (moment, fund_by)
                && moment < fund_by
            {
                let expected = "not before the deadline of the request";
                self.push(Code::Deadline, member, expected, text.unwrap_or_default());
            }
            moment
        });
        moments.into_iter().flatten().min()
    }

    /// Returns when the quote was made, which must not be before we asked.
    fn made_at(&mut self) -> Option<Moment> {
        let text = self.require("timestamp", self.sent.timestamp);
        let made_at = self.moment("timestamp", text)?;
        if let Some(after) = self.asked().made_after
            && made_at.to_seconds() < after
        {
            let expected = format_args!("not before {after}, when we asked");
            self.push(Code::Quote, "timestamp", expected, text.unwrap_or_default());
        }
        Some(made_at)
    }

    /// Returns where the deposit goes; a price alone has no such place.
    fn deposit(&mut self) -> Option<Deposit> {
        let offer = &self.sent.offer;
        if !offer.chain_deposit_addresses.is_empty() {
            let expected = "none: no signature covers them";
            let found = format_args!("{} addresses", offer.chain_deposit_addresses.len());
            self.push(Code::DepositAddress, "quote.chainDepositAddresses", expected, found);
        }
        let (address, memo) = (filled(offer.deposit_address), filled(offer.deposit_memo));
        if self.asked().dry {
            for (member, found) in [("quote.depositAddress", address), ("quote.depositMemo", memo)]
            {
                if let Some(found) = found {
                    self.push(Code::DepositAddress, member, "none for a price alone", found);
                }
            }
            return None;
        }
        self.memo(memo);
        let address = self.address_of_deposit(address)?;
        Some(Deposit { address: address.into(), memo: memo.map(Into::into) })
    }

    fn address_of_deposit<'t>(&mut self, address: Option<&'t str>) -> Option<&'t str> {
        let code = Code::DepositAddress;
        let is_plain =
            |text: &&str| text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let Some(address) = address.filter(is_plain) else {
            let (expected, found) = ("an address to fund", address.unwrap_or("nothing"));
            self.push(code, "quote.depositAddress", expected, found);
            return None;
        };
        let ours = [&self.terms.refund_address, &self.terms.recipient];
        if ours.into_iter().any(|ours| is_same_address(ours, address)) {
            let expected = "neither our recipient nor our refund address";
            self.push(code, "quote.depositAddress", expected, address);
        }
        Some(address)
    }

    fn memo(&mut self, memo: Option<&str>) {
        match memo {
            None if self.asked().deposit_mode == QuoteDepositMode::Memo => {
                self.push(Code::Memo, "quote.depositMemo", "a memo, as was asked for", "nothing");
            }
            Some(memo) if memo.len() > LONGEST || memo.chars().any(char::is_control) => {
                let expected = "a memo of ordinary size, without control characters";
                self.push(Code::Memo, "quote.depositMemo", expected, memo);
            }
            _ => {}
        }
    }
}

/// An empty text is none.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
