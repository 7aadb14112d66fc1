//! What clients of the flat dialect send.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ApiError;
use super::body::{ApprovalBody, IntentBody, QuoteBody, Side, SignedData};

/// The body of a quote request.
#[derive(Deserialize)]
pub(super) struct Quote {
    source_chain: u64,
    source_token: String,
    dest_chain: u64,
    dest_token: String,
    amount: Box<RawValue>,
    slippage_bps: String,
    swap_type: Option<String>,
    deposit_type: Option<String>,
}

/// The body of a create request.
#[derive(Deserialize)]
pub(super) struct Intent {
    quote_id: String,
    user_source_public_key: Option<String>,
    user_source_address: String,
    user_destination_address: String,
    refund_address: String,
}

/// The body of an approval.
#[derive(Deserialize)]
pub(super) struct Approval {
    #[serde(rename = "type")]
    kind: String,
    signed_data: SignedData,
}

impl TryFrom<Quote> for QuoteBody {
    type Error = ApiError;

    fn try_from(flat: Quote) -> Result<Self, ApiError> {
        if flat.amount.get().starts_with('"') {
            return Err(ApiError::invalid("body.amount: expected a number, found a string"));
        }
        offered("swap_type", flat.swap_type.as_deref(), "standard")?;
        offered("deposit_type", flat.deposit_type.as_deref(), "escrowed")?;
        let side = |network, token| Side {
            network_id: Some(network),
            token: Some(token),
            ..Side::default()
        };
        Ok(Self {
            from: side(flat.source_chain, flat.source_token),
            to: side(flat.dest_chain, flat.dest_token),
            amount: flat.amount,
            slippage_bps: Some(raw_text(flat.slippage_bps)?),
        })
    }
}

impl TryFrom<Intent> for IntentBody {
    type Error = ApiError;

    fn try_from(flat: Intent) -> Result<Self, ApiError> {
        let side = |address| Side { address: Some(address), ..Side::default() };
        Ok(Self {
            quote_id: Some(flat.quote_id),
            from: Side {
                public_key: flat.user_source_public_key,
                ..side(flat.user_source_address)
            },
            to: side(flat.user_destination_address),
            refund_address: Some(flat.refund_address),
            amount: None,
            slippage_bps: None,
        })
    }
}

impl TryFrom<Approval> for ApprovalBody {
    type Error = ApiError;

    fn try_from(flat: Approval) -> Result<Self, ApiError> {
        Ok(Self { approval_type: flat.kind, signed_data: flat.signed_data })
    }
}

/// Refuses a kind of swap or deposit that isn't offered here.
fn offered(member: &str, asked: Option<&str>, offered: &str) -> Result<(), ApiError> {
    if asked.is_none_or(|asked| asked == offered) {
        return Ok(());
    }
    let reason = format!("Swap type unsupported for requested token: {member} is not {offered}");
    Err(ApiError::unprocessable("Quote", reason))
}

fn raw_text(text: String) -> Result<Box<RawValue>, ApiError> {
    RawValue::from_string(text)
        .map_err(|_| ApiError::invalid("Slippage value couldn't be processed"))
}
