//! What the proof of a quote costs.

fn main() {}
