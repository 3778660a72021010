//! Reach: rules that can't match, always match, never decide or add nothing.
//!
//! Worked out over the cases that the document's tests can tell apart, so that what is claimed here holds for every
//! situation; each claim comes with one that shows it.

use super::{desk, rules};
use crate::escalation::{Flags, Floor, Names, Outcome, Priority, Withhold};
use crate::policy::cells::{Cells, Given};
use crate::policy::cover::{Room, room};
use crate::policy::engine::{Lists, MOST_RULES, MOST_TESTS, floor};
use crate::policy::finding::Sink;
use crate::policy::logic::{Alternative, Atoms, Literal, MOST_ALTERNATIVES, alternatives};
use crate::policy::reader::shown;
use crate::policy::{Code, DocPath, Effect, Finding, Rule, Spec, Test, Witness, Wording, words};
use crate::signal::{Shade, Signal};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn look(spec: &Spec, damaged: &BTreeSet<DocPath>, sink: &Sink) {
    let Some(map) = Map::of(spec, damaged, sink) else { return };
    for rule in &map.rules {
        map.matches(rule);
    }
    for rule in &map.rules {
        map.decides(rule);
    }
    map.conflicts();
    if rules(spec).all(|(place, _)| !damaged.contains(&place)) {
        map.unhandled();
    }
    map.unequal();
    map.manned();
}

/// A rule with its alternatives.
struct Placed<'s> {
    place: DocPath,
    rule: &'s Rule,
    floor: Floor,
    /// The alternatives that can hold at all.
    alternatives: Vec<Alternative>,
    /// Where it stands among the others: a smaller one names the queue first.
    rank: usize,
    /// Of layer 5, whose rules the signal `resolved` silences.
    topical: bool,
}

struct Map<'s> {
    spec: &'s Spec,
    atoms: Atoms,
    cells: Cells,
    /// In the order in which they name the queue.
    rules: Vec<Placed<'s>>,
    danger: Floor,
    in_danger: Vec<Alternative>,
    resolved: Alternative,
    rights: Alternative,
    complaint: Alternative,
    sink: &'s Sink,
}

impl<'s> Map<'s> {
    fn of(spec: &'s Spec, damaged: &BTreeSet<DocPath>, sink: &'s Sink) -> Option<Self> {
        let mut atoms = Atoms::default();
        let mut found: Vec<Placed<'_>> = Vec::new();
        let mut whole = true;
        let lists = Lists::of(spec);
        for (place, rule) in rules(spec).filter(|(place, _)| !damaged.contains(place)) {
            let Some(alternatives) = alternatives(&rule.when, &mut atoms) else {
                sink.push(too_branched(place.key("when")));
                whole = false;
                continue;
            };
            let topical = place.to_string().starts_with("rules[");
            found.push(Placed { place, rule, floor: floor(rule, spec, &lists), alternatives, rank: 0, topical });
        }
        let mut signal = |signal| {
            let atom = atoms.number(&Test::Signal(vec![signal]));
            Alternative::from([Literal { atom, holds: true }])
        };
        let in_danger = vec![signal(Signal::Crisis), signal(Signal::Threat)];
        let resolved = signal(Signal::Resolved);
        for sensitive in SENSITIVE {
            signal(sensitive.0);
        }
        let rights = signal(Signal::DataRights);
        let atom = atoms.number(&Test::Shade(vec![Shade::Formal]));
        let complaint = Alternative::from([Literal { atom, holds: true }]);
        if atoms.tests().len() > MOST_TESTS || found.len() > MOST_RULES {
            sink.push(too_many(&atoms, found.len()));
            return None;
        }
        if !whole {
            return None;
        }
        // As the engine has it: layer 5 by strength, then layer 10 as it is written.
        found.sort_by_key(|placed| {
            let strength = (placed.floor.outcome, placed.floor.priority);
            (!placed.topical, Reverse(if placed.topical { strength } else { Default::default() }))
        });
        found.iter_mut().enumerate().for_each(|(rank, placed)| placed.rank = rank);
        let Some(cells) = Cells::of(&atoms, spec) else {
            sink.push(too_many(&atoms, found.len()));
            return None;
        };
        let danger = danger(spec);
        Some(Self { spec, atoms, cells, rules: found, danger, in_danger, resolved, rights, complaint, sink })
    }

    fn wrong(&self, code: Code, place: DocPath, message: Wording, help: Wording, witness: Option<Witness>) {
        let finding = Finding::new(code, place, message, help);
        self.sink.push(witness.map_or(finding.clone(), |witness| finding.shown_by(witness)));
    }

