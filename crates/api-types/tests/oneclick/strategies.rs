//! Any value that can be written.

use countersign_api_types::RawObject;
use countersign_api_types::oneclick::{
    ApiError, AppFee, ChainDepositAddress, ChainTransaction, Confidentiality, DepositMode,
    DepositSubmission, DepositType, Exact, GenerateIntentRequest, GeneratedIntent, IntentPayload,
    MultiPayload, Nep413Payload, Number, Quote, QuoteOptions, QuoteRequest, QuoteResponse, Rebate,
    RecipientType, RefundReason, RefundType, Shown, Standard, StatusResponse, SubmitIntentRequest,
    SubmittedIntent, SwapDetails, SwapStatus, SwapType, Timestamp, Token, TokenList, Withdrawal,
    WithdrawalStatus, Withdrawals,
};
use countersign_units::{Bps, Lots, UnixMillis};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Text with what JSON has to escape.
fn text() -> impl Strategy<Value = String> + Clone {
    "[a-zA-Z0-9\"\\\\/\u{0}-\u{1f}é😀 ]{1,12}"
}

fn lots() -> impl Strategy<Value = Lots> + Clone {
    prop_oneof![
        any::<u64>().prop_map(Lots::from),
        "[1-9][0-9]{0,76}".prop_map(|digits| digits.parse().unwrap()),
        Just(Lots::MAX),
    ]
}

fn bps() -> impl Strategy<Value = Bps> {
    (0_u16..=10_000).prop_map(|bps| Bps::new(bps).unwrap())
}

fn number() -> impl Strategy<Value = Number> + Clone {
    "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?"
        .prop_map(|text| text.parse().unwrap())
}

/// A moment as the API writes it, or to the microsecond in another zone.
fn timestamp() -> impl Strategy<Value = Timestamp> + Clone {
    prop_oneof![
        (0..253_402_300_800_000_u64)
            .prop_map(|millis| Timestamp::from_millis(UnixMillis::new(millis)).unwrap()),
        "20[0-9]{2}-0[1-9]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}\\+0[0-9]:30"
            .prop_map(|text| text.parse().unwrap()),
    ]
}

fn shown() -> impl Strategy<Value = Shown> {
    (of(text()), of(text())).prop_map(|(formatted, usd)| Shown { formatted, usd })
}

/// The words of a request that are known.
fn words() -> impl Strategy<Value = (SwapType, DepositType, RefundType, RecipientType)> {
    let swaps = ["EXACT_INPUT", "EXACT_OUTPUT", "FLEX_INPUT", "ANY_INPUT"];
    let places = || select(&["CHAIN", "INTENTS", "CONFIDENTIAL_INTENTS"][..]);
    let of_chain = |place: &str, chain: &str| place.replace("CHAIN", chain);
    (select(swaps.to_vec()), places(), places(), places()).prop_map(
        move |(swap, deposit, refund, recipient)| {
            (
                SwapType::from_name(swap),
                DepositType::from_name(&of_chain(deposit, "ORIGIN_CHAIN")),
                RefundType::from_name(&of_chain(refund, "ORIGIN_CHAIN")),
                RecipientType::from_name(&of_chain(recipient, "DESTINATION_CHAIN")),
            )
        },
    )
}

fn fee() -> impl Strategy<Value = AppFee> {
    (text(), bps()).prop_map(|(recipient, fee)| AppFee { recipient, fee })
}

fn rebate() -> impl Strategy<Value = Rebate> {
    (text(), 0_u64..=100).prop_map(|(recipient, share)| Rebate { recipient, share })
}

/// Options that Aurora has as well.
fn common_options() -> impl Strategy<Value = QuoteOptions> {
    let modes = [DepositMode::Simple, DepositMode::Memo];
    let mode = of(select(modes.to_vec()));
    (mode, of(any::<u64>()), vec(text(), 0..3), of(text()), of(text()), of(text())).prop_map(
        |(mode, wait, wallets, session, recipient, refund)| QuoteOptions {
            deposit_mode: mode,
            quote_waiting_time_ms: wait,
            connected_wallets: wallets,
            session_id: session,
            virtual_chain_recipient: recipient,
            virtual_chain_refund_recipient: refund,
            ..QuoteOptions::default()
        },
    )
}

fn options() -> impl Strategy<Value = QuoteOptions> {
    let levels = [Confidentiality::Public, Confidentiality::Basic, Confidentiality::Advanced];
    let level = of(select(levels.to_vec()));
    let fees = (vec(fee(), 0..3), vec(rebate(), 0..3));
    (common_options(), of(text()), of(text()), level, fees, of(any::<bool>())).prop_map(
        |(common, referral, message, level, (app_fees, rebates), insured)| QuoteOptions {
            referral,
            app_fees,
            custom_recipient_msg: message,
            confidentiality: level,
            rebates,
            insured,
            ..common
        },
    )
}

