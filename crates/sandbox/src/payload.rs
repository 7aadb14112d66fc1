//! What a client is asked to sign, before it is written in one form or the other.

use alloy::dyn_abi::TypedData;
use alloy::primitives::{Address, B256, U256};
use tempo_contracts::PERMIT2_ADDRESS;

use crate::address::{AddressForm, in_hex};
use crate::answer::Params;
use crate::config::PayloadForm;
use crate::json::Json;

const PRIMARY_TYPE: &str = "PermitWitnessTransferFrom";
/// What Permit2 itself puts before the witness type string.
const TYPE_STUB: &str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
/// The name of the member that holds the witness.
pub(crate) const WITNESS: &str = "witness";

/// An EIP-712 message with all its surroundings. Every part can be set to anything: a hostile
/// answer differs from an honest one in these parts only.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    pub(crate) escrow: String,
    pub(crate) permit2: String,
    pub(crate) resolver: String,
    pub(crate) nonce: Json,
    pub(crate) domain: Json,
    pub(crate) types: Json,
    pub(crate) primary_type: String,
    pub(crate) message: Json,
    pub(crate) witness_type_string: String,
    pub(crate) witness_hash: String,
}

/// The values of an honest payload.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    /// How the network writes addresses.
    pub(crate) form: AddressForm,
    /// As the API sends it.
    pub(crate) chain_id: u64,
    pub(crate) escrow: Address,
    pub(crate) token: Address,
    pub(crate) amount: U256,
    pub(crate) nonce: u64,
    pub(crate) deadline: u64,
    pub(crate) resolver: Address,
    pub(crate) secret_hash: B256,
}

/// How the members are written besides the form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) form: PayloadForm,
    /// Whether the witness deadline is hexadecimal in the API form, as the older dialect has it.
    pub(crate) hex_deadline: bool,
}

impl Payload {
    /// Builds what an honest counterparty asks for.
    pub(crate) fn honest(permit: &Permit) -> Self {
        let mut payload = Self {
            escrow: permit.form.write(permit.escrow),
            permit2: permit.form.write(PERMIT2_ADDRESS),
            resolver: permit.form.write(permit.resolver),
            nonce: Json::number(permit.nonce),
            domain: Json::object([
                ("name", Json::from("Permit2")),
                ("chainId", Json::from(permit.chain_id)),
                ("verifyingContract", Json::from(permit.form.write(PERMIT2_ADDRESS))),
            ]),
            types: honest_types(),
            primary_type: PRIMARY_TYPE.to_owned(),
            message: honest_message(permit),
            witness_type_string: String::new(),
            witness_hash: String::new(),
        };
        payload.rehash();
        payload
    }

    /// Computes the witness type string and the witness hash anew from types and message, where
    /// both are well-formed.
    pub(crate) fn rehash(&mut self) {
        if let Some((type_string, hash)) = self.witness_digest() {
            self.witness_type_string = type_string;
            self.witness_hash = hash.to_string();
        }
    }

    /// Returns the witness, to change it.
    pub(crate) fn witness_mut(&mut self) -> Option<&mut Json> {
        self.message.get_mut(WITNESS)
    }

    /// Writes the message as `eth_signTypedData_v4` takes it.
    pub(crate) fn typed_data(&self) -> Json {
        let mut types = self.types.clone();
        if types.get("EIP712Domain").is_none() {
            types.push("EIP712Domain", domain_type());
        }
        Json::object([
            ("types", types),
            ("primaryType", Json::text(&self.primary_type)),
            ("domain", self.domain.clone()),
            ("message", self.message.clone()),
        ])
    }

    fn additional_data(&self, hex_deadline: bool) -> Json {
        let mut data =
            Json::object([("domain", self.domain.clone()), ("types", self.types.clone())]);
        if let Some(witness) = self.message.get(WITNESS) {
            let mut witness = witness.clone();
            if hex_deadline {
                write_deadline_in_hex(&mut witness);
            }
            data.push(WITNESS, witness);
        }
        data.push("witness_type_string", Json::text(&self.witness_type_string));
        data.push("witness_hash", Json::text(&self.witness_hash));
        data
    }

