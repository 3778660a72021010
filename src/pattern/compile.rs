//! From rules to an automaton and tables, built once.

use super::parse::{self, Effect, Flags, PatternError, PatternErrors, RawPack, RawRule, Term, strings};
use crate::text::{Lang, is_function_word};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::Arc;

/// A class or a set of words that a rule looks for, by number.
pub(super) type Symbol = u32;

/// Compiled packs: what [`PatternSet::scan`](Self::scan) looks for.
///
/// ```
/// use handover::pattern::PatternSet;
/// use handover::text::{Lang, Text};
///
/// let patterns = PatternSet::compile(&[(Lang::Nl, "@neg = niet\n[wish !neg]\n+ wil ~2 medewerker")])?;
/// let hits = |raw| patterns.scan(&Text::new(raw)).len();
/// assert_eq!(hits("ik wil nu een medewerker"), 1);
/// assert_eq!(hits("ik wil niet een medewerker"), 0);
///
/// let mistakes = PatternSet::compile(&[(Lang::Nl, "[a]\n+ @nobody\n* wat")]).unwrap_err();
/// assert_eq!(mistakes.as_slice().len(), 2);
/// # Ok::<(), handover::pattern::PatternErrors>(())
/// ```
pub struct PatternSet {
    /// None where there is nothing to find.
    pub(super) automaton: Option<AhoCorasick>,
    /// For each string of the automaton, its number.
    pub(super) phrases: Vec<u32>,
    /// The languages of the packs.
    pub(super) langs: Vec<Lang>,
    /// Strings that are whole words: most are, and a map of them is quickly built.
    pub(super) words: HashMap<String, u32, Fnv>,
    /// For each of these words, its strings: one a language that has it.
    pub(super) strings_of: Lists,
    /// For each string, the place of its language in `langs`.
    pub(super) lang_of: Vec<u8>,
    /// For each string, all symbols it belongs to, sorted.
    pub(super) symbols: Lists,
    /// Those among them that rules are tried for.
    pub(super) keys: Lists,
    /// Those among them that guards and flags ask for, wherever they stand.
    pub(super) watched: Lists,
    pub(super) rules: Vec<Rule>,
    /// For each symbol, the rules to try where it is found: those it is the rarest item of.
    pub(super) rules_by_key: Vec<Vec<Candidate>>,
    pub(super) guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

/// Many short lists of numbers in one piece, such as the symbols of each string.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    ends: Vec<u32>,
    symbols: Vec<Symbol>,
}

impl Lists {
    /// Lists for `count` strings, from what each symbol stands for, of the symbols that `keep` keeps.
    fn invert(count: usize, strings_of: &[Vec<u32>], keep: impl Fn(usize) -> bool + Copy) -> Self {
        let kept = (0..).zip(strings_of).filter(|(symbol, _)| keep(*symbol as usize));
        Self::gather(count, kept.flat_map(|(symbol, strings)| strings.iter().map(move |string| (*string, symbol))))
    }

    /// `count` lists, from pairs of a list's number and what stands in it.
    fn gather(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        // First how long each list is, then where it begins, then what stands in it.
        let mut places = vec![0_u32; count];
        for (list, _) in pairs.clone() {
            if let Some(place) = places.get_mut(list as usize) {
                *place += 1;
            }
        }
        let mut sum = 0;
        for place in &mut places {
            sum += std::mem::replace(place, sum);
        }
        let mut symbols = vec![0; sum as usize];
        for (list, symbol) in pairs {
            let Some(place) = places.get_mut(list as usize) else { continue };
            if let Some(slot) = symbols.get_mut(*place as usize) {
                *slot = symbol;
            }
            *place += 1;
        }
        Self { ends: places, symbols }
    }

    pub(super) fn of(&self, string: u32) -> &[Symbol] {
        let end = self.ends.get(string as usize).copied().unwrap_or(0) as usize;
        let before = string.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        self.symbols.get(before.map_or(0, |end| *end as usize)..end).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guards {
    pub(super) negation: Option<Symbol>,
    pub(super) hypothesis: Option<Symbol>,
    pub(super) report: Option<Symbol>,
    pub(super) past: Option<Symbol>,
}

/// A rule to try, and the rarest of its other items: where that is not there at all, the rule needs no look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) rule: u32,
    pub(super) also: Symbol,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) section: u16,
    pub(super) lang: Lang,
    pub(super) effect: Effect,
    pub(super) items: Vec<Step>,
    /// The rarest item, by index: the one a match is looked for around.
    pub(super) key: usize,
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    pub(super) flags: Flags,
    pub(super) with: Vec<Symbol>,
    pub(super) without: Vec<Symbol>,
    pub(super) along: Vec<Symbol>,
    pub(super) unless: Vec<Symbol>,
    pub(super) cue: Arc<str>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) gap: u8,
    pub(super) symbol: Symbol,
}

