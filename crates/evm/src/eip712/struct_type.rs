use super::Kind;
use crate::TermsError;
use crate::keccak::{Word, keccak, keccak_texts};

/// How a permit begins, up to its witness.
const PERMIT_STUB: &str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
const TOKEN_PERMISSIONS: &str = "TokenPermissions(address token,uint256 amount)";
/// How many structs a witness type may have, and how many members a struct.
const MAX_PARTS: usize = 64;
/// How long a witness type may be, and how deeply its arrays may be nested.
const MAX_TEXT: usize = 8_192;
const MAX_ARRAYS: usize = 8;

/// Says whether a text is the encodeType of a witness struct that could be allowed.
///
/// # Errors
///
/// Returns a [`TermsError`] that names the part that is wrong.
pub fn check_witness_type(text: &str) -> Result<(), TermsError> {
    WitnessType::parse(text).map(drop)
}

/// A witness struct with the structs that it refers to; the first one is the witness itself.
#[derive(Debug)]
pub(crate) struct WitnessType<'a> {
    structs: Vec<StructDef<'a>>,
}

/// A struct of a witness type.
#[derive(Debug)]
pub(crate) struct StructDef<'a> {
    pub(crate) name: &'a str,
    /// `Name(type member,…)`, as it stands in an encodeType.
    pub(crate) text: &'a str,
    pub(crate) members: Vec<MemberDef<'a>>,
    pub(crate) type_hash: Word,
}

/// A member of a struct.
#[derive(Debug)]
pub(crate) struct MemberDef<'a> {
    pub(crate) name: &'a str,
    pub(crate) type_text: &'a str,
    pub(crate) kind: Kind,
}

impl<'a> WitnessType<'a> {
    /// Reads an encodeType such as `Order(Asset sell,address to)Asset(address token)`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, TermsError> {
        if text.len() > MAX_TEXT {
            return Err(bad("at most 8192 bytes", text));
        }
        let mut structs = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(')').ok_or_else(|| bad("a closing bracket", rest))?;
            let (definition, tail) = rest.split_at(end.saturating_add(1));
            structs.push(parse_struct(definition)?);
            rest = tail;
        }
        if structs.is_empty() || structs.len() > MAX_PARTS {
            return Err(bad("1 to 64 structs", text));
        }
        let mut witness = Self { structs };
        witness.resolve()?;
        witness.hash_types()?;
        Ok(witness)
    }

    /// Returns the witness struct itself.
    pub(crate) fn primary(&self) -> Option<&StructDef<'a>> {
        self.structs.first()
    }

    /// Returns a struct by its place.
    pub(crate) fn get(&self, place: usize) -> Option<&StructDef<'a>> {
        self.structs.get(place)
    }

    /// Returns all structs.
    pub(crate) fn structs(&self) -> &[StructDef<'a>] {
        &self.structs
    }

    /// Returns what follows the stub in the permit's encodeType.
    pub(crate) fn type_string(&self) -> String {
        self.tail().concat()
    }

    /// Returns the type hash of a permit with this witness.
    pub(crate) fn permit_type_hash(&self) -> Word {
        keccak_texts(std::iter::once(PERMIT_STUB).chain(self.tail()))
    }

    fn tail(&self) -> Vec<&'a str> {
        let name = self.primary().map_or("", |primary| primary.name);
        let mut referenced: Vec<&str> = self.structs.iter().map(|def| def.text).collect();
        if !referenced.contains(&TOKEN_PERMISSIONS) {
            referenced.push(TOKEN_PERMISSIONS);
        }
        referenced.sort_unstable_by_key(|text| name_of(text));
        [name, " witness)"].into_iter().chain(referenced).collect()
    }

    /// Turns the names of structs into their places, and refuses names that can't stand.
    fn resolve(&mut self) -> Result<(), TermsError> {
        let names: Vec<&str> = self.structs.iter().map(|def| def.name).collect();
        for (place, def) in self.structs.iter_mut().enumerate() {
            let reserved = matches!(def.name, "PermitWitnessTransferFrom" | "EIP712Domain")
                || (def.name == "TokenPermissions"
                    && (place == 0 || def.text != TOKEN_PERMISSIONS));
            if reserved || names.iter().filter(|name| **name == def.name).count() > 1 {
                return Err(bad("a struct name of its own", def.name));
            }
            for member in &mut def.members {
                member.kind = parse_kind(member.type_text, &names)?;
            }
        }
        Ok(())
    }

    /// Hashes each struct's type, and refuses structs that nothing refers to or that hold
    /// themselves.
    fn hash_types(&mut self) -> Result<(), TermsError> {
        let mut hashes = Vec::with_capacity(self.structs.len());
        for (place, def) in self.structs.iter().enumerate() {
            let mut reached = Vec::new();
            self.reach(place, &mut reached, &mut Vec::new())?;
            if place == 0 && reached.len() != self.structs.len() {
                return Err(bad("no struct that nothing refers to", def.text));
            }
            let mut referenced: Vec<&str> = reached
                .iter()
                .filter(|other| **other != place)
                .filter_map(|other| self.structs.get(*other).map(|def| def.text))
                .collect();
            referenced.sort_unstable_by_key(|text| name_of(text));
            hashes.push(keccak_texts(std::iter::once(def.text).chain(referenced)));
        }
        for (def, hash) in self.structs.iter_mut().zip(hashes) {
            def.type_hash = hash;
        }
        Ok(())
    }

    /// Collects the structs that one refers to, itself included.
    fn reach(
        &self,
        place: usize,
        reached: &mut Vec<usize>,
        parents: &mut Vec<usize>,
    ) -> Result<(), TermsError> {
        let Some(def) = self.structs.get(place) else { return Ok(()) };
        if parents.contains(&place) {
            return Err(bad("no struct that holds itself", def.text));
        }
        if reached.contains(&place) {
            return Ok(());
        }
        reached.push(place);
        parents.push(place);
        for member in &def.members {
            if let Some(other) = struct_in(&member.kind) {
                self.reach(other, reached, parents)?;
            }
        }
        parents.pop();
        Ok(())
    }
}

