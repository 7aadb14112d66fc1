//! What contracts noted, by where and what.

use alloy::primitives::{Address, B256, Log};
use serde::Deserialize;
use serde_json::Value;

use super::error::RpcError;
use super::methods::{found, quantity};
use super::params::{self, BlockParam};
use crate::chain::{Block, BlockId, Chain};
use crate::json::Json;

/// How many blocks one question may be about.
const MOST: u64 = 1_000;

/// Which logs are asked for. Each transaction is alone in its block.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    from_block: Option<BlockParam>,
    to_block: Option<BlockParam>,
    block_hash: Option<B256>,
    address: Option<OneOrMany<Address>>,
    #[serde(default)]
    topics: Vec<Option<OneOrMany<B256>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T: PartialEq> OneOrMany<T> {
    fn has(&self, value: &T) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.contains(value),
        }
    }
}

/// Answers the logs of some blocks that a filter lets through.
///
/// # Errors
///
/// Returns an [`RpcError`] if the parameters are others, or a block is not there.
pub(super) fn find(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let expected = "an object with blocks, and perhaps address and topics";
    let [filter]: [Filter; 1] = params::read(params, expected)?;
    let [first, last] = filter.bounds().map(|id| found(chain, id));
    let (first, last) = (first?.number, last?.number);
    if last.saturating_sub(first) >= MOST {
        return Err(RpcError::params("at most a thousand blocks"));
    }
    let mut listed = Vec::new();
    for number in first..=last {
        let block = found(chain, BlockId::Number(number))?;
        let Some((id, logs)) = chain.logs(block) else { continue };
        let let_through = (0_u64..).zip(logs).filter(|(_, log)| filter.lets_through(log));
        listed.extend(let_through.map(|log| write((block, id), log)));
    }
    Ok(Json::list(listed))
}

impl Filter {
    fn bounds(&self) -> [BlockId; 2] {
        if let Some(hash) = self.block_hash {
            return [BlockId::Hash(hash), BlockId::Hash(hash)];
        }
        let id = |block: &Option<BlockParam>| block.as_ref().map_or(BlockId::Latest, |it| it.0);
        [id(&self.from_block), id(&self.to_block)]
    }

    fn lets_through(&self, log: &Log) -> bool {
        let at = self.address.as_ref().is_none_or(|address| address.has(&log.address));
        let mut topics = self.topics.iter().enumerate();
        at && topics.all(|(place, wanted)| {
            let found = log.topics().get(place);
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| wanted.has(found)))
        })
    }
}

fn write((block, id): (Block, B256), (index, log): (u64, &Log)) -> Json {
    Json::object([
        ("address", Json::text(log.address)),
        ("topics", Json::list(log.topics().iter().map(Json::text))),
        ("data", Json::text(&log.data.data)),
        ("transactionHash", Json::text(id)),
        ("logIndex", quantity(index)),
        ("removed", Json::from(false)),
        ("blockHash", Json::text(block.hash)),
        ("blockNumber", quantity(block.number)),
        ("transactionIndex", Json::from("0x0")),
    ])
}
