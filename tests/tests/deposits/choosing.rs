//! Offers that are compared before one is taken: proven, of the assets that the registry means, and held
//! to what they promised.

use countersign::approval::{AssetAmount, Code, Violation};
use countersign::journal::{Outcome, State};
use countersign::units::Lots;
use countersign::{
    Backing, Chooser, Config, Countersign, Event, FlowError, Listed, Offer, Order, Progress,
    QuoteFailure, Status, Step, SwapApi as _, SwapOutcome, SwapRequest, best, quotes,
};
use countersign_tests::{SHORT, Scene, short_steps};

use crate::bed::{By, Over, api, flow, flow_of, scene};
use crate::nonces::{journal, key, worker};
use crate::says::Says;

pub(crate) async fn usdc() -> Scene {
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

/// An offer that promises so many thousandths of what will be quoted, and is the API's word alone.
fn promising(thousandths: u64) -> impl Fn(&mut Offer) + Send + Sync + 'static {
    move |offer| {
        let times = |lots: Lots| lots.checked_mul_div(thousandths, 1_000).unwrap();
        // Rounded up, or it would lie further below the most than the slippage.
        let least = times(offer.min_out).checked_add(Lots::from(1)).unwrap();
        (offer.min_out, offer.max_out) = (least, offer.max_out.map(times));
        offer.told.signed = None;
    }
}

/// Asks an API that promises too much, and others, for a swap that says what it takes at least, and
/// swaps by the best of them.
async fn best_of(
    scene: &Scene,
    thousandths: u64,
    others: &[&Countersign],
) -> (String, Result<SwapOutcome, FlowError>) {
    let request = SwapRequest { min_out: Some("0.1".to_owned()), ..scene.request() };
    let says = || flow_of(scene, Says::offer(scene, promising(thousandths)), scene.config());
    let asked = says().build();
    let flows = [&[&asked], others].concat();
    let answers = quotes(&flows, &request, SHORT.deadline).await;
    let choice = best(&answers).unwrap();
    assert_eq!(choice.place, 0);
    let order = choice.with_floor(Order::new(&request, scene.config().registry()).unwrap());
    let floor = order.destination.amount.to_string();
    let flow = says().chosen(order, choice.priced.offer.clone()).build();
    (floor, flow.swap(&request, SHORT, |_| {}).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_wins_is_held_to_what_it_won_against() {
    let scene = usdc().await;
    let honest = flow(&scene, Over::Aurora, By::Deposit);
    let next = quotes(&[&honest], &scene.request(), SHORT.deadline).await;
    let next = best(&next).unwrap().priced.least();
    let dearer = flow_of(&scene, Says::offer(&scene, promising(1_001)), scene.config()).build();
    // Both APIs quote the same in the end: one promises 2 ‰ more, against an honest one and against
    // one that promises 1 ‰ more itself.
    let (floor, bait) = best_of(&scene, 1_002, &[&honest, &dearer]).await;
    assert_ne!(floor, next.to_string());
    let Err(FlowError::Refused { step: Step::Bind, refusal }) = bait else {
        panic!("expected a refusal, found {bait:?}")
    };
    assert!(refusal.has(Code::Quote), "{refusal}");
    assert!(refusal.to_string().contains(&floor), "{refusal}");
    assert!(scene.sandbox.deposits().iter().all(|deposit| deposit.received.is_zero()));
    let (floor, kept) = best_of(&scene, 1_002, &[&honest]).await;
    assert_eq!(floor, next.to_string());
    assert_eq!(kept.unwrap().status.status, Status::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_alone_is_held_to_itself_less_the_slippage() {
    let scene = usdc().await;
    // The slippage is 50 basis points.
    let (_, bait) = best_of(&scene, 1_006, &[]).await;
    let Err(FlowError::Refused { step: Step::Bind, refusal }) = bait else {
        panic!("expected a refusal, found {bait:?}")
    };
    assert!(refusal.has(Code::Quote), "{refusal}");
    let (_, kept) = best_of(&scene, 1_005, &[]).await;
    assert_eq!(kept.unwrap().status.status, Status::Finished);
}

/// Sets up a flow that was chosen for an offer of more than its API will quote.
pub(crate) async fn chosen(
    scene: &Scene,
    request: &SwapRequest,
    floor: Option<u64>,
) -> Countersign {
    let api = || api(scene, Over::OneClick, By::Deposit);
    let order = Order::new(request, scene.config().registry()).unwrap();
    let offer = api().quote(&order).await.unwrap();
    let offer = Offer { min_out: Lots::from(664_000_000), ..offer };
    let offer = Offer { max_out: Some(Lots::from(665_500_000)), ..offer };
    let least = floor.map_or(order.destination.amount, Lots::from);
    let destination = AssetAmount { amount: least, ..order.destination.clone() };
    let order = Order { destination, ..order };
    flow_of(scene, api(), scene.config()).chosen(order, offer).build()
}

/// Begins a swap that was chosen for a promise, stops before it is judged, and goes on with the same
/// key and request, by a flow that knows of no choice.
async fn begun_and_gone_on_with(scene: &Scene, floor: Option<u64>) -> Progress {
    let (store, _folder) = journal().await;
    let request = SwapRequest { min_out: Some("0.1".to_owned()), ..scene.request() };
    let first = chosen(scene, &request, floor).await;
    let first = worker(first, &store, "first");
    let name = key("one");
    let stopped = first.swap(&name, &request, |event| {
        if matches!(event, Event::Created { .. }) {
            first.stop();
        }
    });
    let stopped = stopped.await.unwrap();
    assert_eq!(stopped.state, State::Created, "{:?}", stopped.reason);
    let second = worker(flow(scene, Over::OneClick, By::Deposit), &store, "second");
    let ended = second.swap(&name, &request, |_| {}).await.unwrap();
    assert_eq!(ended.swap_id, stopped.swap_id);
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn the_floor_of_a_choice_is_in_the_journal() {
    let scene = usdc().await;
    let held = begun_and_gone_on_with(&scene, Some(664_000_000)).await;
    assert_eq!(held.state, State::Ended(Outcome::Refused), "{:?}", held.reason);
    let Some(FlowError::Refused { step: Step::Bind, refusal }) = &held.failure else {
        panic!("expected a refusal, found {:?}", held.failure)
    };
    assert!(refusal.has(Code::Quote) && refusal.to_string().contains("664000000"), "{refusal}");
    assert!(held.digest.is_none());
    let free = begun_and_gone_on_with(&scene, None).await;
    assert_eq!(free.state, State::Ended(Outcome::Finished), "{:?}", free.reason);
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