impl StructDef<'_> {
    /// Returns `hashStruct`: the type hash and the encoded members, hashed.
    pub(crate) fn hash(&self, encoded_members: impl Iterator<Item = Word>) -> Word {
        let mut words = Vec::with_capacity(self.members.len().saturating_add(1));
        words.push(self.type_hash);
        words.extend(encoded_members);
        keccak(words.as_flattened())
    }
}

fn struct_in(kind: &Kind) -> Option<usize> {
    match kind {
        Kind::Struct(place) => Some(*place),
        Kind::Array(element, _) => struct_in(element),
        _ => None,
    }
}

fn name_of(text: &str) -> &str {
    text.split('(').next().unwrap_or_default()
}

fn parse_struct(text: &str) -> Result<StructDef<'_>, TermsError> {
    let (name, members) = text
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .ok_or_else(|| bad("Name(type member,…)", text))?;
    if !is_identifier(name) || Kind::elementary(name).is_some() {
        return Err(bad("the name of a struct", name));
    }
    let members: Vec<MemberDef<'_>> =
        members.split(',').map(parse_member).collect::<Result<_, _>>()?;
    let twice = |member: &MemberDef<'_>| {
        members.iter().filter(|other| other.name == member.name).count() > 1
    };
    if members.len() > MAX_PARTS || members.iter().any(twice) {
        return Err(bad("up to 64 members, each name once", text));
    }
    Ok(StructDef { name, text, members, type_hash: [0; 32] })
}

fn parse_member(text: &str) -> Result<MemberDef<'_>, TermsError> {
    let (type_text, name) = text.split_once(' ').ok_or_else(|| bad("a type and a name", text))?;
    if !is_identifier(name) {
        return Err(bad("the name of a member", name));
    }
    // Structs may be defined further on, so kinds are resolved when all are known.
    Ok(MemberDef { name, type_text, kind: Kind::Bytes })
}