fn request_with(
    options: impl Strategy<Value = QuoteOptions>,
) -> impl Strategy<Value = QuoteRequest> {
    let names = (text(), text(), text(), text());
    (any::<bool>(), words(), bps(), lots(), names, timestamp(), options).prop_map(
        |(dry, words, slippage_tolerance, amount, names, deadline, options)| QuoteRequest {
            dry,
            swap_type: words.0,
            slippage_tolerance,
            origin_asset: names.0,
            deposit_type: words.1,
            destination_asset: names.1,
            amount,
            refund_to: names.2,
            refund_type: words.2,
            recipient: names.3,
            recipient_type: words.3,
            deadline,
            options,
        },
    )
}

pub(crate) fn quote_request() -> impl Strategy<Value = QuoteRequest> {
    request_with(options())
}

/// Requests with no options but those that Aurora takes; their accounts may be confidential.
pub(crate) fn common_request() -> impl Strategy<Value = QuoteRequest> {
    request_with(common_options())
}

fn chain_address() -> impl Strategy<Value = ChainDepositAddress> {
    (text(), text(), of(text())).prop_map(|(blockchain, address, memo)| ChainDepositAddress {
        blockchain,
        address,
        memo,
    })
}

pub(crate) fn quote() -> impl Strategy<Value = Quote> {
    let amounts = (lots(), lots(), of(lots()), lots(), lots());
    let places = (of(text()), of(text()), vec(chain_address(), 0..3));
    let times = (of(timestamp()), of(timestamp()), of(number()));
    let others = (of(text()), of(text()), of(text()));
    (amounts, places, (shown(), shown()), times, others, (of(lots()), of(lots()))).prop_map(
        |(amounts, places, shown, times, others, fees)| Quote {
            deposit_address: places.0,
            deposit_memo: places.1,
            chain_deposit_addresses: places.2,
            amount_in: amounts.0,
            amount_in_shown: shown.0,
            min_amount_in: amounts.1,
            max_amount_in: amounts.2,
            amount_out: amounts.3,
            amount_out_shown: shown.1,
            min_amount_out: amounts.4,
            deadline: times.0,
            time_when_inactive: times.1,
            time_estimate: times.2,
            virtual_chain_recipient: others.0,
            virtual_chain_refund_recipient: others.1,
            custom_recipient_msg: others.2,
            refund_fee: fees.0,
            withdraw_fee: fees.1,
        },
    )
}

pub(crate) fn quote_response() -> impl Strategy<Value = QuoteResponse> {
    (of(text()), timestamp(), text(), quote_request(), quote()).prop_map(
        |(correlation_id, timestamp, signature, request, quote)| QuoteResponse {
            correlation_id,
            timestamp,
            signature,
            quote_request: Exact::write(&request).unwrap(),
            quote: Exact::write(&quote).unwrap(),
        },
    )
}

fn transaction() -> impl Strategy<Value = ChainTransaction> {
    (text(), of("[a-z:/.]{0,9}"))
        .prop_map(|(hash, explorer_url)| ChainTransaction { hash, explorer_url })
}

fn details() -> impl Strategy<Value = SwapDetails> {
    let hashes = (vec(text(), 0..3), vec(text(), 0..3));
    let transactions = (vec(transaction(), 0..3), vec(transaction(), 0..3));
    let amounts = (of(lots()), of(lots()), of(lots()), of(lots()));
    let all_shown = (shown(), shown(), shown(), shown());
    let reason = of(text().prop_map(|name| RefundReason::from_name(&name)));
    let others = (of(number()), reason, of(lots()), of(lots()), of(text()));
    (hashes, transactions, amounts, all_shown, others).prop_map(
        |(hashes, transactions, amounts, shown, others)| SwapDetails {
            intent_hashes: hashes.0,
            near_tx_hashes: hashes.1,
            origin_chain_txs: transactions.0,
            destination_chain_txs: transactions.1,
            amount_in: amounts.0,
            amount_in_shown: shown.0,
            amount_out: amounts.1,
            amount_out_shown: shown.1,
            slippage: others.0,
            refunded_amount: amounts.2,
            refunded_amount_shown: shown.2,
            refund_reason: others.1,
            deposited_amount: amounts.3,
            deposited_amount_shown: shown.3,
            refund_fee: others.2,
            withdraw_fee: others.3,
            referral: others.4,
        },
    )
}

