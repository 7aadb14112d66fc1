use std::time::Duration;

/// How long and how much a transport waits for, and how often it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// How long one attempt may take, from its start to the end of the answer.
    pub attempt: Duration,
    /// How long a request may take, over all its attempts and the waits between them.
    pub total: Duration,
    /// How many bytes of an answer are read.
    pub max_body: usize,
    /// How often a request that may be repeated is sent again.
    pub retries: u32,
    /// The longest first wait before a request is sent again; it doubles each time.
    pub backoff: Duration,
    /// The longest wait that doubling leads to.
    pub max_backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            total: Duration::from_secs(30),
            max_body: 1 << 20,
            retries: 3,
            backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
        }
    }
}
