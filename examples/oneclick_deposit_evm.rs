//! A swap from an EVM chain over 1Click, paid for by an ERC-20 transfer of our own:
//! `cargo run -p countersign-examples --example oneclick_deposit_evm`.
//!
//! 1Click names an address, and swaps what arrives there. Nobody asks us for an approval, so the
//! address is all that matters: the quote that names it is proven by a pinned key and compared with
//! what we asked, and the one transaction that pays into it is built, read back and bounded by
//! policy before it is signed.

use std::error::Error;
use std::io::{self, Write};

use countersign::Countersign;
use countersign::evm::LocalSigner;
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, Tamper};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    shared::swap_twice(out, flow, Tamper::QuoteDepositAddress).await
}

/// The key signs transactions; the node says what they are made by, judges and sends them.
fn flow(sandbox: &Sandbox, account: &Account) -> Result<Countersign> {
    let key = LocalSigner::from_hex(account.private_key())?;
    Ok(Countersign::builder(shared::oneclick(sandbox)?, shared::trust(sandbox)?)
        .evm_key(key)
        .evm_node("ethereum", shared::node(sandbox, "ethereum")?)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn pays_once_into_a_proven_address_and_never_into_another() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (honest, lied) = text.split_once("The same,").unwrap();
        assert!(honest.contains("The swap is Finished."), "{text}");
        assert!(honest.contains("100000000 of 100000000 arrived, SUCCESS"), "{text}");
        assert!(lied.contains("quote_signature: "), "{text}");
        assert!(lied.contains(": 0 of 100000000 arrived, PENDING_DEPOSIT"), "{text}");
    }
}
