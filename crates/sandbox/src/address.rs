//! Addresses as networks write them.

use alloy::primitives::Address;
use countersign_units::{EvmAddress, TronAddress};

use crate::json::Json;

/// How a network writes the 20 bytes of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressForm {
    /// `0x` and 40 hex digits with a checksum.
    Hex,
    /// Base58check behind a byte of its own: `T…`, on Tron.
    Base58Check,
}

impl AddressForm {
    /// Writes an address.
    pub(crate) fn write(self, address: Address) -> String {
        match self {
            Self::Hex => address.to_string(),
            Self::Base58Check => {
                TronAddress::new(EvmAddress::new(address.into_array())).to_string()
            }
        }
    }

    /// Reads an address in this form alone.
    pub(crate) fn read(self, text: &str) -> Option<Address> {
        match self {
            Self::Hex => text.parse().ok(),
            Self::Base58Check => text.parse().ok().map(evm),
        }
    }

    /// Reads an address in whatever form it is.
    pub(crate) fn read_any(text: &str) -> Option<Address> {
        [Self::Hex, Self::Base58Check].into_iter().find_map(|form| form.read(text))
    }
}

/// Writes each address of Tron in a value as contracts see it: this is what is hashed.
pub(crate) fn in_hex(json: &Json) -> Json {
    match json {
        Json::Text(text) => {
            let address = AddressForm::Base58Check.read(text);
            address.map_or_else(|| json.clone(), Json::text)
        }
        Json::List(items) => Json::list(items.iter().map(in_hex)),
        Json::Object(members) => {
            Json::object(members.iter().map(|(key, value)| (key.clone(), in_hex(value))))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    }
}

fn evm(address: TronAddress) -> Address {
    Address::from(*address.to_evm().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_reads_what_it_writes_alone() {
        let address = Address::repeat_byte(0x5a);
        for (form, other) in [
            (AddressForm::Hex, AddressForm::Base58Check),
            (AddressForm::Base58Check, AddressForm::Hex),
        ] {
            let text = form.write(address);
            assert_eq!(form.read(&text), Some(address));
            assert_eq!(other.read(&text), None);
            assert_eq!(AddressForm::read_any(&text), Some(address));
        }
    }

    #[test]
    fn hashes_what_contracts_see() {
        let text = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        let json = Json::object([("a", Json::list([Json::from(text), Json::from("T")]))]);
        assert_eq!(
            in_hex(&json).to_string(),
            r#"{"a":["0xa614f803B6FD780986A42c78Ec9c7f77e6DeD13C","T"]}"#
        );
    }
}
