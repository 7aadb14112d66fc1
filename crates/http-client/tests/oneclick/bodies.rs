//! What the tests ask with, and what they are answered.

use std::time::Duration;

use countersign_api_types::aurora;
use countersign_api_types::oneclick::{
    DepositSubmission, DepositType, GenerateIntentRequest, MultiPayload, QuoteOptions,
    QuoteRequest, RecipientType, RefundType, Standard, StatusRequest, SubmitIntentRequest,
    SwapType,
};
use countersign_http_client::transport::Limits;
use countersign_http_client::{
    AuroraClient, AuroraClientBuilder, OneClickClient, OneClickClientBuilder,
};
use countersign_units::{Bps, Lots};

use crate::scripted::Server;

/// The keys that all clients of the tests send.
pub(crate) const KEY: &str = "partner-0123456789/secret";
pub(crate) const TOKEN: &str = "ey.session-0123456789/secret";
pub(crate) const PATH_KEY: &str = "studio-0123456789/a?b#c%2f\"d\\e";

/// The key as a server gets it.
pub(crate) const SENT_KEY: &str = "studio-0123456789%2Fa%3Fb%23c%252f%22d%5Ce";

pub(crate) const TOKENS: &str =
    r#"[{"assetId":"a","decimals":8,"blockchain":"moon","symbol":"A","price":1}]"#;

pub(crate) const GENERATED: &str =
    r#"{"intent":{"standard":"erc191","payload":"{ \"a\" : 1e0 }"},"correlationId":"c"}"#;

pub(crate) const SUBMITTED: &str = r#"{"intentHash":"Hash","correlationId":null}"#;

/// A quote with such an address.
pub(crate) fn quoted(address: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-06-23T17:10:41.104Z","signature":"ed25519:S","quoteRequest":
        {{"dry":false,"swapType":"EXACT_INPUT","slippageTolerance":1e2,"originAsset":"a",
        "depositType":"ORIGIN_CHAIN","destinationAsset":"b","amount":"10000","refundTo":"r",
        "refundType":"ORIGIN_CHAIN","recipient":"t","recipientType":"DESTINATION_CHAIN",
        "deadline":"2026-06-23T19:00:00.000Z","referral":null}},"quote":{{"amountIn":"10000",
        "minAmountIn":"10000","amountOut":"5931560","minAmountOut":"5872244","timeEstimate":812,
        "depositAddress":"{address}","depositMemo":null}},"correlationId":null}}"#
    )
}

/// A status of the deposit at such an address.
pub(crate) fn status(address: &str) -> String {
    let quote = quoted(address);
    format!(r#"{{"status":"PROCESSING","quoteResponse":{quote},"swapDetails":{{}}}}"#)
}

pub(crate) fn order(dry: bool) -> QuoteRequest {
    QuoteRequest {
        dry,
        swap_type: SwapType::ExactInput,
        slippage_tolerance: Bps::new(100).unwrap(),
        origin_asset: "a".to_owned(),
        deposit_type: DepositType::OriginChain,
        destination_asset: "b".to_owned(),
        amount: Lots::from(10_000),
        refund_to: "r".to_owned(),
        refund_type: RefundType::OriginChain,
        recipient: "t".to_owned(),
        recipient_type: RecipientType::DestinationChain,
        deadline: "2026-06-23T19:00:00.000Z".parse().unwrap(),
        options: QuoteOptions::default(),
    }
}

pub(crate) fn aurora_order(dry: bool) -> aurora::QuoteRequest {
    order(dry).try_into().unwrap()
}

pub(crate) fn question() -> StatusRequest {
    StatusRequest { deposit_address: "x/y".to_owned(), deposit_memo: None }
}

pub(crate) fn deposit() -> DepositSubmission {
    DepositSubmission {
        tx_hash: "0xab".to_owned(),
        deposit_address: "x/y".to_owned(),
        near_sender_account: None,
        memo: None,
    }
}

pub(crate) fn generation() -> GenerateIntentRequest {
    GenerateIntentRequest {
        standard: Standard::Erc191,
        signer_id: "s".to_owned(),
        deposit_address: "x/y".to_owned(),
    }
}

pub(crate) fn signed() -> SubmitIntentRequest {
    let (payload, signature) = ("{ \"a\" : 1e0 }".to_owned(), "secp256k1:S".to_owned());
    SubmitIntentRequest { signed_data: MultiPayload::Erc191 { payload, signature } }
}

pub(crate) fn limits() -> Limits {
    let (backoff, total) = (Duration::from_millis(10), Duration::from_secs(10));
    Limits { backoff, total, ..Limits::default() }
}

impl Server {
    pub(crate) fn oneclick_builder(&self) -> OneClickClientBuilder {
        let builder = OneClickClient::builder(&format!("http://{}", self.address)).limits(limits());
        builder.partner_key(KEY.into()).user_session(TOKEN.into())
    }

    pub(crate) fn oneclick(&self) -> OneClickClient {
        self.oneclick_builder().build().unwrap()
    }

    pub(crate) fn aurora_builder(&self) -> AuroraClientBuilder {
        let builder = AuroraClient::builder(&format!("http://{}", self.address)).limits(limits());
        builder.api_key(PATH_KEY.into())
    }

    pub(crate) fn aurora(&self) -> AuroraClient {
        self.aurora_builder().build().unwrap()
    }
}
