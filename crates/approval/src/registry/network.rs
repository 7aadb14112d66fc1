use countersign_units::{EvmAddress, SolanaAddress, SolanaHash, TronAddress};
use serde::{Deserialize, Deserializer};

use crate::{BitcoinNetwork, OthersSign, TypedDataStandard};

/// A network, and what is pinned there.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "NetworkFile")]
#[non_exhaustive]
pub struct Network {
    /// What kind of chain it is.
    pub kind: NetworkKind,
    /// The intent API's own number of the network. Not the chain id.
    pub api_network_id: u64,
    /// Addresses that the API may name in `approve_to`.
    pub approve_to: Vec<String>,
    /// What is pinned of Permit2 and its spenders, on EVM networks and on Tron.
    pub permit2: Option<Permit2Pins>,
    /// What is pinned of hash time-locked outputs, on Bitcoin.
    pub htlc: Option<HtlcPins>,
    /// What is pinned of transactions that we co-sign, on Solana.
    pub cosign: Option<CosignPins>,
}

/// A kind of chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkKind {
    /// Ethereum and its kin: approved by a Permit2 signature.
    Evm,
    /// Tron: approved by a Permit2 signature, with addresses of its own form.
    Tron,
    /// Bitcoin.
    Bitcoin,
    /// Solana.
    Solana,
}

/// What is pinned where Permit2 moves the tokens.
///
/// The file has addresses in the network's own form: hex on EVM networks, base58check on Tron.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Permit2Pins {
    /// How typed data is hashed and addresses are written.
    pub standard: TypedDataStandard,
    /// The EIP-155 chain id; on Tron its low 32 bits.
    pub chain_id: u64,
    /// The Permit2 contract.
    pub contract: Option<EvmAddress>,
    /// The escrow contracts that may spend a permit. Empty: unpinned.
    pub escrows: Vec<EvmAddress>,
    /// Keccak-256 of the escrow's code, in the file as `0x` and 64 hex digits.
    pub escrow_code_hash: Option<[u8; 32]>,
    /// The implementation behind the escrow, where the escrow is an ERC-1967 proxy.
    pub escrow_implementation: Option<EvmAddress>,
    /// The deposit addresses of the resolvers we deal with.
    pub resolvers: Vec<EvmAddress>,
    /// The allowed witness structs, as EIP-712 encodeType.
    pub witnesses: Vec<String>,
}

/// What is pinned where a hash time-locked output (HTLC) takes the coins.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HtlcPins {
    /// Which Bitcoin network it is.
    pub network: BitcoinNetwork,
    /// The templates that an output may be made by, by name. Empty: unpinned.
    pub templates: Vec<String>,
    /// The keys that may take an output with the secret, compressed. Empty: unpinned.
    pub claim_keys: Vec<[u8; 33]>,
}

/// What is pinned where we co-sign a transaction that another has built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CosignPins {
    /// The cluster, by the hash of its first block.
    pub genesis_hash: SolanaHash,
    /// Who may pay the fee; our own account too, if it stands here. Empty: unpinned.
    pub fee_payers: Vec<SolanaAddress>,
    /// Who may sign beside the fee payer and ourselves.
    pub cosigners: Vec<SolanaAddress>,
    /// When the others sign, in the file as `others_sign = "before"` or `"anytime"`.
    pub others_sign: OthersSign,
    /// The owners of the accounts that assets may go to. Empty: unpinned.
    pub destinations: Vec<SolanaAddress>,
    /// The programs that may be called. Empty: unpinned.
    pub programs: Vec<SolanaAddress>,
    /// Programs, of these, whose instructions we can't read: those of an escrow.
    pub opaque_programs: Vec<SolanaAddress>,
    /// The accounts of durable nonces that a transaction may live by.
    pub nonce_accounts: Vec<SolanaAddress>,
}

/// What moves a token.
///
/// In the file `program` of a token: `native` for a chain's own coin; on Solana else `spl-token` or
/// `token-2022`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "these are the ways to hold value")]
pub enum TokenProgram {
    /// The chain itself: SOL, ETH, TRX.
    Native,
    /// SPL Token.
    SplToken,
    /// Token-2022.
    #[serde(rename = "token-2022")]
    Token2022,
}

impl NetworkKind {
    /// Returns the kind's name, as it stands in registries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evm => "evm",
            Self::Tron => "tron",
            Self::Bitcoin => "bitcoin",
            Self::Solana => "solana",
        }
    }

    /// Returns how typed data is hashed and addresses are written, where Permit2 moves the tokens.
    pub const fn standard(self) -> Option<TypedDataStandard> {
        match self {
            Self::Evm => Some(TypedDataStandard::Eip712),
            Self::Tron => Some(TypedDataStandard::Tip712),
            Self::Bitcoin | Self::Solana => None,
        }
    }
}

