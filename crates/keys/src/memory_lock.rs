//! Places for secrets: pages of their own, which are kept out of the swap where the system allows,
//! and erased when they are given back.

use std::hint::black_box;

use region::LockGuard;

/// How much of the stack [`scrub`] writes over: more than what handles a secret uses of it.
const SCRUBBED: usize = 16 * 1024;

/// A value on pages of its own, so that no other value is unlocked with it.
///
/// The value must erase itself when it is dropped.
pub(crate) struct Guarded<T> {
    // Dropped in this order: erased first, unlocked then.
    page: Box<Page<T>>,
    lock: Option<LockGuard>,
}

/// As large as the pages of the systems that are built for, or larger.
#[cfg_attr(target_arch = "x86_64", repr(align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(align(65536)))]
struct Page<T>(T);

impl<T> Guarded<T> {
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

/// Writes over what calls have left on the stack.
///
/// Compilers move values as they like, so what was erased in its place may still stand in another.
#[inline(never)]
pub(crate) fn scrub() {
    let mut room = [0_u8; SCRUBBED];
    black_box(&mut room);
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

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
}
