//! Folding: one spelling for what people type in many ways.
//!
//! Case, typographic apostrophes and dashes, full-width letters, zero-width characters, Latin letters with
//! marks (composed or not) and elongation never decide how a message is read; how long a word was drawn out
//! is kept as a cue of its own.

/// What folding a word found beside its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    /// Letters dropped from runs of three or more.
    pub(crate) elongation: u32,
    /// Upper-case and all letters, to tell shouting from a capital.
    pub(crate) upper: u32,
    pub(crate) letters: u32,
}

/// Appends the folded form of `word` to `out`.
pub(crate) fn fold_into(word: &str, out: &mut String) -> Folded {
    let start = out.len();
    let mut seen = Folded::default();
    if word.is_ascii() {
        for byte in word.bytes() {
            seen.upper += u32::from(byte.is_ascii_uppercase());
            seen.letters += u32::from(byte.is_ascii_alphabetic());
            out.push(char::from(if byte == b'`' { b'\'' } else { byte.to_ascii_lowercase() }));
        }
    } else {
        for c in word.chars() {
            seen.upper += u32::from(c.is_uppercase());
            seen.letters += u32::from(c.is_alphabetic());
            push_folded(c, out);
        }
    }
    seen.elongation = shorten_runs(out, start);
    seen
}

/// The folded form of one word.
#[cfg(test)]
pub(crate) fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

fn push_folded(c: char, out: &mut String) {
    match c {
        '\u{300}'..='\u{36f}' => {}
        _ if is_invisible(c) => {}
        '’' | '‘' | 'ʼ' | '′' | '´' | '`' | '＇' => out.push('\''),
        '‐' | '‑' | '‒' | '–' | '—' | '−' => out.push('-'),
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            out.extend(ascii.to_lowercase());
        }
        _ => c.to_lowercase().for_each(|lower| push_plain(lower, out)),
    }
}

/// Characters that show nothing and must not split or hide a word.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A lower-case Latin letter without its marks.
fn push_plain(c: char, out: &mut String) {
    let plain = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ł' => 'l',
        'ĳ' => return out.push_str("ij"),
        'ß' => return out.push_str("ss"),
        'æ' => return out.push_str("ae"),
        'œ' => return out.push_str("oe"),
        '\u{300}'..='\u{36f}' => return,
        other => other,
    };
    out.push(plain);
}

/// Shortens runs of three or more equal letters in `out[start..]`; gives how many letters went.
fn shorten_runs(out: &mut String, start: usize) -> u32 {
    let Some(word) = out.get(start..) else { return 0 };
    if !has_long_run(word.as_bytes()) {
        return 0;
    }
    let letters: Vec<char> = word.chars().collect();
    out.truncate(start);
    let (mut at, mut before, mut gone) = (0, None, 0);
    while let Some(&c) = letters.get(at) {
        let run = letters.iter().skip(at).take_while(|&&next| next == c).count();
        let after: String = letters.iter().skip(at + run).take(2).collect();
        let keep = if run < 3 || !c.is_alphabetic() { run } else { run_length(before, c, &after) };
        (0..keep).for_each(|_| out.push(c));
        gone += (run - keep) as u32;
        before = Some(c);
        at += run;
    }
    gone
}

fn has_long_run(word: &[u8]) -> bool {
    word.windows(3).any(|w| matches!(w, [a, b, c] if a == b && b == c && (a.is_ascii_alphabetic() || !a.is_ascii())))
}

/// One letter or two, by the spelling of Dutch and English: `neeee` is *nee*, `soooo` *so*, `heeeel` *heel*,
/// `laaaang` *lang*, `welllll` *well*. It can't always be right; it has to be the same every time.
fn run_length(before: Option<char>, c: char, after: &str) -> usize {
    let vowel = |x: char| "aeiouy".contains(x);
    let mut next = after.chars();
    match (c, next.next(), next.next()) {
        ('e', None, _) | ('l' | 's', None, _) | ('o', Some('i'), _) => 2,
        (_, None, _) => 1,
        ('a' | 'e' | 'o' | 'u', Some(x), y) => {
            let single = !vowel(x) && x != 'w' && y.is_none_or(|y| vowel(y) || "dstz".contains(y));
            if single && !before.is_some_and(vowel) { 2 } else { 1 }
        }
        ('l' | 's' | 't' | 'p' | 'n' | 'm' | 'k' | 'r', Some(x), _) if vowel(x) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_alike() {
        for same in ["Café", "cafe\u{301}", "ＣＡＦＥ", "ca\u{200b}fé", "CAFÉ", "caf\u{ad}e"] {
            assert_eq!(fold(same), "cafe");
        }
        assert_eq!(fold("foto’s"), fold("FOTO's"));
        assert_eq!(fold("Ĳsje"), "ijsje");
    }

    #[test]
    fn elongation_is_undone_and_counted() {
        let table = [
            ("neeeee", "nee"),
            ("soooo", "so"),
            ("heeeel", "heel"),
            ("laaaang", "lang"),
            ("wellll", "well"),
            ("stopppp", "stop"),
            ("nooooit", "nooit"),
            ("pleeeease", "please"),
            ("waaaaar", "waar"),
            ("zooo", "zo"),
            ("sloooow", "slow"),
            ("goooed", "goed"),
            ("need", "need"),
            ("www", "w"),
            ("1000", "1000"),
        ];
        for (drawn, plain) in table {
            assert_eq!(fold(drawn), plain, "{drawn}");
        }
        let mut out = String::new();
        assert_eq!(fold_into("neeeee", &mut out).elongation, 3);
    }
}
