//! Finding the row of an n-gram.

/// Open addressing: key and row plus one, 0 is free. Twice as many slots as keys, so that a look-up is short.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    slots: Vec<(u32, u32)>,
}

impl Lookup {
    pub(super) fn of(keys: impl ExactSizeIterator<Item = u32>) -> Self {
        let mut slots = vec![(0, 0); (2 * keys.len()).next_power_of_two().max(2)];
        let mask = slots.len() - 1;
        for (row, key) in (1_u32..).zip(keys) {
            let mut at = spread(key) & mask;
            while slots.get(at).is_some_and(|slot| slot.1 != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (key, row);
            }
        }
        Self { slots }
    }

    #[inline]
    pub(super) fn row(&self, key: u32) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = spread(key) & mask;
        loop {
            let (known, row) = self.slots.get(at).copied()?;
            let row = row.checked_sub(1)?;
            if known == key {
                return Some(row as usize);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Keys are hashes of few letters, whose low bits don't differ enough by themselves.
#[inline]
fn spread(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<u32> = (0..1000).map(|n| n * 7919).collect();
        let lookup = Lookup::of(keys.iter().copied());
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(lookup.row(*key), Some(row));
        }
        assert_eq!(lookup.row(5), None);
        assert_eq!(Lookup::default().row(0), None);
        assert_eq!(Lookup::of(std::iter::empty()).row(0), None);
    }
}
