//! Intents that are signed over funds which lie with the API: made by it, and handed in.

use std::time::Duration;

use countersign_api_types::oneclick::{
    GenerateIntentRequest, MultiPayload, Standard, SubmitIntentRequest, Wire,
};
use countersign_approval::{IntentKey, IntentStandard, excerpt};
use countersign_http_client::Retry;
use countersign_near::implicit_account;
use countersign_units::{SolanaAddress, TronAddress};
use serde_json::value::RawValue;

use super::{Client, QuotedApi, unwritable};
use crate::api::OTHER_INTENT;
use crate::{ApiError, Order, SentIntent};

/// How often an intent is asked for that is to be signed: asking has no effect.
const GENERATIONS: u32 = 5;
/// How long to wait before it is asked for again; longer each time.
const GENERATION_PAUSE: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl QuotedApi {
    pub(super) async fn generate(
        &self,
        standard: IntentStandard,
        (order, address): (&Order, &str),
    ) -> Result<Box<RawValue>, ApiError> {
        let signer_id = account(standard, &order.owner).ok_or_else(|| no_account(standard))?;
        let request = GenerateIntentRequest {
            standard: Standard::from_name(standard.as_str()),
            signer_id,
            deposit_address: address.to_owned(),
        };
        let mut tries = 0_u32;
        let generated = loop {
            tries = tries.saturating_add(1);
            let generated = match &self.client {
                Client::OneClick(client) => client.generate_intent(&request).await,
                Client::Aurora(client) => client.generate_intent(&request).await,
            };
            let Err(error) = generated else { break generated? };
            let error = ApiError::from(error);
            let pause = error.retry_after.unwrap_or(GENERATION_PAUSE.saturating_mul(tries));
            let again = error.retry != Retry::Never && tries < GENERATIONS;
            if !again || pause > LONGEST_PAUSE {
                // There is a quote already: to ask for all of it again would make another one.
                return Err(ApiError { retry: Retry::Never, ..error });
            }
            tracing::warn!(code = error.code, tries, "no intent to be signed was made");
            tokio::time::sleep(pause).await;
        };
        let written = generated.to_json().map_err(unwritable)?;
        RawValue::from_string(written).map_err(unwritable)
    }

    pub(super) async fn hand_in(&self, sent: &SentIntent) -> Result<(), ApiError> {
        let signed_data = MultiPayload::from_json(&sent.signed).map_err(unwritable)?;
        let request = SubmitIntentRequest { signed_data };
        let answer = match &self.client {
            Client::OneClick(client) => client.submit_intent(&request).await?,
            Client::Aurora(client) => client.submit_intent(&request).await?,
        };
        if answer.intent_hash == sent.hash {
            return Ok(());
        }
        // It may have been taken all the same: its nonce lets it be carried out once.
        let (expected, found) = (&sent.hash, excerpt(&answer.intent_hash));
        let message = format!("expected the intent {expected}, found {found}");
        Err(ApiError { code: OTHER_INTENT, retry: Retry::AskFirst, retry_after: None, message })
    }
}

/// Returns the account inside the contract that follows from the key of an account elsewhere.
pub(super) fn account(standard: IntentStandard, owner: &str) -> Option<String> {
    let ed25519 = || owner.parse().ok().map(|it: SolanaAddress| IntentKey::Ed25519(*it.as_bytes()));
    let evm = || owner.parse().ok().map(IntentKey::Secp256k1);
    let tron = || owner.parse::<TronAddress>().ok().map(|it| IntentKey::Secp256k1(it.to_evm()));
    let key = evm().or_else(tron).or_else(ed25519)?;
    standard.takes(&key).then(|| implicit_account(&key))
}

pub(super) fn no_account(standard: IntentStandard) -> ApiError {
    let message = format!("expected an owner whose key signs by {}", standard.as_str());
    ApiError { code: "no_account", retry: Retry::Never, retry_after: None, message }
}
