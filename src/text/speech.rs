//! Speech transcripts: what a speaker takes back before it is read.

use super::word_set::WordSet;
use super::words::{Cut, Word};
use super::{Form, language};

const FILLERS: WordSet<14> =
    WordSet::new(["eh", "ehh", "ehm", "erm", "euh", "euhm", "hm", "hmm", "mm", "uh", "uhh", "uhm", "um", "umm"]);

/// Compounds that recognisers like to split, as they stand when whole.
const COMPOUNDS: [(&str, &str); 28] = [
    ("mede", "werker"),
    ("mede", "werkster"),
    ("klanten", "service"),
    ("abonne", "ment"),
    ("over", "leden"),
    ("reke", "ning"),
    ("af", "spraak"),
    ("op", "zeggen"),
    ("op", "gezegd"),
    ("door", "verbinden"),
    ("terug", "bellen"),
    ("terug", "gebeld"),
    ("aan", "maning"),
    ("deur", "waarder"),
    ("uit", "kering"),
    ("be", "taling"),
    ("be", "talen"),
    ("zieken", "huis"),
    ("ge", "hackt"),
    ("leiding", "gevende"),
    ("betalings", "regeling"),
    ("rol", "stoel"),
    ("web", "site"),
    ("pass", "word"),
    ("help", "line"),
    ("wheel", "chair"),
    ("over", "charged"),
    ("can", "celled"),
];

/// Drops fillers everywhere; in speech also undoes slips and joins split compounds.
pub(super) fn tidy(cut: &mut Cut, form: Form) {
    let before = cut.words.len();
    let fillers = cut.words.iter().filter(|w| is_filler(cut.folded(w))).count();
    if fillers > 0 && fillers < before {
        let folds = std::mem::take(&mut cut.folds);
        cut.words.retain(|w| !is_filler(slice(&folds, w)));
        cut.folds = folds;
    }
    if form == Form::Speech || (fillers > 0 && cut.style.exclamations + cut.style.questions == 0) {
        undo_slips(cut);
        join_compounds(cut);
    }
    cut.style.slips = (before - cut.words.len()) as u32;
}

fn is_filler(folded: &str) -> bool {
    FILLERS.contains(folded)
}

fn slice<'f>(folds: &'f str, word: &Word) -> &'f str {
    folds.get(word.folded.start as usize..word.folded.end as usize).unwrap_or_default()
}

/// A start that is said again ("ik wil ik wil", "she she") counts once: one function word, or two or three
/// words of any kind. A single word of content stays, since "agent agent" is meant.
fn undo_slips(cut: &mut Cut) {
    let mut kept: Vec<Word> = Vec::with_capacity(cut.words.len());
    for word in cut.words.drain(..) {
        kept.push(word);
        for n in [3, 2, 1] {
            let Some(at) = kept.len().checked_sub(2 * n) else { continue };
            let (first, second) = (kept.iter().skip(at).take(n), kept.iter().skip(at + n));
            let same = first.zip(second).all(|(a, b)| slice(&cut.folds, a) == slice(&cut.folds, b));
            let content = n == 1 && kept.last().is_some_and(|w| !language::is_function_word(slice(&cut.folds, w)));
            if same && !content {
                kept.drain(at..at + n);
                break;
            }
        }
    }
    cut.words = kept;
}

fn join_compounds(cut: &mut Cut) {
    let mut kept: Vec<Word> = Vec::with_capacity(cut.words.len());
    for word in cut.words.drain(..) {
        let pair = kept.last().map(|last| (slice(&cut.folds, last), slice(&cut.folds, &word)));
        let Some((first, second)) = pair.filter(|pair| COMPOUNDS.contains(pair)) else {
            kept.push(word);
            continue;
        };
        let joined = format!("{first}{second}");
        let start = cut.folds.len() as u32;
        cut.folds.push_str(&joined);
        if let Some(last) = kept.last_mut() {
            last.span = last.span.join(word.span);
            last.folded = start..cut.folds.len() as u32;
        }
    }
    cut.words = kept;
}

#[cfg(test)]
mod tests {
    use crate::text::{Form, Text};

    fn spoken(raw: &str) -> String {
        let text = Text::of(raw, Form::Speech, None);
        text.words().iter().map(|w| text.folded(w)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fillers_slips_and_split_compounds_are_undone() {
        assert_eq!(spoken("eh ik wil ik wil uh een een mede werker spreken"), "ik wil een medewerker spreken");
        assert_eq!(spoken("um my my bill well the bill it's wrong"), "my bill well the bill it's wrong");
        assert_eq!(spoken("agent agent"), "agent agent");
        assert_eq!(spoken("eh"), "eh");
    }
}
