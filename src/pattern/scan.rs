//! Finding the rules that match a message.

use super::compile::{PatternSet, Rule, Symbol};
use super::parse::Effect;
use crate::text::Text;
use std::ops::{Range, RangeInclusive};

/// A rule that matched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The number of its section in [`PatternSet::sections`].
    pub section: u16,
    /// What the rule is worth, 0 to 1; a strength set by its author, not a probability.
    pub score: f32,
    /// The first word of the match, by index.
    pub first: u32,
    /// The last word of the match, by index.
    pub last: u32,
    /// A negation reaches it.
    pub negated: bool,
    pub(super) rule: u32,
}

/// What hits are worth together, 0 to 1: each rule takes away its share of the doubt that the others left.
///
/// Different rules are different evidence; the same rule twice is not.
#[must_use]
pub fn strength(hits: &[Hit]) -> f32 {
    let mut by_rule: Vec<(u32, f32)> = hits.iter().map(|hit| (hit.rule, hit.score)).collect();
    by_rule.sort_unstable_by_key(|(rule, _)| *rule);
    by_rule.dedup_by_key(|(rule, _)| *rule);
    let doubt = by_rule.iter().fold(1.0, |doubt, (_, score)| doubt * (1.0 - score));
    crate::number::unit(1.0 - doubt)
}

/// Where a string was found: words `first..end`.
#[derive(Clone, Copy, Debug)]
struct Found {
    first: u32,
    end: u32,
    string: u32,
}

/// The words that a match can begin or end at so far, in order, at most sixteen.
#[derive(Clone, Copy, Default)]
struct Ends {
    words: [u32; 16],
    len: usize,
}

impl Ends {
    fn of(word: u32) -> Self {
        let mut ends = Self::default();
        ends.insert(word);
        ends
    }

    fn as_slice(&self) -> &[u32] {
        self.words.get(..self.len).unwrap_or_default()
    }

    fn insert(&mut self, word: u32) {
        let at = self.as_slice().partition_point(|known| *known < word);
        if self.as_slice().get(at) == Some(&word) || at >= self.words.len() {
            return;
        }
        self.len = (self.len + 1).min(self.words.len());
        if let Some(tail) = self.words.get_mut(at..self.len) {
            tail.rotate_right(1);
            if let Some(first) = tail.first_mut() {
                *first = word;
            }
        }
    }
}

/// How far a negation reaches: words before a match, and behind it.
const NEGATION_BEFORE: u32 = 4;
const NEGATION_BEHIND: u32 = 2;

impl PatternSet {
    /// Every rule that matches, by section and place; vetoes are carried out already.
    #[must_use]
    pub fn scan(&self, text: &Text<'_>) -> Vec<Hit> {
        let page = Page::new(self, text);
        let mut matches = Vec::new();
        for found in &page.by_end {
            for &symbol in self.keys.of(found.string) {
                let candidates = self.rules_by_key.get(symbol as usize).into_iter().flatten();
                let likely = candidates.filter(|candidate| page.has(candidate.also));
                matches.extend(likely.filter_map(|candidate| page.try_rule(candidate.rule, *found)));
            }
        }
        let mut hits = self.settle(matches);
        hits.sort_unstable_by_key(|h| (h.section, h.first, h.last, h.rule));
        hits
    }

    /// Of matches of one rule that overlap the first stands; then vetoes take their share.
    fn settle(&self, mut matches: Vec<Hit>) -> Vec<Hit> {
        matches.sort_unstable_by_key(|m| (m.rule, m.first, m.last));
        let mut vetoes = Vetoes::default();
        let mut hits = Vec::with_capacity(matches.len());
        let mut before: Option<Hit> = None;
        for hit in matches {
            if before.is_some_and(|b| b.rule == hit.rule && hit.first <= b.last) {
                continue;
            }
            before = Some(hit);
            match self.rules.get(hit.rule as usize).map(|rule| rule.effect) {
                Some(Effect::Score(_)) | None => hits.push(hit),
                Some(Effect::Veto) => vetoes.places.push((hit.section, hit.first, hit.last)),
                Some(Effect::VetoMessage) => vetoes.sections.push(hit.section),
            }
        }
        vetoes.carry_out(&mut hits);
        hits
    }
}

/// Matches that take others away.
#[derive(Default)]
struct Vetoes {
    /// Section, first word and last word.
    places: Vec<(u16, u32, u32)>,
    /// Sections that don't count in this message at all.
    sections: Vec<u16>,
}

