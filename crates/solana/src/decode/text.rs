use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_approval::{Code, Violation};

use super::{Decoded, Form, MAX_BYTES, decode, malformed};
use crate::payload::Sent;

/// Reads the transaction of a payload, in each form in which it was sent.
pub(crate) fn from_payload(sent: Sent<'_>) -> Result<Decoded, Violation> {
    let either = sent.text("transaction")?.map(|text| ("transaction", form_of(text), text));
    let hex = sent.text("transaction_hex")?.map(|text| ("transaction_hex", Form::Hex, text));
    let base64 =
        sent.text("transaction_base64")?.map(|text| ("transaction_base64", Form::Base64, text));
    let mut forms = [either, hex, base64].into_iter().flatten();
    let Some((member, form, text)) = forms.next() else {
        return Err(malformed("transaction", "a transaction", "nothing"));
    };
    let wire = read(member, form, text)?;
    let mut came = form;
    for (member, form, text) in forms {
        if read(member, form, text)? != wire {
            let found = "another transaction";
            return Err(Violation::new(Code::Encoding, member, "the same transaction", found));
        }
        came = if form == Form::Hex { Form::Hex } else { came };
    }
    decode(wire, came)
}

/// Reads the transaction of a text, in hex or in base64.
pub(crate) fn from_text(text: &str) -> Result<Vec<u8>, Violation> {
    read("transaction", form_of(text), text)
}

/// Says in which form a transaction is: no transaction is of hex digits alone in base64, since it
/// would hold none of its own keys.
fn form_of(text: &str) -> Form {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if const_hex::check_raw(digits) { Form::Hex } else { Form::Base64 }
}

fn read(member: &str, form: Form, text: &str) -> Result<Vec<u8>, Violation> {
    let (most, expected) = match form {
        Form::Hex => (MAX_BYTES.saturating_mul(2), "hex digits without 0x"),
        Form::Base64 => (MAX_BYTES.div_ceil(3).saturating_mul(4), "padded base64"),
    };
    if text.len() > most {
        let expected = format_args!("at most {MAX_BYTES} bytes in {most} characters");
        return Err(malformed(member, expected, text.len()));
    }
    // Base64 is read with its padding, and without a bit left over.
    let wire = match form {
        Form::Hex => from_hex(text),
        Form::Base64 => STANDARD.decode(text).ok(),
    };
    wire.ok_or_else(|| Violation::new(Code::Encoding, member, expected, text))
}

/// Reads hex digits and nothing else: the decoder alone would skip a leading `0x`.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if const_hex::check_raw(text) { const_hex::decode(text).ok() } else { None }
}
