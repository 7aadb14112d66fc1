//! Each lie about quotes and intents against the product's own verifiers: each is refused by the
//! code that it says, and the honest twins are not.

use std::sync::Arc;

use countersign_approval::{
    AssetAlias, AssetAmount, ConfigDigest, Environment, IntentKey, IntentNonceRule, IntentStandard,
    NearFacts, QuoteAge, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteSwapType,
    QuoteTerms, Refusal, Registry, SwapId, Terms,
};
use countersign_near::{
    IntentOwner, IntentPayload, ProvenQuote, QuoteAnswer, QuoteKeys, VerifyError, intent_terms,
    prove, verify_intent,
};
use countersign_sandbox::{Sandbox, SandboxConfig, Tamper};
use countersign_units::{Bps, EvmAddress, Lots, UnixMillis, UnixSeconds};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::quoted::{APIS, Api, named, pinned_key, quick, request};

const STANDARDS: [IntentStandard; 4] = [
    IntentStandard::Nep413,
    IntentStandard::Erc191,
    IntentStandard::Tip191,
    IntentStandard::RawEd25519,
];

/// A sandbox, and what was asked of it.
struct Stage {
    sandbox: Sandbox,
    api: Api,
    body: Value,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn now() -> UnixSeconds {
    UnixSeconds::new(u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap())
}

fn amount(token: &str, amount: Lots) -> AssetAmount {
    let (token, network) = (token.to_owned(), "ethereum".to_owned());
    AssetAmount { symbol: token.clone(), token, network, decimals: 6, amount }
}

impl Stage {
    /// A swap of coins of Bitcoin, whose asset has two names, or of a token inside NEAR Intents.
    async fn new(tamper: Option<Tamper>, api: Api, inside: Option<&IntentStandard>) -> Self {
        let sandbox = Sandbox::start(SandboxConfig { tamper, ..quick() }).await.unwrap();
        let asset = if inside.is_some() { ("usdc", "ethereum") } else { ("btc", "bitcoin") };
        let mut body = request(&sandbox, asset, "100000000");
        if let Some(standard) = inside {
            body["depositType"] = json!("INTENTS");
            body["refundType"] = json!("INTENTS");
            body["refundTo"] = json!(countersign_near::implicit_account(&key(&sandbox, *standard)));
        }
        Self { sandbox, api, body }
    }

    fn terms(&self) -> Terms<QuoteTerms> {
        let place = |name: &str| match self.body[name].as_str().unwrap() {
            "INTENTS" => QuotePlace::Intents,
            _ => QuotePlace::Chain,
        };
        let registry = Registry::from_toml(&self.sandbox.registry_toml()).unwrap();
        let ids = &registry.token("BTC").unwrap().asset_ids;
        let alias = AssetAlias { asked: ids[0].clone(), answered: ids[1].clone() };
        let deadline = text(&self.body["deadline"]);
        let deadline = OffsetDateTime::parse(&deadline, &Rfc3339).unwrap().unix_timestamp();
        let deadline = u64::try_from(deadline).unwrap();
        let lots: Lots = text(&self.body["amount"]).parse().unwrap();
        // 98 % of the market's price: 60000 or 1 dollars for 150.
        let is_btc = self.body["originAsset"] == ids[0];
        let least: u64 = if is_btc { 392_000_000_000 } else { 653_333_333 };
        Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: amount("USDC", lots),
            destination: amount("SOL", Lots::from(least)),
            recipient: text(&self.body["recipient"]),
            refund_address: text(&self.body["refundTo"]),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: QuoteTerms {
                dry: false,
                swap_type: QuoteSwapType::ExactInput,
                deposit_mode: QuoteDepositMode::Simple,
                slippage: Bps::new(100).unwrap(),
                origin_asset: text(&self.body["originAsset"]),
                destination_asset: text(&self.body["destinationAsset"]),
                asset_aliases: vec![alias],
                amount: lots,
                deposit_type: place("depositType"),
                refund_type: place("refundType"),
                recipient_type: place("recipientType"),
                deadline: Some(UnixMillis::new(deadline * 1_000)),
                latest_deadline: UnixSeconds::new(now().value() + 3_600),
                min_remaining: 60,
                made_after: Some(UnixSeconds::new(now().value() - 60)),
                virtual_chain_recipient: None,
                virtual_chain_refund_recipient: None,
                custom_recipient_msg: None,
                confidentiality: QuoteConfidentiality::Public,
                referral: None,
                quote_waiting_time_ms: 0,
                connected_wallets: vec![],
                session_id: None,
                rebates: vec![],
                app_fees: vec![],
                insured: false,
                max_app_fees: Bps::new(100).unwrap(),
                fee_recipients: registry.quotes().unwrap().fee_recipients.clone(),
                max_slippage: Bps::new(100).unwrap(),
                age: QuoteAge::New,
            },
        }
    }

    async fn prove(&self) -> Result<ProvenQuote, Refusal> {
        let answer = self.api.post(&self.sandbox, "quote", &self.body).await;
        let keys = QuoteKeys::new([pinned_key(&self.sandbox).as_str()]).unwrap();
        let body = QuoteAnswer::new(answer.body.clone());
        prove(body, &Arc::new(self.terms()), &keys, now())
    }

