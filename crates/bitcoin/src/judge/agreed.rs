use bitcoin::{Address, Script};
use countersign_approval::{BitcoinNetwork, Code, DerivedHtlc};

use super::Check;
use crate::TermsError;
use crate::templates::Leaves;

/// The first lock time that is a moment and not a height.
pub(super) const FIRST_TIME: u32 = 500_000_000;

impl Check<'_> {
    /// Checks the output that was agreed, before anything that was sent.
    pub(super) fn agreed(&mut self) {
        self.lock_time_of_output(self.terms.current_height, "terms.current_height");
        let htlc = &self.terms.htlc;
        if htlc.secret_hash == [0; 32] {
            self.push(Code::HtlcScript, "terms.htlc.secret_hash", "a hash", "zeroes");
        }
        if self.keys.find(&htlc.refund_key).is_none() {
            let found = hex::encode(htlc.refund_key.x_only());
            self.push(Code::HtlcScript, "terms.htlc.refund_key", "a key of ours", found);
        }
        self.derived(&htlc.derived);
    }

    /// The lock must be ahead, and not further than policy allows.
    pub(super) fn lock_time_of_output(&mut self, height: u32, source: &str) {
        const MEMBER: &str = "terms.htlc.locktime";
        let (lock, most) = (self.terms.htlc.locktime, self.terms.max_locktime);
        if (lock < FIRST_TIME) != (most < FIRST_TIME) {
            return self.push(Code::HtlcScript, MEMBER, "of the kind that policy bounds", lock);
        }
        let ahead =
            if lock < FIRST_TIME { lock > height } else { u64::from(lock) > self.now.value() };
        if !ahead || lock > most {
            let expected = format_args!("after {source} ({height}) or now, at most {most}");
            self.push(Code::HtlcScript, MEMBER, expected, lock);
        }
    }

    /// Compares what the terms say follows from their members with what does.
    fn derived(&mut self, derived: &DerivedHtlc) {
        let htlc = self.htlc;
        if let Some(kind) = derived.kind.as_deref().filter(|kind| *kind != htlc.kind) {
            self.push(Code::HtlcScript, "terms.htlc.kind", htlc.kind, kind);
        }
        if let Some(address) = &derived.address {
            let ours = self.address();
            if ours.as_ref() != Some(address) {
                let ours = ours.unwrap_or_default();
                self.push(Code::HtlcScript, "terms.htlc.address", ours, address);
            }
        }
        let leaves = htlc.leaves();
        let leaf = |part: fn(&Leaves) -> &[u8]| leaves.map(part);
        let witness_script = htlc.witness_script().map(|script| script.as_bytes());
        for (member, said, ours) in [
            ("script_pubkey", &derived.script_pubkey, Some(htlc.script_pubkey.as_bytes())),
            ("witness_script", &derived.witness_script, witness_script),
            ("leaves.claim", &derived.claim_leaf, leaf(|leaves| leaves.claim.as_bytes())),
            ("leaves.refund", &derived.refund_leaf, leaf(|leaves| leaves.refund.as_bytes())),
            ("leaves.fast", &derived.fast_leaf, leaf(|leaves| leaves.fast.as_bytes())),
            (
                "merkle_root",
                &derived.merkle_root.map(Vec::from),
                leaf(|leaves| &leaves.merkle_root),
            ),
            (
                "refund_control_block",
                &derived.refund_control_block,
                leaf(|leaves| &leaves.refund_control_block),
            ),
            (
                "fast_refund_control_block",
                &derived.fast_refund_control_block,
                leaf(|leaves| &leaves.fast_refund_control_block),
            ),
        ] {
            if let Some(said) = said {
                self.same_bytes(Code::HtlcScript, &format!("terms.htlc.{member}"), ours, said);
            }
        }
    }

    fn address(&self) -> Option<String> {
        let params = network(self.terms.network);
        Address::from_script(&self.htlc.script_pubkey, params)
            .ok()
            .map(|address| address.to_string())
    }
}

/// Our change goes to an address, and so does a refund: an empty script is everybody's.
pub(crate) fn require_address(script: &[u8]) -> Result<(), TermsError> {
    Address::from_script(Script::from_bytes(script), bitcoin::Network::Bitcoin)
        .map(|_| ())
        .map_err(|_| TermsError::ChangeScript { found: hex::encode(script) })
}

/// Returns rust-bitcoin's word for a network.
pub(crate) const fn network(network: BitcoinNetwork) -> bitcoin::Network {
    match network {
        BitcoinNetwork::Mainnet => bitcoin::Network::Bitcoin,
        BitcoinNetwork::Testnet => bitcoin::Network::Testnet,
        BitcoinNetwork::Signet => bitcoin::Network::Signet,
        BitcoinNetwork::Regtest => bitcoin::Network::Regtest,
    }
}
