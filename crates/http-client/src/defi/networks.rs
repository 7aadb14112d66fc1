use countersign_api_types::defi::{Network, Page};

use super::DefiClient;
use crate::{Call, ClientError};

impl DefiClient {
    /// Lists the networks.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn networks(&self) -> Result<Page<Network>, ClientError> {
        self.get(Call::Networks, &["networks"], "").await
    }
}
