//! The programs that this crate knows, by their addresses.

use countersign_units::SolanaAddress;
use solana_sdk::pubkey::Pubkey;

/// The System program: SOL, accounts and durable nonces.
pub const SYSTEM: SolanaAddress = of(solana_sdk::pubkey!("11111111111111111111111111111111"));
/// The Compute Budget program.
pub const COMPUTE_BUDGET: SolanaAddress =
    of(solana_sdk::pubkey!("ComputeBudget111111111111111111111111111111"));
/// The SPL Token program.
pub const SPL_TOKEN: SolanaAddress =
    of(solana_sdk::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"));
/// The Token-2022 program.
pub const TOKEN_2022: SolanaAddress =
    of(solana_sdk::pubkey!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"));
/// The Associated Token Account program.
pub const ASSOCIATED_TOKEN: SolanaAddress =
    of(solana_sdk::pubkey!("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"));
/// The Memo program.
pub const MEMO: SolanaAddress =
    of(solana_sdk::pubkey!("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"));
/// The Memo program in its first version.
pub const MEMO_V1: SolanaAddress =
    of(solana_sdk::pubkey!("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"));
/// The Address Lookup Table program.
pub const LOOKUP_TABLE: SolanaAddress =
    of(solana_sdk::pubkey!("AddressLookupTab1e1111111111111111111111111"));
/// The Stake program.
pub const STAKE: SolanaAddress =
    of(solana_sdk::pubkey!("Stake11111111111111111111111111111111111111"));
/// The Vote program.
pub const VOTE: SolanaAddress =
    of(solana_sdk::pubkey!("Vote111111111111111111111111111111111111111"));
/// The first loader of programs.
pub const LOADER_V1: SolanaAddress =
    of(solana_sdk::pubkey!("BPFLoader1111111111111111111111111111111111"));
/// The second loader of programs.
pub const LOADER_V2: SolanaAddress =
    of(solana_sdk::pubkey!("BPFLoader2111111111111111111111111111111111"));
/// The upgradeable loader of programs.
pub const LOADER_V3: SolanaAddress =
    of(solana_sdk::pubkey!("BPFLoaderUpgradeab1e11111111111111111111111"));
/// The fourth loader of programs.
pub const LOADER_V4: SolanaAddress =
    of(solana_sdk::pubkey!("LoaderV411111111111111111111111111111111111"));

/// The programs that check signatures for others, which cost a fee for each: nothing that a swap
/// needs, and never one that can't be read.
pub(crate) const PRECOMPILES: [SolanaAddress; 3] = [
    of(solana_sdk::pubkey!("Ed25519SigVerify111111111111111111111111111")),
    of(solana_sdk::pubkey!("KeccakSecp256k11111111111111111111111111111")),
    of(solana_sdk::pubkey!("Secp256r1SigVerify1111111111111111111111111")),
];

/// The mint of SOL that is wrapped as a token: no program, but an account of SPL Token.
pub(crate) const NATIVE_MINT: SolanaAddress =
    of(solana_sdk::pubkey!("So11111111111111111111111111111111111111112"));

/// Says whether an address is one of a program or of a mint that stands here: nobody's wallet.
pub(crate) fn is_known(address: &SolanaAddress) -> bool {
    const OTHERS: [SolanaAddress; 15] = [
        SYSTEM,
        COMPUTE_BUDGET,
        SPL_TOKEN,
        TOKEN_2022,
        ASSOCIATED_TOKEN,
        MEMO,
        MEMO_V1,
        LOOKUP_TABLE,
        STAKE,
        VOTE,
        LOADER_V1,
        LOADER_V2,
        LOADER_V3,
        LOADER_V4,
        NATIVE_MINT,
    ];
    OTHERS.contains(address) || PRECOMPILES.contains(address)
}

const fn of(key: Pubkey) -> SolanaAddress {
    SolanaAddress::new(key.to_bytes())
}
