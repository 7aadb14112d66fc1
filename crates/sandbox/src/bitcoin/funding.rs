//! What a swap out of Bitcoin asks its user to sign: a PSBT that funds a hash time-locked output.

use bitcoin::key::CompressedPublicKey;
use bitcoin::{Amount, EcdsaSighashType, OutPoint, Psbt, ScriptBuf, TxOut, Txid, XOnlyPublicKey};

use super::htlc::{Htlc, HtlcKeys, Lock};
use super::keys::{CoinForm, redeem_script, script_of};
use super::ledger::Ledger;
use super::selection;
use crate::config::HtlcTemplate;

/// Who pays into a swap.
#[derive(Clone, Debug)]
pub(crate) struct Payer {
    pub(crate) key: CompressedPublicKey,
    pub(crate) form: CoinForm,
    pub(crate) script: ScriptBuf,
}

/// What an output is to be funded with.
pub(crate) struct Order {
    pub(crate) payer: Payer,
    pub(crate) sats: u64,
    pub(crate) template: HtlcTemplate,
    pub(crate) claim_key: CompressedPublicKey,
    pub(crate) lock: Lock,
}

/// A funding transaction that was offered for signing.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) psbt: Psbt,
    pub(crate) payer: Payer,
    pub(crate) template: HtlcTemplate,
    pub(crate) keys: HtlcKeys,
    pub(crate) lock: Lock,
    pub(crate) htlc: Htlc,
}

/// Why nothing can be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FundingError {
    /// There are not enough coins.
    #[error(
        "Invalid balance: the coins of the address that no open intent spends do not cover amount and fee"
    )]
    Balance,
    /// The key is not the one of the address.
    #[error("Invalid public key: expected the compressed key that owns the address")]
    Key,
    /// No output can be built for these keys.
    #[error("no such output can be built")]
    Output,
}

impl Payer {
    /// Finds out how a key owns an address.
    ///
    /// # Errors
    ///
    /// Returns [`FundingError::Key`] if it is no compressed key in hex, or does not own the
    /// address.
    pub(crate) fn new(key: &str, address: &str) -> Result<Self, FundingError> {
        let key: CompressedPublicKey = key.parse().map_err(|_| FundingError::Key)?;
        let script = script_of(address).ok_or(FundingError::Key)?;
        let form = CoinForm::of(key, &script).ok_or(FundingError::Key)?;
        Ok(Self { key, form, script })
    }
}

impl Offer {
    /// Picks coins of the payer that are `free` and writes the PSBT.
    ///
    /// # Errors
    ///
    /// Returns a [`FundingError`] if the coins are not enough or no output can be built.
    pub(crate) fn new(
        ledger: &Ledger,
        order: Order,
        free: impl Fn(&OutPoint) -> bool,
    ) -> Result<Self, FundingError> {
        let Order { payer, sats, template, claim_key, lock } = order;
        let keys = HtlcKeys { claim: claim_key, refund: payer.key };
        let htlc = Htlc::new(template, &keys, &lock).ok_or(FundingError::Output)?;
        let payment =
            TxOut { value: Amount::from_sat(sats), script_pubkey: htlc.script_pubkey.clone() };
        let chosen = selection::select(ledger, (&payer.script, payer.form), payment, free)
            .ok_or(FundingError::Balance)?;
        let mut psbt =
            Psbt::from_unsigned_tx(chosen.transaction).map_err(|_| FundingError::Output)?;
        for (index, output) in chosen.spent.into_iter().enumerate() {
            describe(&mut psbt, index, output, (ledger, &payer));
        }
        Ok(Self { psbt, payer, template, keys, lock, htlc })
    }

    /// Returns the output that the transaction funds, once it is signed: signatures for coins
    /// inside P2SH change its name.
    pub(crate) const fn outpoint(signed: Txid) -> OutPoint {
        OutPoint { txid: signed, vout: 0 }
    }

    /// Returns how many satoshis the output holds.
    pub(crate) fn sats(&self) -> u64 {
        self.psbt.unsigned_tx.output.first().map_or(0, |output| output.value.to_sat())
    }
}

/// Says in a PSBT what one input spends.
pub(crate) fn describe(
    psbt: &mut Psbt,
    index: usize,
    spent: TxOut,
    (ledger, payer): (&Ledger, &Payer),
) {
    let outpoint = psbt.unsigned_tx.input.get(index).map(|input| input.previous_output);
    let (Some(input), Some(outpoint)) = (psbt.inputs.get_mut(index), outpoint) else { return };
    input.witness_utxo = Some(spent);
    if payer.form == CoinForm::P2tr {
        input.tap_internal_key = Some(XOnlyPublicKey::from(payer.key.0));
        return;
    }
    input.non_witness_utxo =
        ledger.transaction(&outpoint.txid).map(|mined| mined.transaction.clone());
    input.sighash_type = Some(EcdsaSighashType::All.into());
    if payer.form == CoinForm::Nested {
        input.redeem_script = Some(redeem_script(payer.key));
    }
}
