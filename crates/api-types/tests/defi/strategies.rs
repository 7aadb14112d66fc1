//! Any value that a profile can write.

use countersign_api_types::RawObject;
use countersign_api_types::defi::{
    AddedApproval, ApiError, ApprovalSubmission, Asset, CreateIntentRequest, CreatedIntent,
    HumanAmount, IntentStatus, ListedSwap, Mechanism, Network, NetworkKind, Page, Pagination,
    Profile, Quote, QuoteFrom, QuoteMid, QuoteRequest, QuoteTo, Status, StatusFrom, StatusTo,
    SwapMetadata, Token,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use proptest::option;
use proptest::prelude::*;

/// Text with what JSON has to escape.
pub(crate) fn text() -> impl Strategy<Value = String> + Clone {
    "[a-zA-Z0-9\"\\\\/\u{0}-\u{1f}é😀 ]{1,12}"
}

fn lots() -> impl Strategy<Value = Lots> + Clone {
    prop_oneof![
        any::<u64>().prop_map(Lots::from),
        "[1-9][0-9]{0,76}".prop_map(|digits| digits.parse().unwrap()),
        Just(Lots::MAX),
        Just(Lots::ZERO),
    ]
}

fn bps() -> impl Strategy<Value = Bps> {
    (0_u16..=10_000).prop_map(|bps| Bps::new(bps).unwrap())
}

/// Moments whose unit their size tells, up to the year 5138.
fn millis() -> impl Strategy<Value = UnixMillis> {
    (100_000_000_000_u64..100_000_000_000_000).prop_map(UnixMillis::new)
}

fn seconds() -> impl Strategy<Value = UnixSeconds> {
    (0_u64..100_000_000_000).prop_map(UnixSeconds::new)
}

fn asset(profile: Profile) -> BoxedStrategy<Asset> {
    let by_address = (any::<u64>(), text())
        .prop_map(|(network_id, address)| Asset::ByAddress { network_id, address });
    match profile {
        Profile::G0 | Profile::G1 => by_address.boxed(),
        _ => prop_oneof![any::<u64>().prop_map(Asset::ById), by_address].boxed(),
    }
}

pub(crate) fn quote_request(profile: Profile) -> BoxedStrategy<QuoteRequest> {
    (asset(profile), asset(profile), lots(), any::<u8>(), bps())
        .prop_map(|(from, to, amount, decimals, slippage_bps)| QuoteRequest {
            from,
            to,
            amount: HumanAmount::from_lots(amount, decimals),
            slippage_bps,
        })
        .boxed()
}

pub(crate) fn create_request(profile: Profile) -> impl Strategy<Value = CreateIntentRequest> {
    let public_key = match profile {
        Profile::G1 => Just(None).boxed(),
        _ => option::of(text()).boxed(),
    };
    let order = match profile {
        Profile::G0 | Profile::G3 => Just(None).boxed(),
        _ => quote_request(profile).prop_map(Some).boxed(),
    };
    (text(), text(), text(), text(), public_key, order).prop_map(
        |(quote_id, from_address, refund_address, to_address, public_key, order)| {
            CreateIntentRequest {
                quote_id,
                from_address,
                refund_address,
                public_key,
                to_address,
                order,
            }
        },
    )
}

/// What the flat profile has no member for.
fn unless_flat<T: Clone + std::fmt::Debug + 'static>(
    profile: Profile,
    value: impl Strategy<Value = Option<T>> + 'static,
) -> BoxedStrategy<Option<T>> {
    match profile {
        Profile::G0 => Just(None).boxed(),
        _ => value.boxed(),
    }
}

fn token_id(profile: Profile) -> BoxedStrategy<Option<u64>> {
    unless_flat(profile, any::<Option<u64>>())
}

pub(crate) fn quote(profile: Profile) -> BoxedStrategy<Quote> {
    (
        text(),
        quote_from(profile),
        option::of(quote_mid(profile)),
        quote_to(profile),
        option::of(bps()),
        option::of(millis()),
    )
        .prop_map(|(id, from, mid, to, slippage_bps, expires_at)| Quote {
            id,
            from,
            mid,
            to,
            slippage_bps,
            expires_at,
        })
        .boxed()
}

