//! What a client is asked to sign on Bitcoin, before it is written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin::Psbt;

use super::Offer;
use super::htlc::{Htlc, Inside};
use crate::answer::Params;
use crate::json::Json;
use crate::payload::Style;

/// A PSBT with its surroundings. Every part can be set to anything: a hostile answer differs from
/// an honest one in these parts only.
#[derive(Clone, Debug)]
pub(crate) struct PsbtParams {
    pub(crate) psbt: Psbt,
    /// What is sent in place of the PSBT's own bytes.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The numbers of the inputs to sign.
    pub(crate) inputs: Vec<u64>,
    pub(crate) htlc: Htlc,
    pub(crate) locktime: u32,
}

impl PsbtParams {
    /// Builds what an honest counterparty asks for.
    pub(crate) fn honest(offer: &Offer) -> Self {
        let inputs = (0_u64..).zip(&offer.psbt.inputs).map(|(index, _)| index).collect();
        Self {
            psbt: offer.psbt.clone(),
            bytes: None,
            inputs,
            htlc: offer.htlc.clone(),
            locktime: offer.lock.locktime,
        }
    }

    /// Returns the bytes of the PSBT.
    pub(crate) fn serialize(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| self.psbt.serialize())
    }
}

impl Params for PsbtParams {
    fn render(&self, _: Style) -> Json {
        let mut params = Json::object([
            ("psbt", Json::from(STANDARD.encode(self.serialize()))),
            ("inputs", Json::list(self.inputs.iter().map(Json::number))),
            ("locktime", Json::number(self.locktime)),
        ]);
        params.extend(inside(&self.htlc));
        params
    }
}

fn inside(htlc: &Htlc) -> Json {
    match &htlc.inside {
        Inside::Script(script) => {
            Json::object([("witness_script", Json::from(script.to_hex_string()))])
        }
        Inside::Leaves(leaves) => Json::object([
            ("x_only_public_key", Json::text(leaves.internal_key)),
            ("refund_control_block", Json::from(hex::encode(&leaves.refund_control_block))),
            ("fast_refund_control_block", Json::from(hex::encode(&leaves.fast_control_block))),
        ]),
    }
}