    /// A situation in which what is given is so, in words and as it is.
    fn witness(&self, given: &Given) -> Option<Witness> {
        let situation = self.cells.sample(given)?;
        let parts = given.literals().filter_map(|literal| {
            let test = self.atoms.tests().get(literal.atom)?;
            Some(words::test(test, literal.holds))
        });
        let said = words::all(parts);
        let said = if said.en.is_empty() { Wording::new("elk bericht", "any message") } else { said };
        Some(Witness::of(said).with(situation))
    }

    fn possible<'p>(&'p self, rule: &'p Placed<'_>) -> impl Iterator<Item = (&'p Alternative, Given)> {
        rule.alternatives.iter().filter_map(|a| Some((a, self.cells.given(a)?)))
    }

    /// A case in which it matches.
    fn some_case(&self, rule: &Placed<'_>) -> Given {
        self.possible(rule).next().map_or_else(|| self.cells.nothing().clone(), |(_, given)| given)
    }

    /// Whether it can match, and whether it can not.
    fn matches(&self, rule: &Placed<'_>) {
        let place = rule.place.key("when");
        let id = shown(&rule.rule.id);
        let possible = self.possible(rule).count();
        if possible == 0 {
            self.wrong(
                Code::Contradiction,
                place,
                Wording::new(
                    format!("de voorwaarden van `{id}` kunnen niet samen waar zijn"),
                    format!("the conditions of `{id}` can't hold together"),
                ),
                Wording::new(
                    "Haal weg wat elkaar uitsluit, of maak er een `any` van.",
                    "Remove what rules the other out, or make it an `any`.",
                ),
                rule.alternatives.first().map(|a| self.contradiction(a)),
            );
            return;
        }
        if possible < rule.alternatives.len() {
            let dead = rule.alternatives.iter().find(|a| self.cells.given(*a).is_none());
            self.wrong(
                Code::DeadBranch,
                place.clone(),
                Wording::new(
                    format!("een van de mogelijkheden van `{id}` kan nooit waar zijn"),
                    format!("one of the alternatives of `{id}` can never hold"),
                ),
                Wording::new("Haal die tak weg, of maak hem ruimer.", "Remove that branch, or widen it."),
                dead.map(|a| self.contradiction(a)),
            );
        }
        let all: Vec<&Alternative> = rule.alternatives.iter().collect();
        if room(&self.cells, self.cells.nothing(), &all) == Room::None {
            self.wrong(
                Code::MatchesAlways,
                place,
                Wording::new(format!("`{id}` geldt voor elk bericht"), format!("`{id}` applies to every message")),
                Wording::new(
                    "Geef een voorwaarde, of zet het in [routing] of [thresholds].",
                    "Give a condition, or put it into [routing] or [thresholds].",
                ),
                self.witness(self.cells.nothing()),
            );
        }
    }

    /// What can't hold together, in words: there is no situation to show.
    fn contradiction(&self, alternative: &Alternative) -> Witness {
        let parts = alternative.iter().filter_map(|literal| {
            let test = self.atoms.tests().get(literal.atom)?;
            Some(words::test(test, literal.holds))
        });
        Witness::of(words::all(parts))
    }

    /// Whether it ever makes a difference.
    fn decides(&self, rule: &Placed<'_>) {
        let Some((_, given)) = self.possible(rule).next() else { return };
        let id = shown(&rule.rule.id);
        if idle(&rule.rule.then) {
            self.wrong(
                Code::DoesNothing,
                rule.place.key("then"),
                Wording::new(format!("`{id}` doet niets"), format!("`{id}` does nothing")),
                Wording::new(
                    "Geef een uitkomst, een route of iets anders om te doen.",
                    "Give an outcome, a route or something else to do.",
                ),
                self.witness(&given),
            );
            return;
        }
        let silenced = [&self.resolved];
        if rule.topical && self.covered(rule, &silenced) {
            self.wrong(
                Code::NeverDecides,
                rule.place.clone(),
                Wording::new(
                    format!("`{id}` beslist nooit: als het is opgelost, gelden de regels niet"),
                    format!("`{id}` never decides: once it is solved, rules no longer apply"),
                ),
                Wording::new(
                    "Maak er een regel onder [[circumstances]] van, of laat `resolved` weg.",
                    "Make it one of the [[circumstances]], or leave `resolved` out.",
                ),
                self.witness(&given),
            );
            return;
        }
        self.shadowed(rule, &id, &given);
    }

    /// Whether others do all of it already, or take its queue.
    fn shadowed(&self, rule: &Placed<'_>, id: &str, given: &Given) {
        let others = || self.rules.iter().filter(|other| other.rank != rule.rank && other.topical == rule.topical);
        let mut doing_all: Vec<(&Alternative, Option<&Arc<str>>, &str)> = Vec::new();
        for other in others().filter(|other| does_all(&other.floor, other.rank, &rule.floor, rule.rank)) {
            doing_all.extend(other.alternatives.iter().map(|a| (a, other.floor.queue.as_ref(), &*other.rule.id)));
        }
        if self.covered(rule, &doing_all.iter().map(|(a, ..)| *a).collect::<Vec<_>>()) {
            let by = names(doing_all.iter().map(|(.., id)| *id));
            let same =
                doing_all.iter().all(|(_, queue, _)| rule.floor.queue.is_none() || *queue == rule.floor.queue.as_ref());
            return self.useless(rule, id, same, &by, given);
        }
        if self.covered_by_danger(rule, &doing_all) {
            self.wrong(
                Code::LadderDecides,
                rule.place.clone(),
                Wording::new(
                    format!(
                        "`{id}` voegt niets toe: bij gevaar gaat alles met spoed naar `{}`",
                        self.spec.routing.safety
                    ),
                    format!("`{id}` adds nothing: in danger everything goes to `{}` at once", self.spec.routing.safety),
                ),
                Wording::new("Haal de regel weg.", "Remove the rule."),
                self.witness(given),
            );
            return;
        }
        let Some(queue) = rule.floor.queue.as_ref() else { return };
        let naming: Vec<&Placed<'_>> =
            others().filter(|o| o.rank < rule.rank && o.floor.queue.as_ref().is_some_and(|q| q != queue)).collect();
        let by: Vec<&Alternative> =
            naming.iter().flat_map(|other| &other.alternatives).chain(&self.in_danger).collect();
        if self.covered(rule, &by) {
            let by = names(naming.iter().map(|other| &*other.rule.id));
            self.wrong(
                Code::QueueUnused,
                rule.place.key("then"),
                Wording::new(
                    format!("de wachtrij `{queue}` van `{id}` wordt nooit gebruikt: eerst komt altijd {}", by.nl),
                    format!("the queue `{queue}` of `{id}` is never used: first there is always {}", by.en),
                ),
                Wording::new(
                    "Maak de uitkomst of voorrang sterker, zet de regel hoger, of laat de wachtrij weg.",
                    "Make its outcome or priority stronger, move it up, or leave the queue out.",
                ),
                self.witness(given),
            );
        }
    }

    fn useless(&self, rule: &Placed<'_>, id: &str, same: bool, by: &Wording, given: &Given) {
        let (code, message) = if same {
            let message = Wording::new(
                format!("`{id}` voegt niets toe: {} doet dit al", by.nl),
                format!("`{id}` adds nothing: this is done by {} already", by.en),
            );
            (Code::Redundant, message)
        } else {
            let message = Wording::new(
                format!("`{id}` beslist nooit: eerst komt altijd {}", by.nl),
                format!("`{id}` never decides: first there is always {}", by.en),
            );
            (Code::NeverDecides, message)
        };
        let help = Wording::new(
            "Haal de regel weg, maak hem sterker, of maak de andere nauwer.",
            "Remove the rule, make it stronger, or make the other one narrower.",
        );
        self.wrong(code, rule.place.clone(), message, help, self.witness(given));
    }

    fn covered_by_danger(&self, rule: &Placed<'_>, others: &[(&Alternative, Option<&Arc<str>>, &str)]) -> bool {
        let mut floor = rule.floor.clone();
        floor.queue = None;
        if !adds_nothing(&self.danger, &floor) {
            return false;
        }
        let all: Vec<&Alternative> = others.iter().map(|(a, ..)| *a).chain(&self.in_danger).collect();
        self.covered(rule, &all)
    }

    /// Whether one of the alternatives holds whenever the rule matches.
    fn covered(&self, rule: &Placed<'_>, others: &[&Alternative]) -> bool {
        if others.is_empty() {
            return false;
        }
        self.possible(rule).all(|(_, given)| {
            let near: Vec<&Alternative> = others.iter().copied().filter(|other| self.meets(&given, other)).collect();
            room(&self.cells, &given, &near) == Room::None
        })
    }

    /// Whether an alternative can hold beside what is given; one that can't covers nothing of it.
    fn meets(&self, given: &Given, other: &Alternative) -> bool {
        !other.iter().any(|literal| given.has(literal.turned())) && self.and(given, other).is_some()
    }

    /// What is given together with all that an alternative asks for, where that can be.
    fn and(&self, given: &Given, other: &Alternative) -> Option<Given> {
        other.iter().try_fold(given.clone(), |given, literal| self.cells.with(&given, *literal))
    }

    /// Rules with the same conditions and the same strength that send to different queues.
    fn conflicts(&self) {
        let mut seen: BTreeMap<(bool, Vec<&Alternative>), &Placed<'_>> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.floor.queue.is_some() && !rule.alternatives.is_empty()) {
            let mut key: Vec<&Alternative> = rule.alternatives.iter().collect();
            key.sort();
            let Some(first) = seen.get(&(rule.topical, key.clone())) else {
                seen.insert((rule.topical, key), rule);
                continue;
            };
            let equal = (first.floor.outcome, first.floor.priority) == (rule.floor.outcome, rule.floor.priority);
            if equal && first.floor.queue != rule.floor.queue {
                let (a, b) = (shown(&first.rule.id), shown(&rule.rule.id));
                let given = self.some_case(rule);
                self.wrong(
                    Code::Conflict,
                    rule.place.clone(),
                    Wording::new(
                        format!("`{a}` en `{b}` gelden voor hetzelfde en sturen naar verschillende wachtrijen"),
                        format!("`{a}` and `{b}` apply to the same and send to different queues"),
                    ),
                    Wording::new(
                        "Kies een wachtrij, en maak er een regel van.",
                        "Choose one queue, and make them one rule.",
                    ),
                    self.witness(&given),
                );
            }
        }
    }

    /// Signs of distress for which no rule brings a person in.
    fn unhandled(&self) {
        let topical = self.rules.iter().filter(|rule| rule.topical && rule.floor.outcome >= Outcome::OfferHuman);
        let handled: Vec<&Alternative> = topical.flat_map(|rule| &rule.alternatives).collect();
        for (signal, nl, en) in SENSITIVE {
            let Some(atom) = self.atoms.tests().iter().position(|t| *t == Test::Signal(vec![signal.clone()])) else {
                continue;
            };
            let Some(given) = self.cells.given(&[Literal { atom, holds: true }]) else { continue };
            let near: Vec<&Alternative> = handled.iter().copied().filter(|other| self.meets(&given, other)).collect();
            let Room::Left(case) = room(&self.cells, &given, &near) else { continue };
            self.wrong(
                Code::Unhandled,
                DocPath::root().key("rules"),
                Wording::new(
                    format!("niet elk bericht over {nl} (`{signal}`) brengt een mens in beeld"),
                    format!("not every message of {en} (`{signal}`) brings a person in"),
                ),
                Wording::new(
                    format!("Voeg een regel toe: when = {{ signal = \"{signal}\" }}, then = {{ outcome = \"offer_human\" }}."),
                    format!("Add a rule: when = {{ signal = \"{signal}\" }}, then = {{ outcome = \"offer_human\" }}."),
                ),
                self.witness(&case),
            );
        }
    }

    /// W46: what is urgent goes to the queue that is named first, and that may be another than its own rule's.
    fn manned(&self) {
        let mut told = desk::urgent(self.spec);
        let routing = &self.spec.routing;
        for urgent in self.rules.iter().filter(|rule| rule.floor.priority == Priority::Urgent) {
            let ladder = [(&self.rights, &routing.rights), (&self.complaint, &routing.complaints)];
            let before = |other: &&Placed<'_>| other.rank < urgent.rank || urgent.floor.queue.is_none();
            let rules = self.rules.iter().filter(|other| other.rank != urgent.rank).filter(before);
            let named = rules.filter_map(|other| Some((other, other.floor.queue.as_ref()?)));
            let named = named.flat_map(|(other, queue)| other.alternatives.iter().map(move |way| (way, queue)));
            for (way, queue) in ladder.into_iter().chain(named) {
                if told.contains(queue) {
                    continue;
                }
                if let Some(both) = self.possible(urgent).find_map(|(_, given)| self.and(&given, way)) {
                    told.insert(queue);
                    desk::always_manned(self.spec, queue, self.witness(&both), self.sink);
                }
            }
        }
    }

    /// Who a customer is must not decide whether there is a person.
    fn unequal(&self) {
        let worth = &self.spec.vocabulary.worth;
        for rule in self.rules.iter().filter(|rule| rule.rule.then.outcome > Outcome::Continue) {
            let mut asked: BTreeSet<&Arc<str>> = BTreeSet::new();
            rule.rule.when.each_test(false, &mut |test, _| match test {
                Test::Attribute(name, _) | Test::AttributeIn(name, _) if worth.contains(name) => {
                    asked.insert(name);
                }
                _ => {}
            });
            for name in asked {
                let id = shown(&rule.rule.id);
                let given = self.some_case(rule);
                self.wrong(
                    Code::Unequal,
                    rule.place.key("then").key("outcome"),
                    Wording::new(
                        format!("`{id}` laat `{name}` bepalen wie een mens krijgt"),
                        format!("`{id}` lets `{name}` decide who gets a person"),
                    ),
                    Wording::new(
                        "Verander met `worth`-kenmerken alleen voorrang, wachtrij of vaardigheid.",
                        "With attributes of `worth`, change only priority, queue or skill.",
                    ),
                    self.witness(&given),
                );
            }
        }
    }
}

