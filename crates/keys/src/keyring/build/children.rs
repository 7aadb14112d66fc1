//! The keys of an account's chains, and their addresses.

use std::num::NonZero;
use std::thread;

use bitcoin::secp256k1::PublicKey as Point;
use countersign_units::EvmAddress;

use crate::address::{self, CoinForm, CoinScript};
use crate::{AccountKey, ChainKind, DeriveError, Scope};

/// Fewer addresses than this are not worth another thread.
const WORTH_A_THREAD: usize = 256;

/// Which addresses of keys are to be listed.
pub(super) struct Wanted<'a> {
    pub(super) scope: &'a Scope,
    /// How coins are locked; in every form if this is absent.
    pub(super) form: Option<CoinForm>,
}

/// A public key and its addresses.
pub(super) struct Child {
    pub(super) public_key: [u8; 33],
    pub(super) evm: Option<EvmAddress>,
    pub(super) coins: [Option<CoinScript>; 3],
}

impl Wanted<'_> {
    pub(super) fn child(&self, point: &Point) -> Child {
        let evm = has_evm_address(self.scope).then(|| address::evm_of(point));
        let coins = match (self.scope.covers(ChainKind::Bitcoin), self.form) {
            (false, _) => [None; 3],
            (true, Some(form)) => [Some(CoinScript::of(form, point)), None, None],
            (true, None) => [CoinForm::P2wpkh, CoinForm::P2shP2wpkh, CoinForm::P2tr]
                .map(|form| Some(CoinScript::of(form, point))),
        };
        Child { public_key: point.serialize(), evm, coins }
    }
}

/// Derives the keys of a chain, on all cores.
pub(super) fn derive_all(
    account: &AccountKey,
    chain: u32,
    count: u32,
    wanted: &Wanted<'_>,
) -> Result<Vec<Child>, DeriveError> {
    let chain = account.chain(chain)?;
    let indices: Vec<u32> = (0..count).collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = indices.len().div_ceil(threads).max(WORTH_A_THREAD);
    let derive = |part: &[u32]| -> Result<Vec<Child>, DeriveError> {
        part.iter().map(|index| Ok(wanted.child(&chain.child(*index)?))).collect()
    };
    let derive = &derive;
    let parts: Vec<Result<Vec<Child>, DeriveError>> = thread::scope(|scope| {
        let running: Vec<_> =
            indices.chunks(share).map(|part| scope.spawn(move || derive(part))).collect();
        // A thread ends early only where memory is short, and then the whole process does.
        running.into_iter().map(|part| part.join().unwrap_or(Err(DeriveError::NoKey))).collect()
    });
    let mut children = Vec::with_capacity(indices.len());
    for part in parts {
        children.extend(part?);
    }
    Ok(children)
}

/// Says whether keys have an address of EVM chains, which Tron and NEAR intents know them by too.
pub(super) fn has_evm_address(scope: &Scope) -> bool {
    [ChainKind::Evm, ChainKind::Tron, ChainKind::Near].iter().any(|chain| scope.covers(*chain))
}
