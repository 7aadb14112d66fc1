use std::collections::{BTreeMap, VecDeque};
use std::io::BufRead;

use countersign_approval::SwapId;
use sha2::{Digest as _, Sha256};

use super::line::{Line, VERSION};
use super::{Anchor, AuditPublicKey, Checkpoint, Commitment, VerifyError, checkpoint};
use crate::chain::Follower;
use crate::{Digest, Head, SwapHead};

/// What an export was found to hold, all of it as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audited {
    /// How many checkpoints.
    pub checkpoints: u64,
    /// How many swaps.
    pub swaps: u64,
    /// How many entries.
    pub entries: u64,
    /// How many of the entries the latest checkpoint commits to; who has the journal could have
    /// rewritten the others.
    pub committed: u64,
    /// The latest checkpoint.
    pub latest: Option<Anchor>,
}

/// Verifies an export by the audit key alone: finds any change, deletion, reordering or truncation
/// of entries up to the latest checkpoint, and any after it that leaves a broken chain.
///
/// Who has both the journal and nothing to fear can still hand out an old one: `known`, a checkpoint
/// that was kept elsewhere, finds that out.
///
/// # Errors
///
/// Returns the first [`VerifyError`].
pub fn verify(
    export: &mut dyn BufRead,
    key: &AuditPublicKey,
    known: Option<Anchor>,
) -> Result<Audited, VerifyError> {
    let mut auditor = Auditor::new(*key, known);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if export.read_until(b'\n', &mut bytes)? == 0 {
            return auditor.finish();
        }
        auditor.take(&bytes)?;
    }
}

/// What has been read so far.
struct Auditor {
    key: AuditPublicKey,
    known: Option<Anchor>,
    line: u64,
    hasher: Sha256,
    ended: bool,
    /// The latest checkpoint, and those of its heads that were read.
    checkpoint: Option<(Commitment, Vec<SwapHead>)>,
    expected: BTreeMap<SwapId, VecDeque<Head>>,
    swap: Option<(SwapId, Follower)>,
    audited: Audited,
}

