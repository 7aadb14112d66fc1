use clap::Args;
use countersign_sandbox::{Fault, Tamper};

/// How a sandbox misbehaves.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Hostile {
    /// Let the sandbox lie about what is to be signed; `help` lists the lies
    #[arg(long, value_name = "NAME", value_parser = tamper)]
    pub(crate) tamper: Option<Tamper>,
    /// Let the sandbox's answers break on their way; `help` lists how
    #[arg(long, value_name = "NAME", value_parser = fault)]
    pub(crate) fault: Option<Fault>,
    /// Let the sandbox send payloads as wallets are handed them
    #[arg(long)]
    pub(crate) typed_data: bool,
    /// Let the resolver never pay: the swap fails within seconds, and what was given comes back
    #[arg(long)]
    pub(crate) resolver_fails: bool,
}

impl Hostile {
    /// Says whether a misbehaviour is named.
    pub(crate) const fn is_any(self) -> bool {
        self.tamper.is_some() || self.fault.is_some() || self.typed_data || self.resolver_fails
    }
}

fn tamper(text: &str) -> Result<Tamper, String> {
    let list = || table(Tamper::EVERY.iter().map(|lie| (lie.name(), lie.description())));
    text.parse().map_err(|_| format!("the lies are:\n{}", list()))
}

fn fault(text: &str) -> Result<Fault, String> {
    let list = || table(Fault::ALL.iter().map(|fault| (fault.name(), fault.description())));
    text.parse().map_err(|_| format!("the faults are:\n{}", list()))
}

fn table<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> =
        rows.map(|(name, description)| format!("  {name:<38} {description}")).collect();
    lines.join("\n")
}