impl Vetoes {
    fn carry_out(mut self, hits: &mut Vec<Hit>) {
        if self.places.is_empty() && self.sections.is_empty() {
            return;
        }
        self.places.sort_unstable();
        // Overlapping places become one, so that one look-up by place is enough.
        self.places.dedup_by(|next, last| {
            let touches = next.0 == last.0 && next.1 <= last.2;
            last.2 = if touches { last.2.max(next.2) } else { last.2 };
            touches
        });
        hits.retain(|hit| {
            let at = self.places.partition_point(|(section, _, last)| (*section, *last) < (hit.section, hit.first));
            let place = self.places.get(at);
            let overlapped = place.is_some_and(|(section, first, _)| *section == hit.section && *first <= hit.last);
            !overlapped && !self.sections.contains(&hit.section)
        });
    }
}

/// A message with what the automaton found in it.
struct Page<'p, 't> {
    set: &'p PatternSet,
    text: &'p Text<'t>,
    /// In the order of where they end, and in the order of where they begin.
    by_end: Vec<Found>,
    by_first: Vec<Found>,
    /// For each word, how many of `by_end` end at it or before, and of `by_first` begin before it.
    ends: Vec<u32>,
    firsts: Vec<u32>,
    /// What guards and flags ask for, wherever it stands: symbol, first word, end.
    watched: Vec<(Symbol, u32, u32)>,
    /// A bit for each symbol that is there at all: most rules fail on this alone.
    present: Vec<u64>,
}

impl<'p, 't> Page<'p, 't> {
    fn new(set: &'p PatternSet, text: &'p Text<'t>) -> Self {
        let found = find(set, text);
        let words = text.words().len();
        let (by_end, ends) = ordered(words, &found, |f| f.end);
        let (by_first, firsts) = ordered(words, &found, |f| f.first + 1);
        let mut watched = Vec::new();
        let mut present = vec![0; set.rules_by_key.len().div_ceil(64)];
        for found in &by_end {
            watched.extend(set.watched.of(found.string).iter().map(|symbol| (*symbol, found.first, found.end)));
            for symbol in set.symbols.of(found.string) {
                if let Some(bits) = present.get_mut(*symbol as usize / 64) {
                    *bits |= 1_u64 << (symbol % 64);
                }
            }
        }
        watched.sort_unstable();
        Self { set, text, by_end, by_first, ends, firsts, watched, present }
    }

    /// What was found that begins at one of these words.
    fn beginning_in(&self, words: Range<u32>) -> &[Found] {
        let at = |word: u32| self.firsts.get(word as usize).or(self.firsts.last()).map_or(0, |n| *n as usize);
        self.by_first.get(at(words.start)..at(words.end)).unwrap_or_default()
    }

    /// What was found that ends behind one of these words, none in between.
    fn ending_at(&self, ends: RangeInclusive<u32>) -> &[Found] {
        let at = |word: u32| self.ends.get(word as usize).or(self.ends.last()).map_or(0, |n| *n as usize);
        let from = ends.start().checked_sub(1).map_or(0, at);
        self.by_end.get(from..at(*ends.end())).unwrap_or_default()
    }

    fn has(&self, symbol: Symbol) -> bool {
        self.present.get(symbol as usize / 64).is_some_and(|bits| bits >> (symbol % 64) & 1 == 1)
    }

    fn is(&self, found: &Found, symbol: Symbol) -> bool {
        self.set.symbols.of(found.string).binary_search(&symbol).is_ok()
    }

    /// The match of a rule around its rarest item, if there is one and the rule's flags allow it.
    fn try_rule(&self, number: u32, key: Found) -> Option<Hit> {
        let rule = self.set.rules.get(number as usize)?;
        if !rule.items.iter().all(|step| self.has(step.symbol)) {
            return None;
        }
        let sentence = self.sentence(key.first)?;
        if key.end > sentence.end {
            return None;
        }
        let first = self.begin(rule, key, &sentence)?;
        let end = self.end(rule, key, &sentence)?;
        let score = if let Effect::Score(score) = rule.effect { score } else { 0.0 };
        let mut hit = Hit { section: rule.section, score, first, last: end - 1, negated: false, rule: number };
        (self.message_allows(rule) && self.sentence_allows(rule, &sentence, &mut hit)).then_some(hit)
    }

    /// Where the match begins: the items before the key, nearest first.
    ///
    /// Keeps the words that the items so far can begin at, so the work is bounded by the rule alone.
    fn begin(&self, rule: &Rule, key: Found, sentence: &Range<u32>) -> Option<u32> {
        let mut starts = Ends::of(key.first);
        for at in (0..rule.key).rev() {
            let symbol = rule.items.get(at)?.symbol;
            let gap = u32::from(rule.items.get(at + 1)?.gap);
            let mut next = Ends::default();
            for &start in starts.as_slice() {
                let places = self.ending_at(start.saturating_sub(gap).max(sentence.start + 1)..=start);
                let fits = |f: &&Found| f.first >= sentence.start && f.end <= start && self.is(f, symbol);
                places.iter().filter(fits).for_each(|f| next.insert(f.first));
            }
            starts = next;
            starts.as_slice().first()?;
        }
        let starts = starts.as_slice();
        if rule.at_start { starts.iter().copied().find(|s| *s == sentence.start) } else { starts.last().copied() }
    }

