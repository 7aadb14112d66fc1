use countersign_api_types::json;
use countersign_approval::{Code, Origin, Pin, TypedDataStandard, UnpinnedMembers};
use countersign_units::{EvmAddress, U256};

use super::Check;
use crate::TermsError;
use crate::eip712::{Kind, Path, Reading, Source, Value, decode_scalar, decode_struct, describe};
use crate::statement::show_scalar;

/// A part of the witness: its type, its value, what it is pinned to, and where it stands.
#[derive(Clone, Copy)]
struct Part<'p> {
    name: &'p str,
    kind: &'p Kind,
    value: &'p Value,
    pin: Option<&'p Pin>,
    path: &'p Path<'p>,
}

/// The values that a witness member can have to agree with.
struct Claims {
    secret_hash: Option<[u8; 32]>,
    resolver: Option<EvmAddress>,
}

impl Check<'_> {
    /// Decodes the witness by its type and compares each member with what it must be.
    ///
    /// Returns the witness and where each of its scalars comes from.
    pub(super) fn witness(&mut self) -> Result<Option<(Value, Vec<Origin>)>, TermsError> {
        let claims = Claims { secret_hash: self.secret_hash(), resolver: self.claimed_resolver() };
        let Some(sent) = self.sent.witness else {
            self.push(Code::Message, "witness", "an object", "nothing");
            return Ok(None);
        };
        let (root, types) = (Path::Root("witness"), self.types);
        let reading = Reading { source: self.sent.source, standard: self.terms.standard };
        let decoded = decode_struct(types, 0, sent, reading, (&root, &mut self.violations));
        let Some(value) = decoded else { return Ok(None) };
        let mut origins = Vec::new();
        let pin = Some(&self.terms.witness);
        let part =
            Part { name: "witness", kind: &Kind::Struct(0), value: &value, pin, path: &root };
        self.part(part, &claims, &mut origins)?;
        Ok(Some((value, origins)))
    }

    fn part(
        &mut self,
        part: Part<'_>,
        claims: &Claims,
        origins: &mut Vec<Origin>,
    ) -> Result<(), TermsError> {
        match (part.kind, part.value) {
            (Kind::Struct(_), Value::Struct(place, members)) => {
                self.members(part, *place, members, (claims, origins))
            }
            (Kind::Array(element, _), Value::Array(values)) => {
                self.elements(part, element, values, (claims, origins))
            }
            _ => {
                let origin = self.scalar(part, claims)?;
                origins.push(origin);
                Ok(())
            }
        }
    }

    fn members(
        &mut self,
        part: Part<'_>,
        place: usize,
        values: &[Value],
        (claims, origins): (&Claims, &mut Vec<Origin>),
    ) -> Result<(), TermsError> {
        let Some(def) = self.types.get(place) else { return Ok(()) };
        if let Some(pin) = part.pin {
            let Pin::Struct(pins) = pin else { return Err(bad_pin(part.path, "an object")) };
            let stranger =
                |(name, _): &&(String, Pin)| def.members.iter().all(|member| member.name != name);
            if let Some((name, _)) = pins.iter().find(stranger) {
                return Err(bad_pin(&Path::Member(part.path, name), "no such member"));
            }
        }
        for (member, value) in def.members.iter().zip(values) {
            let path = Path::Member(part.path, member.name);
            let pin = part.pin.and_then(|pin| pin.member(member.name));
            let part = Part { name: member.name, kind: &member.kind, value, pin, path: &path };
            self.part(part, claims, origins)?;
        }
        Ok(())
    }

    fn elements(
        &mut self,
        part: Part<'_>,
        kind: &Kind,
        values: &[Value],
        (claims, origins): (&Claims, &mut Vec<Origin>),
    ) -> Result<(), TermsError> {
        let pins = match part.pin {
            Some(Pin::List(pins)) => Some(pins),
            Some(_) => return Err(bad_pin(part.path, "an array")),
            None => None,
        };
        if let Some(pins) = pins.filter(|pins| pins.len() != values.len()) {
            let expected = format_args!("{} elements", pins.len());
            self.push(Code::Witness, part.path, expected, values.len());
        }
        if pins.is_none() {
            self.unpinned(part.path);
        }
        for (place, value) in values.iter().enumerate() {
            let path = Path::Element(part.path, place);
            let pin = pins.and_then(|pins| pins.get(place));
            // The name is that of the array: it says nothing about one of its elements.
            self.part(Part { name: "", kind, value, pin, path: &path }, claims, origins)?;
        }
        Ok(())
    }

    fn scalar(&mut self, part: Part<'_>, claims: &Claims) -> Result<Origin, TermsError> {
        let (role, standard) = (self.role(part, claims), self.terms.standard);
        if let Some(pin) = part.pin {
            let expected = decode_pin(part.kind, pin, standard)
                .map_err(|expected| bad_pin(part.path, &expected))?;
            let equal = *part.value == expected;
            self.require(equal, Code::Witness, part.path, text_of(pin), || {
                show_scalar(part.kind, part.value, standard)
            });
            return Ok(Origin::Pinned);
        }
        if role.is_none() {
            self.unpinned(part.path);
        }
        Ok(role.unwrap_or(Origin::Claimed))
    }

    /// Compares a member whose name says what it has to agree with.
    ///
    /// Below the witness's own members a pin says more than a name.
    fn role(&mut self, part: Part<'_>, claims: &Claims) -> Option<Origin> {
        let Value::Word(word) = part.value else { return None };
        if part.pin.is_some() && !part.path.is_member_of_root() {
            return None;
        }
        match (part.name, part.kind) {
            ("resolverDepositAddress", Kind::Address) => self.resolver_role(part, *word, claims),
            ("secretHash", Kind::FixedBytes(32)) => self.secret_role(part, *word, claims),
            ("deadline", Kind::Uint(_) | Kind::Int(_)) => {
                let deadline = U256::from_be_bytes(*word);
                self.horizon(deadline, part.path, Code::Witness);
                Some(Origin::Bounded)
            }
            _ => None,
        }
    }

    fn resolver_role(&mut self, part: Part<'_>, word: [u8; 32], claims: &Claims) -> Option<Origin> {
        let standard = self.terms.standard;
        if let Some(resolver) = claims.resolver.filter(|resolver| resolver.to_word() != word) {
            let found = show_scalar(part.kind, part.value, standard);
            self.push(Code::Witness, part.path, standard.show(resolver), found);
        }
        let escrow = self.terms.escrows.iter().any(|escrow| escrow.to_word() == word);
        self.require(
            !escrow,
            Code::Spender,
            part.path,
            "a resolver that is not the escrow",
            || show_scalar(part.kind, part.value, standard),
        );
        let pinned = self.terms.resolvers.iter().any(|resolver| resolver.to_word() == word);
        let bound = !self.terms.resolvers.is_empty();
        self.require(pinned || !bound, Code::Witness, part.path, "a pinned resolver", || {
            show_scalar(part.kind, part.value, standard)
        });
        bound.then_some(Origin::Pinned)
    }

    fn secret_role(&mut self, part: Part<'_>, word: [u8; 32], claims: &Claims) -> Option<Origin> {
        let path = part.path;
        let zero = word == [0; 32];
        self.require(!zero, Code::Witness, path, "a hash that is not zero", || "zero".to_owned());
        let secret_hash = claims.secret_hash?;
        let expected = format_args!("the intent's secret hash 0x{}", hex::encode(secret_hash));
        self.require(word == secret_hash, Code::Witness, path, expected, || {
            format!("0x{}", hex::encode(word))
        });
        Some(Origin::Claimed)
    }

    /// Returns the intent's secret hash, after comparing it wherever it is named.
    fn secret_hash(&mut self) -> Option<[u8; 32]> {
        let mut first = None;
        for sent in self.sent.secret_hash.iter().chain(self.sent.secret_hash_in_data) {
            let found = self.bytes32(sent, "secret_hash")?;
            let first = *first.get_or_insert(found);
            let expected = "one hash everywhere";
            self.require(found == first, Code::Witness, "secret_hash", expected, || describe(sent));
        }
        first
    }

    /// Returns the resolver that is named beside the message, after comparing it everywhere.
    fn claimed_resolver(&mut self) -> Option<EvmAddress> {
        let (sent, member) = (self.sent.resolver, "resolver_deposit_address");
        if sent.is_absent() && self.sent.source == Source::Api {
            self.push(Code::Malformed, member, "an address", "nothing");
        }
        let mut resolver = None;
        for sent in sent.iter() {
            let found = self.address(sent, member)?;
            let first = *resolver.get_or_insert(found);
            self.same_address(Code::Witness, member, first, found);
            let pinned = &self.terms.resolvers;
            let known = pinned.is_empty() || pinned.contains(&found);
            let standard = self.terms.standard;
            self.require(known, Code::Witness, member, "a pinned resolver", || {
                standard.show(found)
            });
        }
        resolver
    }

    fn unpinned(&mut self, path: &Path<'_>) {
        if self.terms.unpinned_members == UnpinnedMembers::Refuse {
            self.push(Code::Unpinned, path, "a member that terms pin or bound", "none");
        }
    }
}

/// Reads a pin by the type of the member that it pins.
fn decode_pin(kind: &Kind, pin: &Pin, standard: TypedDataStandard) -> Result<Value, String> {
    let value = match pin {
        Pin::Text(text) => json::Value::String(text.as_str().into()),
        Pin::Bool(truth) => json::Value::Bool(*truth),
        Pin::List(_) | Pin::Struct(_) => return Err(kind.to_string()),
    };
    decode_scalar(kind, &value, Reading { source: Source::Api, standard })
}

fn text_of(pin: &Pin) -> String {
    match pin {
        Pin::Text(text) => text.clone(),
        Pin::Bool(truth) => truth.to_string(),
        Pin::List(_) | Pin::Struct(_) => String::new(),
    }
}

fn bad_pin(path: &Path<'_>, expected: &str) -> TermsError {
    TermsError::Pin { member: path.to_string(), expected: expected.to_owned() }
}
