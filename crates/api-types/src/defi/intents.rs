use countersign_units::UnixSeconds;

use super::mechanism::{self, MECHANISM};
use super::sides::{REFUND_ADDRESS, Side};
use super::{Mechanism, Profile, Quote, QuoteRequest, Wire, WriteError};
use crate::json::{Object, Value};
use crate::read::{Members, forms};
use crate::write::ObjectWriter;
use crate::{RawObject, ReadError};

/// Asks for an intent to be created from a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIntentRequest {
    /// The quote that the intent follows.
    pub quote_id: String,
    /// Who pays in.
    pub from_address: String,
    /// Where a failed swap returns to.
    pub refund_address: String,
    /// The public key of who pays in, for Bitcoin and Solana. G1's samples show none; it is written
    /// there under the name that the other dialects have.
    pub public_key: Option<String>,
    /// Who is paid.
    pub to_address: String,
    /// What is swapped: required by G1 and G2. In G0 and G3 the quote alone says it, and it isn't
    /// sent.
    pub order: Option<QuoteRequest>,
}

/// An intent as the API created it. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedIntent {
    /// The intent's id.
    pub id: String,
    /// Until when an approval may be added.
    pub deadline: Option<UnixSeconds>,
    /// How it is to be approved.
    pub mechanism: Mechanism,
    /// The hash of the secret that releases the funds.
    pub secret_hash: Option<String>,
    /// An address that is to be approved on chain, for mechanisms that want it.
    pub approve_to: Option<String>,
    /// What is to be signed, byte for byte as it was sent.
    pub params_to_sign: Option<RawObject>,
    /// The quote that was applied.
    pub quote: Option<Quote>,
    /// Who pays in, where the API repeats it.
    pub from_address: Option<String>,
    /// Who is paid, where the API repeats it.
    pub to_address: Option<String>,
    /// Where a failed swap returns to, where the API repeats it.
    pub refund_address: Option<String>,
    /// Members of the answer that no dialect has, if there are any: they may say something about
    /// what is to be signed.
    pub beside: Option<RawObject>,
}

/// The members at the top of an answer that a dialect has, besides addresses.
const KNOWN: [&str; 13] = [
    "id",
    "intent_id",
    "deadline_at",
    "deadline_secs",
    "expires_at",
    "approval_type",
    "approval_mechanism",
    "type",
    "secret_hash",
    "approve_to",
    "params_to_sign",
    "quote",
    "status",
];

impl Wire for CreateIntentRequest {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let public_key = &["from.public_key", "user_source_public_key"];
        Ok(Self {
            quote_id: members.required(&["quote_id"], &forms::ID)?,
            from_address: members.required(Side::From.paths().address, &forms::TEXT)?,
            refund_address: members.required(REFUND_ADDRESS, &forms::TEXT)?,
            public_key: members.optional(public_key, &forms::TEXT)?,
            to_address: members.required(Side::To.paths().address, &forms::TEXT)?,
            order: QuoteRequest::read(members)?,
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("quote_id", Some(&self.quote_id));
        if profile.is_flat() {
            return Ok(self.write_flat(profile, body).finish());
        }
        if profile == Profile::G3 {
            let from = ObjectWriter::new()
                .string("address", Some(&self.from_address))
                .string("refund_address", Some(&self.refund_address))
                .string("public_key", self.public_key.as_ref());
            let to = ObjectWriter::new().string("address", Some(&self.to_address));
            return Ok(body.object("from", from).object("to", to).finish());
        }
        let order = self.order.as_ref();
        let order = order.ok_or(WriteError::Missing { member: "the order", profile })?;
        let body = body
            .object("from", self.write_from(order, profile)?)
            .object("to", self.write_to(order, profile)?)
            .string("refund_address", Some(&self.refund_address));
        Ok(order.write_amount(profile, body).finish())
    }
}

impl CreateIntentRequest {
    fn write_flat(&self, profile: Profile, body: ObjectWriter) -> ObjectWriter {
        body.string(&profile.member(Side::From, "public_key"), self.public_key.as_ref())
            .string(&profile.member(Side::From, "address"), Some(&self.from_address))
            .string(&profile.member(Side::To, "address"), Some(&self.to_address))
            .string("refund_address", Some(&self.refund_address))
    }

    fn write_from(
        &self,
        order: &QuoteRequest,
        profile: Profile,
    ) -> Result<ObjectWriter, WriteError> {
        let address = profile.member(Side::From, "address");
        let members = order.from.write(Side::From, profile, ObjectWriter::new())?;
        Ok(members
            .string(&address, Some(&self.from_address))
            .string("public_key", self.public_key.as_ref()))
    }

