//! The scripts that an HTLC may have: each rebuilt from the terms, by a template in a file of its
//! own. Another template is one more file, and one more line in [`TEMPLATES`].

mod p2tr_v1;
mod p2wsh_v1;

use bitcoin::ScriptBuf;
use countersign_approval::HtlcSpec;

use crate::TermsError;

/// All templates.
const TEMPLATES: [&dyn Template; 2] = [&p2wsh_v1::P2wshV1, &p2tr_v1::P2trV1];

/// A way to lock coins by a hash and a time.
pub(crate) trait Template: Sync {
    /// Returns the name by which a registry pins it.
    fn name(&self) -> &'static str;

    /// Rebuilds everything that follows from the members of an HTLC.
    fn build(&self, spec: &HtlcSpec) -> Result<Htlc, TermsError>;
}

/// Returns the template of a name.
pub(crate) fn find(name: &str) -> Option<&'static dyn Template> {
    TEMPLATES.into_iter().find(|template| template.name() == name)
}

/// What a template made of an HTLC's members.
#[derive(Clone, Debug)]
pub(crate) struct Htlc {
    pub(crate) kind: &'static str,
    pub(crate) script_pubkey: ScriptBuf,
    pub(crate) inside: Inside,
}

/// What is behind the output's script.
#[derive(Clone, Debug)]
pub(crate) enum Inside {
    /// One script, by its hash.
    WitnessScript(ScriptBuf),
    /// Leaves of a taproot tree.
    Leaves(Box<Leaves>),
}

#[derive(Clone, Debug)]
pub(crate) struct Leaves {
    pub(crate) internal_key: [u8; 32],
    pub(crate) merkle_root: [u8; 32],
    pub(crate) claim: ScriptBuf,
    pub(crate) refund: ScriptBuf,
    pub(crate) fast: ScriptBuf,
    pub(crate) refund_control_block: Vec<u8>,
    pub(crate) fast_refund_control_block: Vec<u8>,
}

impl Htlc {
    pub(crate) const fn witness_script(&self) -> Option<&ScriptBuf> {
        match &self.inside {
            Inside::WitnessScript(script) => Some(script),
            Inside::Leaves(_) => None,
        }
    }

    pub(crate) fn leaves(&self) -> Option<&Leaves> {
        match &self.inside {
            Inside::WitnessScript(_) => None,
            Inside::Leaves(leaves) => Some(leaves),
        }
    }
}
