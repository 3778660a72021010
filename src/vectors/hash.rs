//! The numbers that keys and files are known by. They are part of the file format: never change them.

/// The state of a key without characters (FNV-1a, 64 bits).
pub(super) const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;
const GRAM: u64 = 0x6772_616d_0000_0000;
const PAIR: u64 = 0x7061_6972_0000_0000;

/// The states of what stands before the first word and after the last, as neighbours of these.
pub(super) const BEGIN: u64 = step(START, '^');
pub(super) const END: u64 = step(START, '$');

/// The state after one more character: FNV-1a over whole characters instead of bytes.
#[inline]
pub(super) const fn step(state: u64, c: char) -> u64 {
    (state ^ c as u64).wrapping_mul(PRIME)
}

/// The state after all characters of `key`.
pub(super) fn state(key: &str) -> u64 {
    key.chars().fold(START, step)
}

/// The number of a word with this state.
#[inline]
pub(super) fn word(state: u64) -> u64 {
    mix(state)
}

/// The number of a part of a word.
#[inline]
pub(super) fn gram(state: u64) -> u64 {
    mix(state ^ GRAM)
}

/// The number of two neighbours, made from the states of both words, so that no letter is read twice.
#[inline]
pub(super) fn pair(first: u64, second: u64) -> u64 {
    mix(mix(first ^ PAIR) ^ second)
}

/// Spreads a state over all bits (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
#[inline]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Guards a file against damage, not against forgery.
///
/// Four lanes take eight bytes at a time, since one lane, or a CRC by table, would make a start take milliseconds. Each
/// turn of a lane can be undone, so a change within one group of eight bytes always shows; any other goes unseen once
/// in 2^64.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let mut lanes = [START, PRIME, GRAM, PAIR];
    let (chunks, rest) = bytes.split_at(bytes.len() - bytes.len() % 32);
    for chunk in chunks.chunks_exact(32) {
        for (lane, eight) in lanes.iter_mut().zip(chunk.chunks_exact(8)) {
            *lane = turn(*lane, eight.try_into().map_or(0, u64::from_le_bytes));
        }
    }
    let all = lanes.into_iter().fold(bytes.len() as u64, turn);
    mix(rest.iter().fold(all, |all, byte| turn(all, u64::from(*byte))))
}

#[inline]
fn turn(lane: u64, eight: u64) -> u64 {
    (lane ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_version_1_stay() {
        assert_eq!(word(state("opzeggen")), 0x3e75_3b01_fea9_1259);
        assert_eq!(gram(state("<op")), 0x6458_2ffc_4be5_7485);
        assert_eq!(pair(state("zou"), state("ik")), 0xceca_3e5a_c6db_a5f3);
        assert_eq!(checksum(b"thirty-two bytes and then a few more of them"), 0xbffe_d579_63df_1aec);
    }

    #[test]
    fn any_changed_byte_changes_the_checksum() {
        let bytes: Vec<u8> = (0..=99).collect();
        let whole = checksum(&bytes);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert_ne!(checksum(&damaged), whole, "bit {bit} of byte {at}");
            }
            assert_ne!(checksum(&bytes[..at]), whole);
        }
    }
}
