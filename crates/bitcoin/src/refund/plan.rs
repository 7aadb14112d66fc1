use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::secp256k1::PublicKey;
use bitcoin::sighash::{EcdsaSighashType, Prevouts, SighashCache, TapSighashType};
use bitcoin::taproot::{LeafVersion, TapLeafHash};
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid, Witness};
use countersign_approval::{BitcoinNetwork, CoinId, HtlcKey, Origin, Sats, Statement};

use super::RefundRecipe;
use crate::judge::require_address;
use crate::statement::lock_time;
use crate::templates::{self, Htlc, Inside};
use crate::weight::dust;
use crate::{InputSighash, TermsError};

/// Why there is no refund.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefundError {
    /// The recipe's members do not make the output that it is for.
    #[error("refund recipe: {member}: expected {expected}, found {found}")]
    Recipe {
        /// The member.
        member: &'static str,
        /// What it had to be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A key in the recipe is none.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// What is left after the fee would not be passed on by nodes.
    #[error("a fee of {fee} leaves {left}, expected at least {least}")]
    Dust {
        /// The fee.
        fee: Sats,
        /// What is left.
        left: Sats,
        /// What must be left.
        least: Sats,
    },
    /// The fee is above what the caller allows.
    #[error("expected a fee of at most {most}, found {fee}")]
    Fee {
        /// What is allowed.
        most: Sats,
        /// What it would be.
        fee: Sats,
    },
}

/// A refund that was rebuilt from its recipe and found to be ours. Only
/// [`RefundRecipe::plan`] makes one.
#[derive(Clone, Debug)]
#[must_use = "a refund does nothing until it is signed"]
pub struct Refund {
    pub(crate) tx: Transaction,
    pub(crate) htlc: Htlc,
    pub(super) key: PublicKey,
    pub(super) sighash: InputSighash,
    recipe: RefundRecipe,
    outpoint: CoinId,
    fee_rate: u64,
    fee: Sats,
}

impl Refund {
    pub(super) fn new(
        recipe: &RefundRecipe,
        outpoint: CoinId,
        fee_rate: u64,
        max_fee: Sats,
    ) -> Result<Self, RefundError> {
        let htlc = rebuild(recipe)?;
        let key = own_key(recipe)?;
        require_address(&recipe.refund_script)?;
        let mut tx = unsigned(recipe, outpoint);
        let vsize = signed_vsize(&tx, &htlc);
        let fee = Sats::new(vsize.saturating_mul(fee_rate)).unwrap_or(Sats::MAX);
        let left = recipe.amount.saturating_sub(fee);
        let least = dust(&ScriptBuf::from_bytes(recipe.refund_script.clone()));
        if left < least || left == Sats::ZERO {
            return Err(RefundError::Dust { fee, left, least });
        }
        if fee > max_fee {
            return Err(RefundError::Fee { most: max_fee, fee });
        }
        for output in &mut tx.output {
            output.value = Amount::from_sat(left.value());
        }
        let sighash = sighash(&tx, &htlc, recipe.amount)
            .ok_or_else(|| mismatch("outpoint", "one input", "none"))?;
        let recipe = recipe.clone();
        Ok(Self { tx, htlc, key, sighash, recipe, outpoint, fee_rate, fee })
    }

    /// Returns what is signed.
    pub const fn sighash(&self) -> &InputSighash {
        &self.sighash
    }

    /// Returns the network of the output.
    pub const fn network(&self) -> BitcoinNetwork {
        self.recipe.network
    }

    /// Returns the recipe that it was planned by, for a backend that plans it by itself.
    pub const fn recipe(&self) -> &RefundRecipe {
        &self.recipe
    }

    /// Returns where the output is that it takes back.
    pub const fn outpoint(&self) -> CoinId {
        self.outpoint
    }

    /// Returns the fee rate that it was planned at, in satoshis per virtual byte.
    pub const fn fee_rate(&self) -> u64 {
        self.fee_rate
    }

    /// Returns the fee.
    pub const fn fee(&self) -> Sats {
        self.fee
    }

    /// Returns the transaction's id as it is hashed; people read it in reverse. A signature does not
    /// change it.
    pub fn txid(&self) -> [u8; 32] {
        self.tx.compute_txid().to_byte_array()
    }

    /// Returns from when on the transaction is valid: a height below 500,000,000, else Unix
    /// seconds.
    pub fn valid_from(&self) -> u32 {
        self.tx.lock_time.to_consensus_u32()
    }

