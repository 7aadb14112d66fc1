//! What the flow knows, as the journal keeps it, and back.

use countersign_api_types::defi::{ApprovalSubmission, Status};
use countersign_approval::{Coin, CoinId, Sats};
use countersign_journal::{
    ApprovalBytes, Asset, CoinRecord, ConfigRecord, Digest, IntentRecord, Label, Note, OfferRecord,
    Payload, Request, TextError, What,
};
use countersign_units::Lots;

use super::WorkError;
use crate::api::DEFI;
use crate::{
    Intent, Mechanism, Offer, OfferDetails, Order, SentIntent, SentTransaction, Submission,
    SwapRequest, SwapStatus, TokenAt,
};

/// Records what was asked for. Its digest covers the request alone: neither its key nor by what it
/// is judged.
pub(super) fn request(
    key: &Label,
    order: &Order,
    environment: countersign_approval::Environment,
    config: ConfigRecord,
    api: &str,
) -> Result<Request, TextError> {
    let coins = order.coins.as_ref().map(|coins| coins.iter().map(coin).collect());
    let request = Request {
        key: key.clone(),
        digest: Digest::NONE,
        environment,
        config,
        source: Asset::new(&order.source)?,
        destination: Asset::new(&order.destination)?,
        slippage: order.slippage,
        owner: Label::new(&order.owner)?,
        recipient: Label::new(&order.recipient)?,
        refund_address: Label::new(&order.refund_address)?,
        coins: coins.transpose()?,
        api: (api != DEFI).then(|| Label::new(api)).transpose()?,
    };
    Ok(Request { digest: digest(&request), ..request })
}

fn digest(request: &Request) -> Digest {
    let Request { environment, source, destination, slippage, owner, .. } = request;
    let parties = [owner, &request.recipient, &request.refund_address].map(spelled);
    let asked = (environment, source, destination, slippage, parties, &request.coins);
    // Nothing in it can't be written as JSON: it is what the journal itself writes.
    let written = match &request.api {
        None => serde_json::to_vec(&asked),
        Some(api) => serde_json::to_vec(&(asked, api)),
    };
    Digest::of(&written.unwrap_or_default())
}

/// Spells an address as all do: hexadecimal ones differ in case alone.
fn spelled(address: &Label) -> String {
    let text = address.as_str();
    if text.starts_with("0x") { text.to_ascii_lowercase() } else { text.to_owned() }
}

/// Returns the name of the API that a swap was begun with.
pub(super) fn api(request: &Request) -> &str {
    request.api.as_ref().map_or(DEFI, Label::as_str)
}

/// Makes the request again that was recorded.
pub(super) fn asked(request: &Request) -> Result<SwapRequest, WorkError> {
    let at = |asset: &Asset| TokenAt {
        symbol: asset.symbol.as_str().to_owned(),
        network: asset.network.as_str().to_owned(),
    };
    let Asset { amount: least, decimals, .. } = request.destination;
    let coins = request.coins.as_ref();
    Ok(SwapRequest {
        from: at(&request.source),
        to: at(&request.destination),
        amount: request.source.amount.to_decimal(request.source.decimals),
        min_out: (!least.is_zero()).then(|| least.to_decimal(decimals)),
        slippage: request.slippage,
        owner: request.owner.as_str().to_owned(),
        recipient: request.recipient.as_str().to_owned(),
        refund_address: request.refund_address.as_str().to_owned(),
        coins: coins.map(|coins| coins.iter().map(coin_again).collect()).transpose()?,
    })
}

fn coin(coin: &Coin) -> Result<CoinRecord, TextError> {
    let public_key = coin.public_key.map(|key| Label::new(hex::encode(key)));
    Ok(CoinRecord {
        txid: Digest::new(coin.id.txid),
        vout: coin.id.vout,
        amount: Lots::from(coin.amount.value()),
        script_pubkey: Payload::new(hex::encode(&coin.script_pubkey))?,
        public_key: public_key.transpose()?,
    })
}

fn coin_again(record: &CoinRecord) -> Result<Coin, WorkError> {
    let broken = || WorkError::Unreadable("a coin");
    let key = |text: &Label| {
        let mut key = [0; 33];
        hex::decode_to_slice(text.as_str(), &mut key).map_err(|_| broken())?;
        Ok::<_, WorkError>(key)
    };
    let amount = record.amount.to_string().parse().ok().and_then(Sats::new);
    Ok(Coin {
        id: CoinId { txid: *record.txid.as_bytes(), vout: record.vout },
        amount: amount.ok_or_else(broken)?,
        script_pubkey: hex::decode(record.script_pubkey.as_str()).map_err(|_| broken())?,
        public_key: record.public_key.as_ref().map(key).transpose()?,
    })
}

/// Records an offer.
pub(super) fn offer(offer: &Offer) -> Result<OfferRecord, TextError> {
    let note = |text: &Option<String>| text.as_ref().map(Note::whole);
    Ok(OfferRecord {
        id: Label::new(&offer.id)?,
        from_token: note(&offer.from_token),
        from_network: offer.from_network,
        from_decimals: offer.from_decimals,
        from_amount: offer.from_amount,
        to_token: note(&offer.to_token),
        to_network: offer.to_network,
        to_decimals: offer.to_decimals,
        min_out: offer.min_out,
        max_out: offer.max_out,
        slippage: offer.slippage,
        expires_at: offer.expires_at,
        floor: None,
    })
}

