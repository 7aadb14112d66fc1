use std::borrow::Cow;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation, Violations};

use super::number;

/// Where a quote was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The answer to a request for a quote.
    Quote,
    /// An answer about a swap's status.
    Status,
}

/// The members of an answer; `null` is the same as absent.
pub(crate) struct Sent<'v> {
    pub(crate) form: Form,
    pub(crate) signature: Option<&'v str>,
    pub(crate) timestamp: Option<&'v str>,
    pub(crate) correlation_id: Option<&'v str>,
    pub(crate) echo: Echo<'v>,
    pub(crate) offer: Offer<'v>,
}

/// The request as the API repeats it.
#[derive(Default)]
pub(crate) struct Echo<'v> {
    pub(crate) dry: Option<bool>,
    pub(crate) deposit_mode: Option<&'v str>,
    pub(crate) swap_type: Option<&'v str>,
    pub(crate) slippage: Option<Number<'v>>,
    pub(crate) origin_asset: Option<&'v str>,
    pub(crate) deposit_type: Option<&'v str>,
    pub(crate) destination_asset: Option<&'v str>,
    pub(crate) amount: Option<&'v str>,
    pub(crate) refund_to: Option<&'v str>,
    pub(crate) refund_type: Option<&'v str>,
    pub(crate) recipient: Option<&'v str>,
    pub(crate) recipient_type: Option<&'v str>,
    pub(crate) deadline: Option<&'v str>,
    pub(crate) confidentiality: Option<&'v str>,
    pub(crate) referral: Option<&'v str>,
    pub(crate) quote_waiting_time_ms: Option<Number<'v>>,
    pub(crate) insured: Option<bool>,
    pub(crate) session_id: Option<&'v str>,
    pub(crate) virtual_chain_recipient: Option<&'v str>,
    pub(crate) virtual_chain_refund_recipient: Option<&'v str>,
    pub(crate) custom_recipient_msg: Option<&'v str>,
    pub(crate) connected_wallets: &'v [Value<'v>],
    pub(crate) rebates: &'v [Value<'v>],
    pub(crate) app_fees: &'v [Value<'v>],
    /// Members that we don't know and that say something.
    pub(crate) unknown: Vec<(&'v str, &'v Value<'v>)>,
}

/// What the API offers.
#[derive(Default)]
pub(crate) struct Offer<'v> {
    pub(crate) amount_in: Option<&'v str>,
    pub(crate) amount_in_formatted: Option<&'v str>,
    pub(crate) amount_in_usd: Option<&'v str>,
    pub(crate) min_amount_in: Option<&'v str>,
    pub(crate) amount_out: Option<&'v str>,
    pub(crate) amount_out_formatted: Option<&'v str>,
    pub(crate) amount_out_usd: Option<&'v str>,
    pub(crate) min_amount_out: Option<&'v str>,
    pub(crate) time_estimate: Option<Number<'v>>,
    pub(crate) deposit_address: Option<&'v str>,
    pub(crate) deposit_memo: Option<&'v str>,
    pub(crate) deadline: Option<&'v str>,
    pub(crate) time_when_inactive: Option<&'v str>,
    pub(crate) virtual_chain_recipient: Option<&'v str>,
    pub(crate) virtual_chain_refund_recipient: Option<&'v str>,
    pub(crate) custom_recipient_msg: Option<&'v str>,
    pub(crate) refund_fee: Option<&'v str>,
    pub(crate) withdraw_fee: Option<&'v str>,
    pub(crate) chain_deposit_addresses: &'v [Value<'v>],
}

/// A number as ECMAScript writes it.
pub(crate) type Number<'v> = Cow<'v, str>;

/// Reads the answer's text, or says why it can't be read in one way only.
pub(crate) fn parse(json: &str) -> Result<Value<'_>, Violation> {
    json::parse(json).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        let found = format_args!("text with an error at byte {offset}: {kind}");
        Violation::new(code, "answer", "JSON that can be read in one way", found)
    })
}

impl<'v> Sent<'v> {
    /// Sorts the members of an answer.
    pub(crate) fn read(
        answer: &'v Value<'v>,
        violations: &mut Violations,
    ) -> Result<Self, Violation> {
        let outer = object(Some(answer), "answer")?;
        let (form, answer) = match outer.get("quoteResponse") {
            Some(inner) => {
                refuse_second(outer)?;
                (Form::Status, object(Some(inner), "quoteResponse")?)
            }
            None => (Form::Quote, outer),
        };
        let mut taken =
            |name| answer.get(name).and_then(|value| take(value, name, text, violations));
        let [signature, timestamp, correlation_id] =
            ["signature", "timestamp", "correlationId"].map(&mut taken);
        let echo = Echo::read(object(answer.get("quoteRequest"), "quoteRequest")?, violations);
        let offer = Offer::read(object(answer.get("quote"), "quote")?, violations);
        Ok(Self { form, signature, timestamp, correlation_id, echo, offer })
    }
}

/// Refuses an answer that another reader could take for another quote.
fn refuse_second(outer: &Object<'_>) -> Result<(), Violation> {
    let second = ["quote", "quoteRequest", "signature"].into_iter().find(|name| {
        let value = outer.get(name);
        value.is_some_and(|value| !value.is_null())
    });
    match second {
        Some(name) => Err(Violation::new(Code::Malformed, "answer", "one quote", name)),
        None => Ok(()),
    }
}