impl fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternSet")
            .field("sections", &self.sections)
            .field("rules", &self.rules.len())
            .field("strings", &self.lang_of.len())
            .finish_non_exhaustive()
    }
}

impl PatternSet {
    /// Compiles packs, one or more a language. Costs some milliseconds: do it once.
    ///
    /// # Errors
    /// Every line that can't be understood and every class that nobody declares, with their lines.
    pub fn compile(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        let mut errors = Vec::new();
        let mut build = Builder::default();
        for &(lang, source) in packs {
            let raw = parse::parse(lang, source, &mut errors);
            build.pack(lang, &raw, &mut errors);
        }
        PatternErrors::or(errors, ())?;
        build.finish()
    }

    /// A set that finds nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            automaton: None,
            phrases: Vec::new(),
            langs: Vec::new(),
            words: HashMap::default(),
            strings_of: Lists::default(),
            lang_of: Vec::new(),
            symbols: Lists::default(),
            keys: Lists::default(),
            watched: Lists::default(),
            rules: Vec::new(),
            rules_by_key: Vec::new(),
            guards: BTreeMap::new(),
            sections: Vec::new(),
        }
    }

    /// The names of the sections, in the order of their numbers in [`super::Hit::section`].
    #[must_use]
    pub fn sections(&self) -> &[Arc<str>] {
        &self.sections
    }

    /// The rule's items as written: what a person can be shown as the reason of a hit.
    #[must_use]
    pub fn cue(&self, hit: &super::Hit) -> Arc<str> {
        self.rules.get(hit.rule as usize).map_or_else(|| Arc::from(""), |rule| Arc::clone(&rule.cue))
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// What stands in a pack, before it is used.
pub(crate) struct Survey {
    /// In the order of their first lines.
    pub(crate) sections: Vec<SurveyedSection>,
    pub(crate) errors: Vec<PatternError>,
}

/// A section of a pack: where it begins, and how many rules it has that find something.
pub(crate) struct SurveyedSection {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) rules: usize,
}

/// Looks a pack through: its sections, those without rules too, and every mistake.
pub(crate) fn survey(lang: Lang, source: &str) -> Survey {
    let mut errors = Vec::new();
    let raw = parse::parse(lang, source, &mut errors);
    Builder::default().pack(lang, &raw, &mut errors);
    errors.sort_by_key(PatternError::line);
    let scores = |rule: &&RawRule<'_>| matches!(rule.effect, Effect::Score(_));
    let rules = |name: &str| raw.rules.iter().filter(|rule| rule.section == name).filter(scores).count();
    let mut sections: Vec<SurveyedSection> = Vec::new();
    for (name, line) in &raw.heads {
        if !sections.iter().any(|known| known.name == *name) {
            sections.push(SurveyedSection { name: name.clone(), line: *line, rules: rules(name) });
        }
    }
    Survey { sections, errors }
}

/// Collects strings and symbols over the packs.
#[derive(Default)]
struct Builder {
    /// Every string by its number. A string is one language's: the other may mean something else by it.
    strings: Vec<(Lang, String)>,
    numbers: HashMap<(Lang, String), u32, Fnv>,
    /// For each symbol, the strings it stands for.
    strings_of: Vec<Vec<u32>>,
    /// How common the strings of a symbol are: the rarer, the better a key.
    common: Vec<u32>,
    /// Symbols by what they stand for, so that a set of words that many rules use is one symbol.
    known: HashMap<Vec<u32>, Symbol, Fnv>,
    watched: BTreeSet<Symbol>,
    rules: Vec<Rule>,
    guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

/// The classes of one pack, each as the numbers of its strings once something has asked for it.
struct Scope<'p> {
    lang: Lang,
    pack: &'p RawPack<'p>,
    classes: HashMap<&'p str, Rc<[u32]>, Fnv>,
    /// Words as written, with the numbers of their strings: most stand in many rules.
    words: HashMap<&'p str, (u32, Option<u32>), Fnv>,
}

