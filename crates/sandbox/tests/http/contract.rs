//! The product's own client against the sandbox: each dialect, under each scheme.

use std::time::Duration;

use countersign_api_types::defi::{
    ApprovalSubmission, Asset, CreateIntentRequest, CreatedIntent, HumanAmount, Mechanism, Profile,
    QuoteRequest, Status, SwapListRequest, TokensRequest,
};
use countersign_http_client::{DefiClient, RsaAuth};
use countersign_sandbox::{AuthScheme, Sandbox, SandboxConfig};
use countersign_units::{Bps, Lots};
use serde_json::{Value, json};

use crate::client::{Dialect, Wish, account, balance, token};

struct Scene {
    sandbox: Sandbox,
    client: DefiClient,
}

impl Scene {
    async fn new(auth: AuthScheme, profile: Profile) -> Self {
        let step = Duration::from_millis(5);
        let config = SandboxConfig { auth, step, ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let builder = DefiClient::builder(sandbox.url()).profile(profile);
        let builder = match sandbox.rsa_private_key_pem() {
            Some(pem) => builder.signed_requests(RsaAuth::from_pem(&pem.into()).unwrap()),
            None => builder.api_key(sandbox.api_key().into()),
        };
        Self { client: builder.build().unwrap(), sandbox }
    }

    fn order(&self) -> QuoteRequest {
        let asset =
            |network_id, key| Asset::ByAddress { network_id, address: token(&self.sandbox, key) };
        QuoteRequest {
            from: asset(1, "USDC"),
            to: asset(4, "SOL"),
            amount: HumanAmount::from_lots(Lots::from(100_500_000_u64), 6),
            slippage_bps: Bps::new(50).unwrap(),
        }
    }

    async fn open(&self) -> CreatedIntent {
        let order = self.order();
        let quote = self.client.quote(&order).await.unwrap();
        let owner = account(&self.sandbox, "default").address;
        let request = CreateIntentRequest {
            quote_id: quote.id.clone(),
            from_address: owner.clone(),
            refund_address: owner,
            public_key: None,
            to_address: self.sandbox.new_recipient("solana").unwrap(),
            order: Some(order),
        };
        let intent = self.client.create_intent(&request).await.unwrap();
        assert_eq!(intent.quote.as_ref(), Some(&quote));
        assert_eq!(intent.mechanism, Mechanism::Permit2);
        intent
    }

    fn sign(&self, intent: &CreatedIntent) -> String {
        let user = account(&self.sandbox, "default");
        let (usdc, sol) = (token(&self.sandbox, "USDC"), token(&self.sandbox, "SOL"));
        let wish = Wish {
            dialect: Dialect::G2,
            from: (1, &usdc),
            to: (4, &sol),
            amount: "100.5",
            owner: &user.address,
            recipient: "",
        };
        let params = intent.params_to_sign.as_ref().unwrap().as_str();
        let params: Value = serde_json::from_str(params).unwrap();
        let deadline = intent.deadline.unwrap().value();
        let intent = json!({ "params_to_sign": params, "deadline_at": deadline });
        wish.sign(&user, &intent, "100500000")
    }

    async fn finish(&self, id: &str) {
        for _ in 0..600 {
            let status = self.client.intent_status(id).await.unwrap();
            if status.status == Status::Finished {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never finished");
    }
}

#[tokio::test]
async fn a_swap_finishes_in_each_dialect_under_each_scheme() {
    for auth in [AuthScheme::StaticKey, AuthScheme::SignedRequests] {
        for profile in Profile::ALL {
            let scene = Scene::new(auth, profile).await;
            let intent = scene.open().await;
            let approval = ApprovalSubmission::Permit2 { signature: scene.sign(&intent) };
            for _ in 0..2 {
                scene.client.add_approval(&intent.id, &approval).await.unwrap();
            }
            scene.finish(&intent.id).await;
            let owner = account(&scene.sandbox, "default").address;
            assert_eq!(balance(&scene.sandbox, &owner, "USDC"), "99899500000");

            let request =
                SwapListRequest { status: Some(Status::Finished), ..SwapListRequest::default() };
            let listed = scene.client.swaps(&request).await.unwrap();
            assert_eq!(listed.items[0].swap.intent_id, intent.id, "{profile} {auth:?}");
        }
    }
}

#[tokio::test]
async fn the_listings_are_read_in_each_dialect() {
    for profile in Profile::ALL {
        let scene = Scene::new(AuthScheme::SignedRequests, profile).await;
        let networks = scene.client.networks().await.unwrap();
        assert!(networks.items.iter().any(|network| network.name == "ethereum"));
        let request = TokensRequest {
            search: Some("usdc".to_owned()),
            limit: Some(50),
            ..TokensRequest::default()
        };
        let tokens = scene.client.tokens(&request).await.unwrap();
        let decimals: Vec<_> = tokens.items.iter().map(|token| token.decimals).collect();
        let expected = if profile == Profile::G0 { None } else { Some(6) };
        assert_eq!(decimals, [expected; 3], "{profile}");
    }
}
