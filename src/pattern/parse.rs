//! From a pack's text to rules, with every mistake of the text at once.

use crate::text::{Lang, folded_words};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One mistake in a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lang} pack, line {line}: {what}")]
pub struct PatternError {
    lang: Lang,
    line: usize,
    what: String,
}

impl PatternError {
    pub(super) fn new(lang: Lang, line: usize, what: impl Into<String>) -> Self {
        Self { lang, line, what: what.into() }
    }

    /// The pack's language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

/// Every mistake of one or more packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternErrors(Vec<PatternError>);

impl PatternErrors {
    pub(super) fn or<T>(errors: Vec<PatternError>, value: T) -> Result<T, Self> {
        if errors.is_empty() { Ok(value) } else { Err(Self(errors)) }
    }

    pub(super) fn one(error: PatternError) -> Self {
        Self(vec![error])
    }

    /// The mistakes, in the order of the text.
    #[must_use]
    pub fn as_slice(&self) -> &[PatternError] {
        &self.0
    }
}

impl fmt::Display for PatternErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::mistakes::write(f, &self.0)
    }
}

impl std::error::Error for PatternErrors {}

/// What a rule does when it matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    Score(f32),
    /// Drops matches that overlap.
    Veto,
    /// Drops every match of the section.
    VetoMessage,
}

/// Something to find: any of these words, as written, or of the words of these classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Term<'p> {
    pub(super) words: Vec<&'p str>,
    pub(super) classes: Vec<&'p str>,
}

#[derive(Clone, Debug)]
pub(super) struct Item<'p> {
    /// Words that may stand between the item before and this one.
    pub(super) gap: u8,
    pub(super) term: Term<'p>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    pub(super) not_negated: bool,
    pub(super) not_hypothetical: bool,
    pub(super) not_reported: bool,
    pub(super) not_past: bool,
    pub(super) question: Option<bool>,
    pub(super) short: Option<u32>,
    pub(super) with: Vec<String>,
    pub(super) without: Vec<String>,
    pub(super) along: Vec<String>,
    pub(super) unless: Vec<String>,
}

#[derive(Debug)]
pub(super) struct RawRule<'p> {
    pub(super) line: usize,
    pub(super) section: String,
    pub(super) effect: Effect,
    pub(super) items: Vec<Item<'p>>,
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    pub(super) flags: Flags,
    pub(super) cue: Arc<str>,
}

/// A pack as written, names not yet resolved.
#[derive(Debug, Default)]
pub(super) struct RawPack<'p> {
    pub(super) classes: BTreeMap<&'p str, (usize, Vec<Term<'p>>)>,
    pub(super) rules: Vec<RawRule<'p>>,
    /// The heads of sections, with their lines.
    pub(super) heads: Vec<(String, usize)>,
}

pub(super) fn parse<'p>(lang: Lang, source: &'p str, errors: &mut Vec<PatternError>) -> RawPack<'p> {
    let mut pack = RawPack::default();
    let mut section: Option<(String, Flags)> = None;
    for (at, line) in source.lines().enumerate() {
        let number = at + 1;
        let line = line.split('#').next().unwrap_or_default().trim();
        let outcome = match line.chars().next() {
            None => Ok(()),
            Some('@') => class(line, number, &mut pack),
            Some('[') => head(line).map(|head| {
                pack.heads.push((head.0.clone(), number));
                section = Some(head);
            }),
            Some(_) => match &section {
                None => Err("a rule stands before the first [section]".to_owned()),
                Some((name, flags)) => rule(line, number, name, flags.clone()).map(|rule| pack.rules.push(rule)),
            },
        };
        if let Err(what) = outcome {
            errors.push(PatternError::new(lang, number, what));
        }
    }
    pack
}

fn class<'p>(line: &'p str, number: usize, pack: &mut RawPack<'p>) -> Result<(), String> {
    let (name, words) = line.split_once('=').ok_or("a class is written `@name = word, word`")?;
    let name = class_name(name.trim())?;
    let terms: Result<Vec<Term<'p>>, String> =
        words.split(',').map(str::trim).filter(|w| !w.is_empty()).map(term).collect();
    let terms = terms?;
    match pack.classes.get_mut(name) {
        // A long class may go on over several lines.
        Some((_, known)) => known.extend(terms),
        None => drop(pack.classes.insert(name, (number, terms))),
    }
    Ok(())
}

fn class_name(written: &str) -> Result<&str, String> {
    let name = written.strip_prefix('@').unwrap_or(written);
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        return Err(format!("`@{name}` is no class name: letters, digits, `_` and `-` only"));
    }
    Ok(name)
}