fn quote_from(profile: Profile) -> impl Strategy<Value = QuoteFrom> {
    (option::of(any::<u64>()), option::of(text()), token_id(profile), lots(), any::<u8>()).prop_map(
        |(network_id, token, token_id, amount, decimals)| QuoteFrom {
            network_id,
            token,
            token_id,
            amount,
            decimals: Some(decimals),
        },
    )
}

fn quote_to(profile: Profile) -> impl Strategy<Value = QuoteTo> {
    let max_amount = option::of(lots());
    (quote_from(profile), max_amount).prop_map(|(from, max_amount)| QuoteTo {
        network_id: from.network_id,
        token: from.token,
        token_id: from.token_id,
        min_amount: from.amount,
        max_amount,
        decimals: from.decimals,
    })
}

fn quote_mid(profile: Profile) -> impl Strategy<Value = QuoteMid> {
    (token_id(profile), text(), option::of(text()), option::of(text()), option::of(any::<u8>()))
        .prop_map(|(token_id, token, min_amount, max_amount, decimals)| QuoteMid {
            token_id,
            token: Some(token),
            min_amount,
            max_amount,
            decimals,
        })
}

fn mechanism() -> impl Strategy<Value = Mechanism> {
    prop_oneof![
        Just(Mechanism::Permit2),
        Just(Mechanism::Htlc),
        Just(Mechanism::Cosign),
        "x[a-z]{1,9}".prop_map(Mechanism::Unknown),
    ]
}

fn raw_object() -> impl Strategy<Value = RawObject> {
    (text(), any::<f64>().prop_filter("finite", |number| number.is_finite())).prop_map(
        |(text, number)| {
            let text = serde_json::Value::from(text);
            RawObject::parse(&format!("{{ {text} :[{number:e} , null],\n\"a b\":{{}}}}")).unwrap()
        },
    )
}

pub(crate) fn created_intent(profile: Profile) -> BoxedStrategy<CreatedIntent> {
    let approve_to = unless_flat(profile, option::of(text()));
    let head = (text(), option::of(seconds()), mechanism(), option::of(text()), approve_to);
    let body = (option::of(raw_object()), option::of(quote(profile)));
    let addresses = (option::of(text()), option::of(text()), option::of(text()));
    (head, body, addresses)
        .prop_map(|(head, body, addresses)| CreatedIntent {
            id: head.0,
            deadline: head.1,
            mechanism: head.2,
            secret_hash: head.3,
            approve_to: head.4,
            params_to_sign: body.0,
            quote: body.1,
            from_address: addresses.0,
            to_address: addresses.1,
            refund_address: addresses.2,
            beside: None,
        })
        .boxed()
}

pub(crate) fn approval(_: Profile) -> impl Strategy<Value = ApprovalSubmission> {
    prop_oneof![
        text().prop_map(|signature| ApprovalSubmission::Permit2 { signature }),
        text().prop_map(|psbt| ApprovalSubmission::Htlc { psbt }),
        (text(), text()).prop_map(|(transaction, user_address)| ApprovalSubmission::Cosign {
            transaction,
            user_address
        }),
    ]
}

pub(crate) fn added_approval(profile: Profile) -> impl Strategy<Value = AddedApproval> {
    unless_flat(profile, option::of(text())).prop_map(|intent_id| AddedApproval { intent_id })
}

fn status_name() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Created),
        Just(Status::Approved),
        Just(Status::Verified),
        Just(Status::Failed),
        Just(Status::Deposited),
        Just(Status::Finished),
        Just(Status::Expired),
        Just(Status::RefundRequested),
        Just(Status::Refunded),
        Just(Status::Incomplete),
        "x[a-z]{1,9}".prop_map(Status::Unknown),
    ]
}

