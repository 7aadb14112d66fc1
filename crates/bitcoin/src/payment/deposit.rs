use bitcoin::{Address, AddressType, Script, ScriptBuf, XOnlyPublicKey};
use countersign_approval::{BitcoinDeposit, Code, PaymentAction, PaymentTerms, Violation};

use crate::address::read_address;
use crate::weight::dust;

/// The kinds of address that a deposit goes to. Others are for no one, or for everyone.
const KINDS: [AddressType; 5] = [
    AddressType::P2pkh,
    AddressType::P2sh,
    AddressType::P2wpkh,
    AddressType::P2wsh,
    AddressType::P2tr,
];

/// Where a payment goes that is not to ourselves.
#[derive(Clone, Debug)]
pub(super) struct Payee {
    pub(super) script: ScriptBuf,
    /// The address in its one writing.
    pub(super) address: String,
}

impl Payee {
    /// Reads the deposit's address; there is none where all goes back to ourselves.
    pub(super) fn of(terms: &PaymentTerms) -> Result<Option<Self>, Violation> {
        let PaymentAction::Pay(deposit) = &terms.action else { return Ok(None) };
        if let Some(memo) = &deposit.memo {
            let expected = "nothing: a payment on Bitcoin carries none";
            return Err(Violation::new(Code::Memo, "terms.action.memo", expected, memo));
        }
        let address = read_address(&deposit.address, terms.network).filter(can_be_spent);
        let address = address.ok_or_else(|| {
            let expected = format_args!(
                "an address (P2PKH, P2SH, P2WPKH, P2WSH or P2TR) of Bitcoin's {}",
                terms.network
            );
            let member = "terms.action.address";
            Violation::new(Code::DepositAddress, member, expected, &deposit.address)
        })?;
        require_passed_on(deposit, &address.script_pubkey())?;
        Ok(Some(Self { script: address.script_pubkey(), address: address.to_string() }))
    }
}

/// Nodes don't pass on what is worth less than it costs to spend.
fn require_passed_on(deposit: &BitcoinDeposit, script: &Script) -> Result<(), Violation> {
    let least = dust(script);
    if deposit.amount >= least {
        return Ok(());
    }
    let expected = format_args!("at least {least}, for nodes to pass it on");
    Err(Violation::new(Code::Amount, "terms.action.amount", expected, deposit.amount))
}

/// Says whether an address is of a known kind; a taproot one has to hold a point of the curve, or
/// nobody could ever spend what it gets.
fn can_be_spent(address: &Address) -> bool {
    let kind = address.address_type();
    let point = |script: &Script| {
        script.as_bytes().get(2..).is_some_and(|key| XOnlyPublicKey::from_slice(key).is_ok())
    };
    match kind {
        Some(AddressType::P2tr) => point(&address.script_pubkey()),
        Some(kind) => KINDS.contains(&kind),
        None => false,
    }
}
