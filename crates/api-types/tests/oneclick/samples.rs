//! What the APIs have really sent, where the recordings are at hand.

use std::path::PathBuf;

use countersign_api_types::oneclick::{
    ApiError, Exact, GeneratedIntent, IntentPayload, MultiPayload, Quote, QuoteRequest,
    QuoteResponse, StatusResponse, SubmitIntentRequest, SubmittedIntent, SwapStatus, TokenList,
    Wire,
};
use countersign_api_types::{RawObject, json};
use countersign_units::Lots;

/// Returns the texts of the recordings with such a name, or says that there are none at hand.
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
fn samples(name: &str) -> Option<Vec<String>> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES") else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return None;
    };
    let files = std::fs::read_dir(PathBuf::from(folder).join("spec/samples")).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name));
    paths.sort();
    assert!(!paths.is_empty(), "no sample {name}");
    Some(paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect())
}

/// What the names of recordings begin with, one for each test here.
const KINDS: [&str; 9] = [
    "1click-quote-",
    "1click-staging-",
    "1click-status-",
    "1click-deposit-submit-",
    "1click-tokens-",
    "1click-error-",
    "1click-generate-intent-",
    "1click-submit-intent-",
    "1click-account-history-",
];
/// Those that hold no answer of an API.
const OTHERS: [&str; 2] = ["README.md", "defuse-multipayload-vectors.json"];

#[test]
fn each_recording_is_read_by_a_test() {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES") else { return };
    let files = std::fs::read_dir(PathBuf::from(folder).join("spec/samples")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        let kinds = KINDS.iter().filter(|kind| name.starts_with(*kind)).count();
        assert_eq!(kinds + usize::from(OTHERS.contains(&name.as_str())), 1, "{name}");
    }
}

/// Returns the text of a member that is an object.
fn inner(text: &str, name: &str) -> String {
    let value = json::parse(text).unwrap();
    let object = value.as_object().unwrap().get(name).unwrap().as_object().unwrap();
    object.raw().to_owned()
}

fn assert_exact(text: &str, quote: &QuoteResponse) {
    assert_eq!(quote.quote_request.raw().as_str(), inner(text, "quoteRequest"));
    assert_eq!(quote.quote.raw().as_str(), inner(text, "quote"));
    assert_eq!(QuoteResponse::from_json(&quote.to_json().unwrap()).as_ref(), Ok(quote));
    assert!(quote.signature.starts_with("ed25519:"));
    for (request, offer) in [
        (quote.quote_request.value(), quote.quote.value()),
        (Exact::write(quote.quote_request.value()).unwrap().value(), quote.quote.value()),
    ] {
        assert_eq!(offer.deposit_address.is_none(), request.dry);
        assert_eq!(offer.deadline.is_none(), request.dry);
        assert_eq!(request.amount, offer.amount_in);
    }
    assert_eq!(
        Quote::from_json(&quote.quote.value().to_json().unwrap()),
        Ok(quote.quote.value().clone())
    );
    assert!(QuoteRequest::from_json(&quote.quote_request.to_json().unwrap()).is_ok());
}

#[test]
fn quotes() {
    let Some(texts) = samples("1click-quote-") else { return };
    for text in texts.iter().chain(&samples("1click-staging-").unwrap()) {
        let quote = Exact::<QuoteResponse>::from_json(text).unwrap();
        assert_eq!(quote.raw().as_str(), text.trim());
        assert_exact(text, &quote);
    }
}

#[test]
fn statuses() {
    let Some(mut texts) = samples("1click-status-") else { return };
    texts.extend(samples("1click-deposit-submit-").unwrap());
    for text in &texts {
        let status = StatusResponse::from_json(text).unwrap();
        assert_eq!(StatusResponse::from_json(&status.to_json().unwrap()), Ok(status.clone()));
        let quote = status.quote().unwrap().unwrap();
        assert_exact(&inner(text, "quoteResponse"), &quote);
        let details = status.swap_details.unwrap();
        assert_eq!(details.refunded_amount, Some(Lots::ZERO));
        assert!(details.refund_fee.is_some());
        let swapped = status.status == SwapStatus::Success;
        assert_eq!(details.slippage.and_then(|number| number.to_i64()), swapped.then_some(-15));
        assert_eq!(details.amount_out.is_some(), swapped);
    }
}

#[test]
fn tokens() {
    let Some(texts) = samples("1click-tokens-") else { return };
    for text in texts {
        let list = TokenList::from_json(&text).unwrap();
        assert_eq!(list.tokens.len(), 3);
        assert_eq!(TokenList::from_json(&list.to_json().unwrap()), Ok(list));
    }
}

#[test]
fn errors() {
    let Some(texts) = samples("1click-error-") else { return };
    for text in texts {
        let error = ApiError::from_json(&text).unwrap();
        assert_eq!(error.message, "recipient is not valid");
        assert_eq!(error.to_json().unwrap(), text.trim());
    }
}

#[test]
fn generated_intents() {
    let Some(texts) = samples("1click-generate-intent-") else { return };
    for text in texts {
        let generated = GeneratedIntent::from_json(&text).unwrap();
        let IntentPayload::Nep413(payload) = &generated.intent else { panic!("{generated:?}") };
        assert!(RawObject::parse(&payload.message).is_ok() && !payload.has_more);
        assert_eq!(GeneratedIntent::from_json(&generated.to_json().unwrap()), Ok(generated));
    }
}

#[test]
fn submitted_intents() {
    let Some(texts) = samples("1click-submit-intent-") else { return };
    for text in texts {
        let request = SubmitIntentRequest::from_json(&inner(&text, "request")).unwrap();
        assert!(matches!(request.signed_data, MultiPayload::Nep413 { .. }));
        assert_eq!(SubmitIntentRequest::from_json(&request.to_json().unwrap()), Ok(request));
        let answer = SubmittedIntent::from_json(&inner(&text, "response")).unwrap();
        assert_eq!(answer.intent_hash.len(), 44);
    }
}

#[test]
fn vectors_of_signed_intents() {
    let Some(texts) = samples("defuse-multipayload-vectors") else { return };
    let payload = inner(&inner(&texts[0], "raw_ed25519"), "multipayload");
    let signed = MultiPayload::from_json(&payload).unwrap();
    assert!(matches!(signed, MultiPayload::RawEd25519 { .. }));
    assert_eq!(MultiPayload::from_json(&signed.to_json().unwrap()), Ok(signed));
}

/// An item of a list that no call asks for yet; its text is JSON that can be read in one way.
#[test]
fn items_of_the_history() {
    let Some(texts) = samples("1click-account-history-") else { return };
    for text in texts {
        assert!(RawObject::parse(&text).is_ok());
    }
}
