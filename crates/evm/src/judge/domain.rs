use countersign_api_types::json::{Object, Value};
use countersign_approval::{Code, Registry};
use countersign_units::U256;

use super::{Check, show};
use crate::eip712::{Source, describe, uint};

impl Check<'_> {
    /// Requires Permit2's domain on the pinned chain, and nothing else in it.
    pub(super) fn domain(&mut self) {
        let Some(domain) = self.sent.domain.and_then(Value::as_object) else {
            return self.push(Code::Domain, "domain", "an object", show(self.sent.domain));
        };
        let name = domain.get("name");
        let right = name.and_then(Value::as_str) == Some("Permit2");
        self.require(right, Code::Domain, "domain.name", "Permit2", || show(name));
        self.domain_members(domain);
        self.chain_id(domain);
        self.verifying_contract(domain);
    }

    fn domain_members(&mut self, domain: &Object<'_>) {
        for (member, value) in domain.members() {
            let known = matches!(member, "name" | "chainId" | "verifyingContract");
            let expected = "only name, chainId and verifyingContract";
            self.require(known, Code::Domain, "domain", expected, || {
                format!("{member}: {}", describe(value))
            });
        }
    }

    fn chain_id(&mut self, domain: &Object<'_>) {
        let expected = self.terms.chain_id;
        let Some(sent) = domain.get("chainId") else {
            return self.push(Code::Domain, "domain.chainId", expected, "nothing");
        };
        match uint(sent, self.sent.source, true) {
            Some(found) => {
                let mask = |id| self.terms.standard.mask(id);
                let equal = mask(found) == mask(U256::from(expected));
                self.require(equal, Code::ChainId, "domain.chainId", expected, || {
                    found.to_string()
                });
            }
            None => self.push(Code::Encoding, "domain.chainId", "an integer", describe(sent)),
        }
    }

    /// Compares the contract in the domain, and the one named beside it.
    fn verifying_contract(&mut self, domain: &Object<'_>) {
        let expected = self.terms.permit2;
        let standard = self.terms.standard;
        let shown = || standard.show(expected);
        let in_domain = domain.get("verifyingContract");
        if in_domain.is_none() {
            self.push(Code::Domain, "domain.verifyingContract", shown(), "nothing");
        }
        let beside = self.sent.permit2;
        if beside.is_absent() && self.sent.source == Source::Api {
            self.push(Code::Malformed, "permit2_contract_address", shown(), "nothing");
        }
        if Registry::is_another_chains_permit2(self.terms.chain_id, expected) {
            let own = "zkSync's own, which has another address";
            self.push(Code::VerifyingContract, "terms.permit2", own, shown());
        }
        let in_domain = in_domain.map(|value| ("domain.verifyingContract", value));
        let beside = beside.iter().map(|value| ("permit2_contract_address", value));
        for (member, value) in in_domain.into_iter().chain(beside) {
            if let Some(found) = self.address(value, member) {
                self.same_address(Code::VerifyingContract, member, expected, found);
            }
        }
    }
}
