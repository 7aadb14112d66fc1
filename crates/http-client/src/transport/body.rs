use reqwest::Response;

use super::{Auth, TransportError, sender};

/// Reads a body up to a limit, and no further.
pub(super) async fn read(
    mut response: Response,
    limit: usize,
    auth: &Auth,
) -> Result<String, TransportError> {
    let too_large = TransportError::TooLarge { limit };
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |length| length > limit) {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| sender::broken(error, auth))? {
        let room = limit.saturating_sub(bytes.len());
        if chunk.len() > room {
            return Err(too_large);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes)
        .map_err(|error| TransportError::NotText { valid: error.utf8_error().valid_up_to() })
}
