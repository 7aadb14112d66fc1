//! Any answer of a deposit-address API, against honest terms: what is proven pays into the address that
//! was signed, exactly, and gives what was agreed.
//!
//! The lowest bit of the first byte asks for a price alone, the next for a quote of before.
#![no_main]

use std::sync::{Arc, LazyLock};

use countersign::approval::{
    AppFee, AssetAmount, ConfigDigest, Environment, QuoteAge, QuoteConfidentiality,
    QuoteDepositMode, QuotePlace, QuoteSwapType, QuoteTerms, SwapId, Terms,
};
use countersign::near::{QuoteAnswer, QuoteKeys, prove};
use countersign::units::{Bps, Lots, UnixMillis, UnixSeconds};
use libfuzzer_sys::fuzz_target;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
const ADDRESS: &str = "0x2cff890f0378a11913b6129b2e97417a2c302680";
const AMOUNT: u64 = 100_000_000;
const LEAST: u64 = 670_000_000;

static KEYS: LazyLock<QuoteKeys> = LazyLock::new(|| {
    QuoteKeys::new(["ed25519:byy6nL1Y6HGL2rarib7mFZECr4RxYwrTiaPjgRRSJRz"]).expect("a constant")
});
static TERMS: LazyLock<[Arc<Terms<QuoteTerms>>; 4]> = LazyLock::new(|| {
    [
        (false, QuoteAge::New),
        (true, QuoteAge::New),
        (false, QuoteAge::Stored),
        (true, QuoteAge::Stored),
    ]
    .map(|(dry, age)| Arc::new(terms(dry, age)))
});

fn bps(value: u16) -> Bps {
    Bps::new(value).expect("a constant")
}

fn asset(token: &str, amount: u64) -> AssetAmount {
    let (token, network) = (token.to_owned(), "net".to_owned());
    let amount = Lots::from(amount);
    AssetAmount { symbol: token.clone(), token, network, decimals: 6, amount }
}

fn terms(dry: bool, age: QuoteAge) -> Terms<QuoteTerms> {
    Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Mainnet,
        source: asset("USDC", AMOUNT),
        destination: asset("SOL", LEAST),
        recipient: "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q".to_owned(),
        refund_address: "0xc62169accce6daf88b36975f4bffd66b0d0057c9".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: QuoteTerms {
            dry,
            swap_type: QuoteSwapType::ExactInput,
            deposit_mode: QuoteDepositMode::Simple,
            slippage: bps(100),
            origin_asset: "nep141:eth-0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48.omft.near"
                .to_owned(),
            destination_asset: "nep141:sol.omft.near".to_owned(),
            asset_aliases: vec![],
            amount: Lots::from(AMOUNT),
            deposit_type: QuotePlace::Chain,
            refund_type: QuotePlace::Chain,
            recipient_type: QuotePlace::Chain,
            deadline: Some(UnixMillis::new(1_795_249_800_000)),
            latest_deadline: UnixSeconds::new(1_795_251_600),
            min_remaining: 60,
            made_after: Some(UnixSeconds::new(1_795_247_700)),
            virtual_chain_recipient: None,
            virtual_chain_refund_recipient: None,
            custom_recipient_msg: None,
            confidentiality: QuoteConfidentiality::Public,
            referral: Some("countersign".to_owned()),
            quote_waiting_time_ms: 0,
            connected_wallets: vec![],
            session_id: None,
            rebates: vec![],
            app_fees: vec![AppFee { recipient: "ours.near".to_owned(), fee: bps(5) }],
            insured: false,
            max_app_fees: bps(30),
            fee_recipients: vec!["platform.near".to_owned()],
            max_slippage: bps(100),
            age,
        },
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(terms) = TERMS.get(usize::from(bits & 3)) else { return };
    let Ok(quote) = prove(QuoteAnswer::new(text), terms, &KEYS, NOW) else { return };
    // No key is at hand here: whatever is proven was signed when the seeds were made.
    let address = if terms.approval.dry || quote.is_legacy() { None } else { Some(ADDRESS) };
    assert_eq!(quote.deposit_address(), address);
    assert_eq!(quote.amount_in(), Lots::from(AMOUNT));
    assert!(quote.min_amount_out() >= Lots::from(LEAST));
    assert!(quote.deposit_memo().is_none() && quote.app_fees() <= 30);
    assert_eq!(quote.fund_by(), UnixSeconds::new(1_795_249_800));
    let _ = quote.statement().to_string();
});