/// Reads each member of an object into its place, in one pass.
macro_rules! read_members {
    ($object:expr, $violations:expr, $into:expr, $group:literal, {
        $($name:literal => $member:ident: $read:ident,)*
    }, $other:expr) => {
        for (name, value) in $object.members() {
            match name {
                $($name => {
                    if let Some(value) =
                        take(value, concat!($group, ".", $name), $read, $violations)
                    {
                        $into.$member = value.into();
                    }
                })*
                _ => $other(&mut $into, name, value),
            }
        }
    };
}

impl<'v> Echo<'v> {
    fn read(object: &'v Object<'v>, violations: &mut Violations) -> Self {
        let mut echo = Self::default();
        read_members!(object, violations, echo, "quoteRequest", {
            "dry" => dry: boolean,
            "depositMode" => deposit_mode: text,
            "swapType" => swap_type: text,
            "slippageTolerance" => slippage: figure,
            "originAsset" => origin_asset: text,
            "depositType" => deposit_type: text,
            "destinationAsset" => destination_asset: text,
            "amount" => amount: text,
            "refundTo" => refund_to: text,
            "refundType" => refund_type: text,
            "recipient" => recipient: text,
            "recipientType" => recipient_type: text,
            "deadline" => deadline: text,
            "confidentiality" => confidentiality: text,
            "referral" => referral: text,
            "quoteWaitingTimeMs" => quote_waiting_time_ms: figure,
            "insured" => insured: boolean,
            "sessionId" => session_id: text,
            "virtualChainRecipient" => virtual_chain_recipient: text,
            "virtualChainRefundRecipient" => virtual_chain_refund_recipient: text,
            "customRecipientMsg" => custom_recipient_msg: text,
            "connectedWallets" => connected_wallets: list,
            "rebates" => rebates: list,
            "appFees" => app_fees: list,
        }, |echo: &mut Self, name, value| {
            if says_something(value) {
                echo.unknown.push((name, value));
            }
        });
        echo
    }
}

impl<'v> Offer<'v> {
    /// Members that we don't know are ignored here: nothing is made of them.
    fn read(object: &'v Object<'v>, violations: &mut Violations) -> Self {
        let mut offer = Self::default();
        read_members!(object, violations, offer, "quote", {
            "amountIn" => amount_in: text,
            "amountInFormatted" => amount_in_formatted: text,
            "amountInUsd" => amount_in_usd: text,
            "minAmountIn" => min_amount_in: text,
            "amountOut" => amount_out: text,
            "amountOutFormatted" => amount_out_formatted: text,
            "amountOutUsd" => amount_out_usd: text,
            "minAmountOut" => min_amount_out: text,
            "timeEstimate" => time_estimate: figure,
            "depositAddress" => deposit_address: text,
            "depositMemo" => deposit_memo: text,
            "deadline" => deadline: text,
            "timeWhenInactive" => time_when_inactive: text,
            "virtualChainRecipient" => virtual_chain_recipient: text,
            "virtualChainRefundRecipient" => virtual_chain_refund_recipient: text,
            "customRecipientMsg" => custom_recipient_msg: text,
            "refundFee" => refund_fee: text,
            "withdrawFee" => withdraw_fee: text,
            "chainDepositAddresses" => chain_deposit_addresses: list,
        }, |_: &mut Self, _, _| ());
        offer
    }
}

/// Says whether a value is more than another way of writing nothing.
pub(crate) fn says_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number::canonical(number).as_deref() != Some("0"),
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

/// Reads a member that is not `null`, and says so where it is of another kind.
pub(crate) fn take<'v, T>(
    value: &'v Value<'v>,
    member: &str,
    read: fn(&'v Value<'v>) -> Result<T, &'static str>,
    violations: &mut Violations,
) -> Option<T> {
    if value.is_null() {
        return None;
    }
    let refuse = |expected| {
        violations.push(Violation::new(Code::Malformed, member, expected, value.kind()));
    };
    read(value).map_err(refuse).ok()
}

pub(crate) fn text<'v>(value: &'v Value<'v>) -> Result<&'v str, &'static str> {
    value.as_str().ok_or("a string")
}

pub(crate) fn figure<'v>(value: &'v Value<'v>) -> Result<Number<'v>, &'static str> {
    const EXPECTED: &str = "a number that is not negative, of ordinary size";
    match value {
        Value::Number(text) => number::canonical(text).ok_or(EXPECTED),
        _ => Err(EXPECTED),
    }
}

fn boolean(value: &Value<'_>) -> Result<bool, &'static str> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        _ => Err("a boolean"),
    }
}

fn list<'v>(value: &'v Value<'v>) -> Result<&'v [Value<'v>], &'static str> {
    value.as_array().ok_or("an array")
}

fn object<'v>(value: Option<&'v Value<'v>>, member: &str) -> Result<&'v Object<'v>, Violation> {
    let found = value.map_or("nothing", Value::kind);
    value
        .and_then(Value::as_object)
        .ok_or_else(|| Violation::new(Code::Malformed, member, "an object", found))
}
