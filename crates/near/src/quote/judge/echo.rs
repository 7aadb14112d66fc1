use countersign_api_types::json::Value;
use countersign_approval::{Code, QuotePlace, QuoteRebate, is_same_address};

use super::Judge;
use crate::moment::Moment;
use crate::quote::sent::{Form, says_something};

const NOTHING: &str = "nothing";
const SIMPLE: &str = "SIMPLE";
const PUBLIC: &str = "public";

impl Judge<'_> {
    /// Compares the repeated request with ours, member by member: also those that no signature
    /// covers.
    pub(super) fn echo(&mut self) {
        let (terms, sent) = (self.terms, self.sent);
        let (asked, echo) = (&terms.approval, &sent.echo);
        self.same("dry", asked.dry, echo.dry);
        self.same("swapType", asked.swap_type.as_str(), echo.swap_type);
        self.same("depositType", asked.deposit_type.as_origin(), echo.deposit_type);
        self.same("refundType", asked.refund_type.as_origin(), echo.refund_type);
        self.same("recipientType", asked.recipient_type.as_destination(), echo.recipient_type);
        let slippage = asked.slippage.to_string();
        self.same("slippageTolerance", slippage.as_str(), echo.slippage.as_deref());
        self.asset("originAsset", &asked.origin_asset, echo.origin_asset);
        self.asset("destinationAsset", &asked.destination_asset, echo.destination_asset);
        let (recipient, refund) = (&terms.recipient, &terms.refund_address);
        self.account("recipient", asked.recipient_type, recipient, echo.recipient);
        self.account("refundTo", asked.refund_type, refund, echo.refund_to);
        let amount = self.lots("quoteRequest.amount", echo.amount);
        if amount.is_some() || echo.amount.is_none() {
            self.same("amount", asked.amount, amount);
        }
        self.by_default();
        self.options();
        for (name, value) in &sent.echo.unknown {
            let member = format_args!("quoteRequest.{name}");
            self.push(Code::Echo, member, "no member that we did not send", value);
        }
    }

    /// Compares members that mean something where they are absent.
    fn by_default(&mut self) {
        let (asked, echo) = (&self.terms.approval, &self.sent.echo);
        let mode = echo.deposit_mode.unwrap_or(SIMPLE);
        self.same("depositMode", asked.deposit_mode.as_str(), Some(mode));
        let confidentiality = echo.confidentiality.unwrap_or(PUBLIC);
        self.same("confidentiality", asked.confidentiality.as_str(), Some(confidentiality));
        // An answer about the status leaves these two out, whatever was asked for.
        let may_lack = self.sent.form == Form::Status;
        if echo.insured.is_some() || !may_lack {
            self.same("insured", asked.insured, Some(echo.insured.unwrap_or_default()));
        }
        let waiting = echo.quote_waiting_time_ms.as_deref();
        if waiting.is_some() || !may_lack {
            let expected = asked.quote_waiting_time_ms.to_string();
            self.same("quoteWaitingTimeMs", expected.as_str(), Some(waiting.unwrap_or("0")));
        }
    }

    /// Compares members that may be left out; an empty one is the same as none.
    fn options(&mut self) {
        let (asked, echo, offer) = (&self.terms.approval, &self.sent.echo, &self.sent.offer);
        self.option("referral", asked.referral.as_deref(), echo.referral);
        self.option("sessionId", asked.session_id.as_deref(), echo.session_id);
        for (name, asked, echoed, offered) in [
            (
                "virtualChainRecipient",
                &asked.virtual_chain_recipient,
                echo.virtual_chain_recipient,
                offer.virtual_chain_recipient,
            ),
            (
                "virtualChainRefundRecipient",
                &asked.virtual_chain_refund_recipient,
                echo.virtual_chain_refund_recipient,
                offer.virtual_chain_refund_recipient,
            ),
            (
                "customRecipientMsg",
                &asked.custom_recipient_msg,
                echo.custom_recipient_msg,
                offer.custom_recipient_msg,
            ),
        ] {
            self.option(name, asked.as_deref(), echoed);
            // What the offer says is signed, and the request's own member is not.
            if offered.is_some_and(|offered| !offered.is_empty()) && offered != asked.as_deref() {
                let expected = asked.as_deref().unwrap_or(NOTHING);
                let found = offered.unwrap_or(NOTHING);
                self.push(Code::Echo, format_args!("quote.{name}"), expected, found);
            }
        }
        self.wallets();
        self.rebates();
    }

    fn wallets(&mut self) {
        let (asked, echoed) =
            (&self.terms.approval.connected_wallets, self.sent.echo.connected_wallets);
        let same = asked.len() == echoed.len()
            && asked.iter().zip(echoed).all(|(asked, echoed)| echoed.as_str() == Some(asked));
        if !same {
            let member = "quoteRequest.connectedWallets";
            self.push(Code::Echo, member, format_args!("{asked:?}"), list(echoed));
        }
    }

    fn rebates(&mut self) {
        let (asked, echoed) = (&self.terms.approval.rebates, self.sent.echo.rebates);
        let same = asked.len() == echoed.len()
            && asked.iter().zip(echoed).all(|(asked, echoed)| is_rebate(asked, echoed));
        if !same {
            let asked: Vec<_> = asked.iter().map(|r| (&r.recipient, r.share)).collect();
            let member = "quoteRequest.rebates";
            self.push(Code::Echo, member, format_args!("{asked:?}"), list(echoed));
        }
    }

    /// Returns the deadline of the request: until then a deposit is not refunded.
    pub(super) fn fund_by(&mut self) -> Option<Moment> {
        let echoed = self.require("quoteRequest.deadline", self.sent.echo.deadline);
        let echoed_at = self.moment("quoteRequest.deadline", echoed)?;
        if let Some(asked) = self.asked().deadline
            && Moment::from_millis(asked.value()) != echoed_at
        {
            let (expected, found) = (format_args!("{asked} ms"), echoed.unwrap_or(NOTHING));
            self.push(Code::Echo, "quoteRequest.deadline", expected, found);
        }
        let (earliest, latest) =
            (self.now.saturating_add(self.asked().min_remaining), self.asked().latest_deadline);
        let deadline = echoed_at.to_seconds();
        if deadline <= earliest || deadline > latest {
            let expected = format_args!("after {earliest} and not after {latest}");
            self.push(Code::Deadline, "quoteRequest.deadline", expected, deadline);
        }
        Some(echoed_at)
    }

    fn same<T: PartialEq + std::fmt::Display>(
        &mut self,
        name: &str,
        expected: T,
        found: Option<T>,
    ) {
        if found.as_ref() == Some(&expected) {
            return;
        }
        let member = format_args!("quoteRequest.{name}");
        match found {
            Some(found) => self.push(Code::Echo, member, expected, found),
            None => self.push(Code::Echo, member, expected, NOTHING),
        }
    }

    fn option(&mut self, name: &str, asked: Option<&str>, echoed: Option<&str>) {
        let [asked, echoed] =
            [asked, echoed].map(|text| text.filter(|text| !text.is_empty()).unwrap_or_default());
        self.same(name, asked, Some(echoed));
    }

    fn asset(&mut self, name: &str, asked: &str, echoed: Option<&str>) {
        if !echoed.is_some_and(|echoed| self.asked().is_same_asset(asked, echoed)) {
            self.same(name, asked, echoed);
        }
    }

    /// Compares accounts: on a chain as that chain does, inside the contract by their names.
    fn account(&mut self, name: &str, place: QuotePlace, asked: &str, echoed: Option<&str>) {
        let on_chain = |echoed| place == QuotePlace::Chain && is_same_address(asked, echoed);
        if echoed != Some(asked) && !echoed.is_some_and(on_chain) {
            self.same(name, asked, echoed);
        }
    }
}

fn is_rebate(asked: &QuoteRebate, echoed: &Value<'_>) -> bool {
    let Some(echoed) = echoed.as_object() else { return false };
    let share = echoed.get("share");
    echoed.get("recipient").and_then(Value::as_str) == Some(&asked.recipient)
        && share == Some(&Value::Number(&asked.share.to_string()))
        && echoed
            .members()
            .all(|(name, value)| matches!(name, "recipient" | "share") || !says_something(value))
}

fn list(values: &[Value<'_>]) -> String {
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    format!("[{}]", values.join(","))
}