/// Makes the offer again that was recorded.
pub(super) fn offered(record: &OfferRecord) -> Offer {
    let text = |note: &Option<Note>| note.as_ref().map(|note| note.as_str().to_owned());
    Offer {
        id: record.id.as_str().to_owned(),
        from_token: text(&record.from_token),
        from_network: record.from_network,
        from_decimals: record.from_decimals,
        from_amount: record.from_amount,
        to_token: text(&record.to_token),
        to_network: record.to_network,
        to_decimals: record.to_decimals,
        min_out: record.min_out,
        max_out: record.max_out,
        slippage: record.slippage,
        expires_at: record.expires_at,
        told: OfferDetails::default(),
    }
}

/// Records an intent.
pub(super) fn intent(intent: &Intent) -> Result<IntentRecord, TextError> {
    let note = |text: &Option<String>| text.as_ref().map(Note::whole);
    let payload = |text: &Option<String>| text.as_ref().map(Payload::new).transpose();
    Ok(IntentRecord {
        id: Label::new(&intent.id)?,
        mechanism: Label::new(intent.mechanism.name())?,
        deadline: intent.deadline,
        secret_hash: note(&intent.secret_hash),
        approve_to: note(&intent.approve_to),
        params_to_sign: payload(&intent.params_to_sign)?,
        beside: payload(&intent.beside)?,
        offer: intent.offer.as_ref().map(offer).transpose()?,
        from_address: note(&intent.from_address),
        to_address: note(&intent.to_address),
        refund_address: note(&intent.refund_address),
    })
}

/// Makes the intent again that was recorded.
pub(super) fn created(record: &IntentRecord) -> Intent {
    let text = |note: &Option<Note>| note.as_ref().map(|note| note.as_str().to_owned());
    let whole =
        |payload: &Option<Payload>| payload.as_ref().map(|payload| payload.as_str().to_owned());
    Intent {
        id: record.id.as_str().to_owned(),
        mechanism: Mechanism::from_name(record.mechanism.as_str()),
        deadline: record.deadline,
        secret_hash: text(&record.secret_hash),
        approve_to: text(&record.approve_to),
        params_to_sign: whole(&record.params_to_sign),
        beside: whole(&record.beside),
        offer: record.offer.as_ref().map(offered),
        from_address: text(&record.from_address),
        to_address: text(&record.to_address),
        refund_address: text(&record.refund_address),
    }
}

/// Records what was signed, as it is let out.
pub(super) fn approval(submission: &Submission) -> Result<ApprovalBytes, WorkError> {
    Ok(match submission {
        Submission::Approval(ApprovalSubmission::Permit2 { signature }) => {
            ApprovalBytes::Permit2 { signature: Label::new(signature)? }
        }
        Submission::Approval(ApprovalSubmission::Htlc { psbt }) => {
            ApprovalBytes::Htlc { psbt: Payload::new(psbt)? }
        }
        Submission::Approval(ApprovalSubmission::Cosign { transaction, user_address }) => {
            ApprovalBytes::Cosign {
                transaction: Payload::new(transaction)?,
                user_address: Label::new(user_address)?,
                last_valid_block_height: None,
            }
        }
        Submission::Approval(_) => return Err(WorkError::Unreadable("an approval")),
        Submission::Deposit(sent) => ApprovalBytes::Deposit {
            transaction: Payload::new(&sent.transaction)?,
            id: Label::new(&sent.id)?,
            last_valid_block_height: sent.last_valid_block_height,
        },
        Submission::Intent(sent) => ApprovalBytes::Intent {
            signed: Payload::new(&sent.signed)?,
            hash: Label::new(&sent.hash)?,
        },
    })
}

/// Makes the submission again that was recorded: the same bytes.
pub(super) fn submission(bytes: &ApprovalBytes) -> Submission {
    match bytes {
        ApprovalBytes::Permit2 { signature } => {
            ApprovalSubmission::Permit2 { signature: signature.as_str().to_owned() }.into()
        }
        ApprovalBytes::Htlc { psbt } => {
            ApprovalSubmission::Htlc { psbt: psbt.as_str().to_owned() }.into()
        }
        ApprovalBytes::Cosign { transaction, user_address, .. } => ApprovalSubmission::Cosign {
            transaction: transaction.as_str().to_owned(),
            user_address: user_address.as_str().to_owned(),
        }
        .into(),
        ApprovalBytes::Deposit { transaction, id, last_valid_block_height } => {
            Submission::Deposit(SentTransaction {
                transaction: transaction.as_str().to_owned(),
                id: id.as_str().to_owned(),
                last_valid_block_height: *last_valid_block_height,
            })
        }
        ApprovalBytes::Intent { signed, hash } => Submission::Intent(SentIntent {
            signed: signed.as_str().to_owned(),
            hash: hash.as_str().to_owned(),
        }),
    }
}

/// Records a status. A transaction's id that is none is left out: it decides nothing.
pub(super) fn status(seen: &SwapStatus) -> Result<What, TextError> {
    let id = |text: &Option<String>| text.as_ref().and_then(|text| Label::new(text).ok());
    Ok(What::Status {
        status: Label::new(seen.status.name()).or_else(|_| Label::new("unreadable"))?,
        deposit_tx: id(&seen.deposit_tx),
        payout_tx: id(&seen.payout_tx),
    })
}

/// Makes the status again that was recorded.
pub(super) fn seen(
    status: &Label,
    deposit_tx: Option<&Label>,
    payout_tx: Option<&Label>,
) -> SwapStatus {
    let text = |label: Option<&Label>| label.map(|label| label.as_str().to_owned());
    let status = Status::from_name(status.as_str());
    let (deposit_tx, payout_tx) = (text(deposit_tx), text(payout_tx));
    SwapStatus { deposit_tx, payout_tx, ..SwapStatus::new(status) }
}