    fn witness_digest(&self) -> Option<(String, B256)> {
        let full = self.types_as(PRIMARY_TYPE, &self.message)?.encode_type().ok()?;
        let type_string = full.strip_prefix(TYPE_STUB)?.to_owned();
        let (witness_type, _) = type_string.split_once(' ')?;
        let witness = self.types_as(witness_type, self.message.get(WITNESS)?)?;
        Some((type_string.clone(), witness.hash_struct().ok()?))
    }

    fn types_as(&self, primary_type: &str, message: &Json) -> Option<TypedData> {
        let typed_data = Json::object([
            ("types", self.types.clone()),
            ("primaryType", Json::from(primary_type)),
            ("domain", Json::Object(Vec::new())),
            ("message", in_hex(message)),
        ]);
        serde_json::from_str(&typed_data.to_string()).ok()
    }
}

impl Params for Payload {
    /// Writes the payload as the API sends it, or as wallets are handed it.
    fn render(&self, style: Style) -> Json {
        let mut params = Json::object([
            ("escrow_contract_address", Json::text(&self.escrow)),
            ("permit2_contract_address", Json::text(&self.permit2)),
            ("resolver_deposit_address", Json::text(&self.resolver)),
            ("nonce", self.nonce.clone()),
        ]);
        match style.form {
            PayloadForm::Api => {
                params.push("additional_data", self.additional_data(style.hex_deadline));
            }
            PayloadForm::TypedData => {
                params.push("typed_data", self.typed_data());
                params.push("witness_type_string", Json::text(&self.witness_type_string));
                params.push("witness_hash", Json::text(&self.witness_hash));
            }
        }
        params
    }
}

/// Writes the members of an EIP-712 struct, each as a type and a name.
pub(crate) fn members(list: &[(&str, &str)]) -> Json {
    let member = |(kind, name): &(&str, &str)| {
        Json::object([("name", Json::from(*name)), ("type", Json::from(*kind))])
    };
    Json::list(list.iter().map(member))
}

fn honest_types() -> Json {
    let permit = [
        ("TokenPermissions", "permitted"),
        ("address", "spender"),
        ("uint256", "nonce"),
        ("uint256", "deadline"),
        ("DepositWitness", WITNESS),
    ];
    let witness =
        [("address", "resolverDepositAddress"), ("bytes32", "secretHash"), ("uint256", "deadline")];
    Json::object([
        (PRIMARY_TYPE, members(&permit)),
        ("TokenPermissions", members(&[("address", "token"), ("uint256", "amount")])),
        ("DepositWitness", members(&witness)),
    ])
}

fn domain_type() -> Json {
    members(&[("string", "name"), ("uint256", "chainId"), ("address", "verifyingContract")])
}

fn honest_message(permit: &Permit) -> Json {
    Json::object([
        (
            "permitted",
            Json::object([
                ("token", Json::from(permit.form.write(permit.token))),
                ("amount", Json::text(permit.amount)),
            ]),
        ),
        ("spender", Json::from(permit.form.write(permit.escrow))),
        ("nonce", Json::text(permit.nonce)),
        ("deadline", Json::text(permit.deadline)),
        (
            WITNESS,
            Json::object([
                // In hex on Tron too: upstream's clients read no other form in a witness.
                ("resolverDepositAddress", Json::text(permit.resolver)),
                ("secretHash", Json::text(permit.secret_hash)),
                ("deadline", Json::text(permit.deadline)),
            ]),
        ),
    ])
}

fn write_deadline_in_hex(witness: &mut Json) {
    let Some(deadline) = witness.get_mut("deadline") else { return };
    if let Some(value) = deadline.as_text().and_then(|text| U256::from_str_radix(text, 10).ok()) {
        *deadline = Json::from(format!("{value:#x}"));
    }
}