fn head(line: &str) -> Result<(String, Flags), String> {
    let inner = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).ok_or("a section is written `[name]`")?;
    let mut words = inner.split_whitespace();
    let name = words.next().ok_or("a section needs a name")?;
    let mut flags = Flags::default();
    words.try_for_each(|word| flag(word, &mut flags))?;
    Ok((name.to_owned(), flags))
}

fn rule<'p>(line: &'p str, number: usize, section: &str, mut flags: Flags) -> Result<RawRule<'p>, String> {
    let (body, own) = line.split_once("::").unwrap_or((line, ""));
    own.split_whitespace().try_for_each(|word| flag(word, &mut flags))?;
    let mut words = body.split_whitespace();
    let effect = effect(words.next().unwrap_or_default())?;
    let mut rule = RawRule {
        line: number,
        section: section.to_owned(),
        effect,
        items: Vec::new(),
        at_start: false,
        at_end: false,
        flags,
        cue: Arc::from(body.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")),
    };
    let mut gap = 0;
    for word in words {
        match word {
            "^" if rule.items.is_empty() => rule.at_start = true,
            "$" => rule.at_end = true,
            _ if rule.at_end => return Err("`$` ends a rule; nothing may follow it".to_owned()),
            _ => match word.strip_prefix('~') {
                Some(count) => gap = count.parse().ok().filter(|g| *g <= 12).ok_or("a gap is `~0` to `~12`")?,
                None => rule.items.push(Item { gap: std::mem::take(&mut gap), term: term(word)? }),
            },
        }
    }
    if rule.items.is_empty() {
        return Err("a rule needs something to find".to_owned());
    }
    Ok(rule)
}

fn effect(mark: &str) -> Result<Effect, String> {
    Ok(match mark {
        "++" => Effect::Score(0.95),
        "+" => Effect::Score(0.8),
        "?" => Effect::Score(0.4),
        "-" => Effect::Veto,
        "--" => Effect::VetoMessage,
        number => {
            let score = number.parse::<f32>().ok().filter(|s| (0.0..=1.0).contains(s));
            Effect::Score(
                score.ok_or_else(|| format!("`{number}` is no mark: use ++, +, ?, -, -- or a score from 0 to 1"))?,
            )
        }
    })
}

fn flag(word: &str, flags: &mut Flags) -> Result<(), String> {
    match word {
        "!neg" => flags.not_negated = true,
        "!hyp" => flags.not_hypothetical = true,
        "!rep" => flags.not_reported = true,
        "!past" => flags.not_past = true,
        // What a section's head asks for, one rule may take back.
        "neg" => flags.not_negated = false,
        "hyp" => flags.not_hypothetical = false,
        "rep" => flags.not_reported = false,
        "past" => flags.not_past = false,
        "q" => flags.question = Some(true),
        "!q" => flags.question = Some(false),
        _ => {
            let (key, value) = word.split_once(':').ok_or_else(|| format!("`{word}` is no flag"))?;
            match key {
                "short" => flags.short = Some(value.parse().map_err(|_| "`short:` wants a number of words")?),
                "with" => flags.with.push(class_name(value)?.to_owned()),
                "without" => flags.without.push(class_name(value)?.to_owned()),
                "along" => flags.along.push(class_name(value)?.to_owned()),
                "unless" => flags.unless.push(class_name(value)?.to_owned()),
                _ => return Err(format!("`{key}:` is no flag")),
            }
        }
    }
    Ok(())
}

/// Alternatives, as written.
fn term(written: &str) -> Result<Term<'_>, String> {
    let mut term = Term::default();
    for part in written.split('|') {
        match part.strip_prefix('@') {
            Some(name) => term.classes.push(class_name(name)?),
            None => term.words.push(part),
        }
    }
    Ok(term)
}

/// The strings to look for in a stream: folded, with a space where a word has to begin or end. One, or two where
/// many people leave the apostrophe out.
pub(super) fn strings(written: &str) -> Result<(String, Option<String>), String> {
    let open_start = written.starts_with('*');
    let open_end = written.ends_with('*');
    let plain = written.trim_matches('*');
    let folded = folded_words(&plain.replace('_', " "));
    if folded.is_empty() || plain.contains('*') {
        return Err(format!("`{written}` is no word or phrase"));
    }
    let edge = |open: bool| if open { "" } else { " " };
    let key = |words: &str| format!("{}{words}{}", edge(open_start), edge(open_end));
    // Not where it makes another word.
    const OTHER_WORDS: [&str; 7] = ["we're", "i'll", "we'll", "he'll", "she'll", "we'd", "i'd"];
    let bare = folded.contains('\'') && !folded.split(' ').any(|word| OTHER_WORDS.contains(&word));
    Ok((key(&folded), bare.then(|| key(&folded.replace('\'', "")))))
}