impl Builder {
    fn pack<'p>(&mut self, lang: Lang, raw: &'p RawPack<'p>, errors: &mut Vec<PatternError>) {
        let mut scope = Scope { lang, pack: raw, classes: HashMap::default(), words: HashMap::default() };
        for (name, (line, _)) in &raw.classes {
            if let Err(what) = self.class(name, &mut scope, &mut Vec::new()) {
                errors.push(PatternError::new(lang, *line, what));
            }
        }
        for rule in &raw.rules {
            match self.rule(rule, &mut scope) {
                Ok(compiled) => self.rules.push(compiled),
                Err(what) => errors.push(PatternError::new(lang, rule.line, what)),
            }
        }
        let mut guard =
            |name: &'static str| raw.classes.contains_key(name).then(|| self.watch(name, &mut scope).ok()).flatten();
        let guards =
            Guards { negation: guard("neg"), hypothesis: guard("hyp"), report: guard("rep"), past: guard("past") };
        self.guards.insert(lang, guards);
    }

    fn rule<'p>(&mut self, raw: &'p RawRule<'p>, scope: &mut Scope<'p>) -> Result<Rule, String> {
        let mut items = Vec::with_capacity(raw.items.len());
        for item in &raw.items {
            let numbers = self.term(&item.term, scope, &mut Vec::new())?;
            items.push(Step { gap: item.gap, symbol: self.symbol(numbers) });
        }
        let rarity = |step: &Step| self.common.get(step.symbol as usize).copied().unwrap_or(u32::MAX);
        let key = (0..items.len()).min_by_key(|at| items.get(*at).map(rarity)).unwrap_or(0);
        let mut classes =
            |names: &'p [String]| names.iter().map(|n| self.watch(n, scope)).collect::<Result<Vec<_>, _>>();
        let with = classes(&raw.flags.with)?;
        let without = classes(&raw.flags.without)?;
        let along = classes(&raw.flags.along)?;
        let unless = classes(&raw.flags.unless)?;
        Ok(Rule {
            section: self.section(&raw.section),
            lang: scope.lang,
            effect: raw.effect,
            items,
            key,
            at_start: raw.at_start,
            at_end: raw.at_end,
            flags: raw.flags.clone(),
            with,
            without,
            along,
            unless,
            cue: Arc::clone(&raw.cue),
        })
    }

    fn section(&mut self, name: &str) -> u16 {
        let at = self.sections.iter().position(|s| &**s == name).unwrap_or_else(|| {
            self.sections.push(Arc::from(name));
            self.sections.len() - 1
        });
        at as u16
    }

    /// A class as a symbol that can be asked for anywhere in a message.
    fn watch<'p>(&mut self, name: &'p str, scope: &mut Scope<'p>) -> Result<Symbol, String> {
        let numbers = self.class(name, scope, &mut Vec::new())?;
        let symbol = self.symbol(numbers.to_vec());
        self.watched.insert(symbol);
        Ok(symbol)
    }

    /// The numbers of all strings of a class, those of the classes inside it too.
    fn class<'p>(
        &mut self,
        name: &'p str,
        scope: &mut Scope<'p>,
        open: &mut Vec<&'p str>,
    ) -> Result<Rc<[u32]>, String> {
        if let Some(numbers) = scope.classes.get(name) {
            return Ok(Rc::clone(numbers));
        }
        if open.contains(&name) {
            return Err(format!("class `@{name}` holds itself"));
        }
        let pack = scope.pack;
        let (_, terms) = pack.classes.get(name).ok_or_else(|| format!("no class `@{name}` in this pack"))?;
        open.push(name);
        let mut numbers = Vec::new();
        for term in terms {
            numbers.extend(self.term(term, scope, open)?);
        }
        open.pop();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers: Rc<[u32]> = Rc::from(numbers);
        scope.classes.insert(name, Rc::clone(&numbers));
        Ok(numbers)
    }

    fn term<'p>(
        &mut self,
        term: &'p Term<'p>,
        scope: &mut Scope<'p>,
        open: &mut Vec<&'p str>,
    ) -> Result<Vec<u32>, String> {
        let mut numbers = Vec::with_capacity(term.words.len());
        for word in &term.words {
            let (number, bare) = self.word(word, scope)?;
            numbers.push(number);
            numbers.extend(bare);
        }
        for class in &term.classes {
            numbers.extend_from_slice(&self.class(class, scope, open)?);
        }
        Ok(numbers)
    }

    fn symbol(&mut self, mut numbers: Vec<u32>) -> Symbol {
        numbers.sort_unstable();
        numbers.dedup();
        if let Some(symbol) = self.known.get(&numbers) {
            return *symbol;
        }
        let symbol = self.common.len() as Symbol;
        let commonness = |number: &u32| self.strings.get(*number as usize).map_or(0, |(_, string)| commonness(string));
        self.common.push(numbers.iter().map(commonness).sum());
        self.strings_of.push(numbers.clone());
        self.known.insert(numbers, symbol);
        symbol
    }

    fn word<'p>(&mut self, word: &'p str, scope: &mut Scope<'p>) -> Result<(u32, Option<u32>), String> {
        if let Some(numbers) = scope.words.get(word) {
            return Ok(*numbers);
        }
        let (string, bare) = strings(word)?;
        let numbers = (self.number(scope.lang, string), bare.map(|bare| self.number(scope.lang, bare)));
        scope.words.insert(word, numbers);
        Ok(numbers)
    }

    /// A hash map serves to look up only: numbers go by first use, so the order is the same in every process.
    fn number(&mut self, lang: Lang, string: String) -> u32 {
        let next = self.strings.len() as u32;
        let key = (lang, string);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        self.strings.push(key.clone());
        self.numbers.insert(key, next);
        next
    }

    fn finish(self) -> Result<PatternSet, PatternErrors> {
        let langs: Vec<Lang> = self.guards.keys().copied().collect();
        let place = |lang: &Lang| langs.binary_search(lang).unwrap_or_default();
        let mut words: HashMap<String, u32, Fnv> = HashMap::default();
        let mut word_strings = Vec::new();
        let mut phrases = Vec::new();
        for (number, (_, string)) in (0_u32..).zip(&self.strings) {
            match string.strip_prefix(' ').and_then(|s| s.strip_suffix(' ')).filter(|word| !word.contains(' ')) {
                Some(word) => {
                    let next = words.len() as u32;
                    word_strings.push((*words.entry(word.to_owned()).or_insert(next), number));
                }
                None => phrases.push(number),
            }
        }
        let strings_of = Lists::gather(words.len(), word_strings.iter().copied());
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(phrases.iter().filter_map(|number| self.strings.get(*number as usize)).map(|(_, string)| string))
            .map_err(|e| PatternErrors::one(PatternError::new(Lang::Nl, 0, format!("the packs are too large: {e}"))))?;
        let mut rules_by_key = vec![Vec::new(); self.common.len()];
        let common = |step: &&Step| self.common.get(step.symbol as usize).copied();
        for (number, rule) in (0_u32..).zip(&self.rules) {
            let others = rule.items.iter().enumerate().filter(|(at, _)| *at != rule.key).map(|(_, step)| step);
            let Some(key) = rule.items.get(rule.key) else { continue };
            let also = others.min_by_key(common).unwrap_or(key).symbol;
            if let Some(rules) = rules_by_key.get_mut(key.symbol as usize) {
                rules.push(Candidate { rule: number, also });
            }
        }
        let count = self.strings.len();
        let is_key = |symbol: usize| rules_by_key.get(symbol).is_some_and(|rules| !rules.is_empty());
        let is_watched = |symbol: usize| self.watched.contains(&(symbol as Symbol));
        let symbols = Lists::invert(count, &self.strings_of, |_| true);
        let keys = Lists::invert(count, &self.strings_of, is_key);
        let watched = Lists::invert(count, &self.strings_of, is_watched);
        Ok(PatternSet {
            automaton: Some(automaton),
            phrases,
            lang_of: self.strings.iter().map(|(lang, _)| place(lang) as u8).collect(),
            langs,
            words,
            strings_of,
            symbols,
            keys,
            watched,
            rules: self.rules,
            rules_by_key,
            guards: self.guards,
            sections: self.sections,
        })
    }
}

/// FNV-1a for the maps of the compiler: packs come from the host, so nobody can flood them with collisions.
#[derive(Clone, Copy, Debug)]
pub(super) struct FnvHasher(u64);

pub(super) type Fnv = BuildHasherDefault<FnvHasher>;

impl Default for FnvHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for FnvHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x0100_0000_01b3);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// How often a string turns up in messages, roughly: function words all the time, short words now and then.
fn commonness(string: &str) -> u32 {
    match string.trim() {
        word if is_function_word(word) => 200,
        word if word.len() <= 4 => 10,
        _ => 1,
    }
}
