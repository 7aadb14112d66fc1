//! Versioned transactions of Solana that we co-sign: from what the API sent to a signature.
