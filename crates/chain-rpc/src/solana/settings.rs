/// How a node of Solana is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller sets what its node needs")]
pub struct SolanaRpcSettings {
    /// How many questions go into one request; 1 for nodes that take no batches.
    ///
    /// Answers to one request are likely to be of one slot; else all is asked again.
    pub max_batch: usize,
}

impl Default for SolanaRpcSettings {
    /// What most nodes take.
    fn default() -> Self {
        Self { max_batch: 10 }
    }
}
