//! What is swapped and who is asked in a sandbox, so that a lie that is wanted is told.

use countersign::TokenAt;
use countersign_sandbox::Tamper;

use crate::arguments::{Api, ApiName, Hostile, IntentForm, Trade};
use crate::connection::{self, SetupError};
use crate::output;

/// Says what is traded: where a lie is told only about another token of the same network, that one;
/// where nothing is named, what the lie is about, or a token of a chain whose keys sign the intent.
///
/// # Errors
///
/// Returns [`SetupError::Argument`] for a lie that is not told on that network: the swap would be
/// honest.
pub(crate) fn trade(trade: &Trade, api: &Api, hostile: Hostile) -> Result<Trade, SetupError> {
    let Some(lie) = hostile.tamper else { return paid_by_intent(trade, api) };
    let from = trade.from();
    if trade.names_from() && lie.is_told_from(&from.symbol, &from.network) {
        return Ok(trade.clone());
    }
    let source = token(lie.source())?;
    if trade.names_from() && from.network != source.network {
        let message = format!("--tamper {lie} is told about {source}, not about {from}");
        return Err(SetupError::Argument(message));
    }
    if trade.names_from() {
        output::say(format_args!("{lie} is told about {source}, so that is swapped"));
    }
    Ok(trade.giving(source))
}

/// Gives a token of Solana where nothing is named and the intent is signed by an Ed25519 key.
fn paid_by_intent(trade: &Trade, api: &Api) -> Result<Trade, SetupError> {
    let by_ed25519 = matches!(api.signed_intent, Some(IntentForm::RawEd25519 | IntentForm::Nep413));
    if trade.names_from() || !by_ed25519 {
        return Ok(trade.clone());
    }
    Ok(trade.giving(token("USDC@solana")?))
}

fn token(text: &str) -> Result<TokenAt, SetupError> {
    text.parse().map_err(|_| SetupError::Missing("a token"))
}

/// Says which API is asked: where none is named and a lie is told, the one that tells it.
///
/// # Errors
///
/// Returns [`SetupError`] for a signed intent that the named API does not take, and for a lie that it
/// does not tell, or not in the named standard: the swap would be honest.
pub(crate) fn api(api: &Api, hostile: Hostile, network: &str) -> Result<Api, SetupError> {
    let mut told = api.clone();
    let Some(lie) = hostile.tamper.filter(|lie| lie.is_of_quotes()) else {
        return require_told(told, hostile.tamper);
    };
    if told.name == Some(ApiName::Defi) {
        let message = format!("--tamper {lie} is told by oneclick and aurora, not by defi");
        return Err(SetupError::Argument(message));
    }
    told.name.get_or_insert(ApiName::Oneclick);
    if lie.needs_signed_intent() {
        let form = *told.signed_intent.get_or_insert(standard(lie, network));
        if lie.needs_nep413() && form != IntentForm::Nep413 {
            let message = format!("--tamper {lie} is told in an intent of nep413 alone");
            return Err(SetupError::Argument(message));
        }
    }
    Ok(told)
}

/// Refuses what the named API does not do: lies of another, and signed intents.
fn require_told(api: Api, lie: Option<Tamper>) -> Result<Api, SetupError> {
    if let (Some(lie), false) = (lie, api.name() == ApiName::Defi) {
        let message = format!("--tamper {lie} is told by defi, not by {}", api.name().as_str());
        return Err(SetupError::Argument(message));
    }
    connection::require_intents(&api)?;
    Ok(api)
}

/// Picks the standard by which a key of the network signs an intent that is lied about.
fn standard(lie: Tamper, network: &str) -> IntentForm {
    match network {
        "tron" => IntentForm::Tip191,
        "solana" if lie.needs_nep413() => IntentForm::Nep413,
        "solana" => IntentForm::RawEd25519,
        _ => IntentForm::Erc191,
    }
}
