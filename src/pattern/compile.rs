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
    /// For each string of the automaton, what it stands for.
    pub(super) roles: Vec<Roles>,
    pub(super) rules: Vec<Rule>,
    /// For each symbol, the rules to try where it is found: those it is the rarest item of.
    pub(super) rules_by_key: Vec<Vec<u32>>,
    pub(super) guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

/// What a string of the automaton stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles {
    pub(super) lang: Option<Lang>,
    /// All symbols it belongs to, sorted.
    pub(super) symbols: Vec<Symbol>,
    /// Those among them that rules are tried for.
    pub(super) keys: Vec<Symbol>,
    /// Those among them that guards and flags ask for, wherever they stand.
    pub(super) watched: Vec<Symbol>,
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
            .field("strings", &self.roles.len())
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
            roles: Vec::new(),
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
    /// Every string by its number. A string is one language's: the other may mean something else by it.
    strings: Vec<(Lang, String)>,
    numbers: HashMap<(Lang, String), u32>,
    symbols_of: Vec<Vec<Symbol>>,
    /// How common the strings of a symbol are: the rarer, the better a key.
    common: Vec<u32>,
    /// Symbols by what they stand for, so that a set of words that many rules use is one symbol.
    known: HashMap<Vec<u32>, Symbol>,
    watched: BTreeSet<Symbol>,
    rules: Vec<Rule>,
    guards: BTreeMap<Lang, Guards>,
    sections: Vec<Arc<str>>,
}

/// The classes of one pack, each as the numbers of its strings once something has asked for it.
struct Scope<'p> {
    lang: Lang,
    pack: &'p RawPack,
    classes: HashMap<&'p str, Vec<u32>>,
}

impl Builder {
    fn pack(&mut self, lang: Lang, raw: &RawPack, errors: &mut Vec<PatternError>) {
        let mut scope = Scope { lang, pack: raw, classes: HashMap::new() };
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

    fn rule<'p>(&mut self, raw: &'p RawRule, scope: &mut Scope<'p>) -> Result<Rule, String> {
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
        let symbol = self.symbol(numbers);
        self.watched.insert(symbol);
        Ok(symbol)
    }

    /// The numbers of all strings of a class, those of the classes inside it too.
    fn class<'p>(&mut self, name: &'p str, scope: &mut Scope<'p>, open: &mut Vec<&'p str>) -> Result<Vec<u32>, String> {
        if let Some(numbers) = scope.classes.get(name) {
            return Ok(numbers.clone());
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
        scope.classes.insert(name, numbers.clone());
        Ok(numbers)
    }

    fn term<'p>(&mut self, term: &'p Term, scope: &mut Scope<'p>, open: &mut Vec<&'p str>) -> Result<Vec<u32>, String> {
        let mut numbers: Vec<u32> = term.words.iter().map(|word| self.number(scope.lang, word)).collect();
        for class in &term.classes {
            numbers.extend(self.class(class, scope, open)?);
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
        let mut common = 0;
        for number in &numbers {
            common += self.strings.get(*number as usize).map_or(0, |(_, string)| commonness(string));
            if let Some(symbols) = self.symbols_of.get_mut(*number as usize) {
                symbols.push(symbol);
            }
        }
        self.common.push(common);
        self.known.insert(numbers, symbol);
        symbol
    }

    /// A hash map serves to look up only: numbers go by first use, so the order is the same in every process.
    fn number(&mut self, lang: Lang, word: &str) -> u32 {
        let key = (lang, word.to_owned());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.strings.len() as u32;
        self.strings.push(key.clone());
        self.symbols_of.push(Vec::new());
        self.numbers.insert(key, number);
        number
    }

    fn finish(self) -> Result<PatternSet, PatternErrors> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(self.strings.iter().map(|(_, string)| string))
            .map_err(|e| PatternErrors::one(PatternError::new(Lang::Nl, 0, format!("the packs are too large: {e}"))))?;
        let mut rules_by_key = vec![Vec::new(); self.common.len()];
        for (number, rule) in self.rules.iter().enumerate() {
            let key = rule.items.get(rule.key).map(|step| step.symbol as usize);
            if let Some(rules) = key.and_then(|key| rules_by_key.get_mut(key)) {
                rules.push(number as u32);
            }
        }
        let is_key = |symbol: &&Symbol| rules_by_key.get(**symbol as usize).is_some_and(|rules| !rules.is_empty());
        let roles = self.strings.iter().zip(self.symbols_of).map(|((lang, _), symbols)| Roles {
            lang: Some(*lang),
            keys: symbols.iter().filter(is_key).copied().collect(),
            watched: symbols.iter().filter(|s| self.watched.contains(s)).copied().collect(),
            symbols,
        });
        let roles = roles.collect();
        Ok(PatternSet {
            automaton: Some(automaton),
            roles,
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