impl Auditor {
    fn new(key: AuditPublicKey, known: Option<Anchor>) -> Self {
        Self {
            key,
            known,
            line: 0,
            hasher: Sha256::new(),
            ended: false,
            checkpoint: None,
            expected: BTreeMap::new(),
            swap: None,
            audited: Audited::default(),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.line = self.line.saturating_add(1);
        let line = Line::from_bytes(bytes);
        let line = line.ok_or_else(|| self.wrong("a line in its canonical form"))?;
        let first = self.line == 1;
        match line {
            _ if self.ended => return Err(self.wrong("nothing behind the end")),
            Line::CountersignJournal { version: VERSION } if first => {}
            _ if first => return Err(self.wrong("the first line of an export, version 1")),
            Line::CountersignJournal { .. } => return Err(self.wrong("one first line")),
            Line::Checkpoint { commitment, signature } => {
                self.take_checkpoint(commitment, &signature)?;
            }
            Line::Head(head) => self.take_head(head)?,
            Line::Entry { swap_id, sequence, hash, entry } => {
                self.take_entry(swap_id, (sequence, hash), entry.as_bytes())?;
            }
            Line::End { lines, sha256 } => return self.take_end(lines, sha256),
        }
        self.hasher.update(bytes);
        Ok(())
    }

    const fn wrong(&self, expected: &'static str) -> VerifyError {
        VerifyError::Line { line: self.line, expected }
    }

    fn take_checkpoint(
        &mut self,
        commitment: Commitment,
        signature: &str,
    ) -> Result<(), VerifyError> {
        if self.swap.is_some() {
            return Err(self.wrong("checkpoints before entries"));
        }
        self.close_checkpoint()?;
        let mut bytes = [0; 64];
        hex::decode_to_slice(signature, &mut bytes)
            .map_err(|_| self.wrong("a signature of 128 hex digits"))?;
        if hex::encode(bytes) != signature {
            return Err(self.wrong("a signature in lower-case hex digits"));
        }
        let checkpoint = Checkpoint { commitment, signature: bytes };
        let number = checkpoint.commitment.number;
        if !checkpoint.is_signed_by(&self.key) {
            return Err(VerifyError::Signature(number));
        }
        let (next, previous) = self
            .audited
            .latest
            .map_or((0, Digest::NONE), |latest| (latest.number.saturating_add(1), latest.hash));
        require(number, "number", &next, &number)?;
        require(number, "previous", &previous, &checkpoint.commitment.previous)?;
        self.check_anchor(&checkpoint)?;
        self.audited.latest = Some(checkpoint.anchor());
        self.audited.checkpoints = self.audited.checkpoints.saturating_add(1);
        self.checkpoint = Some((checkpoint.commitment, Vec::new()));
        Ok(())
    }

    fn check_anchor(&self, checkpoint: &Checkpoint) -> Result<(), VerifyError> {
        let found = checkpoint.anchor();
        match self.known {
            Some(known) if known.number == found.number && known.hash != found.hash => {
                let (number, expected) = (known.number, known.hash);
                Err(VerifyError::Anchor { number, expected, found: found.hash.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn take_head(&mut self, head: SwapHead) -> Result<(), VerifyError> {
        let Some((_, heads)) = self.checkpoint.as_mut().filter(|_| self.swap.is_none()) else {
            return Err(self.wrong("heads behind their checkpoint"));
        };
        heads.push(head);
        Ok(())
    }

    /// Compares a checkpoint with the heads that followed it.
    fn close_checkpoint(&mut self) -> Result<(), VerifyError> {
        let Some((commitment, heads)) = self.checkpoint.take() else { return Ok(()) };
        let number = commitment.number;
        let found = u64::try_from(heads.len()).unwrap_or(u64::MAX);
        require(number, "heads", &commitment.heads, &found)?;
        require(number, "root", &commitment.root, &checkpoint::root(&heads))?;
        for SwapHead { swap_id, head } in heads {
            let expected = self.expected.entry(swap_id).or_default();
            let before = expected.back().map_or(0, |before| before.count);
            require(number, "a head", &GROWN, &grown(before, head.count))?;
            self.audited.committed =
                self.audited.committed.saturating_add(head.count.saturating_sub(before));
            expected.push_back(head);
        }
        let swaps = u64::try_from(self.expected.len()).unwrap_or(u64::MAX);
        require(number, "swaps", &swaps, &commitment.swaps)?;
        require(number, "entries", &self.audited.committed, &commitment.entries)
    }

    fn take_entry(
        &mut self,
        swap_id: SwapId,
        (sequence, hash): (u64, Digest),
        bytes: &[u8],
    ) -> Result<(), VerifyError> {
        self.close_checkpoint()?;
        self.enter(swap_id)?;
        let line = self.line;
        let Some((_, follower)) = self.swap.as_mut() else { return Ok(()) };
        let taken = follower.take(sequence, hash, bytes);
        taken.map_err(|source| VerifyError::Chain { line, source })?;
        let found = follower.head();
        self.audited.entries = self.audited.entries.saturating_add(1);
        let Some(heads) = self.expected.get_mut(&swap_id) else { return Ok(()) };
        let Some(head) = heads.pop_front_if(|head| head.count == found.count) else {
            return Ok(());
        };
        if head == found {
            return Ok(());
        }
        let (count, expected) = (head.count, head.hash);
        Err(VerifyError::Head { swap_id, count, expected, found: found.hash })
    }

    /// Comes to the next swap, where it is another one.
    fn enter(&mut self, swap_id: SwapId) -> Result<(), VerifyError> {
        let before = self.swap.as_ref().map(|(before, _)| *before);
        if before == Some(swap_id) {
            return Ok(());
        }
        if before.is_some_and(|before| before > swap_id) {
            return Err(self.wrong("swaps sorted by their ids"));
        }
        self.leave()?;
        self.audited.swaps = self.audited.swaps.saturating_add(1);
        self.swap = Some((swap_id, Follower::new(swap_id)));
        Ok(())
    }

    /// Requires that the swap has all entries that a checkpoint saw.
    fn leave(&mut self) -> Result<(), VerifyError> {
        let Some((swap_id, follower)) = self.swap.take() else { return Ok(()) };
        let left = self.expected.remove(&swap_id).unwrap_or_default();
        missing(swap_id, &left, follower.head().count)
    }

    fn take_end(&mut self, lines: u64, sha256: Digest) -> Result<(), VerifyError> {
        let found = Digest::new(self.hasher.clone().finalize().into());
        if lines != self.line.saturating_sub(1) || sha256 != found {
            return Err(self.wrong("the number and the hash of the lines before"));
        }
        self.ended = true;
        Ok(())
    }

    fn finish(mut self) -> Result<Audited, VerifyError> {
        if !self.ended {
            return Err(self.wrong("a last line behind this one"));
        }
        self.close_checkpoint()?;
        self.leave()?;
        self.expected.iter().try_for_each(|(swap_id, heads)| missing(*swap_id, heads, 0))?;
        let latest = self.audited.latest;
        let reached = |known: &Anchor| latest.is_some_and(|latest| latest.number >= known.number);
        if let Some(known) = self.known.filter(|known| !reached(known)) {
            let (number, expected) = (known.number, known.hash);
            return Err(VerifyError::Anchor { number, expected, found: "none".to_owned() });
        }
        Ok(self.audited)
    }
}

fn missing(swap_id: SwapId, heads: &VecDeque<Head>, found: u64) -> Result<(), VerifyError> {
    match heads.back() {
        Some(head) => Err(VerifyError::Missing { swap_id, expected: head.count, found }),
        None => Ok(()),
    }
}

const GROWN: &str = "more entries than before";

const fn grown(before: u64, count: u64) -> &'static str {
    if before < count { GROWN } else { "no more entries than before" }
}

fn require<T: PartialEq + ToString>(
    number: u64,
    member: &'static str,
    expected: &T,
    found: &T,
) -> Result<(), VerifyError> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (expected.to_string(), found.to_string());
    Err(VerifyError::Checkpoint { number, member, expected, found })
}
