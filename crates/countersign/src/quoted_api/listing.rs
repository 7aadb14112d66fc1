//! The API's own list of tokens.

use std::time::Duration;

use countersign_api_types::oneclick::{Token, TokensRequest};
use countersign_http_client::ClientError;
use tokio::time::timeout;

use super::{Client, QuotedApi};
use crate::{Listed, ListedAsset, Order};

/// How long the list of tokens may take. It is compared with the registry, and decides nothing alone.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

impl QuotedApi {
    /// Says what the API's own list holds of an order's assets. The list is read once.
    pub(super) async fn listed(&self, order: &Order) -> Listed {
        let read = timeout(LIST_PATIENCE, self.tokens.get_or_try_init(|| self.read_tokens())).await;
        let tokens = match read {
            Ok(Ok(tokens)) => tokens,
            Ok(Err(error)) => return Listed::Unread { reason: error.to_string() },
            Err(_) => {
                let reason = format!("no answer within {} s", LIST_PATIENCE.as_secs());
                return Listed::Unread { reason };
            }
        };
        let ids = || order.source_asset_ids.iter().chain(&order.destination_asset_ids);
        let is_ours = |token: &&Token| ids().any(|id| *id == token.asset_id);
        let listed = tokens.iter().filter(is_ours).map(|token| ListedAsset {
            id: token.asset_id.clone(),
            decimals: token.decimals,
            address: token.contract_address.clone(),
        });
        Listed::Assets(listed.collect())
    }

    async fn read_tokens(&self) -> Result<Vec<Token>, ClientError> {
        match &self.client {
            Client::OneClick(client) => client.tokens(&TokensRequest::default()).await,
            Client::Aurora(client) => client.tokens().await,
        }
    }
}
