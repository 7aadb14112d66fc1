//! The DeFi API's bodies: what the documents show, round trips in each profile, broken input.

mod documents;
mod hostile;
mod requests;
mod round_trips;
mod strategies;
