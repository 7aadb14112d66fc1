use std::sync::LazyLock;

use bitcoin::secp256k1::{All, Secp256k1};

/// One context for all: making one costs more than using it.
static CONTEXT: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

pub(crate) fn secp() -> &'static Secp256k1<All> {
    &CONTEXT
}
