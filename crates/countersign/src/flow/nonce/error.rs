use countersign_approval::SwapId;
use countersign_units::EvmAddress;

/// Why an account has no nonce to allot. Nothing was signed; there may be one later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NonceError {
    /// Too many transactions wait that are none of ours: what is sent behind them may wait for good.
    #[error(
        "{owner}: expected at most {most} transactions that wait and are none of ours, found \
         {found}: another sends from this account, or the node is wrong"
    )]
    Waiting {
        /// The account.
        owner: EvmAddress,
        /// How many there may be.
        most: u64,
        /// How many there are, as the node says.
        found: u64,
    },
    /// A transaction of ours is late and was not mined. What comes after it waits for it; and where
    /// nonces before it are free, whatever takes those lets it be mined after its time.
    #[error(
        "{owner}: nonce {nonce} belongs to swap {swap_id}, which is past its deadline and was not \
         mined; what is signed now would wait for it, or let it be mined: \
         `countersign cancel {swap_id}` frees the account"
    )]
    Blocked {
        /// The account.
        owner: EvmAddress,
        /// The nonce that is not mined.
        nonce: u64,
        /// The swap that holds it.
        swap_id: SwapId,
    },
    /// A nonce was taken some time ago and was not mined, and no swap goes on with it: there is none
    /// that could be cancelled.
    #[error(
        "{owner}: nonce {nonce} was taken some time ago and was not mined, and nobody goes on with \
         it; what is signed now would wait for it, or let it be mined: send {} from this account, of \
         nothing to itself", transactions(*first, *nonce)
    )]
    Stranded {
        /// The account.
        owner: EvmAddress,
        /// The nonce that is not mined.
        nonce: u64,
        /// The first nonce that has to be used for it to have its turn: itself, or one that is free.
        first: u64,
    },
    /// Our own swaps hold all nonces that can be looked through.
    #[error("{owner}: our swaps hold {found} nonces that are not mined, and it takes no more")]
    Full {
        /// The account.
        owner: EvmAddress,
        /// How many of its nonces were looked through.
        found: u64,
    },
}

/// Says what frees an account: what takes the place of a transaction comes before what lets it have
/// its turn.
fn transactions(first: u64, nonce: u64) -> String {
    if first >= nonce {
        return format!("any transaction with nonce {nonce}");
    }
    format!("transactions with the nonces from {nonce} down to {first}, in this order,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_frees_an_account_is_said() {
        let said = |first| {
            let owner = EvmAddress::new([0x11; 20]);
            NonceError::Stranded { owner, nonce: 9, first }.to_string()
        };
        assert!(said(9).contains("send any transaction with nonce 9 from"), "{}", said(9));
        assert!(said(7).contains("nonces from 9 down to 7, in this order"), "{}", said(7));
        // There is no swap that could be cancelled.
        assert!(!said(9).contains("countersign cancel"));
    }
}
