//! The list of swaps through the product's own client: how one is found whose create answer was
//! lost.

use std::time::{Duration, UNIX_EPOCH};

use countersign_api_types::defi::{
    Asset, AssetFilter, CreateIntentRequest, HumanAmount, Mechanism, Profile, QuoteRequest, Status,
    SwapListRequest,
};
use countersign_http_client::{DefiClient, Retry};
use countersign_sandbox::{Fault, Sandbox, SandboxConfig};
use countersign_units::{Bps, Lots};

use crate::client::{account, token};

struct Scene {
    sandbox: Sandbox,
    client: DefiClient,
}

impl Scene {
    async fn new(config: SandboxConfig, profile: Profile) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let client = DefiClient::builder(sandbox.url())
            .api_key(sandbox.api_key().into())
            .profile(profile)
            .attempt_deadline(Duration::from_millis(500));
        Self { client: client.build().unwrap(), sandbox }
    }

    /// Opens an intent, and returns its id if the answer says it.
    async fn open(&self, from: (u64, &str), to: (u64, &str)) -> Result<String, Retry> {
        let asset = |(network_id, key): (u64, &str)| Asset::ByAddress {
            network_id,
            address: token(&self.sandbox, key),
        };
        let order = QuoteRequest {
            from: asset(from),
            to: asset(to),
            amount: HumanAmount::from_lots(Lots::from(7_000_001_u64), 6),
            slippage_bps: Bps::new(50).unwrap(),
        };
        let quote = self.client.quote(&order).await.unwrap();
        let owner = account(&self.sandbox, "default").address;
        let network = if to.0 == 4 { "solana" } else { "base" };
        let request = CreateIntentRequest {
            quote_id: quote.id,
            from_address: owner.clone(),
            refund_address: owner,
            public_key: None,
            to_address: self.sandbox.new_recipient(network).unwrap(),
            order: Some(order),
        };
        let intent = self.client.create_intent(&request).await;
        intent.map(|intent| intent.id).map_err(|error| error.retry())
    }

    /// Lists the ids, in the order in which they come.
    async fn ids(&self, request: &SwapListRequest) -> Vec<String> {
        let page = self.client.swaps(request).await.unwrap();
        page.items.into_iter().map(|item| item.swap.intent_id).collect()
    }
}

fn micros() -> u64 {
    UNIX_EPOCH.elapsed().unwrap().as_micros().try_into().unwrap()
}

#[tokio::test]
async fn an_intent_whose_answer_was_lost_is_found_in_every_dialect() {
    for profile in Profile::ALL {
        let fault = Some(Fault::Truncated);
        let scene = Scene::new(SandboxConfig { fault, ..SandboxConfig::default() }, profile).await;
        let began = micros();
        let lost = scene.open((1, "USDC"), (4, "SOL")).await;
        assert_eq!(lost, Err(Retry::AskFirst), "{profile}");
        let span = SwapListRequest {
            created_from_micros: Some(began),
            created_to_micros: Some(micros()),
            status: Some(Status::Created),
            ..SwapListRequest::default()
        };
        let page = scene.client.swaps(&span).await.unwrap();
        let [found] = &page.items[..] else { panic!("{profile}: {page:?}") };
        let told = scene.sandbox.swaps().remove(0);
        assert_eq!(found.swap.intent_id, told.intent_id);
        assert_eq!(found.mechanism, Some(Mechanism::Permit2));
        assert_eq!(found.swap.from.amount, Some(Lots::from(7_000_001_u64)), "{profile}");
        assert_eq!(found.swap.from.token, Some(token(&scene.sandbox, "USDC")));
        if profile != Profile::G0 {
            assert_eq!(found.swap.from.address, Some(told.from_address), "{profile}");
            assert_eq!(found.swap.to.address, Some(told.to_address), "{profile}");
        }
    }
}

#[tokio::test]
async fn the_list_is_narrowed_by_each_filter() {
    let scene = Scene::new(SandboxConfig::default(), Profile::G3).await;
    let first = scene.open((1, "USDC"), (4, "SOL")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let between = micros();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = scene.open((1, "USDT"), (5, "USDC_base")).await.unwrap();
    let filter = |between| SwapListRequest { between: Some(between), ..Default::default() };
    let address = |key| token(&scene.sandbox, key);
    let until = SwapListRequest { created_to_micros: Some(between), ..Default::default() };
    let since = SwapListRequest { created_from_micros: Some(between), ..Default::default() };
    let finished = SwapListRequest { status: Some(Status::Finished), ..Default::default() };
    let (usdt, base) = (address("USDT").to_uppercase().replace('X', "x"), address("USDC_base"));
    let rows = [
        (SwapListRequest::default(), vec![&second, &first]),
        (filter(AssetFilter::Tokens { from: 1, to: 4 }), vec![&first]),
        (filter(AssetFilter::Tokens { from: 1, to: 5 }), vec![]),
        (filter(AssetFilter::Networks { from: 1, to: 5 }), vec![&second]),
        (filter(AssetFilter::Networks { from: 5, to: 1 }), vec![]),
        (filter(AssetFilter::Addresses { from: usdt, to: base.clone() }), vec![&second]),
        (filter(AssetFilter::Addresses { from: base, to: address("USDT") }), vec![]),
        (until, vec![&first]),
        (since, vec![&second]),
        (finished, vec![]),
    ];
    for (request, expected) in rows {
        assert_eq!(scene.ids(&request).await.iter().collect::<Vec<_>>(), expected, "{request:?}");
    }
}

#[tokio::test]
async fn a_page_has_ten_items_unless_asked_and_a_hundred_at_most() {
    for profile in [Profile::G0, Profile::G3] {
        let scene = Scene::new(SandboxConfig::default(), profile).await;
        let mut ids = Vec::new();
        for _ in 0..103 {
            ids.insert(0, scene.open((1, "USDC"), (4, "SOL")).await.unwrap());
        }
        let page = |limit, offset| SwapListRequest { limit, offset, ..Default::default() };
        assert_eq!(scene.ids(&page(None, None)).await, ids[..10]);
        assert_eq!(scene.ids(&page(Some(1_000), None)).await, ids[..100]);
        assert_eq!(scene.ids(&page(Some(50), Some(100))).await, ids[100..]);
        assert_eq!(scene.ids(&page(Some(3), Some(103))).await, Vec::<String>::new());
    }
}
