use countersign_approval::{CosignTerms, Origin, Statement, Terms};

/// Says which swap an approval belongs to, and by what it was judged.
pub(crate) fn push_swap(terms: &Terms<CosignTerms>, statement: &mut Statement) {
    statement.push("swap", terms.swap_id, Origin::Context);
    statement.push("environment", terms.environment, Origin::Context);
    statement.push("gives", terms.source.describe(), Origin::Agreed);
    let promised = "promised, not bound by this signature";
    for (label, value) in [
        ("gets at least", &terms.destination.describe()),
        ("recipient", &terms.recipient),
        ("refund address", &terms.refund_address),
    ] {
        statement.push(label, format_args!("{value} ({promised})"), Origin::Agreed);
    }
    let hash = |bytes: [u8; 32]| format!("sha256:{}", hex::encode(bytes));
    statement.push("policy", hash(terms.config.policy), Origin::Context);
    statement.push("registry", hash(terms.config.registry), Origin::Context);
}