fn parse_kind(text: &str, structs: &[&str]) -> Result<Kind, TermsError> {
    let mut suffixes = text.match_indices('[').map(|(at, _)| at);
    let base_end = suffixes.next().unwrap_or(text.len());
    let (base, mut arrays) = text.split_at(base_end);
    let mut kind = match structs.iter().position(|name| *name == base) {
        Some(place) => Kind::Struct(place),
        None => Kind::elementary(base).ok_or_else(|| bad("a known type", text))?,
    };
    if arrays.matches('[').count() > MAX_ARRAYS {
        return Err(bad("at most 8 levels of arrays", text));
    }
    while !arrays.is_empty() {
        let (length, rest) = arrays
            .strip_prefix('[')
            .and_then(|arrays| arrays.split_once(']'))
            .ok_or_else(|| bad("a known type", text))?;
        kind = Kind::Array(Box::new(kind), array_length(length, text)?);
        arrays = rest;
    }
    Ok(kind)
}

fn array_length(length: &str, text: &str) -> Result<Option<usize>, TermsError> {
    if length.is_empty() {
        return Ok(None);
    }
    let plain = !length.starts_with('0') && length.bytes().all(|byte| byte.is_ascii_digit());
    length.parse().ok().filter(|_| plain).map(Some).ok_or_else(|| bad("a length of an array", text))
}

fn is_identifier(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    !text.is_empty()
        && text.bytes().all(word)
        && !text.starts_with(|first: char| first.is_ascii_digit())
}

fn bad(expected: &'static str, found: &str) -> TermsError {
    TermsError::WitnessType { expected, found: countersign_approval::excerpt(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex_of(text: &str) -> String {
        hex::encode(WitnessType::parse(text).unwrap().permit_type_hash())
    }

    #[test]
    fn hashes_the_permit_type_that_the_api_documents() {
        let deposit =
            "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";
        assert_eq!(
            hex_of(deposit),
            "cb752aa2073211595dbdfde24eae3721085b5d2ade31ad88398060862aa51ac9"
        );
        let witness = WitnessType::parse(deposit).unwrap();
        assert_eq!(
            hex::encode(witness.primary().unwrap().type_hash),
            "c75dfea5e05992121c26ba6541c56a72d3dca09cf47816b2d4f30159671af982"
        );
        assert_eq!(
            witness.type_string(),
            format!(
                "DepositWitness witness){deposit}TokenPermissions(address token,uint256 amount)"
            )
        );
    }

    #[test]
    fn sorts_the_structs_whatever_their_order() {
        let one = "W(B b,A a)A(bool x)B(A[2][] a)";
        let other = "W(B b,A a)B(A[2][] a)A(bool x)";
        assert_eq!(hex_of(one), hex_of(other));
    }

    #[test]
    fn refuses_types_that_cannot_stand() {
        for text in [
            "",
            "W",
            "W()",
            "W(uint256)",
            "W(uint256 a",
            "W(uint256 a))",
            "W(uint a)",
            "W(uint7 a)",
            "W(uint264 a)",
            "W(bytes33 a)",
            "W(bytes0 a)",
            "W(A a)",
            "W(uint256 a,uint256 a)",
            "W(uint256 a)A(bool b)",
            "W(W w)",
            "W(A a)A(W[] w)",
            "W(A[ a)A(bool b)",
            "W(A[0] a)A(bool b)",
            "W(A[]x a)A(bool b)",
            "W(uint256 a)W(uint256 a)",
            "1W(uint256 a)",
            "W(uint256 1a)",
            "W (uint256 a)",
            "W(uint256  a)",
            "uint256(bool a)",
            "EIP712Domain(bool a)",
            "PermitWitnessTransferFrom(bool a)",
            &format!("W(uint256{} a)", "[]".repeat(9)),
            &format!("W(uint256{} a)", "[]".repeat(200_000)),
            "TokenPermissions(address token,uint256 amount)",
            "W(TokenPermissions t)TokenPermissions(uint256 amount,address token)",
        ] {
            assert!(WitnessType::parse(text).is_err(), "{text}");
        }
        assert!(
            WitnessType::parse(
                "W(TokenPermissions t)TokenPermissions(address token,uint256 amount)"
            )
            .is_ok()
        );
    }
}