    /// Has an intent made for a proven quote, and verifies it.
    async fn verify(&self, quote: &ProvenQuote, standard: IntentStandard) -> Vec<String> {
        let key = key(&self.sandbox, standard);
        let signer_id = countersign_near::implicit_account(&key);
        let body = json!({ "type": "swap_transfer", "standard": standard.as_str(),
            "signerId": signer_id, "depositAddress": quote.deposit_address() });
        let answer = self.api.post(&self.sandbox, "generate-intent", &body).await;
        let registry = Registry::from_toml(&self.sandbox.registry_toml()).unwrap();
        let pins = registry.quotes().unwrap();
        let owner = IntentOwner {
            standard,
            key,
            signer_id,
            verifying_contract: pins.verifying_contract.clone().unwrap(),
            nonce: IntentNonceRule::Versioned { salts: pins.nonce_salts.clone() },
            latest_deadline: None,
            bound: None,
            min_remaining: 60,
            require_facts: vec![],
            max_clock_skew: 60,
        };
        let terms = match intent_terms(quote, owner) {
            Ok(terms) => Arc::new(terms),
            Err(refusal) => return codes(&refusal),
        };
        let payload = IntentPayload::new(answer.body.clone());
        match verify_intent(payload, &terms, &NearFacts::default(), now()) {
            Ok(_) => Vec::new(),
            Err(VerifyError::Refused(refusal)) => codes(&refusal),
            Err(error) => panic!("{error}"),
        }
    }
}

fn key(sandbox: &Sandbox, standard: IntentStandard) -> IntentKey {
    match standard {
        IntentStandard::Erc191 | IntentStandard::Tip191 => {
            let address = named(sandbox, "default", "ethereum").address;
            IntentKey::Secp256k1(address.parse::<EvmAddress>().unwrap())
        }
        _ => {
            let address = named(sandbox, "default", "solana").address;
            let bytes = bs58::decode(address).into_vec().unwrap();
            IntentKey::Ed25519(bytes.try_into().unwrap())
        }
    }
}

fn codes(refusal: &Refusal) -> Vec<String> {
    refusal.violations().iter().map(|violation| violation.code.to_string()).collect()
}

#[tokio::test]
async fn honest_quotes_and_intents_are_taken() {
    for api in APIS {
        let stage = Stage::new(None, api, None).await;
        let quote = stage.prove().await.unwrap_or_else(|refusal| panic!("{api:?} {refusal}"));
        assert_eq!(quote.deposit_address(), Some(stage.sandbox.deposits()[0].address.as_str()));
        for standard in STANDARDS {
            let stage = Stage::new(None, api, Some(&standard)).await;
            let quote = stage.prove().await.unwrap_or_else(|refusal| panic!("{refusal}"));
            assert_eq!(stage.verify(&quote, standard).await, Vec::<String>::new(), "{standard:?}");
        }
    }
}

/// Lies that a proof of the quote alone does not notice: those who build the deposit do.
const OF_THE_DEPOSIT: [Tamper; 2] = [Tamper::QuoteMemo, Tamper::QuoteDepositAddressForm];

#[tokio::test]
async fn lies_about_quotes_are_refused_by_their_codes() {
    let lies = Tamper::QUOTED.iter().filter(|lie| !lie.needs_signed_intent());
    for (place, lie) in lies.enumerate() {
        let stage = Stage::new(Some(*lie), APIS[place % 2], None).await;
        let proven = stage.prove().await;
        if OF_THE_DEPOSIT.contains(lie) {
            let quote = proven.unwrap_or_else(|refusal| panic!("{lie}: {refusal}"));
            let memo = quote.deposit_memo().is_some();
            let honest = stage.sandbox.deposits()[0].address.clone();
            assert!(memo || quote.deposit_address() != Some(&honest), "{lie}");
            continue;
        }
        let found = codes(&proven.err().unwrap_or_else(|| panic!("{lie}: proven")));
        let expected = lie.codes();
        assert!(found.iter().any(|code| expected.contains(&code.as_str())), "{lie}: {found:?}");
    }
}

#[tokio::test]
async fn lies_about_intents_are_refused_by_their_codes() {
    let lies = Tamper::QUOTED.iter().filter(|lie| lie.needs_signed_intent());
    for (place, lie) in lies.enumerate() {
        let standard = if lie.needs_nep413() { STANDARDS[0] } else { STANDARDS[place % 4] };
        let stage = Stage::new(Some(*lie), APIS[place % 2], Some(&standard)).await;
        let quote = stage.prove().await.unwrap_or_else(|refusal| panic!("{lie}: {refusal}"));
        let found = stage.verify(&quote, standard).await;
        assert_eq!(found, lie.codes(), "{lie} {standard:?}");
    }
}

#[tokio::test]
async fn no_lie_is_told_about_a_price_alone() {
    for lie in [Tamper::QuoteSignature, Tamper::QuoteOtherUser, Tamper::QuoteAmountIn] {
        let mut stage = Stage::new(Some(lie), Api::OneClick, None).await;
        stage.body["dry"] = json!(true);
        let answer = Api::OneClick.quote(&stage.sandbox, &stage.body).await;
        let mut terms = stage.terms();
        terms.approval.dry = true;
        let keys = QuoteKeys::new([pinned_key(&stage.sandbox).as_str()]).unwrap();
        let proven = prove(QuoteAnswer::new(answer.to_string()), &Arc::new(terms), &keys, now());
        assert!(proven.is_ok(), "{lie}: {:?}", proven.err());
        assert!(answer["quote"].get("depositAddress").is_none());
    }
}
