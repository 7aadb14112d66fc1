use bitcoin::Address;
use bitcoin::address::NetworkUnchecked;
use countersign_approval::{BitcoinNetwork, HtlcTerms};

use crate::TermsError;
use crate::judge::network;
use crate::own::OwnKey;

/// A text is no address of a Bitcoin network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address of Bitcoin's {network}")]
pub struct AddressError {
    network: BitcoinNetwork,
}

/// Returns the script behind an address.
///
/// # Errors
///
/// Returns an [`AddressError`] if the text is no address, or one of another network.
pub fn script_of_address(text: &str, on: BitcoinNetwork) -> Result<Vec<u8>, AddressError> {
    let script = read_address(text, on).map(|address| address.script_pubkey().into_bytes());
    script.ok_or(AddressError { network: on })
}

/// Reads an address of a network; nothing if it is none, or one of another network.
pub(crate) fn read_address(text: &str, on: BitcoinNetwork) -> Option<Address> {
    let address = text.parse::<Address<NetworkUnchecked>>().ok()?;
    address.require_network(network(on)).ok()
}

/// Returns the scripts that a key of ours spends: P2WPKH, P2SH-P2WPKH, and P2TR by its key path
/// (BIP-86).
///
/// # Errors
///
/// Returns [`TermsError::Key`] if the bytes are no public key.
pub fn scripts_of_key(public_key: [u8; 33]) -> Result<Vec<Vec<u8>>, TermsError> {
    let key = OwnKey::new(public_key, "public_key", true)?;
    Ok(key.scripts().map(|script| script.to_bytes()).collect())
}

/// Returns the script of the output that terms want funded, rebuilt from its template; nothing for
/// a template that isn't known.
///
/// # Errors
///
/// Returns a [`TermsError`] if a key in the terms is none, or not in the template's form.
pub fn htlc_script(terms: &HtlcTerms) -> Result<Option<Vec<u8>>, TermsError> {
    let template = crate::templates::find(&terms.htlc.template);
    let htlc = template.map(|template| template.build(&terms.htlc)).transpose()?;
    Ok(htlc.map(|htlc| htlc.script_pubkey.into_bytes()))
}
