use countersign_approval::{MinedTronCall, SeenTronCall, TronMoment};
use serde_json::json;

use super::answers::InfoAnswer;
use super::node::{Node, Of};
use crate::rpc::RpcError;

impl Node {
    /// Asks what the chain knows of a transaction. The latest block that stays comes first: what is
    /// found in no block after that is in none up to it.
    ///
    /// Behind one address may be nodes that are not equally far. So where no block is found, the latest
    /// one is asked for again, and the earlier of the two counts.
    pub(super) async fn state(
        &self,
        chain_id: u64,
        id: [u8; 32],
    ) -> Result<SeenTronCall, RpcError> {
        self.check(chain_id).await?;
        let solid = self.solid().await?;
        let mined = match self.mined(Of::Solid, id).await? {
            None => self.mined(Of::Head, id).await?,
            mined => mined,
        };
        if mined.is_some() {
            return Ok(SeenTronCall { solid, mined });
        }
        let again = self.solid().await?;
        let earlier = if again.time < solid.time { again } else { solid };
        Ok(SeenTronCall { solid: earlier, mined })
    }

    async fn solid(&self) -> Result<TronMoment, RpcError> {
        let latest = self.latest(Of::Solid).await?;
        Ok(TronMoment { number: latest.number, time: latest.time })
    }

    /// Asks which block has a transaction.
    pub(super) async fn mined(
        &self,
        of: Of,
        id: [u8; 32],
    ) -> Result<Option<MinedTronCall>, RpcError> {
        let question = json!({"value": hex::encode(id)});
        let answer: InfoAnswer = self.ask(of, InfoAnswer::METHOD, &question).await?;
        let mined = answer.read(id)?;
        let solid = of == Of::Solid;
        Ok(mined.map(|(succeeded, block)| MinedTronCall { succeeded, block, solid }))
    }
}
