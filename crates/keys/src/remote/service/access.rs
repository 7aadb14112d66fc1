use std::collections::HashMap;

use countersign_http_client::transport::{HmacKey, HmacRequest};
use countersign_units::UnixMillis;
use http::Request;
use http::header::HeaderName;

use super::refusal::{Code, Refusal};
use super::replay::ReplayStore;
use super::rules::ClientName;

/// Whose requests a service takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Clients {
    /// Those that are signed by one of these keys.
    Hmac(HashMap<String, HmacKey>),
    /// All: the server in front takes connections of its clients' certificates alone (mutual TLS), and
    /// says by a [`ClientName`] whose it was.
    ByCertificate,
}

impl Clients {
    /// Takes requests that are signed by one of these keys.
    pub fn hmac(keys: impl IntoIterator<Item = HmacKey>) -> Self {
        Self::Hmac(keys.into_iter().map(|key| (key.name().to_owned(), key)).collect())
    }

    /// Lets a request in whose sender is known, and that did not come in before; and says who sent
    /// it.
    pub(super) fn admit<'a>(
        &'a self,
        request: &'a Request<Vec<u8>>,
        seen: &ReplayStore,
        now: UnixMillis,
    ) -> Result<Option<&'a str>, Refusal> {
        let Self::Hmac(keys) = self else {
            return Ok(request.extensions().get().map(ClientName::as_str));
        };
        // Which part is wrong is nobody's business.
        let unknown =
            || Refusal::new(Code::Unauthenticated, "the request's signature is wrong".to_owned());
        let header = |name: HeaderName| {
            let mut values = request.headers().get_all(name).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => value.to_str().map_err(|_| unknown()),
                _ => Err(unknown()),
            }
        };
        let key = keys.get(header(HmacKey::KEY)?).ok_or_else(unknown)?;
        let (time, nonce) = (header(HmacKey::TIME)?, header(HmacKey::NONCE)?);
        let uri = request.uri();
        let path = uri.path_and_query().map_or_else(|| uri.path(), |path| path.as_str());
        let (method, body) = (request.method().as_str(), request.body().as_slice());
        let signed = HmacRequest { method, path, time, nonce, body };
        if !key.verifies(&signed, header(HmacKey::SIGNATURE)?) {
            return Err(unknown());
        }
        let time = time.parse().map_err(|_| unknown())?;
        seen.admit(key.name(), UnixMillis::new(time), nonce, now)?;
        Ok(Some(key.name()))
    }
}
