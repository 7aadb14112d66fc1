//! Lies about intents: in what is handed out to be signed.

use alloy::primitives::U256;
use countersign_units::UnixMillis;

use super::Tamper;
use crate::json::Json;
use crate::quoted::{Draft, Standard, transfer_of};

const HOUR: u64 = 3_600_000;
const TEN_YEARS: u64 = 24 * 365 * 10 * HOUR;

/// What a lie needs to know.
pub(crate) struct IntentScene<'a> {
    pub(crate) attacker: String,
    pub(crate) asset: String,
    pub(crate) other_asset: String,
    pub(crate) receiver: &'a str,
    pub(crate) amount: U256,
}

/// Changes an honest intent into the lie.
pub(crate) fn apply(tamper: Tamper, draft: &mut Draft, scene: &IntentScene<'_>) {
    let amount = scene.amount.to_string();
    let (asset, attacker) = (scene.asset.as_str(), scene.attacker.as_str());
    match tamper {
        Tamper::IntentExtraAction => {
            draft.actions.push(transfer_of(attacker, &[(asset, "1")]));
        }
        Tamper::IntentTokenDiff => draft.actions = vec![token_diff(scene)],
        Tamper::IntentAddKey => draft.actions = vec![add_key()],
        Tamper::IntentWithdraw => draft.actions = vec![withdraw(scene)],
        Tamper::IntentEmpty => draft.actions.clear(),
        Tamper::IntentReceiver => {
            draft.actions = vec![transfer_of(attacker, &[(asset, &amount)])];
        }
        Tamper::IntentAmount => {
            let more = scene.amount.saturating_mul(U256::from(10)).to_string();
            draft.actions = vec![transfer_of(scene.receiver, &[(asset, &more)])];
        }
        Tamper::IntentToken => {
            let tokens = [(scene.other_asset.as_str(), amount.as_str())];
            draft.actions = vec![transfer_of(scene.receiver, &tokens)];
        }
        Tamper::IntentExtraToken => {
            let tokens = [(asset, amount.as_str()), (scene.other_asset.as_str(), "1")];
            draft.actions = vec![transfer_of(scene.receiver, &tokens)];
        }
        Tamper::IntentMemo => say(draft, "memo", "4711"),
        Tamper::IntentMessage => say(draft, "msg", "{\"do\":\"more\"}"),
        _ => around(tamper, draft, scene),
    }
}

/// Changes what stands around the actions.
fn around(tamper: Tamper, draft: &mut Draft, scene: &IntentScene<'_>) {
    match tamper {
        Tamper::IntentVerifyingContract => {
            "intents.bad.near".clone_into(&mut draft.verifying_contract);
        }
        Tamper::IntentSigner => draft.signer_id.clone_from(&scene.attacker),
        Tamper::IntentDeadline => set_deadline(draft, later(draft.deadline, TEN_YEARS)),
        Tamper::IntentDeadlinePast => {
            let now = crate::clock::now().value();
            set_deadline(draft, UnixMillis::new(now.saturating_sub(HOUR)));
        }
        Tamper::IntentNonceSalt => {
            draft.salt.iter_mut().take(1).for_each(|byte| *byte ^= 1);
        }
        Tamper::IntentNonceDeadline => draft.nonce_deadline = later(draft.nonce_deadline, HOUR),
        Tamper::IntentCallback => draft.callback = Some("https://ba.example/".to_owned()),
        Tamper::IntentStandard => {
            draft.standard = match draft.standard {
                Standard::Nep413 => Standard::RawEd25519,
                Standard::RawEd25519 => Standard::Nep413,
                Standard::Erc191 => Standard::Tip191,
                Standard::Tip191 => Standard::Erc191,
            };
        }
        _ => {}
    }
}

fn token_diff(scene: &IntentScene<'_>) -> Json {
    let diff = [
        (scene.asset.clone(), Json::from(format!("-{}", scene.amount))),
        (scene.other_asset.clone(), Json::from("1")),
    ];
    Json::object([("intent", Json::from("token_diff")), ("diff", Json::object(diff))])
}

fn add_key() -> Json {
    let key = format!("ed25519:{}", bs58::encode([0xba; 32]).into_string());
    Json::object([("intent", Json::from("add_public_key")), ("public_key", Json::from(key))])
}

fn withdraw(scene: &IntentScene<'_>) -> Json {
    let token = scene.asset.strip_prefix("nep141:").unwrap_or(&scene.asset);
    Json::object([
        ("intent", Json::from("ft_withdraw")),
        ("token", Json::from(token)),
        ("receiver_id", Json::text(&scene.attacker)),
        ("amount", Json::text(scene.amount)),
    ])
}

fn say(draft: &mut Draft, name: &str, text: &str) {
    draft.actions.iter_mut().for_each(|action| action.set(name, Json::from(text)));
}

/// The nonce agrees, so that the deadline alone is wrong.
const fn set_deadline(draft: &mut Draft, deadline: UnixMillis) {
    draft.deadline = deadline;
    draft.nonce_deadline = deadline;
}

const fn later(moment: UnixMillis, millis: u64) -> UnixMillis {
    UnixMillis::new(moment.value().saturating_add(millis))
}
