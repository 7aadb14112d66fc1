use std::fmt;

#[cfg(feature = "journal")]
use countersign_approval::Violation;
use countersign_approval::{Code, EvmFacts, Permit2Terms, Refusal, Terms};
use countersign_evm::ApproveCall;
use countersign_units::{EvmAddress, Lots};

/// The owner has not let Permit2 move enough of the token: what there is, and what to send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct MissingAllowance {
    /// The network's name in the registry.
    pub network: String,
    /// The EIP-155 chain id, on which the calls have to be sent.
    pub chain_id: u64,
    /// The account that has to send the calls, in the network's own form.
    pub owner: String,
    /// The token contract, in the network's own form.
    pub token: String,
    /// The Permit2 contract that needs the allowance, in the network's own form.
    pub permit2: String,
    /// What the allowance is, in base units.
    pub allowance: Lots,
    /// What it has to be at least, in base units.
    pub needed: Lots,
    /// The calls that make it exactly that, in order.
    pub calls: Vec<ApproveCall>,
}

impl MissingAllowance {
    /// Finds out whether a refusal is about nothing but an allowance that is too small.
    pub(crate) fn of(
        refusal: &Refusal,
        terms: &Terms<Permit2Terms>,
        facts: &EvmFacts,
    ) -> Option<Self> {
        let alone = refusal.violations().iter().all(|violation| violation.code == Code::Allowance);
        let allowance = facts.allowance.filter(|_| alone)?;
        let permit2 = &terms.approval;
        let (token, needed) = (permit2.token, permit2.amount);
        let calls = ApproveCall::to_cover(token, permit2.permit2, allowance, needed);
        let show = |address: EvmAddress| permit2.standard.show(address);
        (!calls.is_empty()).then(|| Self {
            network: terms.source.network.clone(),
            chain_id: permit2.chain_id,
            owner: show(permit2.owner),
            token: show(token),
            permit2: show(permit2.permit2),
            allowance,
            needed,
            calls,
        })
    }
}

#[cfg(feature = "journal")]
impl MissingAllowance {
    /// Says the same as a refusal.
    pub(crate) fn refusal(&self) -> Refusal {
        let expected = format!("at least {} base units", self.needed);
        Refusal::one(Violation::new(Code::Allowance, "allowance", expected, self.allowance))
    }
}

impl fmt::Display for MissingAllowance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, owner, token, permit2, allowance, needed, .. } = self;
        write!(
            formatter,
            "allowance: {owner} lets Permit2 ({permit2}) move {allowance} base units of {token} on \
             {network}, expected at least {needed}"
        )
    }
}
