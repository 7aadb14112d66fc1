//! What holds for every quote and every intent.
