//! Bytes as text.

/// Bytes as lower-case hexadecimal text.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// The bytes of lower-case hexadecimal text: each has one text only, so that no two texts mean the same.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some((nibble(*pair.first()?)? << 4) | nibble(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hexadecimal_goes_both_ways(raw: Vec<u8>) {
            prop_assert_eq!(from_hex(&to_hex(&raw)), Some(raw));
        }
    }

    #[test]
    fn hexadecimal_is_strict() {
        for wrong in ["0", "0G", "AB", "é"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }
}
