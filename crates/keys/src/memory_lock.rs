//! Places for secrets: pages of their own, which are kept out of the swap where the system allows,
//! and erased when they are given back.

use std::hint::black_box;

use region::LockGuard;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How much of the stack [`scrub`] writes over: more than what signs uses of it.
const SCRUBBED: usize = 16 * 1024;
/// How much [`scrub_deep`] does: what takes a [`Guarded`] place has whole pages on the stack for a
/// while, and what it calls lies below those.
const SCRUBBED_DEEP: usize = 8 * size_of::<Page<[u8; 1]>>() + SCRUBBED;

/// A value on pages of its own, so that no other value is unlocked with it.
pub(crate) struct Guarded<T: Erase> {
    page: Box<Page<T>>,
    lock: Option<LockGuard>,
}

/// A value that can be erased where it stands.
pub(crate) trait Erase {
    /// Leaves nothing of the value in its place.
    fn erase(&mut self);
}

impl<T: Zeroize> Erase for Zeroizing<T> {
    fn erase(&mut self) {
        self.zeroize();
    }
}

/// The value must erase itself when it is dropped.
impl<T: ZeroizeOnDrop> Erase for Option<T> {
    fn erase(&mut self) {
        *self = None;
    }
}

/// As large as the pages of the systems that are built for, or larger.
#[cfg_attr(target_arch = "x86_64", repr(align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(align(65536)))]
struct Page<T>(T);

impl<T: Erase> Guarded<T> {
    /// Locks a page and has the value put there.
    ///
    /// Where the system doesn't allow another page to be locked, the value stands in one that may be
    /// written to the swap; [`is_locked`](Self::is_locked) says so.
    pub(crate) fn new(empty: T, fill: impl FnOnce(&mut T)) -> Self {
        let mut page = Box::new(Page(empty));
        let lock = region::lock(&raw const *page, size_of::<Page<T>>()).ok();
        fill(&mut page.0);
        Self { page, lock }
    }

    pub(crate) fn get(&self) -> &T {
        &self.page.0
    }

    /// Says whether the value is kept out of the swap.
    pub(crate) const fn is_locked(&self) -> bool {
        self.lock.is_some()
    }
}

impl<T: Erase> Drop for Guarded<T> {
    /// Erases the value, then unlocks its page, and gives it back last: a page that was given back may
    /// be another secret's by now, locked, and is not to be unlocked under it.
    fn drop(&mut self) {
        self.page.0.erase();
        self.lock.take();
    }
}

/// Writes over what calls have left on the stack.
///
/// Compilers move values as they like, so what was erased in its place may still stand in another. The
/// caller's own frame is left as it is: it is called from no deeper than where the secret was made.
pub(crate) fn scrub() {
    write_over::<SCRUBBED>();
}

/// Does the same where a [`Guarded`] place was taken.
pub(crate) fn scrub_deep() {
    write_over::<SCRUBBED_DEEP>();
}

#[inline(never)]
fn write_over<const ROOM: usize>() {
    let mut room = [0_u8; ROOM];
    black_box(&mut room);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn values_stand_on_pages_of_their_own() {
        let make = |byte| Guarded::new(Zeroizing::new([0; 32]), |place| place.fill(byte));
        let (one, other) = (make(1), make(2));
        assert_eq!((**one.get(), **other.get()), ([1; 32], [2; 32]));
        let place = |value: &Guarded<Zeroizing<[u8; 32]>>| value.get().as_ptr().addr();
        assert_ne!(place(&one) / 4096, place(&other) / 4096);
        assert_eq!(place(&one) % 4096, 0);
    }

    /// Notes whether its page is locked when it is erased, and when it is given back.
    struct Watched(Arc<Mutex<Vec<(&'static str, bool)>>>);

    impl Watched {
        fn note(&self, when: &'static str) {
            self.0.lock().unwrap().push((when, is_locked(std::ptr::from_ref(self).addr())));
        }
    }

    impl Erase for Watched {
        fn erase(&mut self) {
            self.note("erased");
        }
    }

    impl Drop for Watched {
        fn drop(&mut self) {
            self.note("given back");
        }
    }

    /// Says whether the system keeps an address out of the swap.
    fn is_locked(address: usize) -> bool {
        let maps = fs::read_to_string("/proc/self/smaps").unwrap();
        let range = |line: &str| {
            let (start, end) = line.split_once(' ')?.0.split_once('-')?;
            Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
        };
        let mut within = false;
        for line in maps.lines() {
            if let Some(range) = range(line) {
                within = range.contains(&address);
            } else if within && let Some(flags) = line.strip_prefix("VmFlags:") {
                return flags.split_whitespace().any(|flag| flag == "lo");
            }
        }
        panic!("expected {address:#x} among the mappings of the process");
    }

    #[test]
    fn a_page_is_erased_while_it_is_locked_and_given_back_when_it_is_not() {
        let notes = Arc::new(Mutex::new(Vec::new()));
        let value = Guarded::new(Watched(Arc::clone(&notes)), |_| {});
        if !value.is_locked() {
            println!("skipped: needs a page that may be locked (ulimit -l)");
            return;
        }
        drop(value);
        assert_eq!(*notes.lock().unwrap(), [("erased", true), ("given back", false)]);
    }
}
