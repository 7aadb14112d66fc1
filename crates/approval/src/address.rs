use countersign_units::EvmAddress;

/// Compares addresses as their chains do: those of EVM networks by bytes, all others by text.
pub fn is_same_address(one: &str, other: &str) -> bool {
    match (one.parse::<EvmAddress>(), other.parse::<EvmAddress>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_evm_addresses_have_more_than_one_text() {
        let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        assert!(is_same_address(address, &address.to_lowercase()));
        assert!(!is_same_address("So1111", "so1111"));
    }
}