    /// Says in words what a signature does.
    pub fn statement(&self) -> Statement {
        let mut statement = Statement::new("Bitcoin: takes a hash time-locked output back");
        for input in &self.tx.input {
            let value = format_args!("{} of {}", self.recipe.amount, input.previous_output);
            statement.push("takes back", value, Origin::Agreed);
        }
        for output in &self.tx.output {
            let script = hex::encode(output.script_pubkey.as_bytes());
            let value = format_args!("{} sats to our script {script}", output.value.to_sat());
            statement.push("pays", value, Origin::Agreed);
        }
        statement.push("fee", self.fee, Origin::Bounded);
        statement.push("valid", lock_time(self.valid_from()), Origin::Agreed);
        statement.push("digest", self.sighash, Origin::Context);
        statement
    }
}

/// Rebuilds the output from the recipe's members, and compares it with the one that was funded.
fn rebuild(recipe: &RefundRecipe) -> Result<Htlc, RefundError> {
    let template = templates::find(&recipe.template)
        .ok_or_else(|| mismatch("template", "a template", &recipe.template))?;
    let htlc = template.build(&recipe.spec())?;
    if htlc.script_pubkey.as_bytes() != recipe.script_pubkey {
        let (ours, found) =
            (htlc.script_pubkey.to_hex_string(), hex::encode(&recipe.script_pubkey));
        return Err(mismatch("script_pubkey", &ours, &found));
    }
    Ok(htlc)
}

fn own_key(recipe: &RefundRecipe) -> Result<PublicKey, RefundError> {
    let found = hex::encode(recipe.public_key);
    let key = PublicKey::from_slice(&recipe.public_key)
        .map_err(|_| mismatch("public_key", "a public key", &found))?;
    let same = match recipe.refund_key {
        HtlcKey::Compressed(bytes) => bytes == recipe.public_key,
        HtlcKey::XOnly(bytes) => bytes == key.x_only_public_key().0.serialize(),
    };
    if same { Ok(key) } else { Err(mismatch("public_key", "the refund key", &found)) }
}

fn unsigned(recipe: &RefundRecipe, outpoint: CoinId) -> Transaction {
    let CoinId { txid, vout } = outpoint;
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::from_consensus(recipe.locktime),
        input: vec![TxIn {
            previous_output: OutPoint { txid: Txid::from_byte_array(txid), vout },
            script_sig: ScriptBuf::new(),
            // Below the final one, so that the lock time counts and the fee can be raised.
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            witness: Witness::new(),
        }],
        output: vec![TxOut {
            value: Amount::ZERO,
            script_pubkey: ScriptBuf::from_bytes(recipe.refund_script.clone()),
        }],
    }
}

/// Returns what takes the output back, given a signature.
pub(crate) fn witness(htlc: &Htlc, signature: &[u8]) -> Witness {
    match &htlc.inside {
        // An empty element chooses the branch of the lock time.
        Inside::WitnessScript(script) => Witness::from_slice(&[signature, &[], script.as_bytes()]),
        Inside::Leaves(leaves) => {
            let refund = leaves.refund.as_bytes();
            Witness::from_slice(&[signature, refund, &leaves.refund_control_block])
        }
    }
}

fn signed_vsize(tx: &Transaction, htlc: &Htlc) -> u64 {
    let size = match htlc.inside {
        Inside::WitnessScript(_) => 72,
        Inside::Leaves(_) => 64,
    };
    let mut signed = tx.clone();
    for input in &mut signed.input {
        input.witness = witness(htlc, &vec![0; size]);
    }
    u64::try_from(signed.vsize()).unwrap_or(u64::MAX)
}

pub(crate) fn sighash(tx: &Transaction, htlc: &Htlc, amount: Sats) -> Option<InputSighash> {
    let mut cache = SighashCache::new(tx);
    let value = Amount::from_sat(amount.value());
    let bytes = match &htlc.inside {
        Inside::WitnessScript(script) => {
            let hash = cache.p2wsh_signature_hash(0, script, value, EcdsaSighashType::All);
            hash.ok()?.to_byte_array()
        }
        Inside::Leaves(leaves) => {
            let leaf = TapLeafHash::from_script(&leaves.refund, LeafVersion::TapScript);
            let spent = [TxOut { value, script_pubkey: htlc.script_pubkey.clone() }];
            let (spent, kind) = (Prevouts::All(&spent), TapSighashType::Default);
            let hash = cache.taproot_script_spend_signature_hash(0, &spent, leaf, kind);
            hash.ok()?.to_byte_array()
        }
    };
    Some(InputSighash::new(bytes))
}

fn mismatch(member: &'static str, expected: &str, found: &str) -> RefundError {
    RefundError::Recipe { member, expected: expected.to_owned(), found: found.to_owned() }
}