    fn write_to(&self, order: &QuoteRequest, profile: Profile) -> Result<ObjectWriter, WriteError> {
        let address = profile.member(Side::To, "address");
        let members = order.to.write(Side::To, profile, ObjectWriter::new())?;
        Ok(members.string(&address, Some(&self.to_address)))
    }
}

impl Wire for CreatedIntent {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let deadline = &["deadline_at", "deadline_secs", "expires_at"];
        Ok(Self {
            id: members.required(&["id", "intent_id"], &forms::ID)?,
            deadline: members.optional(deadline, &forms::SECONDS)?,
            mechanism: members.required(mechanism::PATHS, &MECHANISM)?,
            secret_hash: members.optional(&["secret_hash"], &forms::TEXT)?,
            approve_to: members.optional(&["approve_to"], &forms::TEXT)?,
            params_to_sign: members.optional(&["params_to_sign"], &forms::RAW_OBJECT)?,
            quote: members.part("quote", Quote::from_value)?,
            from_address: members.optional(Side::From.paths().address, &forms::TEXT)?,
            to_address: members.optional(Side::To.paths().address, &forms::TEXT)?,
            refund_address: members.optional(REFUND_ADDRESS, &forms::TEXT)?,
            beside: value.as_object().and_then(beside),
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        profile.check_absent(self.beside.is_some(), "members of no dialect")?;
        if profile.is_flat() {
            return self.write_flat(profile).map(ObjectWriter::finish);
        }
        let quote = self.quote.as_ref().map(|quote| quote.to_json(profile)).transpose()?;
        let (deadline, refund_inside) = match profile {
            Profile::G0 | Profile::G1 | Profile::G2 => ("deadline_at", None),
            Profile::G3 => ("expires_at", self.refund_address.as_ref()),
        };
        let refund_beside = self.refund_address.as_ref().filter(|_| refund_inside.is_none());
        let from = ObjectWriter::new()
            .string(&profile.member(Side::From, "address"), self.from_address.as_ref())
            .string("refund_address", refund_inside);
        let to = ObjectWriter::new()
            .string(&profile.member(Side::To, "address"), self.to_address.as_ref());
        Ok(ObjectWriter::new()
            .string("id", Some(&self.id))
            .plain(deadline, self.deadline)
            .string("secret_hash", self.secret_hash.as_ref())
            .string("approval_type", Some(self.mechanism.name()))
            .string("approve_to", self.approve_to.as_ref())
            .raw("params_to_sign", self.params_to_sign.as_ref().map(RawObject::as_str))
            .raw("quote", quote)
            .object("from", from)
            .object("to", to)
            .string("refund_address", refund_beside)
            .finish())
    }
}

/// Collects the members that no dialect has.
fn beside(answer: &Object<'_>) -> Option<RawObject> {
    let addresses = [Side::From.paths().address, Side::To.paths().address, REFUND_ADDRESS];
    let known = |name: &str| {
        let mut addresses = addresses.into_iter().flatten();
        KNOWN.contains(&name) || addresses.any(|path| path.split('.').next() == Some(name))
    };
    let unknown = answer.members().filter(|(name, _)| !known(name));
    let writer = unknown.fold(ObjectWriter::new(), |writer, (name, value)| {
        writer.raw(name, Some(value.to_string()))
    });
    RawObject::parse(&writer.finish()).ok().filter(|object| object.as_str() != "{}")
}

impl CreatedIntent {
    fn write_flat(&self, profile: Profile) -> Result<ObjectWriter, WriteError> {
        profile.check_absent(self.approve_to.is_some(), "approval address")?;
        let quote = self.quote.as_ref().map(|quote| quote.to_json(profile)).transpose()?;
        Ok(ObjectWriter::new()
            .string("intent_id", Some(&self.id))
            .plain("deadline_secs", self.deadline)
            .string("approval_mechanism", Some(self.mechanism.name()))
            .string("secret_hash", self.secret_hash.as_ref())
            .raw("params_to_sign", self.params_to_sign.as_ref().map(RawObject::as_str))
            .raw("quote", quote)
            .string(&profile.member(Side::From, "address"), self.from_address.as_ref())
            .string(&profile.member(Side::To, "address"), self.to_address.as_ref())
            .string("refund_address", self.refund_address.as_ref()))
    }
}
