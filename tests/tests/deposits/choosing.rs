//! Offers that are compared before one is taken: proven, of the assets that the registry means, and held
//! to what they promised.

use countersign::approval::{Code, Violation};
use countersign::units::Lots;
use countersign::{
    Backing, Chooser, Config, Countersign, FlowError, Listed, Offer, Order, QuoteFailure, Status,
    Step, best, quotes,
};
use countersign_tests::{SHORT, Scene, short_steps};

use crate::bed::{By, Over, api, flow, flow_of, scene};
use crate::says::Says;

async fn usdc() -> Scene {
    scene(short_steps(), "USDC@ethereum", "SOL@solana").await
}

fn first_code(violations: &[Violation]) -> Code {
    violations.first().unwrap().code
}

/// A change of an offer, and the code that it is refused by.
type Bend = (fn(&mut Offer), Code);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_as_the_offer_is_what_was_signed() {
    let scene = usdc().await;
    let config = scene.config();
    let policy = config.policy().unwrap();
    let order = Order::new(&scene.request(), config.registry()).unwrap();
    let chooser = Chooser::new(config.registry()).policy(&policy);
    let honest = chooser.quote(&Says::offer(&scene, |_| ()), &order).await.answer.unwrap();
    assert!(matches!(honest.backing, Backing::Signed { .. }));
    let bends: [Bend; 3] = [
        (|offer| offer.min_out = offer.max_out.unwrap(), Code::Quote),
        (|offer| offer.from_amount = Lots::from(1), Code::Quote),
        (
            |offer| {
                let signed = offer.told.signed.as_mut().unwrap();
                signed.answer = signed.answer.replacen("\"amountOut\":\"", "\"amountOut\":\"1", 1);
            },
            Code::QuoteSignature,
        ),
    ];
    for (bend, code) in bends {
        let refused = chooser.quote(&Says::offer(&scene, bend), &order).await.answer.unwrap_err();
        assert!(refused.violations().iter().any(|it| it.code == code), "{code}: {refused}");
    }
    // Without the answer there is nothing but the word.
    let bare = chooser.quote(&Says::offer(&scene, |offer| offer.told.signed = None), &order).await;
    assert_eq!(bare.answer.unwrap().backing, Backing::Promise);
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_asked_side_by_side_and_the_best_is_held_to_its_offer() {
    let scene = usdc().await;
    let (deposits, aurora) =
        (flow(&scene, Over::OneClick, By::Deposit), flow(&scene, Over::Aurora, By::Deposit));
    let request = scene.request();
    let answers = quotes(&[&aurora, &deposits], &request, SHORT.deadline).await;
    let choice = best(&answers).unwrap();
    assert_eq!((choice.place, choice.api, choice.reason.as_str()), (0, "aurora", "first"));
    // An offer of more than the API will quote: what is funded must be no less.
    let order = Order::new(&request, scene.config().registry()).unwrap();
    let mut better = choice.priced.offer.clone();
    (better.min_out, better.max_out) = (Lots::from(664_000_000), Some(Lots::from(665_500_000)));
    let held = flow_of(&scene, api(&scene, Over::Aurora, By::Deposit), scene.config());
    let held = held.chosen(order.clone(), better).build();
    let ended = held.swap(&request, SHORT, |_| {}).await;
    let Err(FlowError::Refused { step: Step::Bind, refusal }) = ended else {
        panic!("expected a refusal, found {ended:?}")
    };
    assert!(refusal.has(Code::Quote), "{refusal}");
    let held = flow_of(&scene, api(&scene, Over::Aurora, By::Deposit), scene.config());
    let held = held.chosen(order, choice.priced.offer.clone()).build();
    let outcome = held.swap(&request, SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

/// A registry in which two tokens have each other's asset ids.
fn crossed(scene: &Scene) -> Config {
    let registry = scene.sandbox.registry_toml();
    let registry = registry.replace("sandbox-usdc.omft", "sandbox-none.omft");
    let registry = registry.replace("sandbox-usdc-base.omft", "sandbox-usdc.omft");
    let registry = registry.replace("sandbox-none.omft", "sandbox-usdc-base.omft");
    Config::from_toml(&registry, &scene.sandbox.policy_toml()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_id_of_another_token_is_refused_before_an_address_is_made() {
    let scene = usdc().await;
    let crossed = flow_of(&scene, api(&scene, Over::OneClick, By::Deposit), crossed(&scene));
    let ended = crossed.build().swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Refused { step: Step::Accept, refusal }) = ended else {
        panic!("expected a refusal, found {ended:?}")
    };
    let wrong: Vec<_> = refusal.violations().iter().filter(|it| it.code == Code::Token).collect();
    let [address] = &wrong[..] else { panic!("{refusal}") };
    assert!(address.to_string().contains("tokens.USDC.address"), "{refusal}");
    assert!(scene.sandbox.deposits().is_empty());
}

/// Says what becomes of an offer whose list of assets is another.
async fn accepted(scene: &Scene, bend: fn(&mut Offer), required: bool) -> Result<(), Code> {
    let policy = scene.sandbox.policy_toml();
    let policy = if required { policy } else { policy.replace(", \"asset_list\"", "") };
    let config = Config::from_toml(&scene.sandbox.registry_toml(), &policy).unwrap();
    let flow: Countersign = flow_of(scene, Says::offer(scene, bend), config).build();
    let offered = flow.quote(&scene.request()).await.unwrap();
    match flow.accept(offered) {
        Ok(_) => Ok(()),
        Err(FlowError::Refused { refusal, .. }) => Err(first_code(refusal.violations())),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_there_is_judged_where_policy_asks_for_it() {
    let scene = usdc().await;
    let unread: fn(&mut Offer) =
        |offer| offer.told.listed = Listed::Unread { reason: "gone".to_owned() };
    assert_eq!(accepted(&scene, unread, true).await, Err(Code::Unavailable));
    assert_eq!(accepted(&scene, unread, false).await, Ok(()));
    // A list that does not know our ids says nothing against them.
    let empty: fn(&mut Offer) = |offer| offer.told.listed = Listed::Assets(vec![]);
    let decimals: fn(&mut Offer) = |offer| {
        if let Listed::Assets(assets) = &mut offer.told.listed {
            for asset in assets {
                asset.decimals = 18;
            }
        }
    };
    assert_eq!(accepted(&scene, empty, true).await, Ok(()));
    assert_eq!(accepted(&scene, decimals, true).await, Err(Code::Token));
    let failure = QuoteFailure::Late(SHORT.deadline);
    assert!(failure.violations().is_empty() && failure.code() == "late");
    let order = Order::new(&scene.request(), scene.config().registry()).unwrap();
    let config = scene.config();
    let refused =
        Chooser::new(config.registry()).quote(&Says::offer(&scene, decimals), &order).await;
    assert_eq!(first_code(refused.answer.unwrap_err().violations()), Code::Token);
}
