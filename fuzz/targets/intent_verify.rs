//! Any payload of a NEAR intent, against honest terms: what is verified is one transfer of the agreed
//! token to the agreed address, and nothing else.
//!
//! The two lowest bits of the first byte pick the standard; the next three are facts of the contract.
#![no_main]

use std::sync::{Arc, LazyLock};

use countersign::approval::{
    AssetAmount, ConfigDigest, Environment, IntentKey, IntentNonceRule, IntentStandard,
    IntentTerms, NearFacts, SwapId, Terms,
};
use countersign::near::{IntentPayload, verify_intent};
use countersign::units::{Lots, SolanaAddress, UnixSeconds};
use libfuzzer_sys::fuzz_target;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
const DEADLINE: UnixSeconds = UnixSeconds::new(1_795_249_800);
const SALT: [u8; 4] = [0x25, 0x28, 0x12, 0xb3];
const AMOUNT: u64 = 100_000_000;
const TOKEN: &str = "nep141:eth-0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48.omft.near";
const RECEIVER: &str = "9d3c1f6ab2e84570c5d1e7f3a6b8092c4e5f60718293a4b5c6d7e8f901234567";
const ED25519: &str = "BcypmsHHcYTgiDreaCpAskZqEAjCDYd1fBYJ57PzTSt2";
const ED25519_ACCOUNT: &str = "9dcc72c553460c8a5c8d4bcf56754f110b2b6059b7ffeb1f4fe4b52b41d07ef3";
const EVM: &str = "0xc62169accce6daf88b36975f4bffd66b0d0057c9";

static TERMS: LazyLock<[Arc<Terms<IntentTerms>>; 4]> = LazyLock::new(|| {
    [
        IntentStandard::Nep413,
        IntentStandard::RawEd25519,
        IntentStandard::Erc191,
        IntentStandard::Tip191,
    ]
    .map(|standard| Arc::new(terms(standard)))
});

fn asset(amount: u64) -> AssetAmount {
    let (token, network) = ("USDC".to_owned(), "net".to_owned());
    let amount = Lots::from(amount);
    AssetAmount { symbol: token.clone(), token, network, decimals: 6, amount }
}

fn terms(standard: IntentStandard) -> Terms<IntentTerms> {
    let is_evm = matches!(standard, IntentStandard::Erc191 | IntentStandard::Tip191);
    let (key, account) = if is_evm {
        (IntentKey::Secp256k1(EVM.parse().expect("a constant")), EVM)
    } else {
        let key: SolanaAddress = ED25519.parse().expect("a constant");
        (IntentKey::Ed25519(*key.as_bytes()), ED25519_ACCOUNT)
    };
    Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Mainnet,
        source: asset(AMOUNT),
        destination: asset(1),
        recipient: "recipient".to_owned(),
        refund_address: account.to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: IntentTerms {
            standard,
            verifying_contract: "intents.near".to_owned(),
            signer_id: account.to_owned(),
            key,
            receiver_id: RECEIVER.to_owned(),
            tokens: vec![TOKEN.to_owned()],
            amount: Lots::from(AMOUNT),
            memo: None,
            msg: None,
            fund_by: DEADLINE,
            latest_deadline: DEADLINE,
            bound: None,
            min_remaining: 60,
            nonce: IntentNonceRule::Versioned { salts: vec![SALT] },
            require_facts: vec![],
            max_clock_skew: 0,
        },
    }
}

fn facts(bits: u8) -> NearFacts {
    let has = |bit: u8| bits >> bit & 1 == 1;
    NearFacts {
        salts: has(2).then(|| vec![SALT]),
        nonce_used: has(3).then_some(false),
        key_registered: None,
        balance: has(4).then(|| Lots::from(AMOUNT)),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(terms) = TERMS.get(usize::from(bits & 3)) else { return };
    let payload = IntentPayload::new(text);
    let Ok(intent) = verify_intent(payload, terms, &facts(*bits), NOW) else { return };
    assert_eq!((intent.receiver_id(), intent.token()), (RECEIVER, TOKEN));
    assert_eq!(intent.amount(), Lots::from(AMOUNT));
    assert_eq!(intent.verifying_contract(), "intents.near");
    assert_eq!(intent.signer_id(), terms.approval.signer_id);
    assert!(intent.valid_until() > NOW && intent.valid_until() <= DEADLINE);
    assert_eq!(intent.nonce().get(..4), Some(&[0x56, 0x28, 0xf6, 0xc6][..]));
    let _ = intent.statement().to_string();
});
