//! A form for what is written to a file one after the other, in which every damage shows.

use std::fmt::Write as _;

/// The bytes before the payload: three numbers and their checksum, each of eight digits, and a space after each.
const HEAD: usize = 36;
/// The part of them that the checksum is of.
const CHECKED: usize = 27;

/// Writes a payload as one frame: its number, its length, its checksum, a checksum of those three, the payload, and a
/// line end. Text, so that a person can read a journal, if the payload is.
///
/// ```
/// use handover::approval::{frame, recover};
///
/// let mut journal = frame(0, r#"{"first":1}"#);
/// journal.push_str(&frame(1, r#"{"second":2}"#));
/// let whole = recover(journal.as_bytes())?;
/// assert_eq!(whole.payloads, [r#"{"first":1}"#, r#"{"second":2}"#]);
///
/// let torn = recover(&journal.as_bytes()[..journal.len() - 3])?; // the power failed in the middle of the second
/// assert_eq!(torn.payloads.len(), 1);
/// assert!(torn.torn > 0);
/// # Ok::<(), handover::approval::JournalError>(())
/// ```
#[must_use]
pub fn frame(number: u32, payload: &str) -> String {
    let mut text = String::with_capacity(HEAD + payload.len() + 1);
    let _ = write!(text, "{number:08x} {:08x} {:08x} ", payload.len() as u32, crc32(payload.as_bytes()));
    let head = crc32(text.as_bytes());
    let _ = writeln!(text, "{head:08x} {payload}");
    text
}

/// What could be read of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered<'a> {
    /// The payloads of all whole frames, in order.
    pub payloads: Vec<&'a str>,
    /// The bytes that they take: where the next frame is to be written.
    pub whole: usize,
    /// The bytes behind them of a frame whose writing was cut off: nothing of it ever counted.
    pub torn: usize,
}

/// Why a journal was not read. What stands before `at` is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Bytes are not what was written.
    #[error("the journal is damaged at byte {at}: restore it from a copy, since what follows may have run already")]
    Damaged {
        /// Where the frame begins.
        at: usize,
    },
    /// A frame is missing, or stands elsewhere than it was written.
    #[error("frame {expected} of the journal is missing at byte {at}")]
    Missing {
        /// Where it should begin.
        at: usize,
        /// Its number.
        expected: u32,
    },
}

/// Reads a journal of [`frame`]s that starts with number 0. Linear.
///
/// A frame that was cut off while it was written is left out: its writer never got an answer. Anything else that is not
/// as it was written is damage, never taken for a cut: dropping a claim by mistake would run an action twice. What was
/// cut off behind a whole frame can't be seen here; the audit chain's head shows it.
///
/// # Errors
/// Where the damage is.
pub fn recover(bytes: &[u8]) -> Result<Recovered<'_>, JournalError> {
    let mut payloads = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((payload, length)) = one(rest, at, payloads.len() as u32)? else {
            return Ok(Recovered { payloads, whole: at, torn: rest.len() });
        };
        payloads.push(payload);
        at += length;
    }
    Ok(Recovered { payloads, whole: at, torn: 0 })
}

/// The first frame with its length; nothing if it was cut off.
fn one(rest: &[u8], at: usize, expected: u32) -> Result<Option<(&str, usize)>, JournalError> {
    let damaged = JournalError::Damaged { at };
    let Some(head) = rest.get(..HEAD) else {
        return if could_be_cut(rest, expected) { Ok(None) } else { Err(damaged) };
    };
    let (number, length, sum) = numbers(head).ok_or(damaged)?;
    if number != expected {
        return Err(JournalError::Missing { at, expected });
    }
    let end = HEAD + length as usize;
    let Some((payload, tail)) = rest.get(..=end).and_then(|frame| frame.get(HEAD..end).zip(frame.last())) else {
        return Ok(None);
    };
    if crc32(payload) != sum || *tail != b'\n' {
        return Err(damaged);
    }
    let payload = std::str::from_utf8(payload).map_err(|_| damaged)?;
    Ok(Some((payload, end + 1)))
}

/// Whether so few bytes can be the beginning of the frame that would come here.
fn could_be_cut(rest: &[u8], expected: u32) -> bool {
    let number = format!("{expected:08x} ");
    let known = rest.get(..number.len().min(rest.len()));
    let form = |(at, byte): (usize, &u8)| match at % 9 {
        8 => *byte == b' ',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    known.is_some_and(|known| number.as_bytes().starts_with(known)) && rest.iter().enumerate().all(form)
}

/// Number, length and checksum of a payload, if the head is as it was written.
fn numbers(head: &[u8]) -> Option<(u32, u32, u32)> {
    let mut parts = head.chunks(9).map(hex);
    let (number, length, sum, own) = (parts.next()??, parts.next()??, parts.next()??, parts.next()??);
    (crc32(head.get(..CHECKED)?) == own).then_some((number, length, sum))
}

/// Eight lower-case digits and a space.
fn hex(part: &[u8]) -> Option<u32> {
    let (space, digits) = part.split_last()?;
    let small = digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'));
    let text = std::str::from_utf8(digits).ok().filter(|_| small && *space == b' ')?;
    u32::from_str_radix(text, 16).ok()
}

/// CRC-32 as in ISO-HDLC, by a table of bytes: finds every damage of up to 32 bits in a row.
fn crc32(bytes: &[u8]) -> u32 {
    let next = |crc: u32, byte: &u8| {
        let place = usize::from((crc as u8) ^ byte);
        (crc >> 8) ^ CRC_TABLE.get(place).copied().unwrap_or_default()
    };
    !bytes.iter().fold(u32::MAX, next)
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut place = 0;
    while place < 256 {
        let mut crc = place as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "a constant: out of bounds would not compile")]
        {
            table[place] = crc;
        }
        place += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> String {
        ["{\"a\":1}", "", "één ✓\nnog een regel", "{}"].iter().enumerate().map(|(n, p)| frame(n as u32, p)).collect()
    }

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn cut_at_every_byte_the_whole_frames_are_left() {
        let whole = journal();
        let ends: Vec<usize> = (0..=4)
            .map(|n| recover(whole.as_bytes()).unwrap().payloads[..n].iter().map(|p| HEAD + p.len() + 1).sum())
            .collect();
        for cut in 0..=whole.len() {
            let recovered = recover(&whole.as_bytes()[..cut]).unwrap();
            let frames = ends.iter().filter(|end| **end <= cut).count() - 1;
            assert_eq!((recovered.payloads.len(), recovered.whole), (frames, ends[frames]), "cut at {cut}");
            assert_eq!(recovered.torn, cut - ends[frames]);
        }
    }

    #[test]
    fn every_flipped_bit_is_damage_and_never_a_cut() {
        let whole = journal();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                assert!(recover(&bytes).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_frame_that_is_missing_or_moved_is_noticed() {
        let (a, b, c) = (frame(0, "a"), frame(1, "b"), frame(2, "c"));
        assert_eq!(recover(format!("{a}{c}").as_bytes()), Err(JournalError::Missing { at: 38, expected: 1 }));
        assert!(recover(format!("{a}{c}{b}").as_bytes()).is_err());
        assert!(recover(format!("{b}{a}").as_bytes()).is_err());
    }
}
