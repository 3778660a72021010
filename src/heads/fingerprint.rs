//! The 32-bit fingerprints of n-grams: FNV-1a, the same in every process. Trained models hold on to them.

const BASIS: u32 = 0x811c_9dc5;

/// The fingerprint of nothing yet, of a kind of n-gram.
pub(crate) const fn begin(kind: u8) -> u32 {
    step(BASIS, kind)
}

/// The fingerprint of a word, of a kind of n-gram.
pub(crate) fn of(kind: u8, word: &str) -> u32 {
    word.bytes().fold(begin(kind), step)
}

/// With one letter more.
pub(crate) fn spell(hash: u32, letter: char) -> u32 {
    let mut bytes = [0; 4];
    letter.encode_utf8(&mut bytes).bytes().fold(hash, step)
}

/// The fingerprint of two words beside each other.
pub(crate) const fn pair(first: u32, second: u32) -> u32 {
    step(step(first, b' '), b'+') ^ second.rotate_left(9)
}

const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}
