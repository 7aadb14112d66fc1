//! Any text, read as any body of the DeFi API.
#![no_main]

use countersign::api_types::defi::{
    ApprovalSubmission, CreateIntentRequest, CreatedIntent, IntentStatus, ListedSwap, Network,
    Page, Quote, QuoteRequest, Token, Wire,
};
use countersign::api_types::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = json::parse(text);
    let _ = QuoteRequest::from_json(text);
    let _ = Quote::from_json(text);
    let _ = CreateIntentRequest::from_json(text);
    let _ = CreatedIntent::from_json(text);
    let _ = ApprovalSubmission::from_json(text);
    let _ = IntentStatus::from_json(text);
    let _ = Page::<Network>::from_json(text);
    let _ = Page::<Token>::from_json(text);
    let _ = Page::<ListedSwap>::from_json(text);
});
