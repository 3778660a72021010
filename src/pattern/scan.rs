//! Finding the rules that match a message.

use super::compile::{PatternSet, Rule, Symbol};
use super::parse::Effect;
use crate::text::{Lang, Text};
use std::ops::Range;

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

/// Where a symbol was found: words `first..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    symbol: Symbol,
    first: u32,
    end: u32,
}

/// The words that a match can end at so far, nearest first, at most sixteen.
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
        let mut hits = Vec::new();
        let mut vetoes = Vetoes::default();
        for &symbol in &page.present {
            for &number in self.rules_by_key.get(symbol as usize).map_or(&[][..], Vec::as_slice) {
                if let Some(rule) = self.rules.get(number as usize) {
                    page.try_rule(rule, number, &mut hits, &mut vetoes);
                }
            }
        }
        vetoes.carry_out(&mut hits);
        hits.sort_unstable_by_key(|h| (h.section, h.first, h.last, h.rule));
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
    /// By symbol, then by place.
    found: Vec<Found>,
    /// For each symbol that is there, once.
    present: Vec<Symbol>,
    /// For each symbol, the end of its part of `found`; 0 for one that is not there.
    ends: Vec<u32>,
    /// For each symbol that is there, the start of its part.
    starts: Vec<u32>,
}

impl<'p, 't> Page<'p, 't> {
    fn new(set: &'p PatternSet, text: &'p Text<'t>) -> Self {
        let mut page = Self {
            set,
            text,
            found: Vec::new(),
            present: Vec::new(),
            ends: vec![0; set.symbols],
            starts: vec![0; set.symbols],
        };
        let raw = page.find();
        page.group(&raw);
        page
    }

    /// Everything the automaton finds, in the order of where it ends; counts it by symbol on the way.
    fn find(&mut self) -> Vec<Found> {
        let words = self.text.words();
        let admits = Lang::ALL.map(|lang| self.text.language().admits(lang));
        let mut raw = Vec::with_capacity(8 * words.len());
        let Some(automaton) = &self.set.automaton else { return raw };
        // The automaton runs forward, so the word a match ends in never lies before the last one's.
        let mut at = 0_usize;
        for hit in automaton.find_overlapping_iter(self.text.stream()) {
            let (start, end) = (hit.start() as u32, hit.end() as u32);
            while words.get(at + 1).is_some_and(|w| w.folded.start < end) {
                at += 1;
            }
            // The first word that ends behind the match's start; matches are short, so this walks a few words.
            let mut first = at;
            while first > 0 && words.get(first - 1).is_some_and(|w| w.folded.end > start) {
                first -= 1;
            }
            for &symbol in self.set.symbols_of.get(hit.pattern().as_usize()).map_or(&[][..], Vec::as_slice) {
                let lang = self.set.lang_of.get(symbol as usize).copied().unwrap_or(Lang::Nl);
                let Some(count) = self.ends.get_mut(symbol as usize) else { continue };
                if admits.get(lang as usize) == Some(&true) {
                    if *count == 0 {
                        self.present.push(symbol);
                    }
                    *count += 1;
                    raw.push(Found { symbol, first: first as u32, end: at as u32 + 1 });
                }
            }
        }
        raw
    }

    /// Lays what was found out by symbol: a counting sort, so the work is linear.
    fn group(&mut self, raw: &[Found]) {
        let mut from = 0;
        for symbol in &self.present {
            // From here on the slot is the next free place of the symbol; at the end it is the part's end.
            let at = *symbol as usize;
            if let (Some(slot), Some(start)) = (self.ends.get_mut(at), self.starts.get_mut(at)) {
                *start = from;
                from += std::mem::replace(slot, from);
            }
        }
        self.found.resize(raw.len(), Found { symbol: 0, first: 0, end: 0 });
        for &found in raw {
            let Some(slot) = self.ends.get_mut(found.symbol as usize) else { continue };
            if let Some(place) = self.found.get_mut(*slot as usize) {
                *place = found;
            }
            *slot += 1;
        }
        let mut from = 0;
        for symbol in &self.present {
            let to = self.ends.get(*symbol as usize).map_or(0, |end| *end as usize);
            if let Some(part) = self.found.get_mut(from..to) {
                // Matches that end later mostly begin later.
                if !part.is_sorted() {
                    part.sort_unstable();
                }
            }
            from = to;
        }
    }

    fn has(&self, symbol: Symbol) -> bool {
        self.ends.get(symbol as usize).is_some_and(|end| *end > 0)
    }

    /// Where a symbol was found, in order.
    fn places(&self, symbol: Symbol) -> &[Found] {
        let at = symbol as usize;
        let part = self.starts.get(at).zip(self.ends.get(at)).map(|(start, end)| *start as usize..*end as usize);
        part.and_then(|part| self.found.get(part)).unwrap_or_default()
    }

    /// Where a symbol was found, beginning at word `from` or behind it.
    fn places_from(&self, symbol: Symbol, from: u32) -> &[Found] {
        let places = self.places(symbol);
        places.get(places.partition_point(|f| f.first < from)..).unwrap_or_default()
    }

