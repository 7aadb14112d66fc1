//! Requests that end before an intent is created, each beside its honest twin.

use countersign::api_types::defi::Profile;
use countersign::approval::Code;
use countersign::units::Bps;
use countersign::{Countersign, FlowError, RequestError, Step, SwapRequest};
use countersign_tests::{SHORT, Scene, assert_refused, short_steps};

async fn accept(countersign: &Countersign, request: &SwapRequest) -> Result<(), FlowError> {
    countersign.accept(countersign.quote(request).await?).map(drop)
}

#[tokio::test]
async fn without_the_owners_key_no_intent_is_created() {
    let scene = Scene::honest().await;
    let stranger = Scene::honest().await;
    let before = scene.funds();
    let countersign =
        Countersign::builder(scene.api(), scene.config()).signer(stranger.signer()).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::NoKey { owner }) = result else { panic!("{result:?}") };
    assert_eq!(owner, scene.account.address);
    assert_eq!(stranger.signatures.get(), 0);
    scene.assert_untouched(&before, "no key");
    accept(&scene.countersign(), &scene.request()).await.unwrap();
}

#[tokio::test]
async fn value_goes_only_to_the_address_book() {
    let scene = Scene::honest().await;
    let (owner, recipient) = (&scene.account.address, &scene.recipient);
    let stranger = scene.sandbox.new_recipient("solana").unwrap();
    let with_book = |known: [&String; 2]| {
        let book = format!("address_book = {known:?}\n");
        scene.builder(scene.config_with(|_, policy| policy.insert_str(0, &book))).build()
    };
    let before = scene.funds();
    for (known, what) in
        [([owner, &stranger], "the recipient"), ([&stranger, recipient], "the refund address")]
    {
        let result = accept(&with_book(known), &scene.request()).await;
        assert_refused(result, Step::Accept, Code::Limits, what);
    }
    scene.assert_untouched(&before, "not in the address book");
    accept(&with_book([owner, recipient]), &scene.request()).await.unwrap();
    // The case of an EVM address says nothing about whose it is; that of another one does.
    accept(&with_book([&owner.to_lowercase(), recipient]), &scene.request()).await.unwrap();
    let result = accept(&with_book([owner, &recipient.to_lowercase()]), &scene.request()).await;
    assert_refused(result, Step::Accept, Code::Limits, "another recipient");
}

#[tokio::test]
async fn requests_that_name_no_exact_amount_of_a_known_token_are_no_orders() {
    let scene = Scene::honest().await;
    let countersign = scene.countersign();
    let honest = scene.request();
    let with = |change: &dyn Fn(&mut SwapRequest)| {
        let mut request = honest.clone();
        change(&mut request);
        request
    };
    for token in ["DOGE@ethereum", "USDC@polygon", "SOL@ethereum"] {
        let request = with(&|request| request.to = token.parse().unwrap());
        let error = request_error(&countersign, &request).await;
        assert!(matches!(error, RequestError::UnknownToken { .. }), "{token}: {error}");
    }
    for amount in ["0.0000001", "1e2", "-1", "", "1,5", "0x10", "100.", "NaN", " 1", "+1"] {
        let request = with(&|request| amount.clone_into(&mut request.amount));
        let error = request_error(&countersign, &request).await;
        assert!(matches!(error, RequestError::Amount { .. }), "{amount:?}: {error}");
    }
    let too_large = "9".repeat(80);
    let request = with(&|request| too_large.clone_into(&mut request.amount));
    assert!(matches!(
        request_error(&countersign, &request).await,
        RequestError::Amount { member: "amount", .. }
    ));
    let request = with(&|request| request.min_out = Some("0.0000000001".to_owned()));
    assert!(matches!(
        request_error(&countersign, &request).await,
        RequestError::Amount { member: "min_out", .. }
    ));
    let request = with(&|request| "0.000000".clone_into(&mut request.amount));
    assert_eq!(request_error(&countersign, &request).await, RequestError::Nothing);
    let request = with(&|request| request.to = request.from.clone());
    assert!(matches!(request_error(&countersign, &request).await, RequestError::SameToken(_)));
    accept(&countersign, &honest).await.unwrap();
}

