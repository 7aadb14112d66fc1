/// How a node is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller sets what its node needs")]
pub struct EvmRpcSettings {
    /// How the block is named that the facts are of.
    pub block: BlockSelector,
    /// How many questions go into one request; 1 for nodes that take no batches.
    pub max_batch: usize,
    /// How many bytes of code an account may have.
    pub max_code: usize,
}

/// How the block is named that the facts are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the ways there are")]
pub enum BlockSelector {
    /// By its hash, so that a node that never had it, or has it no longer, answers with an error.
    ///
    /// Source: [EIP-1898](https://eips.ethereum.org/EIPS/eip-1898).
    Hash,
    /// By its number, for nodes that take no hash; that it is still the same block is asked behind
    /// the facts.
    Number,
    /// Not at all, for nodes that know the latest block only, such as Tron's; that no block came
    /// between is asked behind the facts, and all is asked again if one did.
    Latest,
}

impl EvmRpcSettings {
    /// What Tron's nodes need.
    pub const TRON: Self = Self { block: BlockSelector::Latest, max_batch: 50, max_code: 1 << 16 };
}

impl Default for EvmRpcSettings {
    /// What nodes of Ethereum and its like need; code as long as
    /// [EIP-170](https://eips.ethereum.org/EIPS/eip-170) allows.
    fn default() -> Self {
        Self { block: BlockSelector::Hash, max_batch: 50, max_code: 24_576 }
    }
}