    /// Where the match ends: the items behind the key, nearest first.
    fn end(&self, rule: &Rule, key: Found, sentence: &Range<u32>) -> Option<u32> {
        let mut ends = Ends::of(key.end);
        for step in rule.items.get(rule.key + 1..)? {
            let mut next = Ends::default();
            for &end in ends.as_slice() {
                let places = self.beginning_in(end..(end + u32::from(step.gap) + 1).min(sentence.end));
                let fits = |f: &&Found| f.end <= sentence.end && self.is(f, step.symbol);
                places.iter().filter(fits).for_each(|f| next.insert(f.end));
            }
            ends = next;
            ends.as_slice().first()?;
        }
        let ends = ends.as_slice();
        if rule.at_end { ends.iter().copied().find(|end| *end == sentence.end) } else { ends.first().copied() }
    }

    fn sentence(&self, word: u32) -> Option<Range<u32>> {
        let number = self.text.words().get(word as usize)?.sentence;
        let words = &self.text.sentences().get(number as usize)?.words;
        Some(words.start as u32..words.end as u32)
    }

    /// Whether a watched symbol stands within these words.
    fn within(&self, symbol: Symbol, words: &Range<u32>) -> bool {
        self.watched_in(symbol, words).any(|_| true)
    }

    fn watched_in(&self, symbol: Symbol, words: &Range<u32>) -> impl Iterator<Item = (u32, u32)> {
        let from = self.watched.partition_point(|w| (w.0, w.1) < (symbol, words.start));
        let until = words.end;
        let behind = self.watched.get(from..).unwrap_or_default().iter();
        behind.take_while(move |w| w.0 == symbol && w.1 < until).filter(move |w| w.2 <= until).map(|w| (w.1, w.2))
    }

    fn message_allows(&self, rule: &Rule) -> bool {
        let all = 0..self.text.words().len() as u32;
        rule.flags.short.is_none_or(|n| all.end <= n)
            && rule.along.iter().all(|s| self.within(*s, &all))
            && !rule.unless.iter().any(|s| self.within(*s, &all))
    }

    /// What a rule's flags ask of the sentence; marks the hit as negated where it is.
    fn sentence_allows(&self, rule: &Rule, sentence: &Range<u32>, hit: &mut Hit) -> bool {
        let number = self.text.words().get(hit.first as usize).map_or(0, |w| w.sentence);
        let question = self.text.sentences().get(number as usize).is_some_and(|s| s.question);
        let guards = self.set.guards.get(&rule.lang).copied().unwrap_or_default();
        hit.negated = guards.negation.is_some_and(|symbol| {
            let from = hit.first.saturating_sub(NEGATION_BEFORE).max(sentence.start);
            let to = (hit.last + 1 + NEGATION_BEHIND).min(sentence.end);
            self.within(symbol, &(from..to)) && !self.negation_is_part(rule, symbol, hit)
        });
        let flags = &rule.flags;
        let before = sentence.start..hit.first;
        let guarded = |asked: bool, symbol: Option<Symbol>, words: &Range<u32>| {
            asked && symbol.is_some_and(|symbol| self.within(symbol, words))
        };
        let asked = flags.question.is_none_or(|wanted| wanted == question);
        let held_back = (flags.not_negated && hit.negated)
            || guarded(flags.not_hypothetical, guards.hypothesis, &before)
            || guarded(flags.not_reported, guards.report, &before)
            || guarded(flags.not_past, guards.past, sentence);
        let classes = rule.with.iter().all(|s| self.within(*s, sentence))
            && !rule.without.iter().any(|s| self.within(*s, sentence));
        asked && !held_back && classes
    }

    /// A rule that spells a negation out itself is not negated by that word.
    fn negation_is_part(&self, rule: &Rule, negation: Symbol, hit: &Hit) -> bool {
        let inside = hit.first..hit.last + 1;
        self.watched_in(negation, &inside).next().is_some_and(|(first, end)| {
            self.beginning_in(hit.first..first + 1)
                .iter()
                .any(|f| f.end >= end && rule.items.iter().any(|step| self.is(f, step.symbol)))
        })
    }
}