async fn request_error(countersign: &Countersign, request: &SwapRequest) -> RequestError {
    match countersign.quote(request).await {
        Err(FlowError::Request(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn policy_bounds_the_slippage_and_the_request_the_least_amount() {
    let scene = Scene::honest().await;
    let countersign = scene.countersign();
    let mut request = scene.request();
    request.slippage = Bps::new(100).unwrap();
    accept(&countersign, &request).await.unwrap();
    for slippage in [101, 5_000] {
        request.slippage = Bps::new(slippage).unwrap();
        let result = accept(&countersign, &request).await;
        assert_refused(result, Step::Accept, Code::Quote, "slippage");
    }
    // At 50 basis points the sandbox promises 0.663333332 SOL at least.
    let mut request = scene.request();
    request.min_out = Some("0.663333332".to_owned());
    accept(&countersign, &request).await.unwrap();
    request.min_out = Some("0.663333333".to_owned());
    let result = accept(&countersign, &request).await;
    assert_refused(result, Step::Accept, Code::Quote, "least amount");
}

#[tokio::test]
async fn amounts_above_the_limit_or_of_unlimited_tokens_are_refused() {
    let scene = Scene::honest().await;
    let limited =
        |to: &str| scene.config_with(|_, policy| *policy = policy.replace("\"50000\"", to));
    let config = limited("\"99.999999\"");
    let result = accept(&scene.builder(config).build(), &scene.request()).await;
    assert_refused(result, Step::Accept, Code::Limits, "above the limit");
    accept(&scene.builder(limited("\"100\"")).build(), &scene.request()).await.unwrap();

    let config = scene.config_with(|_, policy| {
        let of_usdc = "[limits.USDC]\nper_swap = \"50000\"\nper_day = \"500000\"\n";
        assert!(policy.contains(of_usdc));
        *policy = policy.replace(of_usdc, "");
    });
    let result = accept(&scene.builder(config).build(), &scene.request()).await;
    assert_refused(result, Step::Accept, Code::Limits, "no limits");
}

#[tokio::test]
async fn addresses_that_are_none_on_their_network_are_no_orders() {
    let scene = Scene::start(short_steps(), Profile::G3, "USDC@base").await;
    let countersign = scene.countersign();
    let solana = scene.sandbox.new_recipient("solana").unwrap();
    let honest = scene.request();
    for wrong in ["", "0x", "0x00", "garbage", &solana, &other_case(&honest.owner)] {
        let mut owner = honest.clone();
        wrong.clone_into(&mut owner.owner);
        let mut refund = honest.clone();
        wrong.clone_into(&mut refund.refund_address);
        let mut recipient = honest.clone();
        wrong.clone_into(&mut recipient.recipient);
        for (request, named) in
            [(owner, "owner"), (refund, "refund_address"), (recipient, "recipient")]
        {
            let error = request_error(&countersign, &request).await;
            let RequestError::Address { member, .. } = error else { panic!("{wrong}: {error}") };
            assert_eq!(member, named, "{wrong}");
        }
    }
    let mut lower = honest.clone();
    lower.owner = lower.owner.to_lowercase();
    accept(&countersign, &lower).await.unwrap();
    accept(&countersign, &honest).await.unwrap();
}

/// Writes an address with the case of each letter flipped, so that its checksum is wrong.
fn other_case(address: &str) -> String {
    let flipped = |letter: char| match letter {
        'x' => letter,
        lower if lower.is_ascii_lowercase() => lower.to_ascii_uppercase(),
        upper => upper.to_ascii_lowercase(),
    };
    address.chars().map(flipped).collect()
}
