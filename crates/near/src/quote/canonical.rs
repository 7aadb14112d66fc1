use sha2::{Digest, Sha256};

use super::sent::Sent;

/// Which members of a quote are signed.
///
/// Sources: [how a quote is verified](https://docs.near-intents.org/integration/distribution-channels/1click-api/verify-quote-signature).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Projection {
    /// The deposit address and what belongs to it are signed, where there is one.
    Current,
    /// The amounts alone: as it was until 2026-06-24.
    Legacy,
}

/// About the size of the canonical text of a quote.
const CAPACITY: usize = 2_048;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Hashes the canonical text of a quote.
///
/// `waiting` is what we sent as `quoteWaitingTimeMs`: an answer about the status leaves it out.
pub(crate) fn digest(sent: &Sent<'_>, waiting: &str, projection: Projection) -> [u8; 32] {
    Sha256::digest(text(sent, waiting, projection)).into()
}

/// Writes the canonical text: one flat JSON object, its keys sorted, without spaces.
///
/// The request's members come first and the offer's overwrite them. Of a quote to be funded, four of
/// them are the offer's even where it has none: then there is none in the text either.
pub(crate) fn text(sent: &Sent<'_>, waiting: &str, projection: Projection) -> Vec<u8> {
    let Sent { echo, offer, .. } = sent;
    let dry = echo.dry.unwrap_or_default();
    let whole = !dry && projection == Projection::Current;
    let either = |theirs, asked| if whole { theirs } else { asked };
    let offered = |theirs| if whole { theirs } else { None };
    let asked_waiting = echo.quote_waiting_time_ms.as_deref().unwrap_or(waiting);
    let mut writer = Writer(Vec::with_capacity(CAPACITY));
    writer.text("amount", echo.amount);
    writer.text("amountIn", offer.amount_in);
    writer.text("amountInFormatted", offer.amount_in_formatted);
    writer.text("amountInUsd", offer.amount_in_usd);
    writer.text("amountOut", offer.amount_out);
    writer.text("amountOutFormatted", offer.amount_out_formatted);
    writer.text("amountOutUsd", offer.amount_out_usd);
    let message = either(offer.custom_recipient_msg, echo.custom_recipient_msg);
    writer.unless_empty("customRecipientMsg", message);
    let deadline = if whole { filled(offer.deadline) } else { echo.deadline };
    writer.text("deadline", deadline);
    writer.unless_empty("depositAddress", offered(offer.deposit_address));
    writer.unless_empty("depositMemo", offered(offer.deposit_memo));
    writer.text("depositType", echo.deposit_type);
    writer.text("destinationAsset", echo.destination_asset);
    writer.plain("dry", Some(if dry { "true" } else { "false" }));
    writer.text("minAmountIn", offer.min_amount_in);
    writer.text("minAmountOut", offer.min_amount_out);
    writer.text("originAsset", echo.origin_asset);
    writer.unless_zero("quoteWaitingTimeMs", Some(asked_waiting));
    writer.text("recipient", echo.recipient);
    writer.text("recipientType", echo.recipient_type);
    writer.unless_empty("referral", echo.referral);
    writer.unless_empty("refundFee", offered(offer.refund_fee));
    writer.text("refundTo", echo.refund_to);
    writer.text("refundType", echo.refund_type);
    writer.plain("slippageTolerance", echo.slippage.as_deref());
    writer.text("swapType", echo.swap_type);
    writer.unless_zero("timeEstimate", offered(offer.time_estimate.as_deref()));
    writer.unless_empty("timeWhenInactive", offered(offer.time_when_inactive));
    writer.text("timestamp", sent.timestamp);
    let [virtual_recipient, virtual_refund] = [
        either(offer.virtual_chain_recipient, echo.virtual_chain_recipient),
        either(offer.virtual_chain_refund_recipient, echo.virtual_chain_refund_recipient),
    ];
    writer.unless_empty("virtualChainRecipient", virtual_recipient);
    writer.unless_empty("virtualChainRefundRecipient", virtual_refund);
    writer.unless_empty("withdrawFee", offered(offer.withdraw_fee));
    writer.finish()
}

/// An empty text is left out as if it were absent.
fn filled(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// Writes members one after another; those that are absent are left out.
struct Writer(Vec<u8>);

impl Writer {
    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(name);
            self.0.push(b'"');
            self.escaped(value);
            self.0.push(b'"');
        }
    }

    fn unless_empty(&mut self, name: &str, value: Option<&str>) {
        self.text(name, filled(value));
    }

    fn plain(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(name);
            self.0.extend_from_slice(value.as_bytes());
        }
    }

    fn unless_zero(&mut self, name: &str, value: Option<&str>) {
        self.plain(name, value.filter(|value| *value != "0"));
    }

    fn key(&mut self, name: &str) {
        self.0.extend_from_slice(if self.0.is_empty() { b"{\"" } else { b",\"" });
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// Writes a string's content as `JSON.stringify` does.
    fn escaped(&mut self, value: &str) {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
        let mut rest = value.as_bytes();
        while let Some(at) = rest.iter().position(is_special) {
            let (plain, special) = rest.split_at(at);
            self.0.extend_from_slice(plain);
            let Some((byte, behind)) = special.split_first() else { return };
            self.escape(*byte);
            rest = behind;
        }
        self.0.extend_from_slice(rest);
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            _ => {
                let [high, low] = [byte >> 4, byte & 0xf]
                    .map(|nibble| HEX.get(usize::from(nibble)).copied().unwrap_or_default());
                return self.0.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        };
        self.0.extend_from_slice(&[b'\\', short]);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        self.0
    }
}
