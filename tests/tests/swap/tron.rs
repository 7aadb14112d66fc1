//! Swaps from Tron: the same flow, with addresses and a chain id of Tron's own form.

use countersign::api_types::defi::Profile;
use countersign::units::TronAddress;
use countersign::{FlowError, RequestError, Status, TokenAt};
use countersign_sandbox::{PayloadForm, SandboxConfig};
use countersign_tests::{SHORT, Scene, short_steps};

const USDT: &str = "USDT@tron";
/// 100 USDT, in base units.
const GIVEN: u64 = 100_000_000;

#[tokio::test]
async fn a_swap_from_tron_moves_what_was_agreed_in_every_dialect_and_form() {
    for form in [PayloadForm::Api, PayloadForm::TypedData] {
        for profile in Profile::ALL {
            let config = SandboxConfig { payload_form: form, ..short_steps() };
            let scene = Scene::start_from(config, profile, USDT, "SOL@solana").await;
            let what = format!("{form:?} {profile}");
            let before = scene.funds();
            let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
            let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(outcome.status.status, Status::Finished, "{what}");
            let after = before.minus(&scene.account.address, "USDT_tron", GIVEN).plus(
                &scene.recipient,
                "SOL",
                666_666_666,
            );
            assert_eq!(scene.funds(), after, "{what}");
            assert_eq!(scene.signatures.get(), 1, "{what}");
        }
    }
}

#[tokio::test]
async fn a_swap_to_tron_pays_there() {
    let scene = Scene::start(short_steps(), Profile::G3, USDT).await;
    let before = scene.funds();
    scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let after = before.minus(&scene.account.address, "USDC", GIVEN).plus(
        &scene.recipient,
        "USDT_tron",
        GIVEN,
    );
    assert_eq!(scene.funds(), after);
}

#[tokio::test]
async fn the_statement_shows_addresses_as_on_tron() {
    let scene = Scene::start_from(short_steps(), Profile::G3, USDT, "SOL@solana").await;
    let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let page = outcome.statement.to_string();
    assert!(page.contains(&scene.account.address), "{page}");
    let shown = |word: &&str| word.parse::<TronAddress>().is_ok();
    assert!(page.split_whitespace().filter(shown).count() >= 4, "{page}");
    let hex = |word: &str| word.len() == 42 && word.starts_with("0x");
    assert!(!page.split_whitespace().any(hex), "{page}");
}

#[tokio::test]
async fn an_address_of_another_chain_is_no_owner() {
    let scene = Scene::start_from(short_steps(), Profile::G3, USDT, "SOL@solana").await;
    let evm = Scene::honest().await;
    let before = scene.funds();
    let countersign = scene.countersign();
    let owner = evm.account.address.clone();
    for request in [
        countersign::SwapRequest { owner: owner.clone(), ..scene.request() },
        countersign::SwapRequest { refund_address: owner, ..scene.request() },
        countersign::SwapRequest {
            from: "USDC@ethereum".parse::<TokenAt>().unwrap(),
            ..scene.request()
        },
    ] {
        let result = countersign.swap(&request, SHORT, |_| {}).await;
        let Err(FlowError::Request(RequestError::Address { .. })) = result else {
            panic!("{result:?}")
        };
    }
    scene.assert_untouched(&before, "an address of another chain");
}
