//! How an approval is recognised on its chain, by the name of what was reserved.

use countersign_approval::NonceQuery;
use countersign_journal::Label;

/// How an approval is recognised on its chain.
pub(super) enum Trace {
    Permit(NonceQuery),
    Coins,
    /// A transaction on Solana: one with a durable nonce does not die with its blockhash.
    Message {
        durable: bool,
    },
}

impl Trace {
    /// Reads the name of what was reserved.
    pub(super) fn of(resources: &[Label]) -> Option<Self> {
        let parts: Vec<_> = resources.first()?.as_str().split('/').collect();
        match parts.as_slice() {
            ["permit2", chain_id, permit2, owner, nonce] => Some(Self::Permit(NonceQuery {
                chain_id: chain_id.parse().ok()?,
                permit2: permit2.parse().ok()?,
                owner: owner.parse().ok()?,
                nonce: nonce.parse().ok()?,
            })),
            ["bitcoin", ..] => Some(Self::Coins),
            ["solana", ..] => Some(Self::Message { durable: resources.len() > 1 }),
            _ => None,
        }
    }
}

/// Reads the permit's nonce of what was reserved.
pub(in crate::worker) fn trace_permit(resources: &[Label]) -> Option<NonceQuery> {
    match Trace::of(resources)? {
        Trace::Permit(query) => Some(query),
        Trace::Coins | Trace::Message { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reserved_is_read_again() {
        let permit2 = "0x000000000022d473030f116ddee9f6b43ac78ba3";
        let owner = "0xc62169acccE6daf88b36975f4bffd66b0d0057c9".to_ascii_lowercase();
        let name = Label::new(format!("permit2/1/{permit2}/{owner}/{}", u64::MAX)).unwrap();
        let Some(Trace::Permit(query)) = Trace::of(&[name]) else { panic!("expected a permit") };
        assert_eq!(query.chain_id, 1);
        assert_eq!(query.nonce, countersign_units::U256::from(u64::MAX));
        let message = Label::new("solana/cluster/00").unwrap();
        assert!(matches!(
            Trace::of(std::slice::from_ref(&message)),
            Some(Trace::Message { durable: false })
        ));
        let nonce = Label::new("solana/nonce/a/b").unwrap();
        assert!(matches!(Trace::of(&[message, nonce]), Some(Trace::Message { durable: true })));
        assert!(Trace::of(&[]).is_none());
    }
}
