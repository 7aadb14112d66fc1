//! Amounts for people's eyes, by integers alone.

use alloy::primitives::U256;

use crate::market::TokenListing;

/// How many digits a price in dollars has behind the point.
const USD_DECIMALS: u8 = 6;

/// Writes base units with their decimal point, such as `5.0`.
pub(super) fn formatted(amount: U256, listing: &TokenListing) -> String {
    decimal(amount, listing.decimals)
}

/// Writes what an amount is worth in dollars, such as `4.999690`.
pub(super) fn usd(amount: U256, listing: &TokenListing) -> String {
    let unit = U256::from(10).pow(U256::from(listing.decimals));
    let micros = amount.saturating_mul(U256::from(listing.price)).checked_div(unit);
    decimal(micros.unwrap_or_default(), USD_DECIMALS)
}

fn decimal(amount: U256, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{amount:0>width$}", width = places.saturating_add(1));
    let (whole, rest) = digits.split_at(digits.len().saturating_sub(places));
    let rest = rest.trim_end_matches('0');
    format!("{whole}.{}", if rest.is_empty() { "0" } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::TOKENS;

    #[test]
    fn writes_amounts_and_dollars() {
        let [usdc, weth, ..] = &TOKENS;
        for (amount, text, worth) in [
            (5_000_000_u64, "5.0", "5.0"),
            (1, "0.000001", "0.000001"),
            (0, "0.0", "0.0"),
            (120_450_000, "120.45", "120.45"),
        ] {
            assert_eq!(formatted(U256::from(amount), usdc), text);
            assert_eq!(usd(U256::from(amount), usdc), worth);
        }
        assert_eq!(usd(U256::from(10).pow(U256::from(17)), weth), "300.0");
    }
}
