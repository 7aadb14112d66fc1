//! Gets coins back from a hash time-locked output of a swap that failed.

use countersign_approval::{BitcoinChainView, ChainViewError, CoinId, Policy, Sats, Statement};
use countersign_bitcoin::{
    CoinSigner, RefundError as PlanError, RefundRecipe, SignError, sign_refund,
};

/// A refund that was passed on to the network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refunded {
    /// The transaction's id, as people write it.
    pub txid: String,
    /// The output that was taken back.
    pub outpoint: CoinId,
    /// What it was.
    pub amount: Sats,
    /// What of it went to the network's fee.
    pub fee: Sats,
    /// What was signed, in words.
    pub statement: Statement,
}

/// Why nothing was taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefundError {
    /// The policy has no bounds for Bitcoin.
    #[error("expected a table [bitcoin] in the policy, which bounds the fee")]
    NoBounds,
    /// The policy can't be read.
    #[error("the policy can't be read: {0}")]
    NoPolicy(String),
    /// The chain can't be asked, or declined the refund: before the lock time it always does.
    #[error(transparent)]
    Chain(#[from] ChainViewError),
    /// There is no view of the chain.
    #[error("expected a view of the chain that the output is on")]
    NoView,
    /// The key is not at hand.
    #[error("no key at hand takes the output back")]
    NoKey,
    /// The recipe has the coins go elsewhere.
    #[error("expected a recipe that pays to a script of a key at hand, found {script}")]
    NotOurs {
        /// The script, in hex.
        script: String,
    },
    /// The output is not there: it was never funded, or is spent.
    #[error(
        "expected an unspent output that the recipe is for, found none: it was claimed, refunded, or never funded"
    )]
    NotThere,
    /// The refund can't be built.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The refund was not signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl RefundError {
    /// Returns the error's stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoBounds => "no_bounds",
            Self::NoPolicy(_) => "no_policy",
            Self::Chain(ChainViewError::Declined(_)) => "declined",
            Self::Chain(_) => "unavailable",
            Self::NoView => "no_view",
            Self::NoKey => "no_key",
            Self::NotOurs { .. } => "not_ours",
            Self::NotThere => "not_there",
            Self::Plan(_) => "plan",
            Self::Sign(_) => "sign",
        }
    }
}

/// Finds the output of a recipe, and takes it back at a fee rate in satoshis per virtual byte.
///
/// It may be called again: the same output can be taken once.
///
/// # Errors
///
/// Returns a [`RefundError`]. Before the lock time nodes decline the refund as not final.
pub async fn refund(
    recipe: &RefundRecipe,
    chain: &dyn BitcoinChainView,
    signer: &dyn CoinSigner,
    policy: &Policy,
    fee_rate: u64,
) -> Result<Refunded, RefundError> {
    let planned = plan_refund(recipe, chain, signer, policy, fee_rate).await?;
    chain.broadcast(recipe.network(), &planned.transaction).await?;
    let Planned { txid, outpoint, fee, statement, .. } = planned;
    Ok(Refunded { txid, outpoint, amount: recipe.amount(), fee, statement })
}

/// A refund that is signed and not passed on.
pub(crate) struct Planned {
    pub(crate) txid: String,
    pub(crate) transaction: Vec<u8>,
    outpoint: CoinId,
    fee: Sats,
    statement: Statement,
}

/// Finds the output of a recipe, and signs what takes it back.
pub(crate) async fn plan_refund(
    recipe: &RefundRecipe,
    chain: &dyn BitcoinChainView,
    signer: &dyn CoinSigner,
    policy: &Policy,
    fee_rate: u64,
) -> Result<Planned, RefundError> {
    let bounds = policy.bitcoin().ok_or(RefundError::NoBounds)?;
    let script = recipe.script_pubkey().to_vec();
    let seen = chain.coins(recipe.network(), &[script]).await?;
    let ours = |coin: CoinId| recipe.outpoint().is_none_or(|outpoint| outpoint == coin);
    let mut coins = seen.coins.iter().map(|(coin, _)| coin);
    let found = coins.find(|coin| ours(coin.id) && coin.amount == recipe.amount());
    let outpoint = found.ok_or(RefundError::NotThere)?.id;
    let most = Sats::new(bounds.max_fee_sats).unwrap_or(Sats::MAX);
    let plan = recipe.plan(outpoint, fee_rate, most)?;
    let refund = sign_refund(&plan, policy, signer).await?;
    let mut txid = refund.txid();
    txid.reverse();
    Ok(Planned {
        txid: hex::encode(txid),
        transaction: refund.to_bytes(),
        outpoint,
        fee: plan.fee(),
        statement: plan.statement(),
    })
}
