//! What the tests of the DeFi API's client ask with.

use std::net::SocketAddr;
use std::time::Duration;

use countersign_api_types::defi::{
    ApprovalSubmission, Asset, CreateIntentRequest, HumanAmount, Profile, QuoteRequest,
};
use countersign_http_client::transport::Limits;
use countersign_http_client::{DefiClient, DefiClientBuilder};
use countersign_units::{Bps, Lots};

pub(crate) use crate::scripted::{Asked, Reply, Server};

/// The key that all clients of the tests send.
pub(crate) const KEY: &str = "sk-live-0123456789/secret";

impl Server {
    pub(crate) fn client(&self, profile: Profile) -> DefiClient {
        self.builder().profile(profile).build().unwrap()
    }

    pub(crate) fn builder(&self) -> DefiClientBuilder {
        builder(self.address)
    }
}

/// Returns a builder with short waits.
pub(crate) fn builder(address: SocketAddr) -> DefiClientBuilder {
    let limits = Limits {
        backoff: Duration::from_millis(10),
        total: Duration::from_secs(10),
        ..Limits::default()
    };
    DefiClient::builder(&format!("http://{address}")).api_key(KEY.into()).limits(limits)
}

pub(crate) fn order() -> QuoteRequest {
    QuoteRequest {
        from: Asset::ById(1),
        to: Asset::ById(4),
        amount: HumanAmount::from_lots(Lots::from(1_500_000), 6),
        slippage_bps: Bps::new(50).unwrap(),
    }
}

/// An order that every profile can write.
pub(crate) fn order_by_address() -> QuoteRequest {
    let asset =
        |network_id, address: &str| Asset::ByAddress { network_id, address: address.into() };
    QuoteRequest { from: asset(1, "0xA"), to: asset(4, "B"), ..order() }
}

pub(crate) fn creation() -> CreateIntentRequest {
    CreateIntentRequest {
        quote_id: "q1".to_owned(),
        from_address: "0xA".to_owned(),
        refund_address: "0xA".to_owned(),
        public_key: None,
        to_address: "B".to_owned(),
        order: Some(order()),
    }
}

pub(crate) fn approval() -> ApprovalSubmission {
    ApprovalSubmission::Permit2 { signature: "0x5161".to_owned() }
}
