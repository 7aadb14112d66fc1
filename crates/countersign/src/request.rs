use std::fmt;
use std::str::FromStr;

use countersign_approval::{AddressError, AssetAmount, Coin, NetworkKind, Registry};
use countersign_units::{Bps, DecimalError, Lots, ParseBase58Error, SolanaAddress};

/// What a caller wants swapped.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a request is data that a caller fills in")]
pub struct SwapRequest {
    /// What to give.
    pub from: TokenAt,
    /// What to get.
    pub to: TokenAt,
    /// How much to give, as a decimal number such as `100.5`.
    pub amount: String,
    /// How much to get at least, as a decimal number. It must be given where the network is live; in
    /// the sandbox, where it is absent, the quote's own least is taken.
    pub min_out: Option<String>,
    /// How far the price may move.
    pub slippage: Bps,
    /// The account that pays, in the source chain's form.
    pub owner: String,
    /// The account that is paid, in the destination chain's form.
    pub recipient: String,
    /// The account that gets the funds back if the swap fails; the owner in most cases.
    pub refund_address: String,
    /// The coins to spend, on Bitcoin; without them they are those that a view of the chain sees.
    pub coins: Option<Vec<Coin>>,
}

/// A token on a network, by our own names: `USDC@ethereum`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a token is named by these two")]
pub struct TokenAt {
    /// The token's symbol.
    pub symbol: String,
    /// The network's name in the registry.
    pub network: String,
}

/// A text does not name a token on a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a token and a network, such as USDC@ethereum")]
pub struct ParseAssetError;

impl FromStr for TokenAt {
    type Err = ParseAssetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('@') {
            Some((symbol, network)) if !symbol.is_empty() && !network.is_empty() => {
                Ok(Self { symbol: symbol.to_owned(), network: network.to_owned() })
            }
            _ => Err(ParseAssetError),
        }
    }
}

impl fmt::Display for TokenAt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.symbol, self.network)
    }
}

/// A request whose tokens and amounts were looked up in the registry.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an API's implementation reads all of it")]
pub struct Order {
    /// What we give, exactly.
    pub source: AssetAmount,
    /// The source token's address, from the registry.
    pub source_address: String,
    /// The API's number of the source network, from the registry.
    pub source_network_id: u64,
    /// The kind of the source network, from the registry.
    pub source_kind: NetworkKind,
    /// The asset ids of the source token, from the registry: the first is the one that is sent.
    pub source_asset_ids: Vec<String>,
    /// What we get; the amount is the least that the caller asked for, or zero.
    pub destination: AssetAmount,
    /// The destination token's address, from the registry.
    pub destination_address: String,
    /// The API's number of the destination network, from the registry.
    pub destination_network_id: u64,
    /// The asset ids of the destination token, from the registry.
    pub destination_asset_ids: Vec<String>,
    /// How far the price may move.
    pub slippage: Bps,
    /// The account that pays.
    pub owner: String,
    /// The account that is paid.
    pub recipient: String,
    /// The account that gets the funds back if the swap fails.
    pub refund_address: String,
    /// The public key of the account that pays, in hex, where the source chain asks for it.
    pub public_key: Option<String>,
    /// The coins to spend, on Bitcoin, where the request names them.
    pub coins: Option<Vec<Coin>>,
}

/// Why a request can't be an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The registry does not hold the token.
    #[error("{token} is not in the registry; it holds {known}")]
    UnknownToken {
        /// The token that was asked for.
        token: String,
        /// The tokens that the registry holds.
        known: String,
    },
    /// An amount is no exact amount of its token.
    #[error("{member}: {found:?}: {source}")]
    Amount {
        /// `amount` or `min_out`.
        member: &'static str,
        /// The text.
        found: String,
        /// What is wrong with it.
        source: DecimalError,
    },
    /// An address is none on its network.
    #[error("{member}: {found:?}: {source}")]
    Address {
        /// `owner`, `recipient` or `refund_address`.
        member: &'static str,
        /// The text.
        found: String,
        /// What is wrong with it.
        source: AddressError,
    },
    /// An address is none of Solana.
    #[error("{member}: {found:?}: {source}")]
    SolanaAddress {
        /// `owner`, `recipient` or `refund_address`.
        member: &'static str,
        /// The text.
        found: String,
        /// What is wrong with it.
        source: ParseBase58Error,
    },
    /// An address is the one that nobody has the key of.
    #[error("{0}: expected an account, found the zero address")]
    ZeroAddress(&'static str),
    /// The amount is zero.
    #[error("amount: expected more than zero")]
    Nothing,
    /// Source and destination are the same token.
    #[error("expected two different tokens, found {0} twice")]
    SameToken(String),
}

