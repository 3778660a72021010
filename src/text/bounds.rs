//! Word boundaries of UAX #29, with a short way for plain ASCII.
//!
//! Most messages are ASCII but for a sign or two, and there the rules come down to a few lines; a property test
//! holds them against the crate that knows them all.

use unicode_segmentation::{UWordBoundIndices, UnicodeSegmentation};

/// The segments of `text` with their places: words, runs of spaces, and single marks.
pub(super) fn segments(text: &str) -> Segments<'_> {
    if text.is_ascii() { Segments::Ascii { text, at: 0 } } else { Segments::Unicode(text.split_word_bound_indices()) }
}

pub(super) enum Segments<'t> {
    Ascii { text: &'t str, at: usize },
    Unicode(UWordBoundIndices<'t>),
}

impl<'t> Iterator for Segments<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Unicode(segments) => segments.next(),
            Self::Ascii { text, at } => {
                let start = *at;
                let length = ascii_segment(text.as_bytes().get(start..)?)?;
                *at = start + length;
                Some((start, text.get(start..*at)?))
            }
        }
    }
}

/// The length of the first segment.
fn ascii_segment(rest: &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    let second = rest.get(1).copied();
    Some(match first {
        b' ' => rest.iter().take_while(|b| **b == b' ').count(),
        b'\r' if second == Some(b'\n') => 2,
        _ if in_word(first) => word_length(rest),
        _ => 1,
    })
}

const fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Letters, digits and `_` run together; `'`, `.` and `:` join two letters, `'`, `.`, `,` and `;` two digits.
fn word_length(rest: &[u8]) -> usize {
    let mut length = 1;
    while let Some(&next) = rest.get(length) {
        let before = rest.get(length - 1).copied().unwrap_or(b' ');
        let after = rest.get(length + 1).copied().unwrap_or(b' ');
        let joins = match next {
            b'\'' | b'.' => {
                (before.is_ascii_alphabetic() && after.is_ascii_alphabetic())
                    || (before.is_ascii_digit() && after.is_ascii_digit())
            }
            b':' => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
            b',' | b';' => before.is_ascii_digit() && after.is_ascii_digit(),
            _ => false,
        };
        match (in_word(next), joins) {
            (true, _) => length += 1,
            (false, true) => length += 2,
            (false, false) => break,
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_short_way_is_the_long_way(raw in "[a-c0-2 _'.,;:!\"\r\n\t@-]{0,24}", any in "[ -~]{0,16}") {
            for text in [raw, any] {
                let short: Vec<_> = segments(&text).collect();
                let long: Vec<_> = text.split_word_bound_indices().collect();
                prop_assert_eq!(short, long, "{:?}", text);
            }
        }
    }
}
