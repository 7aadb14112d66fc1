//! The memory of another process, as root or its parent reads it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

/// Reads all that a process may write to: what it has changed, its heap and its stacks. Nothing where
/// the system does not let us.
pub(crate) fn read(process: u32) -> Option<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut image = Vec::new();
    for (begin, end) in maps.lines().filter_map(writable) {
        let mut part = vec![0; usize::try_from(end - begin).unwrap()];
        // Pages that nobody has touched, or that are guarded, are not there.
        if memory.read_exact_at(&mut part, begin).is_ok() {
            image.append(&mut part);
        }
    }
    (!image.is_empty()).then_some(image)
}

/// Reads a line as `7f00-8f00 rw-p …`.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split(' ');
    let (range, rights) = (words.next()?, words.next()?);
    let (begin, end) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    let (begin, end) = (number(begin)?, number(end)?);
    rights.starts_with("rw").then_some((begin, end))
}
