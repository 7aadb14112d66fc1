//! Durations in configuration: a number of milliseconds.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
