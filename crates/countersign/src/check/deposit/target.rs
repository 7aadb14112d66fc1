use std::str::FromStr;

use countersign_approval::{Code, QuotePlace, Refusal, Violations};
use countersign_near::ProvenQuote;
use countersign_units::{Lots, UnixSeconds};
use serde_json::value::RawValue;

use super::refuse;
use crate::check::ours::moment;
use crate::check::quote::{lots, prove_beside, texts};
use crate::check::read::{Invalid, Reader};

/// Where a deposit goes, how much of it, and until when.
pub(super) struct Target {
    pub(super) address: String,
    pub(super) amount: Lots,
    pub(super) deadline: UnixSeconds,
}

type Judged = Result<Target, Refusal>;

impl Target {
    /// Takes it from a quote beside the terms, once that is proven.
    pub(super) fn quoted(
        quote: &RawValue,
        terms: Reader<'_>,
        now: UnixSeconds,
    ) -> Result<Judged, Invalid> {
        let used = texts(terms, USED)?;
        let target = prove_beside(quote, now)?.and_then(|quote| of_quote(&quote));
        Ok(target.and_then(|target| target.unused(&used)))
    }

    /// Takes it from the terms themselves.
    pub(super) fn read(terms: Reader<'_>) -> Result<Judged, Invalid> {
        let used = texts(terms, USED)?;
        let memo = terms.parsed::<String>("memo")?;
        let target = Self {
            address: terms.required("to", Reader::parsed)?,
            amount: terms.required("amount", lots)?,
            deadline: terms.required("deadline", moment)?,
        };
        Ok(without_memo("terms.memo", memo.as_deref()).and_then(|()| target.unused(&used)))
    }

    /// Requires that no other swap has used the address. Some are read in letters of either case; no
    /// two of others differ by that alone.
    fn unused(self, used: &[String]) -> Judged {
        match used.iter().find(|used| used.eq_ignore_ascii_case(&self.address)) {
            Some(used) => {
                let expected = "an address that no other swap has used";
                Err(refuse(Code::DepositAddress, "terms.used_deposit_addresses", expected, used))
            }
            None => Ok(self),
        }
    }

    /// Reads the address as those of its chain are written.
    pub(super) fn address<T: FromStr<Err: std::fmt::Display>>(&self) -> Result<T, Refusal> {
        let found = self.address.escape_debug();
        let refuse = |error| refuse(Code::DepositAddress, "deposit address", error, found);
        self.address.parse().map_err(refuse)
    }

    /// Reads an amount that its chain counts in 64 bits.
    pub(super) fn amount(&self) -> Result<u64, Refusal> {
        let expected = "an amount below 2^64";
        let amount = u64::try_from(self.amount.value());
        amount.map_err(|_| refuse(Code::Amount, "amount", expected, self.amount))
    }
}

const USED: &str = "used_deposit_addresses";

fn of_quote(quote: &ProvenQuote) -> Judged {
    let mut violations = Violations::new();
    let place = quote.terms().approval.deposit_type;
    let (member, expected) = ("quoteRequest.depositType", "a deposit on its own chain");
    let on_chain = place == QuotePlace::Chain;
    violations.require(on_chain, Code::Mechanism, member, expected, place.as_origin());
    let address = quote.deposit_address();
    let (member, expected) = ("quote.depositAddress", "one that is proven");
    violations.require(address.is_some(), Code::DepositAddress, member, expected, "none");
    violations.into_result()?;
    without_memo("quote.depositMemo", quote.deposit_memo())?;
    Ok(Target {
        address: address.unwrap_or_default().to_owned(),
        amount: quote.amount_in(),
        deadline: quote.fund_by(),
    })
}

fn without_memo(member: &str, memo: Option<&str>) -> Result<(), Refusal> {
    let expected = "none: a transfer of this chain carries none";
    match memo {
        Some(memo) => Err(refuse(Code::Memo, member, expected, memo.escape_debug())),
        None => Ok(()),
    }
}
