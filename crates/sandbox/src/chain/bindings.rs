//! The contracts as Rust types: ours from the committed artifacts, Permit2 from its package.

use alloy::sol;

pub(super) use tempo_contracts::Permit2;

sol!(
    #[allow(missing_docs)]
    SandboxToken,
    "../../contracts/artifacts/SandboxToken.json"
);

sol!(
    #[allow(missing_docs)]
    SandboxEscrow,
    "../../contracts/artifacts/SandboxEscrow.json"
);
