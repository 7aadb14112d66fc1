//! What moves, as the registry has it.

use countersign_approval::{
    AssetAmount, AssetTransfer, Permit2Pins, Registry, Token, TokenProgram, TransferAction,
};
use countersign_solana::programs;
use countersign_units::{EvmAddress, SolanaAddress};

use super::said::{pinned, same};

/// Finds the token that terms are about. Limits, and what people are shown, go by what they say of it.
pub(super) fn token<'r>(registry: &'r Registry, asset: &AssetAmount) -> Result<&'r Token, String> {
    let token = registry.token(&asset.token);
    let token = token.ok_or_else(|| pinned("token", asset.token.escape_debug()))?;
    same("token's network", token.network.as_str(), asset.network.as_str())?;
    same("symbol", token.symbol.as_str(), asset.symbol.as_str())?;
    same("decimals", token.decimals, asset.decimals)?;
    Ok(token)
}

/// Requires the chain's own coin to be what the terms are about.
pub(super) fn coin(token: &Token) -> Result<(), String> {
    if token.program == Some(TokenProgram::Native) {
        return Ok(());
    }
    Err(pinned("token", "the chain's own coin"))
}

/// Requires a contract to be that of the token.
pub(super) fn contract(pins: &Permit2Pins, token: &Token, found: EvmAddress) -> Result<(), String> {
    let own = pins.standard.parse_address(&token.address).ok();
    if own == Some(found) && token.program != Some(TokenProgram::Native) {
        return Ok(());
    }
    Err(pinned("token", pins.standard.show(found)))
}

/// Requires what moves in a transaction that is co-signed to be the token.
pub(super) fn transfer(token: &Token, transfer: &AssetTransfer) -> Result<(), String> {
    match transfer {
        AssetTransfer::Native { .. } => coin(token),
        AssetTransfer::Token(moved) => mint(token, moved.program, moved.mint, moved.decimals),
    }
}

/// Requires what moves in a transfer of our own to be the token.
pub(super) fn payment(token: &Token, action: &TransferAction) -> Result<(), String> {
    match action {
        TransferAction::Native { .. } => coin(token),
        TransferAction::Token(paid) => mint(token, paid.program, paid.mint, paid.decimals),
    }
}

fn mint(
    token: &Token,
    program: SolanaAddress,
    mint: SolanaAddress,
    decimals: u8,
) -> Result<(), String> {
    if token.address.parse() != Ok(mint) {
        return Err(pinned("token", mint));
    }
    let own = match token.program {
        Some(TokenProgram::SplToken) => Some(programs::SPL_TOKEN),
        Some(TokenProgram::Token2022) => Some(programs::TOKEN_2022),
        Some(TokenProgram::Native) | None => None,
    };
    if own != Some(program) {
        return Err(pinned("token's program", program));
    }
    same("decimals", token.decimals, decimals)
}