/// Signals that mean distress or loss: a bot should not be left alone with them.
const SENSITIVE: [(Signal, &str, &str); 6] = [
    (Signal::Bereavement, "een overlijden", "a death"),
    (Signal::FinancialHardship, "geldzorgen", "money trouble"),
    (Signal::Vulnerability, "kwetsbaarheid", "vulnerability"),
    (Signal::LegalThreat, "juridische stappen", "legal steps"),
    (Signal::FraudSecurity, "fraude", "fraud"),
    (Signal::Urgent, "spoed", "something urgent"),
];

/// What layer 1 does, as if it were a rule.
fn danger(spec: &Spec) -> Floor {
    Floor {
        outcome: Outcome::HandOver,
        queue: Some(Arc::clone(&spec.routing.safety)),
        priority: Priority::Urgent,
        skills: Names::from(["safety"]),
        withhold: Flags::from([Withhold::RetentionOffer, Withhold::Survey, Withhold::Upsell, Withhold::GenericSteps]),
        ..Floor::default()
    }
}

fn idle(then: &Effect) -> bool {
    *then == Effect { outcome: then.outcome, ..Effect::default() } && then.outcome == Outcome::Continue
}

/// Whether `more` does all that `less` does, its queue left out.
fn adds_nothing(more: &Floor, less: &Floor) -> bool {
    more.outcome >= less.outcome
        && more.priority >= less.priority
        && more.call_back >= less.call_back
        && less.skills.is_subset(&more.skills)
        && less.withhold.is_subset(&more.withhold)
        && less.style.is_subset(&more.style)
        && less.notices.is_subset(&more.notices)
}