/// A network's table in the file; which keys it takes depends on its kind.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum NetworkFile {
    Evm(Permit2File<EvmAddress>),
    Tron(Permit2File<TronAddress>),
    Bitcoin(BitcoinFile),
    Solana(SolanaFile),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SolanaFile {
    api_network_id: u64,
    #[serde(default)]
    approve_to: Vec<String>,
    genesis_hash: Option<SolanaHash>,
    #[serde(default)]
    fee_payers: Vec<SolanaAddress>,
    #[serde(default)]
    cosigners: Vec<SolanaAddress>,
    #[serde(default)]
    others_sign: OthersSign,
    #[serde(default)]
    destinations: Vec<SolanaAddress>,
    #[serde(default)]
    programs: Vec<SolanaAddress>,
    #[serde(default)]
    opaque_programs: Vec<SolanaAddress>,
    #[serde(default)]
    nonce_accounts: Vec<SolanaAddress>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BitcoinFile {
    api_network_id: u64,
    #[serde(default)]
    approve_to: Vec<String>,
    #[serde(deserialize_with = "network")]
    network: BitcoinNetwork,
    #[serde(default)]
    htlc_templates: Vec<String>,
    #[serde(default, deserialize_with = "keys")]
    claim_keys: Vec<[u8; 33]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permit2File<A> {
    api_network_id: u64,
    #[serde(default)]
    approve_to: Vec<String>,
    chain_id: u64,
    permit2: Option<A>,
    #[serde(default = "Vec::new")]
    escrows: Vec<A>,
    #[serde(default, deserialize_with = "hash")]
    escrow_code_hash: Option<[u8; 32]>,
    escrow_implementation: Option<A>,
    #[serde(default = "Vec::new")]
    resolvers: Vec<A>,
    #[serde(default)]
    witnesses: Vec<String>,
}

impl From<NetworkFile> for Network {
    fn from(file: NetworkFile) -> Self {
        match file {
            NetworkFile::Evm(file) => file.pin(NetworkKind::Evm, TypedDataStandard::Eip712),
            NetworkFile::Tron(file) => file.pin(NetworkKind::Tron, TypedDataStandard::Tip712),
            NetworkFile::Bitcoin(file) => file.pin(),
            NetworkFile::Solana(file) => file.pin(),
        }
    }
}

impl Network {
    const fn unpinned(kind: NetworkKind, api_network_id: u64, approve_to: Vec<String>) -> Self {
        Self { kind, api_network_id, approve_to, permit2: None, htlc: None, cosign: None }
    }
}

impl SolanaFile {
    /// Without its cluster nothing of it is pinned: any other member would be of nobody knows which.
    fn pin(self) -> Network {
        let cosign = self.genesis_hash.map(|genesis_hash| CosignPins {
            genesis_hash,
            fee_payers: self.fee_payers,
            cosigners: self.cosigners,
            others_sign: self.others_sign,
            destinations: self.destinations,
            programs: self.programs,
            opaque_programs: self.opaque_programs,
            nonce_accounts: self.nonce_accounts,
        });
        let network = Network::unpinned(NetworkKind::Solana, self.api_network_id, self.approve_to);
        Network { cosign, ..network }
    }
}

impl BitcoinFile {
    fn pin(self) -> Network {
        let Self { api_network_id, approve_to, network, htlc_templates, claim_keys } = self;
        let htlc = Some(HtlcPins { network, templates: htlc_templates, claim_keys });
        Network { htlc, ..Network::unpinned(NetworkKind::Bitcoin, api_network_id, approve_to) }
    }
}

impl<A: Into<EvmAddress>> Permit2File<A> {
    fn pin(self, kind: NetworkKind, standard: TypedDataStandard) -> Network {
        let all = |addresses: Vec<A>| addresses.into_iter().map(Into::into).collect();
        let permit2 = Permit2Pins {
            standard,
            chain_id: self.chain_id,
            contract: self.permit2.map(Into::into),
            escrows: all(self.escrows),
            escrow_code_hash: self.escrow_code_hash,
            escrow_implementation: self.escrow_implementation.map(Into::into),
            resolvers: all(self.resolvers),
            witnesses: self.witnesses,
        };
        let Self { api_network_id, approve_to, .. } = self;
        Network { permit2: Some(permit2), ..Network::unpinned(kind, api_network_id, approve_to) }
    }
}

fn hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[u8; 32]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut bytes = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or_default();
    hex::decode_to_slice(digits, &mut bytes)
        .map_err(|_| serde::de::Error::custom("expected 0x and 64 hex digits"))?;
    Ok(Some(bytes))
}

fn network<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BitcoinNetwork, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Reads public keys; that each is a point is seen where scripts are made of them.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 33]>, D::Error> {
    let read = |text: String| {
        let mut key = [0; 33];
        let read = hex::decode_to_slice(&text, &mut key);
        let compressed = matches!(key, [2 | 3, ..]);
        read.ok().filter(|()| compressed).map(|()| key)
    };
    let keys: Option<_> = Vec::deserialize(deserializer)?.into_iter().map(read).collect();
    keys.ok_or_else(|| {
        serde::de::Error::custom("expected compressed public keys: 02 or 03, and 64 hex digits")
    })
}
