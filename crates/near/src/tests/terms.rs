//! The terms that the quotes of tests answer. The benchmark and the fuzzer read this file, too.

use countersign_approval::{
    AppFee, AssetAmount, ConfigDigest, Environment, QuoteAge, QuoteConfidentiality,
    QuoteDepositMode, QuotePlace, QuoteSwapType, QuoteTerms, SwapId, Terms,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
pub(super) const DEADLINE_SECONDS: u64 = 1_795_249_800;
pub(super) const OURS: &str = "0xc62169accce6daf88b36975f4bffd66b0d0057c9";
pub(super) const USDC: &str = "nep141:eth-0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48.omft.near";

pub(super) fn amount(token: &str, amount: u64) -> AssetAmount {
    AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "near".to_owned(),
        decimals: 6,
        amount: Lots::from(amount),
    }
}

pub(super) fn terms() -> Terms<QuoteTerms> {
    let bps = |value| Bps::new(value).unwrap();
    Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: amount("USDC", 100_000_000),
        destination: amount("SOL", 670_000_000),
        recipient: "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q".to_owned(),
        refund_address: OURS.to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: QuoteTerms {
            dry: false,
            swap_type: QuoteSwapType::ExactInput,
            deposit_mode: QuoteDepositMode::Simple,
            slippage: bps(100),
            origin_asset: USDC.to_owned(),
            destination_asset: "nep141:sol.omft.near".to_owned(),
            asset_aliases: vec![],
            amount: Lots::from(100_000_000),
            deposit_type: QuotePlace::Intents,
            refund_type: QuotePlace::Intents,
            recipient_type: QuotePlace::Chain,
            deadline: Some(UnixMillis::new(DEADLINE_SECONDS * 1_000)),
            latest_deadline: UnixSeconds::new(NOW.value() + 3_600),
            min_remaining: 60,
            made_after: Some(UnixSeconds::new(NOW.value() - 300)),
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
            age: QuoteAge::New,
        },
    }
}