fn status_from(profile: Profile) -> impl Strategy<Value = StatusFrom> {
    let place = (option::of(text()), option::of(any::<u64>()), option::of(text()));
    let amount = (token_id(profile), option::of(lots()), any::<u8>());
    (place, amount, option::of(text()), option::of(millis())).prop_map(
        |(place, amount, tx, tx_at)| StatusFrom {
            address: place.0,
            network_id: place.1,
            token: place.2,
            token_id: amount.0,
            amount: amount.1,
            decimals: Some(amount.2),
            tx,
            tx_at,
        },
    )
}

fn status_to(profile: Profile) -> impl Strategy<Value = StatusTo> {
    (status_from(profile), option::of(lots())).prop_map(|(from, max_amount)| StatusTo {
        address: from.address,
        network_id: from.network_id,
        token: from.token,
        token_id: from.token_id,
        min_amount: from.amount,
        max_amount,
        decimals: from.decimals,
        tx: from.tx,
        tx_at: from.tx_at,
    })
}

fn metadata() -> impl Strategy<Value = SwapMetadata> {
    let times = (option::of(millis()), option::of(millis()), option::of(millis()));
    (text(), option::of(text()), option::of(text()), times).prop_map(
        |(id, proxy_address, swap_tx, times)| SwapMetadata {
            id: Some(id),
            proxy_address,
            swap_tx,
            created_at: times.0,
            swapped_at: times.1,
            refunded_at: times.2,
        },
    )
}

pub(crate) fn intent_status(profile: Profile) -> BoxedStrategy<IntentStatus> {
    let swap = match profile {
        Profile::G3 => Just(None).boxed(),
        _ => option::of(metadata()).boxed(),
    };
    (text(), status_name(), status_from(profile), status_to(profile), swap)
        .prop_map(|(intent_id, status, from, to, swap)| IntentStatus {
            intent_id,
            status,
            from,
            to,
            swap,
        })
        .boxed()
}

pub(crate) fn swaps(profile: Profile) -> BoxedStrategy<Page<ListedSwap>> {
    let swap = (option::of(mechanism()), intent_status(profile))
        .prop_map(|(mechanism, swap)| ListedSwap { mechanism, swap });
    page(swap).boxed()
}

pub(crate) fn networks(_: Profile) -> impl Strategy<Value = Page<Network>> {
    let kind = prop_oneof![
        Just(NetworkKind::Evm),
        Just(NetworkKind::Tron),
        Just(NetworkKind::Bitcoin),
        Just(NetworkKind::Solana),
        "x[a-z]{1,9}".prop_map(NetworkKind::Unknown),
    ];
    let flags = (any::<Option<bool>>(), any::<Option<bool>>());
    page((any::<u64>(), text(), option::of(kind), option::of(text()), flags).prop_map(
        |(id, name, kind, icon_url, flags)| Network {
            id,
            name,
            kind,
            supports_optimized_swap: flags.0,
            icon_url,
            supports_custom_tokens: flags.1,
        },
    ))
}

pub(crate) fn tokens(profile: Profile) -> impl Strategy<Value = Page<Token>> {
    let decimals = unless_flat(profile, any::<Option<u8>>());
    let ids = (token_id(profile), any::<u64>(), decimals);
    let names = (text(), option::of(text()), option::of(text()));
    page((ids, names, option::of(text()), option::of(text())).prop_map(
        |(ids, names, address, wrapped_token_address)| Token {
            id: ids.0,
            network_id: ids.1,
            address,
            symbol: names.0,
            name: names.1,
            decimals: ids.2,
            icon_url: names.2,
            wrapped_token_address,
        },
    ))
}

fn page<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Page<T>> {
    let number = any::<Option<u64>>;
    let pagination = (number(), number(), number(), number())
        .prop_map(|(limit, offset, pages, total)| Pagination { limit, offset, pages, total });
    (prop::collection::vec(item, 0..4), option::of(pagination))
        .prop_map(|(items, pagination)| Page { items, pagination })
}

pub(crate) fn api_error(_: Profile) -> impl Strategy<Value = ApiError> {
    (any::<i64>(), text(), option::of(text()), option::of(text()))
        .prop_map(|(code, message, entity, kind)| ApiError { code, message, entity, kind })
}
