use std::time::Duration;

use countersign_journal::Label;

use crate::TrackOptions;

/// How a worker drives swaps.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "these are all the settings there are")]
pub struct WorkerOptions {
    /// The worker's name in the journal, for people.
    pub holder: Label,
    /// How long a swap stays with a worker that is not heard of any more.
    pub lease: Duration,
    /// How often to ask how far a swap is: at first, and at most; and how long [`Worker::swap`]
    /// waits for the end.
    ///
    /// [`Worker::swap`]: crate::Worker::swap
    pub track: TrackOptions,
    /// How long a worker of many stays with one swap before it turns to others.
    pub hold: Duration,
    /// How long after its deadline an intent may still be reported as on its way.
    pub grace: Duration,
    /// How long the counterparty may leave a swap without an end, or not know it, before a person
    /// has to look.
    pub patience: Duration,
    /// How far apart the three looks are that have to agree before an approval is taken for dead, or a
    /// deposit for replaced: a node that lags should not give all three answers. Ten seconds, if nobody
    /// says otherwise; in a sandbox, which has one node, half a second at most.
    pub looks_apart: Duration,
    /// The fee of a refund on Bitcoin, in satoshis per virtual byte.
    pub refund_fee_rate: u64,
}

impl WorkerOptions {
    /// Returns settings for a worker with a name.
    pub fn new(holder: Label) -> Self {
        Self {
            holder,
            lease: Duration::from_secs(20),
            track: TrackOptions::default(),
            hold: Duration::from_secs(10),
            grace: Duration::from_mins(10),
            patience: Duration::from_hours(24),
            looks_apart: Duration::from_secs(10),
            refund_fee_rate: 5,
        }
    }
}