/// Whether `more` does all that `less` does, so that the queue too is decided before `less` gets to name one.
fn does_all(more: &Floor, more_rank: usize, less: &Floor, less_rank: usize) -> bool {
    let first = more_rank < less_rank;
    let alike = adds_nothing(less, more) && more.queue.is_none();
    // Of two rules that do the same, the later one is the one too many.
    let queue = if less.queue.is_some() { first && more.queue.is_some() } else { first || !alike };
    queue && adds_nothing(more, less)
}

fn names<'n>(ids: impl Iterator<Item = &'n str>) -> Wording {
    let all: BTreeSet<&str> = ids.collect();
    let listed: Vec<String> = all.iter().take(3).map(|id| format!("`{}`", shown(id))).collect();
    let more = if all.len() > 3 { ("of andere", "or others") } else { ("", "") };
    let joined = |last: &str, and: &str| {
        let text = listed.join(&format!(" {and} "));
        if last.is_empty() { text } else { format!("{text} {last}") }
    };
    Wording::new(joined(more.0, "of"), joined(more.1, "or"))
}

fn too_branched(place: DocPath) -> Finding {
    let message = Wording::new(
        format!("deze voorwaarde vertakt in meer dan {MOST_ALTERNATIVES} mogelijkheden"),
        format!("this condition branches into more than {MOST_ALTERNATIVES} alternatives"),
    );
    let help = Wording::new("Maak er meer regels van.", "Make it several rules.");
    Finding::new(Code::TooBranched, place, message, help)
}

fn too_many(atoms: &Atoms, rules: usize) -> Finding {
    let tests = atoms.tests().len();
    let message = Wording::new(
        format!("{rules} regels met {tests} verschillende tests zijn te veel om te overzien"),
        format!("{rules} rules with {tests} different tests are too many to work out"),
    );
    let help = Wording::new(
        format!("Splits het beleid, of gebruik minder grenzen; hoogstens {MOST_RULES} regels en {MOST_TESTS} tests."),
        format!("Split the policy, or use fewer bounds; at most {MOST_RULES} rules and {MOST_TESTS} tests."),
    );
    Finding::new(Code::TooBranched, DocPath::root().key("rules"), message, help)
}