impl RequestError {
    /// Says that a registry does not hold a token, and what it holds.
    pub(crate) fn unknown(token: &TokenAt, registry: &Registry) -> Self {
        let known =
            registry.tokens().map(|(_, token)| format!("{}@{}", token.symbol, token.network));
        let known: Vec<String> = known.collect();
        Self::UnknownToken { token: token.to_string(), known: known.join(", ") }
    }
}

impl Order {
    /// Looks up a question about a price in the registry. Nobody is to pay or to be paid yet, so
    /// that no intent can come of it.
    ///
    /// # Errors
    ///
    /// Returns a [`RequestError`] if a token is not there, or an amount is not exact.
    pub fn inquiry(
        from: &TokenAt,
        to: &TokenAt,
        amount: &str,
        slippage: Bps,
        registry: &Registry,
    ) -> Result<Self, RequestError> {
        if from == to {
            return Err(RequestError::SameToken(from.to_string()));
        }
        let (source, source_address, source_network_id) =
            look_up(from, Some(amount), "amount", registry)?;
        if source.amount.is_zero() {
            return Err(RequestError::Nothing);
        }
        let (destination, destination_address, destination_network_id) =
            look_up(to, None, "min_out", registry)?;
        let asset_ids = |asset: &AssetAmount| {
            registry.token(&asset.token).map(|token| token.asset_ids.clone()).unwrap_or_default()
        };
        let kind = |asset: &AssetAmount| registry.network(&asset.network).map(|it| it.kind);
        let unknown =
            || RequestError::UnknownToken { token: from.to_string(), known: String::new() };
        Ok(Self {
            source_kind: kind(&source).ok_or_else(unknown)?,
            source_asset_ids: asset_ids(&source),
            source,
            source_address,
            source_network_id,
            destination_asset_ids: asset_ids(&destination),
            destination,
            destination_address,
            destination_network_id,
            slippage,
            owner: String::new(),
            recipient: String::new(),
            refund_address: String::new(),
            public_key: None,
            coins: None,
        })
    }

    /// Looks up a request in the registry.
    ///
    /// # Errors
    ///
    /// Returns a [`RequestError`] if a token is not there, or an amount is not exact.
    pub fn new(request: &SwapRequest, registry: &Registry) -> Result<Self, RequestError> {
        let SwapRequest { from, to, amount, slippage, owner, recipient, refund_address, .. } =
            request;
        let mut order = Self::inquiry(from, to, amount, *slippage, registry)?;
        (order.destination, ..) = look_up(to, request.min_out.as_deref(), "min_out", registry)?;
        check_address("owner", owner, &from.network, registry)?;
        check_address("refund_address", refund_address, &from.network, registry)?;
        check_address("recipient", recipient, &to.network, registry)?;
        order.owner.clone_from(owner);
        order.recipient.clone_from(recipient);
        order.refund_address.clone_from(refund_address);
        order.coins.clone_from(&request.coins);
        Ok(order)
    }
}

/// Requires an address to be one of its network, where it is an EVM's, Tron's or Solana's. Addresses
/// of other networks are compared by their text, and the API judges them.
fn check_address(
    member: &'static str,
    address: &str,
    network: &str,
    registry: &Registry,
) -> Result<(), RequestError> {
    let Some(kind) = registry.network(network).map(|network| network.kind) else { return Ok(()) };
    let found = address.to_owned();
    let is_zero = if let Some(standard) = kind.standard() {
        let read = standard.parse_address(address);
        read.map_err(|source| RequestError::Address { member, found, source })?.is_zero()
    } else if kind == NetworkKind::Solana {
        let read = address.parse::<SolanaAddress>();
        // The address of 32 zeros is the System program.
        let zero = SolanaAddress::new([0; 32]);
        read.map_err(|source| RequestError::SolanaAddress { member, found, source })? == zero
    } else {
        false
    };
    if is_zero { Err(RequestError::ZeroAddress(member)) } else { Ok(()) }
}

fn look_up(
    asset: &TokenAt,
    amount: Option<&str>,
    member: &'static str,
    registry: &Registry,
) -> Result<(AssetAmount, String, u64), RequestError> {
    let found = registry.find(&asset.symbol, &asset.network);
    let network = registry.network(&asset.network);
    let (Some((key, token)), Some(network)) = (found, network) else {
        return Err(RequestError::unknown(asset, registry));
    };
    let lots = |text: &str| {
        Lots::from_decimal(text, token.decimals).map_err(|source| RequestError::Amount {
            member,
            found: text.to_owned(),
            source,
        })
    };
    let amount = AssetAmount {
        token: key.to_owned(),
        symbol: token.symbol.clone(),
        network: token.network.clone(),
        decimals: token.decimals,
        amount: amount.map_or(Ok(Lots::ZERO), lots)?,
    };
    Ok((amount, token.address.clone(), network.api_network_id))
}