pub(crate) fn status() -> impl Strategy<Value = StatusResponse> {
    let words = ["SUCCESS", "PENDING_DEPOSIT", "INCOMPLETE_DEPOSIT", "LOST_IN_SPACE"];
    let quote =
        of(r#"\{ "quote" : [1-9][0-9]{0,8} \}"#.prop_map(|text| RawObject::parse(&text).unwrap()));
    (select(words.to_vec()), of(timestamp()), of(text()), of(details()), quote).prop_map(
        |(status, updated_at, correlation_id, swap_details, quote_response)| StatusResponse {
            status: SwapStatus::from_name(status),
            updated_at,
            correlation_id,
            swap_details,
            quote_response,
        },
    )
}

fn token() -> impl Strategy<Value = Token> {
    let prices = (of(number()), of(timestamp()));
    (text(), text(), text(), any::<u8>(), of(text()), prices).prop_map(
        |(asset_id, blockchain, symbol, decimals, contract_address, prices)| Token {
            asset_id,
            blockchain,
            symbol,
            decimals,
            contract_address,
            price: prices.0,
            price_updated_at: prices.1,
        },
    )
}

pub(crate) fn tokens() -> impl Strategy<Value = TokenList> {
    vec(token(), 0..4).prop_map(|tokens| TokenList { tokens })
}

pub(crate) fn deposit() -> impl Strategy<Value = DepositSubmission> {
    (text(), text(), of(text()), of(text())).prop_map(
        |(tx_hash, deposit_address, near_sender_account, memo)| DepositSubmission {
            tx_hash,
            deposit_address,
            near_sender_account,
            memo,
        },
    )
}

fn withdrawal() -> impl Strategy<Value = Withdrawal> {
    let status = text().prop_map(|name| WithdrawalStatus::from_name(&name));
    let amounts = (of(lots()), shown(), of(lots()), shown());
    (status, amounts, of(timestamp()), of(text())).prop_map(|(status, amounts, timestamp, hash)| {
        Withdrawal {
            status,
            amount_out: amounts.0,
            amount_out_shown: amounts.1,
            withdraw_fee: amounts.2,
            withdraw_fee_shown: amounts.3,
            timestamp,
            hash,
        }
    })
}

pub(crate) fn withdrawals() -> impl Strategy<Value = Withdrawals> {
    (of(text()), of(text()), of(text()), vec(withdrawal(), 0..3)).prop_map(
        |(asset, recipient, affiliate_recipient, withdrawals)| Withdrawals {
            asset,
            recipient,
            affiliate_recipient,
            withdrawals,
        },
    )
}

pub(crate) fn generate_intent() -> impl Strategy<Value = GenerateIntentRequest> {
    let words = ["nep413", "erc191", "tip191", "raw_ed25519", "webauthn", "ton_connect", "sep53"];
    (select(words.to_vec()), text(), text()).prop_map(|(standard, signer_id, deposit_address)| {
        let standard = Standard::from_name(standard);
        GenerateIntentRequest { standard, signer_id, deposit_address }
    })
}

fn nep413() -> impl Strategy<Value = Nep413Payload> {
    (text(), text(), text(), of(text())).prop_map(|(message, nonce, recipient, callback_url)| {
        Nep413Payload { message, nonce, recipient, callback_url, has_more: false }
    })
}

pub(crate) fn generated_intent() -> impl Strategy<Value = GeneratedIntent> {
    let unknown = r#"\{"standard": "sep53" ,"payload":\[[1-9][0-9]{0,8}\]\}"#.prop_map(|text| {
        let intent = RawObject::parse(&text).unwrap();
        IntentPayload::Unknown { standard: Standard::Sep53, intent }
    });
    let intent = prop_oneof![
        nep413().prop_map(IntentPayload::Nep413),
        text().prop_map(IntentPayload::Erc191),
        text().prop_map(IntentPayload::Tip191),
        text().prop_map(IntentPayload::RawEd25519),
        unknown,
    ];
    (intent, of(text()))
        .prop_map(|(intent, correlation_id)| GeneratedIntent { intent, correlation_id })
}

pub(crate) fn submit_intent() -> impl Strategy<Value = SubmitIntentRequest> {
    let signed = prop_oneof![
        (nep413(), text(), text()).prop_map(|(payload, public_key, signature)| {
            MultiPayload::Nep413 { payload, public_key, signature }
        }),
        (text(), text())
            .prop_map(|(payload, signature)| MultiPayload::Erc191 { payload, signature }),
        (text(), text())
            .prop_map(|(payload, signature)| MultiPayload::Tip191 { payload, signature }),
        (text(), text(), text()).prop_map(|(payload, public_key, signature)| {
            MultiPayload::RawEd25519 { payload, public_key, signature }
        }),
    ];
    signed.prop_map(|signed_data| SubmitIntentRequest { signed_data })
}

pub(crate) fn submitted_intent() -> impl Strategy<Value = SubmittedIntent> {
    (text(), of(text()))
        .prop_map(|(intent_hash, correlation_id)| SubmittedIntent { intent_hash, correlation_id })
}

pub(crate) fn api_error() -> impl Strategy<Value = ApiError> {
    let data = of(r#"\{ "a":[1-9][0-9]{0,8}\}"#.prop_map(|text| RawObject::parse(&text).unwrap()));
    let texts = (of(text()), of(text()), of(text()), of(text()));
    (text(), texts, of(any::<u64>()), data).prop_map(|(message, texts, status_code, data)| {
        ApiError {
            message,
            correlation_id: texts.0,
            timestamp: texts.1,
            path: texts.2,
            status_code,
            error: texts.3,
            data,
        }
    })
}
