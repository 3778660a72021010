//! From rules to an automaton and tables, built once.

use super::parse::{self, Effect, Flags, PatternError, PatternErrors, RawPack, RawRule, Term};
use crate::text::{Lang, is_function_word};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
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
    /// For each string of the automaton, the symbols it stands for.
    pub(super) symbols_of: Vec<Vec<Symbol>>,
    pub(super) symbols: usize,
    /// The language that each symbol belongs to.
    pub(super) lang_of: Vec<Lang>,
    pub(super) rules: Vec<Rule>,
    /// For each symbol, the rules to try when it is there.
    pub(super) rules_by_key: Vec<Vec<u32>>,
    pub(super) guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guards {
    pub(super) negation: Option<Symbol>,
    pub(super) hypothesis: Option<Symbol>,
    pub(super) report: Option<Symbol>,
    pub(super) past: Option<Symbol>,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) section: u16,
    pub(super) lang: Lang,
    pub(super) effect: Effect,
    pub(super) items: Vec<Step>,
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
            .field("strings", &self.symbols_of.len())
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
            symbols_of: Vec::new(),
            symbols: 0,
            lang_of: Vec::new(),
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

/// Collects strings and symbols over the packs.
#[derive(Default)]
struct Builder {
    /// Every string by its number, and the symbols it stands for.
    strings: Vec<String>,
    numbers: HashMap<String, u32>,
    symbols_of: Vec<Vec<Symbol>>,
    lang_of: Vec<Lang>,
    /// How common the strings of a symbol are: the rarer, the better a key.
    common: Vec<u32>,
    /// Symbols by what they stand for, so that a set of words that many rules use is one symbol.
    known: HashMap<(Lang, Vec<u32>), Symbol>,
    rules: Vec<Rule>,
    guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

/// The classes of one pack, each with its symbol once a rule has asked for it.
struct Scope<'p> {
    lang: Lang,
    pack: &'p RawPack,
    known: BTreeMap<String, Symbol>,
}

impl Builder {
    fn pack(&mut self, lang: Lang, raw: &RawPack, errors: &mut Vec<PatternError>) {
        let mut scope = Scope { lang, pack: raw, known: BTreeMap::new() };
        for (name, (line, _)) in &raw.classes {
            if let Err(what) = strings_of(raw, name, &mut Vec::new()) {
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
            |name: &str| raw.classes.contains_key(name).then(|| self.class(name, &mut scope).ok()).flatten();
        let guards =
            Guards { negation: guard("neg"), hypothesis: guard("hyp"), report: guard("rep"), past: guard("past") };
        self.guards.insert(lang, guards);
    }

    fn rule(&mut self, raw: &RawRule, scope: &mut Scope<'_>) -> Result<Rule, String> {
        let mut items = Vec::with_capacity(raw.items.len());
        for item in &raw.items {
            let symbol = match item.term.as_class() {
                Some(name) => self.class(name, scope)?,
                None => self.symbol(scope.lang, strings_of_term(scope.pack, &item.term, &mut Vec::new())?),
            };
            items.push(Step { gap: item.gap, symbol });
        }
        let mut classes = |names: &[String]| names.iter().map(|n| self.class(n, scope)).collect::<Result<Vec<_>, _>>();
        let with = classes(&raw.flags.with)?;
        let without = classes(&raw.flags.without)?;
        let along = classes(&raw.flags.along)?;
        let unless = classes(&raw.flags.unless)?;
        Ok(Rule {
            section: self.section(&raw.section),
            lang: scope.lang,
            effect: raw.effect,
            items,
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

    fn class(&mut self, name: &str, scope: &mut Scope<'_>) -> Result<Symbol, String> {
        if let Some(symbol) = scope.known.get(name) {
            return Ok(*symbol);
        }
        let strings = strings_of(scope.pack, name, &mut Vec::new())?;
        let symbol = self.symbol(scope.lang, strings);
        scope.known.insert(name.to_owned(), symbol);
        Ok(symbol)
    }

    fn symbol(&mut self, lang: Lang, strings: BTreeSet<String>) -> Symbol {
        let mut numbers: Vec<u32> = strings.into_iter().map(|string| self.number(string)).collect();
        numbers.sort_unstable();
        let key = (lang, numbers);
        if let Some(symbol) = self.known.get(&key) {
            return *symbol;
        }
        let symbol = self.lang_of.len() as Symbol;
        self.lang_of.push(lang);
        let mut common = 0;
        for number in &key.1 {
            common += self.strings.get(*number as usize).map_or(0, |string| commonness(string));
            if let Some(symbols) = self.symbols_of.get_mut(*number as usize) {
                symbols.push(symbol);
            }
        }
        self.common.push(common);
        self.known.insert(key, symbol);
        symbol
    }

    /// A hash map serves to look up only: numbers go by first use, so the order is the same in every process.
    fn number(&mut self, string: String) -> u32 {
        if let Some(number) = self.numbers.get(&string) {
            return *number;
        }
        let number = self.strings.len() as u32;
        self.strings.push(string.clone());
        self.symbols_of.push(Vec::new());
        self.numbers.insert(string, number);
        number
    }

    fn finish(self) -> Result<PatternSet, PatternErrors> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&self.strings)
            .map_err(|e| PatternErrors::one(PatternError::new(Lang::Nl, 0, format!("the packs are too large: {e}"))))?;
        let mut rules_by_key = vec![Vec::new(); self.lang_of.len()];
        for (number, rule) in self.rules.iter().enumerate() {
            let rarest = rule.items.iter().map(|i| i.symbol).min_by_key(|s| self.common.get(*s as usize));
            if let Some(rules) = rarest.and_then(|key| rules_by_key.get_mut(key as usize)) {
                rules.push(number as u32);
            }
        }
        Ok(PatternSet {
            automaton: Some(automaton),
            symbols_of: self.symbols_of,
            symbols: self.lang_of.len(),
            lang_of: self.lang_of,
            rules: self.rules,
            rules_by_key,
            guards: self.guards,
            sections: self.sections,
        })
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

/// All strings of a class, those of the classes inside it too.
fn strings_of(pack: &RawPack, name: &str, open: &mut Vec<String>) -> Result<BTreeSet<String>, String> {
    if open.iter().any(|o| o == name) {
        return Err(format!("class `@{name}` holds itself"));
    }
    let (_, terms) = pack.classes.get(name).ok_or_else(|| format!("no class `@{name}` in this pack"))?;
    open.push(name.to_owned());
    let mut strings = BTreeSet::new();
    for term in terms {
        strings.extend(strings_of_term(pack, term, open)?);
    }
    open.pop();
    Ok(strings)
}

fn strings_of_term(pack: &RawPack, term: &Term, open: &mut Vec<String>) -> Result<BTreeSet<String>, String> {
    let mut strings: BTreeSet<String> = term.words.iter().cloned().collect();
    for class in &term.classes {
        strings.extend(strings_of(pack, class, open)?);
    }
    Ok(strings)
}
