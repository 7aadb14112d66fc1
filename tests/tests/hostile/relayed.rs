//! An implementation of an API that lies member by member, also where no JSON could.

use countersign::Mechanism;
use countersign::api_types::defi::Profile;
use countersign::approval::Code;
use countersign::units::{Bps, Lots, UnixMillis, UnixSeconds};
use countersign::{FlowError, Intent, Offer, Status, Step};
use countersign_tests::{Relay, SHORT, Scene, assert_refused, short_steps};

const STRANGER: &str = "0x00000000000000000000000000000000000000e5";

/// A name and what it changes.
type Lie<T> = (&'static str, fn(&mut T));
/// A name, the code of its refusal, and what it changes.
type CodedLie<T> = (&'static str, Code, fn(&mut T));
/// A name, and what is written in place of an honest payload.
type Injection = (&'static str, fn(&str) -> String);

/// Lies about an offer; each is a violation of `quote`.
const OFFER_LIES: [Lie<Offer>; 14] = [
    ("more to give", |offer| offer.from_amount = Lots::from(100_000_001)),
    ("less to give", |offer| offer.from_amount = Lots::from(99_999_999)),
    ("another token to give", |offer| offer.from_token = Some(STRANGER.to_owned())),
    ("another network to give on", |offer| offer.from_network = Some(5)),
    ("other decimals to give", |offer| offer.from_decimals = Some(18)),
    ("another token to get", |offer| offer.to_token = Some(STRANGER.to_owned())),
    ("another network to get on", |offer| offer.to_network = Some(1)),
    ("other decimals to get", |offer| offer.to_decimals = Some(18)),
    ("nothing to get", |offer| (offer.min_out, offer.max_out) = (Lots::ZERO, None)),
    ("a most below the least", |offer| offer.max_out = Some(Lots::from(1))),
    ("a least too far below the most", |offer| offer.max_out = Some(Lots::from(100_500_001))),
    ("more slippage", |offer| offer.slippage = Bps::new(51).ok()),
    ("no time left", |offer| offer.expires_at = Some(UnixMillis::new(1))),
    ("one unit less than asked", |offer| {
        (offer.min_out, offer.max_out) = (Lots::from(99_499_999), None);
    }),
];

/// Lies beside the payload of an intent.
const INTENT_LIES: [CodedLie<Intent>; 19] = [
    ("another mechanism", Code::Mechanism, |intent| intent.mechanism = Mechanism::Cosign),
    ("an unknown mechanism", Code::Mechanism, |intent| {
        intent.mechanism = Mechanism::Unknown("permit2 ".to_owned());
    }),
    ("an id that leads elsewhere", Code::Malformed, |intent| "../x".clone_into(&mut intent.id)),
    ("an id that draws on a screen", Code::Malformed, |intent| {
        "\u{1b}[2J".clone_into(&mut intent.id);
    }),
    ("no id", Code::Malformed, |intent| intent.id.clear()),
    ("an id without end", Code::Malformed, |intent| intent.id = "a".repeat(100_000)),
    ("no deadline", Code::Deadline, |intent| intent.deadline = None),
    ("an approval to a stranger", Code::ApproveTo, |intent| {
        intent.approve_to = Some(STRANGER.to_owned());
    }),
    ("an approval to no address", Code::ApproveTo, |intent| {
        intent.approve_to = Some(String::new());
    }),
    ("nothing to sign", Code::Malformed, |intent| intent.params_to_sign = None),
    ("another offer", Code::Quote, |intent| "other".clone_into(&mut offer_of(intent).id)),
    ("an offer of less", Code::Quote, |intent| offer_of(intent).min_out = Lots::from(1)),
    ("an offer of more", Code::Quote, |intent| offer_of(intent).min_out = Lots::MAX),
    ("an offer for more", Code::Quote, |intent| offer_of(intent).from_amount = Lots::MAX),
    ("an offer of another token", Code::Quote, |intent| {
        offer_of(intent).to_token = Some(STRANGER.to_owned());
    }),
    ("more slippage", Code::Quote, |intent| offer_of(intent).slippage = Bps::new(9_999).ok()),
    ("another payer", Code::Owner, |intent| intent.from_address = Some(STRANGER.to_owned())),
    ("another recipient", Code::Quote, |intent| intent.to_address = Some(STRANGER.to_owned())),
    ("another refund", Code::Quote, |intent| intent.refund_address = Some(STRANGER.to_owned())),
];

/// Lies about what is to be signed.
const PAYLOAD_LIES: [CodedLie<Intent>; 12] = [
    ("another digest at the top", Code::Digest, |intent| {
        intent.beside = Some(format!(r#"{{"digest":"0x{}"}}"#, "11".repeat(32)));
    }),
    ("another domain at the top", Code::Domain, |intent| {
        intent.beside = Some(format!(r#"{{"domain_separator":"0x{}"}}"#, "11".repeat(32)));
    }),
    ("typed data at the top", Code::Malformed, |intent| {
        intent.beside = Some(r#"{"typed_data":{"domain":{}}}"#.to_owned());
    }),
    ("no secret hash", Code::Unpinned, |intent| intent.secret_hash = None),
    ("another secret hash", Code::Witness, |intent| {
        intent.secret_hash = Some(format!("0x{}", "5e".repeat(32)));
    }),
    ("a secret hash of 31 bytes", Code::Encoding, |intent| {
        intent.secret_hash = Some(format!("0x{}", "5e".repeat(31)));
    }),
    ("a secret hash that writes members", Code::Encoding, |intent| {
        let hash = intent.secret_hash.as_deref().unwrap();
        intent.secret_hash = Some(format!("{hash}\",\"secret_hash\":\"{hash}"));
    }),
    ("a deadline that has passed", Code::Deadline, |intent| {
        intent.deadline = Some(UnixSeconds::new(1));
    }),
    ("a deadline that never comes", Code::Deadline, |intent| {
        intent.deadline = Some(UnixSeconds::new(u64::MAX));
    }),
    ("an empty payload", Code::Malformed, |intent| intent.params_to_sign = Some("{}".to_owned())),
    ("a payload of null", Code::Malformed, |intent| {
        intent.params_to_sign = Some("null".to_owned());
    }),
    ("a payload of no JSON", Code::Malformed, |intent| intent.params_to_sign = Some(String::new())),
];

/// Texts around the honest payload that a JSON writer without care would let through.
const INJECTIONS: [Injection; 9] = [
    ("a second payload", |honest| format!("{honest},\"params\":{honest}")),
    ("a second payload of the same name", |honest| format!("{honest},\"params_to_sign\":{honest}")),
    ("the payload under its other name", |honest| format!("{{}},\"params\":{honest}")),
    ("another mechanism beside it", |honest| format!("{honest},\"approval_type\":\"cosign\"")),
    ("the mechanism twice", |honest| format!("{honest},\"approval_type\":\"permit2\"")),
    ("another deadline beside it", |honest| format!("{honest},\"deadline_at\":9999999999")),
    ("typed data beside it", |honest| format!("{honest},\"typed_data\":{{}}")),
    ("something behind the end", |honest| format!("{honest}}}{{\"a\":1")),
    ("depth without end", |_| "[".repeat(200_000)),
];

fn offer_of(intent: &mut Intent) -> &mut Offer {
    intent.offer.as_mut().unwrap()
}

async fn scene() -> Scene {
    Scene::start(short_steps(), Profile::G1, "USDC@base").await
}

/// Runs a swap that asks for the least that the honest offer promises.
async fn swap(scene: &Scene, relay: Relay) -> Result<Status, FlowError> {
    let mut request = scene.request();
    request.min_out = Some("99.5".to_owned());
    let countersign = scene.builder_over(relay, scene.config()).build();
    countersign.swap(&request, SHORT, |_| {}).await.map(|outcome| outcome.status.status)
}

#[tokio::test]
async fn an_offer_that_is_not_what_was_asked_for_is_refused() {
    let scene = scene().await;
    let before = scene.funds();
    for (what, lie) in OFFER_LIES {
        let result = swap(&scene, Relay::new(scene.api()).offers(lie)).await;
        assert_refused(result, Step::Accept, Code::Quote, what);
        scene.assert_untouched(&before, what);
    }
    assert_eq!(swap(&scene, Relay::new(scene.api())).await.unwrap(), Status::Finished);
}

#[tokio::test]
async fn an_intent_that_is_not_what_was_accepted_is_refused() {
    let scene = scene().await;
    let before = scene.funds();
    for (lies, step) in [(INTENT_LIES.as_slice(), Step::Bind), (&PAYLOAD_LIES, Step::Verify)] {
        for (what, code, lie) in lies {
            let result = swap(&scene, Relay::new(scene.api()).intents(lie)).await;
            assert_refused(result, step, *code, what);
            scene.assert_untouched(&before, what);
        }
    }
    assert_eq!(swap(&scene, Relay::new(scene.api())).await.unwrap(), Status::Finished);
}

#[tokio::test]
async fn a_payload_that_writes_around_itself_is_refused() {
    let scene = scene().await;
    let before = scene.funds();
    for (what, inject) in INJECTIONS {
        let relay = Relay::new(scene.api()).intents(move |intent| {
            intent.params_to_sign = intent.params_to_sign.as_deref().map(inject);
        });
        let result = swap(&scene, relay).await;
        let Err(FlowError::Refused { step: Step::Verify, refusal }) = result else {
            panic!("{what}: {result:?}")
        };
        let codes = [Code::Malformed, Code::Encoding];
        assert!(codes.into_iter().any(|code| refusal.has(code)), "{what}: {refusal}");
        assert!(refusal.to_string().len() < 4_000, "{what}");
        scene.assert_untouched(&before, what);
    }
    // Space around a payload says nothing.
    let relay = Relay::new(scene.api()).intents(|intent| {
        intent.params_to_sign = intent.params_to_sign.as_ref().map(|text| format!(" {text}\n"));
    });
    assert_eq!(swap(&scene, relay).await.unwrap(), Status::Finished);
}

#[tokio::test]
async fn one_swap_has_every_violation_that_its_step_found() {
    let scene = scene().await;
    let relay = Relay::new(scene.api()).intents(|intent| {
        intent.mechanism = Mechanism::Htlc;
        intent.approve_to = Some(STRANGER.to_owned());
        intent.from_address = Some(STRANGER.to_owned());
        "other".clone_into(&mut offer_of(intent).id);
    });
    let result = swap(&scene, relay).await;
    let Err(FlowError::Refused { refusal, .. }) = result else { panic!("{result:?}") };
    for code in [Code::Mechanism, Code::ApproveTo, Code::Owner, Code::Quote] {
        assert!(refusal.has(code), "{code}: {refusal}");
    }
}

#[tokio::test]
async fn what_a_counterparty_writes_is_shown_short_and_escaped() {
    const HOSTILE: &str = "\u{1b}[2J\u{202e}\r\n  spender  0x00";
    let scene = scene().await;
    let relay = Relay::new(scene.api()).intents(|intent| {
        let text = HOSTILE.repeat(100_000);
        intent.mechanism = Mechanism::Unknown(text.clone());
        offer_of(intent).id.clone_from(&text);
        offer_of(intent).to_token = Some(text.clone());
        intent.approve_to = Some(text.clone());
        intent.from_address = Some(text.clone());
        (intent.to_address, intent.refund_address) = (Some(text.clone()), Some(text));
    });
    let error = swap(&scene, relay).await.unwrap_err();
    let FlowError::Refused { refusal, .. } = &error else { panic!("{error:?}") };
    assert_eq!(refusal.violations().len(), 7, "{refusal}");
    let texts = refusal.violations().iter().map(|it| format!("{it} {} {}", it.found, it.expected));
    for text in texts.chain([error.to_string()]) {
        assert!(text.chars().count() < 5_000, "{} characters", text.len());
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\n']), "{text:?}");
    }
}

#[tokio::test]
async fn what_an_api_need_not_repeat_may_be_absent() {
    let scene = scene().await;
    let relay = Relay::new(scene.api())
        .offers(|offer| {
            (offer.from_token, offer.to_token) = (None, None);
            (offer.from_network, offer.to_network) = (None, None);
            (offer.from_decimals, offer.to_decimals) = (None, None);
            (offer.max_out, offer.slippage, offer.expires_at) = (None, None, None);
        })
        .intents(|intent| {
            (intent.offer, intent.from_address) = (None, None);
            (intent.to_address, intent.refund_address) = (None, None);
        });
    assert_eq!(swap(&scene, relay).await.unwrap(), Status::Finished);
}

#[tokio::test]
async fn a_payload_for_another_owner_of_the_same_counterparty_is_of_no_use() {
    // The payload does not name its owner: a signature by the wrong one moves nothing.
    let scene = scene().await;
    let before = scene.funds();
    let mut other = scene.request();
    let stranger = scene.sandbox.accounts().into_iter().find(|it| it.name == "no-allowance");
    stranger.unwrap().address.clone_into(&mut other.owner);
    let result = scene.countersign().swap(&other, SHORT, |_| {}).await;
    assert!(matches!(result, Err(FlowError::NoKey { .. })), "{result:?}");
    scene.assert_untouched(&before, "another owner");
}

/// Members of our registry that the counterparty does not live up to: what we pin instead.
const PINS: [(&str, &str, Code); 5] = [
    ("escrows", "[\"0x00000000000000000000000000000000000000e5\"]", Code::Spender),
    ("resolvers", "[\"0x00000000000000000000000000000000000000e5\"]", Code::Witness),
    ("permit2", "\"0x00000000000000000000000000000000000000e5\"", Code::VerifyingContract),
    ("chain_id", "910003", Code::ChainId),
    ("witnesses", "[\"DepositWitness(address resolverDepositAddress)\"]", Code::TypeInjection),
];

#[tokio::test]
async fn what_our_registry_pins_otherwise_is_refused() {
    let scene = scene().await;
    let before = scene.funds();
    for (member, pinned, code) in PINS {
        let config = scene.config_with(|registry, _| pin(registry, member, pinned));
        let result = scene.builder(config).build().swap(&scene.request(), SHORT, |_| {}).await;
        assert_refused(result, Step::Verify, code, member);
        scene.assert_untouched(&before, member);
    }
    // Decimals of ours that are not the API's would change what an amount means.
    let config = scene.config_with(|registry, _| pin(registry, "decimals", "8"));
    let result = scene.builder(config).build().swap(&scene.request(), SHORT, |_| {}).await;
    assert_refused(result, Step::Accept, Code::Quote, "decimals");
    scene.assert_untouched(&before, "decimals");
    let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

/// Replaces a member where the registry has it first: on our network, or of our token.
fn pin(registry: &mut String, member: &str, pinned: &str) {
    let start = registry.find(&format!("{member} = ")).unwrap();
    let (before, from_member) = registry.split_at(start);
    let (_, after) = from_member.split_once('\n').unwrap();
    *registry = format!("{before}{member} = {pinned}\n{after}");
}
