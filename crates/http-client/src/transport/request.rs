use std::time::Duration;

/// A request to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The parts of the path after the base URL's, not yet percent-encoded.
    pub path: &'r [&'r str],
    /// Whether the path ends in a slash.
    pub trailing_slash: bool,
    /// The query string, percent-encoded; empty for none.
    pub query: &'r str,
    /// What to post; without it the request is a GET.
    pub body: Option<Body<'r>>,
    /// Whether the request may be sent again.
    pub repeat: Repeat,
}

/// What is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the forms that servers take")]
pub enum Body<'r> {
    /// JSON. A signed request takes no other.
    Json(&'r str),
    /// Plain text.
    Text(&'r str),
}

impl<'r> Body<'r> {
    /// Returns the text itself.
    pub(super) const fn text(self) -> &'r str {
        match self {
            Self::Json(text) | Self::Text(text) => text,
        }
    }

    /// Names the form to the server.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Text(_) => "text/plain",
        }
    }
}

/// Whether a request may be sent again after a failure that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a request has an effect or it has none")]
pub enum Repeat {
    /// It has an effect: it is sent once.
    Never,
    /// It has no effect: it is sent again, up to the limit.
    Allowed,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the server asks to wait before another request.
    pub retry_after: Option<Duration>,
    /// The whole body.
    pub body: String,
}

impl Answer {
    /// Says whether the status is a success.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..300)
    }

    /// Says whether another attempt may end otherwise.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 500..600)
    }
}
