use countersign_units::SolanaAddress;
use solana_sdk::pubkey::Pubkey;

use crate::programs;

/// Returns the account that by convention holds an owner's tokens of a mint.
///
/// Its address follows from the three by hashing until no key can have it; `None` where that never
/// happens. It costs some 10 to 50 microseconds, so it is done when terms are made.
///
/// # Examples
///
/// ```
/// use countersign_solana::{associated_token_account, programs};
/// use countersign_units::SolanaAddress;
///
/// let owner: SolanaAddress = "BCPxXXCLJY5Foc5EJxjX1pmwRaT1goLLp2zeWg914Tji".parse()?;
/// let mint: SolanaAddress = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v".parse()?;
/// let account = associated_token_account(owner, mint, programs::SPL_TOKEN);
/// let expected = "Fg9XM5kPCfrNhxegLAAiuBb9m9iCsUkCZEuBCjYtqLMV".parse()?;
/// assert_eq!(account, Some(expected));
/// # Ok::<_, countersign_units::ParseBase58Error>(())
/// ```
pub fn associated_token_account(
    owner: SolanaAddress,
    mint: SolanaAddress,
    token_program: SolanaAddress,
) -> Option<SolanaAddress> {
    let seeds: [&[u8]; 3] = [owner.as_bytes(), token_program.as_bytes(), mint.as_bytes()];
    let program = Pubkey::new_from_array(*programs::ASSOCIATED_TOKEN.as_bytes());
    let (account, _) = Pubkey::try_find_program_address(&seeds, &program)?;
    Some(SolanaAddress::new(account.to_bytes()))
}