    fn try_rule(&self, rule: &Rule, number: u32, hits: &mut Vec<Hit>, vetoes: &mut Vetoes) {
        let Some(first) = rule.items.first() else { return };
        if !rule.items.iter().all(|step| self.has(step.symbol)) || !self.message_allows(rule) {
            return;
        }
        let mut behind = 0;
        for place in self.places(first.symbol) {
            // Matches of one rule don't overlap: the leftmost, shortest one stands.
            if place.first < behind {
                continue;
            }
            let Some(end) = self.complete(rule, *place) else { continue };
            let mut hit = Hit {
                section: rule.section,
                score: 0.0,
                first: place.first,
                last: end - 1,
                negated: false,
                rule: number,
            };
            if !self.sentence_allows(rule, &mut hit) {
                continue;
            }
            behind = end;
            match rule.effect {
                Effect::Score(score) => hits.push(Hit { score, ..hit }),
                Effect::Veto => vetoes.places.push((hit.section, hit.first, hit.last)),
                Effect::VetoMessage => vetoes.sections.push(hit.section),
            }
        }
    }

    /// The end of the shortest match of `rule` that begins with its first item at `place`.
    ///
    /// Keeps the words that the items so far can end at, the nearest ones, so the work is bounded by the rule alone.
    fn complete(&self, rule: &Rule, place: Found) -> Option<u32> {
        let sentence = self.sentence(place.first)?;
        if (rule.at_start && place.first != sentence.start) || place.end > sentence.end {
            return None;
        }
        let mut ends = Ends::of(place.end);
        for step in rule.items.iter().skip(1) {
            let mut next = Ends::default();
            for &end in ends.as_slice() {
                let reach = end + u32::from(step.gap);
                let places = self.places_from(step.symbol, end).iter().take_while(|f| f.first <= reach);
                places.filter(|f| f.end <= sentence.end).for_each(|f| next.insert(f.end));
            }
            if next.as_slice().is_empty() {
                return None;
            }
            ends = next;
        }
        let ends = ends.as_slice();
        if rule.at_end { ends.iter().copied().find(|end| *end == sentence.end) } else { ends.first().copied() }
    }

    fn sentence(&self, word: u32) -> Option<Range<u32>> {
        let number = self.text.words().get(word as usize)?.sentence;
        let words = &self.text.sentences().get(number as usize)?.words;
        Some(words.start as u32..words.end as u32)
    }

    fn message_allows(&self, rule: &Rule) -> bool {
        rule.flags.short.is_none_or(|n| self.text.words().len() <= n as usize)
            && rule.along.iter().all(|s| self.has(*s))
            && !rule.unless.iter().any(|s| self.has(*s))
    }

    /// What a rule's flags ask of the sentence; marks the hit as negated where it is.
    fn sentence_allows(&self, rule: &Rule, hit: &mut Hit) -> bool {
        let Some(sentence) = self.sentence(hit.first) else { return false };
        let number = self.text.words().get(hit.first as usize).map_or(0, |w| w.sentence);
        let question = self.text.sentences().get(number as usize).is_some_and(|s| s.question);
        let guards = self.set.guards.get(&rule.lang).copied().unwrap_or_default();
        let within = |symbol: Symbol, words: Range<u32>| {
            self.places_from(symbol, words.start).iter().take_while(|f| f.first < words.end).any(|f| f.end <= words.end)
        };
        hit.negated = guards.negation.is_some_and(|symbol| {
            let from = hit.first.saturating_sub(NEGATION_BEFORE).max(sentence.start);
            let to = (hit.last + 1 + NEGATION_BEHIND).min(sentence.end);
            within(symbol, from..to) && !self.negation_is_part(rule, symbol, hit)
        });
        let flags = &rule.flags;
        let before = sentence.start..hit.first;
        flags.question.is_none_or(|wanted| wanted == question)
            && !(flags.not_negated && hit.negated)
            && !(flags.not_hypothetical && guards.hypothesis.is_some_and(|s| within(s, before.clone())))
            && !(flags.not_reported && guards.report.is_some_and(|s| within(s, before.clone())))
            && !(flags.not_past && guards.past.is_some_and(|s| within(s, sentence.clone())))
            && rule.with.iter().all(|s| within(*s, sentence.clone()))
            && !rule.without.iter().any(|s| within(*s, sentence.clone()))
    }

    /// A rule that spells a negation out itself is not negated by that word.
    fn negation_is_part(&self, rule: &Rule, negation: Symbol, hit: &Hit) -> bool {
        let inside = |f: &&Found| f.first >= hit.first && f.end <= hit.last + 1;
        let own = self.places_from(negation, hit.first).iter().take_while(|f| f.first <= hit.last).find(inside);
        own.is_some_and(|n| {
            rule.items.iter().any(|step| {
                self.places_from(step.symbol, hit.first)
                    .iter()
                    .take_while(|f| f.first <= n.first)
                    .any(|f| f.first <= n.first && n.end <= f.end)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
