//! Emoji and emoticons, folded to one character each.

/// Emoticons that people still type, with the emoji they stand for; longest first.
const EMOTICONS: [(&str, char); 20] = [
    (":'-(", '😢'),
    (":'(", '😢'),
    (":-)", '🙂'),
    (":-(", '🙁'),
    (":-D", '😀'),
    (";-)", '😉'),
    (":-/", '😕'),
    (":-P", '😛'),
    (">:(", '😠'),
    (":)", '🙂'),
    (":(", '🙁'),
    (":D", '😀'),
    (";)", '😉'),
    (":/", '😕'),
    (":P", '😛'),
    (":p", '😛'),
    (":|", '😐'),
    ("<3", '❤'),
    ("=)", '🙂'),
    ("=(", '🙁'),
];

/// The emoticon at the start of `rest`, with its length in bytes; only where a space or the end follows.
pub(super) fn emoticon(rest: &str) -> Option<(char, usize)> {
    let (sign, emoji) = EMOTICONS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    let after = rest.get(sign.len()..)?.chars().next();
    after.is_none_or(|c| !c.is_alphanumeric() && c != '/').then_some((*emoji, sign.len()))
}

/// The emoji that `segment` shows, without skin tone, gender or variation.
pub(super) fn emoji(segment: &str) -> Option<char> {
    segment.chars().next().filter(|c| is_emoji(*c))
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}'
        | '\u{1f1e6}'..='\u{1f1ff}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23f3}' | '\u{203c}' | '\u{2049}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoticons_stand_alone() {
        assert_eq!(emoticon(":-) fijn"), Some(('🙂', 3)));
        assert_eq!(emoticon("://x"), None);
        assert_eq!(emoticon(":Dag"), None);
    }

    #[test]
    fn skin_tone_and_variation_fold_away() {
        assert_eq!(emoji("👍🏽"), Some('👍'));
        assert_eq!(emoji("❤️"), Some('❤'));
        assert_eq!(emoji("a"), None);
    }
}