/// Every string that is there: whole words in their order, then the rest in the order of where it ends.
fn find(set: &PatternSet, text: &Text<'_>) -> Vec<Found> {
    let admits: Vec<bool> = set.langs.iter().map(|lang| text.language().admits(*lang)).collect();
    let mut all = Vec::with_capacity(4 * text.words().len());
    for (first, word) in (0_u32..).zip(text.words()) {
        let Some(known) = set.words.get(text.folded(word)) else { continue };
        let strings = set.strings_of.of(*known).iter().filter(|string| admitted(set, &admits, **string));
        all.extend(strings.map(|string| Found { first, end: first + 1, string: *string }));
    }
    find_phrases(set, text, &admits, &mut all);
    all
}

/// Whether a string is of a language that the message admits.
fn admitted(set: &PatternSet, admits: &[bool], string: u32) -> bool {
    let lang = set.lang_of.get(string as usize);
    lang.is_some_and(|lang| admits.get(usize::from(*lang)) == Some(&true))
}

/// Phrases, and beginnings, ends and middles of words.
fn find_phrases(set: &PatternSet, text: &Text<'_>, admits: &[bool], all: &mut Vec<Found>) {
    let Some(automaton) = &set.automaton else { return };
    let words = text.words();
    // The automaton runs forward, so the word a match ends in never lies before the last one's.
    let mut at = 0_usize;
    for hit in automaton.find_overlapping_iter(text.stream()) {
        let Some(&string) = set.phrases.get(hit.pattern().as_usize()) else { continue };
        if !admitted(set, admits, string) {
            continue;
        }
        let (start, end) = (hit.start() as u32, hit.end() as u32);
        while words.get(at + 1).is_some_and(|w| w.folded.start < end) {
            at += 1;
        }
        // The first word that ends behind the match's start; matches are short, so this walks a few words.
        let mut first = at;
        while first > 0 && words.get(first - 1).is_some_and(|w| w.folded.end > start) {
            first -= 1;
        }
        all.push(Found { first: first as u32, end: at as u32 + 1, string });
    }
}

/// What was found in the order of its places, from 0 to `words`, and for each place how much lies there or before: a
/// counting sort, so the work is linear.
fn ordered(words: usize, found: &[Found], place: impl Fn(&Found) -> u32) -> (Vec<Found>, Vec<u32>) {
    let mut counts = vec![0; words + 1];
    for one in found {
        if let Some(count) = counts.get_mut(place(one) as usize) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for count in &mut counts {
        sum += *count;
        *count = sum;
    }
    let mut free = counts.clone();
    let mut sorted = vec![Found { first: 0, end: 0, string: 0 }; found.len()];
    for one in found.iter().rev() {
        let Some(at) = free.get_mut(place(one) as usize) else { continue };
        *at -= 1;
        if let Some(slot) = sorted.get_mut(*at as usize) {
            *slot = *one;
        }
    }
    (sorted, counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    const PACK: &str = "
@person = medewerk*, mens, iemand
@talk = spreken, praten
@neg = niet, geen
@hyp = als, stel
@rep = zei
@past = gisteren
[wish !neg !hyp !rep !past]
++ wil ~3 @person ~2 @talk
+ ^ @person $
+ geen robot
- medewerker spreken van
-- vacature
[other]
? *storing* :: q
0.6 a|b_c
";

    fn found(raw: &str) -> Vec<(u16, f32)> {
        let set = PatternSet::compile(&[(Lang::Nl, PACK)]).unwrap();
        set.scan(&Text::new(raw)).iter().map(|h| (h.section, h.score)).collect()
    }

    #[test]
    fn items_gaps_and_edges() {
        assert_eq!(found("ik WIL nu graag even iemand spreken"), [(0, 0.95)]);
        assert_eq!(found("ik wil een twee drie vier iemand spreken"), []);
        assert_eq!(found("ik wil. iemand spreken"), []);
        assert_eq!(found("medewerkster"), [(0, 0.8)]);
        assert_eq!(found("Is er een netstoring?"), [(1, 0.4)]);
        assert_eq!(found("Er is een netstoring."), []);
        assert_eq!(found("b c"), [(1, 0.6)]);
    }

    #[test]
    fn guards_and_vetoes() {
        for raw in [
            "ik wil niet iemand spreken",
            "ik wil geen mens spreken",
            "als het misgaat wil ik iemand spreken",
            "hij zei: ik wil iemand spreken",
            "gisteren wil ik iemand spreken",
            "ik wil de medewerker spreken van gister",
            "ik wil iemand spreken over de vacature",
        ] {
            assert_eq!(found(raw), [], "{raw}");
        }
        assert_eq!(found("geen robot"), [(0, 0.8)]);
    }
}
