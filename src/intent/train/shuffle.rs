//! An order that looks random and is the same every time.

/// The generator of Marsaglia, *Xorshift RNGs* (2003), with a fixed seed.
pub(super) struct Shuffle(u64);

impl Shuffle {
    pub(super) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Shuffles in place (Fisher and Yates).
    pub(super) fn apply<T>(&mut self, items: &mut [T]) {
        for left in (1..items.len()).rev() {
            let other = (self.next() % (left as u64 + 1)) as usize;
            items.swap(left, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_stays_and_the_order_is_always_the_same() {
        let shuffled = || {
            let mut items: Vec<u32> = (0..50).collect();
            Shuffle::new().apply(&mut items);
            items
        };
        assert_eq!(shuffled(), shuffled());
        assert_ne!(shuffled(), (0..50).collect::<Vec<_>>());
        let mut sorted = shuffled();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
