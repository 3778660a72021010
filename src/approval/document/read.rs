//! From the raw tree to a rule set. Whatever can be read is read; whatever can't is named.

use crate::approval::{
    ActionName, ActionSpec, AnswerKind, Answers, ApprovalRule, Budget, Currency, CustomerRef, Limit, NoticeTexts, Per,
    Principal, Requirement, RequirementError, Reversibility, Role, RuleEffect, RuleSet, Stage, Standing, Then,
    TimeoutAction, When, Words,
};
use crate::conversation::Channel;
use crate::emotion::Emotion;
use crate::escalation::PolicyRef;
use crate::policy::finding::Sink;
use crate::policy::reader::{Table, shown, unknown_name};
use crate::policy::{AttributeKind, Code, Date, DocPath, Finding, Node, Spec, Wording};
use crate::signal::Signal;
use std::collections::BTreeMap;
use std::sync::Arc;

const REVERSIBILITY: [(&str, Reversibility); 4] = [
    ("read_only", Reversibility::ReadOnly),
    ("reversible", Reversibility::Reversible),
    ("compensable", Reversibility::Compensable),
    ("irreversible", Reversibility::Irreversible),
];
const TIMEOUTS: [(&str, TimeoutAction); 3] = [
    ("reject", TimeoutAction::Reject),
    ("hand_to_human", TimeoutAction::HandToHuman),
    ("send_fallback", TimeoutAction::SendFallback),
];
const PER: [(&str, Per); 3] = [("customer", Per::Customer), ("proposer", Per::Proposer), ("all", Per::All)];
const EFFECTS: [(&str, Kind); 3] = [("allow", Kind::Allow), ("review", Kind::Review), ("deny", Kind::Deny)];
/// The longest time that a document may name, in seconds: what a requirement bounds.
const LONGEST: i64 = (crate::approval::LONGEST_WAIT / 1_000) as i64;

#[derive(Clone, Copy)]
enum Kind {
    Allow,
    Review,
    Deny,
}

/// Reads the section; nothing where it is no table.
pub(super) fn section(node: &Node, place: DocPath, spec: &Spec, sink: &Sink) -> Option<RuleSet> {
    let mut table = Table::of(node, place, sink)?;
    let reader = Reader { spec, sink };
    let mut set = RuleSet { policy: PolicyRef { id: spec.id.clone(), version: spec.version }, ..RuleSet::default() };
    for (name, node, place) in table.entries("actions").into_iter().flatten() {
        if let Some(part) = Table::of(node, place, sink) {
            set.actions.insert(ActionName::new(name), reader.action(part));
        }
    }
    for (name, node, place) in table.entries("routes").into_iter().flatten() {
        set.routes.extend(Table::of(node, place, sink).and_then(|part| reader.route(&name, part)));
    }
    reader.default_route(&mut table, &mut set);
    for part in table.tables("rules").into_iter().flatten().flatten() {
        set.rules.extend(reader.rule(part, &set));
    }
    for part in table.tables("standing").into_iter().flatten().flatten() {
        set.standing.extend(reader.standing(part, &set));
    }
    reader.ids(&set, table.path());
    table.finish();
    Some(set)
}

struct Reader<'s> {
    spec: &'s Spec,
    sink: &'s Sink,
}

impl Reader<'_> {
    fn known<'k>(&self, name: &str, place: DocPath, what: (&str, &str), known: impl IntoIterator<Item = &'k str>) {
        let known: Vec<&str> = known.into_iter().collect();
        if !known.contains(&name) {
            self.sink.push(unknown_name(name, place, &Wording::new(what.0, what.1), known));
        }
    }

    fn role(&self, name: &str, place: DocPath) {
        self.known(name, place, ("rol", "role"), self.spec.vocabulary.roles.iter().map(AsRef::as_ref));
    }

    fn notice(&self, table: &mut Table<'_>, key: &'static str) -> Option<crate::approval::Notice> {
        let name = table.text(key)?;
        let mut known: Vec<&str> = NoticeTexts::shipped().collect();
        known.extend(self.spec.notices.keys().map(|name| &**name));
        self.known(&name, table.place(key), ("bericht", "notice"), known);
        Some(crate::approval::Notice::new(name))
    }

    fn route_name(&self, table: &mut Table<'_>, key: &'static str, set: &RuleSet) -> Option<Arc<str>> {
        let name = table.text(key)?;
        self.known(&name, table.place(key), ("weg", "route"), set.routes.iter().map(Requirement::route));
        Some(name)
    }

    fn default_route(&self, table: &mut Table<'_>, set: &mut RuleSet) {
        match self.route_name(table, "default", set) {
            Some(name) => set.default_route = name,
            None if table.node("default").is_none() => {
                let message = Wording::new(
                    "er staat niet wie beslist over wat geen regel noemt",
                    "nothing says who decides on what no rule names",
                );
                let help = Wording::new(
                    "Noem een weg naar mensen: default = \"any_agent\". Wat niemand kent, gaat naar mensen.",
                    "Name a route to people: default = \"any_agent\". What nobody knows goes to people.",
                );
                table.wrong(Finding::new(Code::NoDefaultRoute, table.path().clone(), message, help));
            }
            None => {}
        }
    }

    fn action(&self, mut table: Table<'_>) -> ActionSpec {
        let spec = ActionSpec {
            reversibility: table
                .choice("reversibility", &Wording::new("omkeerbaarheid", "reversibility"), &REVERSIBILITY)
                .unwrap_or_default(),
            adverse: table.flag("adverse").unwrap_or(false),
            significant: table.flag("significant").unwrap_or(false),
            hidden: table.flag("hidden").unwrap_or(false),
            amount: table.text("amount"),
            words: Words {
                nl: table.text("nl").unwrap_or_else(|| Arc::from("")),
                en: table.text("en").unwrap_or_else(|| Arc::from("")),
            },
        };
        table.finish();
        spec
    }

    fn route(&self, name: &Arc<str>, mut table: Table<'_>) -> Option<Requirement> {
        let before = self.sink.len();
        let mut stages = Vec::new();
        for mut part in table.tables("stages").into_iter().flatten().flatten() {
            let quorum = part.whole_in("quorum", 1..=255).and_then(|q| u8::try_from(q).ok()).unwrap_or(1);
            stages.push(Stage::of(quorum, self.roles(&mut part, "any_of")));
            part.finish();
        }
        let approve_by = self.seconds(&mut table, "approve_by_s");
        let execute_by = self.seconds(&mut table, "execute_by_s");
        let mut builder = Requirement::builder(name.clone(), approve_by, execute_by);
        builder = stages.into_iter().fold(builder, crate::approval::RequirementBuilder::stage);
        if table.node("settle_by_s").is_some() {
            builder = builder.settle_by(self.seconds(&mut table, "settle_by_s"));
        }
        for mut rung in table.tables("ladder").into_iter().flatten().flatten() {
            let after = self.seconds(&mut rung, "after_s");
            let roles = self.roles(&mut rung, "add_roles");
            let notify = rung.text("notify").unwrap_or_else(|| Arc::from("usual"));
            builder = builder.rung(after, roles, notify);
            rung.finish();
        }
        if let Some(mut part) = table.table("on_timeout") {
            let what = Wording::new("afloop", "way to end");
            let then = part.choice("do", &what, &TIMEOUTS).unwrap_or(TimeoutAction::HandToHuman);
            builder = builder.on_timeout(then, self.notice(&mut part, "tell_customer"));
            part.finish();
        }
        if let Some(answers) = self.answers(&mut table) {
            builder = builder.answers(answers);
        }
        if table.flag("other_team").unwrap_or(false) {
            builder = builder.other_team();
        }
        builder = builder.look_first(table.count("look_first").unwrap_or(0));
        if let Some(notice) = self.notice(&mut table, "tell_waiting") {
            builder = builder.tell_waiting(notice);
        }
        let place = table.path().clone();
        table.finish();
        // A table that could not be read whole has been named already.
        let readable = self.sink.len() == before;
        builder.build().map_err(|errors| readable.then(|| self.unbuildable(&errors, &place))).ok()
    }

    fn unbuildable(&self, errors: &crate::approval::RequirementErrors, place: &DocPath) {
        for error in errors.mistakes() {
            let (code, key, nl) = match error {
                RequirementError::Stages(_) => {
                    (Code::Missing, "stages", "noem 1 tot 16 groepen die akkoord moeten geven")
                }
                RequirementError::Nobody(_) => (Code::Missing, "stages", "een groep zonder rol kan niemand vullen"),
                RequirementError::Time(_) => {
                    (Code::OutOfRange, "approve_by_s", "een termijn ligt tussen 1 seconde en een jaar")
                }
                RequirementError::LateRung(_) | RequirementError::UnorderedRung(_) => {
                    (Code::Inverted, "ladder", "elke trede komt na de vorige en voor het einde van de termijn")
                }
                RequirementError::EmptyFallback => {
                    (Code::Missing, "on_timeout", "zeg welk bericht de klant dan krijgt: tell_customer")
                }
                _ => (Code::OutOfRange, "ladder", "een ladder heeft hoogstens 16 treden, elk met een rol"),
            };
            let message = Wording::new(nl, error.to_string());
            let help = Wording::new("Pas de weg aan.", "Change the route.");
            self.sink.push(Finding::new(code, place.key(key), message, help));
        }
    }

    fn roles(&self, table: &mut Table<'_>, key: &'static str) -> Vec<Role> {
        let named = table.names(key).unwrap_or_default();
        named.iter().for_each(|(name, place)| self.role(name, place.clone()));
        named.into_iter().map(|(name, _)| Role::new(name)).collect()
    }

    /// A time in seconds, as milliseconds; 0 where it is missing, which no requirement takes.
    fn seconds(&self, table: &mut Table<'_>, key: &'static str) -> u64 {
        if table.node(key).is_none() {
            table.missing(key, Wording::new("Noem een termijn in seconden.", "Name a time in seconds."));
        }
        let seconds = table.whole_in(key, 1..=LONGEST).and_then(|s| u64::try_from(s).ok());
        seconds.unwrap_or(1) * 1_000
    }

    fn answers(&self, table: &mut Table<'_>) -> Option<Answers> {
        use AnswerKind::{Answer, Edit, Escalate, TakeOver};
        let kinds = [("edit", Edit), ("answer", Answer), ("take_over", TakeOver), ("escalate", Escalate)];
        let named = table.choices("answers", &Wording::new("antwoord", "answer"), &kinds)?;
        Some(Answers {
            edit: named.contains(&Edit),
            answer: named.contains(&Answer),
            take_over: named.contains(&TakeOver),
            escalate: named.contains(&Escalate),
        })
    }

    fn rule(&self, mut table: Table<'_>, set: &RuleSet) -> Option<ApprovalRule> {
        let id = table.text("id");
        if id.is_none() && table.node("id").is_none() {
            table.missing("id", Wording::new("Geef de regel een naam.", "Give the rule a name."));
        }
        let when = table.table("when").map(|part| self.when(part, set)).unwrap_or_default();
        if table.node("then").is_none() {
            let help = Wording::new(
                "Zeg wat er gebeurt: then = { effect = \"deny\" }.",
                "Say what happens: then = { effect = \"deny\" }.",
            );
            table.missing("then", help);
        }
        let then = table.table("then").and_then(|part| self.then(part, set, &when));
        table.finish();
        Some(ApprovalRule { id: id?, when, then: then? })
    }

    fn when(&self, mut table: Table<'_>, set: &RuleSet) -> When {
        let place = table.place("currency");
        let currency = table.text("currency").and_then(|code| self.currency(&code, place));
        let amounts = ["min_minor", "max_minor"].map(|key| {
            (table.node(key).is_some())
                .then(|| table.whole_in(key, 0..=i64::MAX))
                .flatten()
                .and_then(|m| u64::try_from(m).ok())
        });
        let [min_minor, max_minor] = amounts;
        if currency.is_none() && amounts.iter().any(Option::is_some) && table.node("currency").is_none() {
            let message = Wording::new("een bedrag zonder munt", "an amount without a currency");
            let help = Wording::new("Zeg in welke munt: currency = \"EUR\".", "Say in which one: currency = \"EUR\".");
            table.wrong(Finding::new(Code::WrongType, table.path().clone(), message, help));
        }
        let actions = self.actions(&mut table, set);
        let when = When {
            actions,
            currency,
            min_minor,
            max_minor,
            signals_any: self.signals(&mut table, "signal"),
            signals_none: self.signals(&mut table, "signal_none"),
            emotions_any: self.emotions(&mut table),
            frustration_min: permille(&mut table, "frustration_min"),
            frustration_max: permille(&mut table, "frustration_max"),
            confidence_min: permille(&mut table, "confidence_min"),
            confidence_max: permille(&mut table, "confidence_max"),
            verified: table.flag("verified"),
            reversibility_min: reversibility(&mut table, "reversibility_min"),
            reversibility_max: reversibility(&mut table, "reversibility_max"),
            channels: channels(&mut table),
            intents: self.intents(&mut table),
            attributes: self.attributes(&mut table),
        };
        self.inverted(&when, table.path());
        table.finish();
        when
    }

    fn inverted(&self, when: &When, place: &DocPath) {
        let pairs = [
            ("max_minor", matches!((when.min_minor, when.max_minor), (Some(a), Some(b)) if a > b)),
            ("frustration_max", matches!((when.frustration_min, when.frustration_max), (Some(a), Some(b)) if a > b)),
            ("confidence_max", matches!((when.confidence_min, when.confidence_max), (Some(a), Some(b)) if a > b)),
            (
                "reversibility_max",
                matches!((when.reversibility_min, when.reversibility_max), (Some(a), Some(b)) if a > b),
            ),
        ];
        for (key, _) in pairs.into_iter().filter(|(_, wrong)| *wrong) {
            let message = Wording::new("het minste ligt boven het meeste", "the least lies above the most");
            let help = Wording::new("Wissel ze om.", "Swap them.");
            self.sink.push(Finding::new(Code::Inverted, place.key(key), message, help));
        }
        let both = when.signals_any.iter().find(|signal| when.signals_none.contains(signal));
        if let Some(signal) = both {
            let message = Wording::new(
                format!("`{signal}` moet er zijn en er niet zijn"),
                format!("`{signal}` has to be there and not to be there"),
            );
            let help = Wording::new("Haal er een weg.", "Take one of them out.");
            self.sink.push(Finding::new(Code::Contradiction, place.key("signal_none"), message, help));
        }
    }

    fn currency(&self, code: &str, place: DocPath) -> Option<Currency> {
        let currency = Currency::new(code).ok();
        if currency.is_none() {
            let message = Wording::new("geen munt", "no currency");
            let help = Wording::new("Schrijf de drie hoofdletters: \"EUR\".", "Write its three capitals: \"EUR\".");
            self.sink.push(Finding::new(Code::WrongType, place, message, help));
        }
        currency
    }

    fn actions(&self, table: &mut Table<'_>, set: &RuleSet) -> Vec<ActionName> {
        let named = table.names("action").unwrap_or_default();
        for (name, place) in &named {
            self.known(name, place.clone(), ("handeling", "action"), set.actions.keys().map(ActionName::as_str));
        }
        named.into_iter().map(|(name, _)| ActionName::new(name)).collect()
    }

    fn signals(&self, table: &mut Table<'_>, key: &'static str) -> Vec<Signal> {
        let named = table.names(key).unwrap_or_default();
        let own = || self.spec.vocabulary.signals.iter();
        for (name, place) in &named {
            let known = Signal::BUILT_IN.iter().chain(own()).map(Signal::name);
            self.known(name, place.clone(), ("signaal", "signal"), known);
        }
        named.iter().map(|(name, _)| Signal::from_name(name)).collect()
    }

    fn emotions(&self, table: &mut Table<'_>) -> Vec<Emotion> {
        let choices = Emotion::ALL.map(|emotion| (emotion.name(), emotion));
        table.choices("emotion", &Wording::new("emotie", "emotion"), &choices).unwrap_or_default()
    }

    fn intents(&self, table: &mut Table<'_>) -> Vec<Arc<str>> {
        let named = table.names("intent").unwrap_or_default();
        for (name, place) in &named {
            let known = self.spec.vocabulary.intents.iter().map(AsRef::as_ref);
            self.known(name, place.clone(), ("intentie", "intent"), known);
        }
        named.into_iter().map(|(name, _)| name).collect()
    }

    fn attributes(&self, table: &mut Table<'_>) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
        let mut wanted = BTreeMap::new();
        for (name, node, place) in table.entries("attribute").into_iter().flatten() {
            let known = self.spec.vocabulary.attributes.keys().map(AsRef::as_ref);
            self.known(&name, place.clone(), ("kenmerk", "attribute"), known);
            let values = crate::policy::reader::names_of(node, &place, self.sink);
            values.iter().for_each(|(value, place)| self.attribute_value(&name, value, place));
            wanted.insert(name, values.into_iter().map(|(value, _)| value).collect());
        }
        wanted
    }

    /// One of those that the vocabulary lists, or a number where it says so.
    fn attribute_value(&self, name: &str, value: &str, place: &DocPath) {
        match self.spec.vocabulary.attributes.get(name) {
            Some(AttributeKind::OneOf(known)) => {
                self.known(value, place.clone(), ("waarde", "value"), known.iter().map(AsRef::as_ref));
            }
            Some(AttributeKind::Number) if crate::policy::number(value).is_none() => {
                let value = shown(value);
                let message = Wording::new(
                    format!("`{name}` is een getal, en `{value}` is er geen"),
                    format!("`{name}` is a number, and `{value}` is none"),
                );
                let help =
                    Wording::new("Schrijf een getal als tekst: \"12.50\".", "Write a number as text: \"12.50\".");
                self.sink.push(Finding::new(Code::WrongType, place.clone(), message, help));
            }
            _ => {}
        }
    }

    fn then(&self, mut table: Table<'_>, set: &RuleSet, when: &When) -> Option<Then> {
        let kind = table.choice("effect", &Wording::new("effect", "effect"), &EFFECTS);
        if kind.is_none() && table.node("effect").is_none() {
            let help = Wording::new("Kies allow, review of deny.", "Choose allow, review or deny.");
            table.missing("effect", help);
        }
        let never_always = table.flag("never_always").unwrap_or(false);
        let tell_customer = self.notice(&mut table, "tell_customer");
        let effect = match kind {
            Some(Kind::Allow) => Some(self.allow(&mut table, set, when)),
            Some(Kind::Review) => {
                if table.node("to").is_none() {
                    table.missing(
                        "to",
                        Wording::new("Noem de weg: to = \"any_agent\".", "Name the route: to = \"any_agent\"."),
                    );
                }
                self.route_name(&mut table, "to", set).map(RuleEffect::Review)
            }
            Some(Kind::Deny) => Some(RuleEffect::Deny),
            None => None,
        };
        table.finish();
        Some(Then { effect: effect?, never_always, tell_customer })
    }

    fn allow(&self, table: &mut Table<'_>, set: &RuleSet, when: &When) -> RuleEffect {
        let sample_permille =
            table.whole_in("sample_permille", 0..=1_000).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        let most_items = table.whole_in("most_items", 1..=10_000).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        let budget = table.table("budget").and_then(|part| self.budget(part, set, when));
        RuleEffect::Allow { sample_permille, budget, most_items }
    }

    fn budget(&self, mut table: Table<'_>, set: &RuleSet, when: &When) -> Option<Budget> {
        let per = table.choice("per", &Wording::new("telling", "way to count"), &PER).unwrap_or(Per::Customer);
        let window = self.seconds(&mut table, "window_s");
        let minor = table.node("max_minor").is_some().then(|| table.whole_in("max_minor", 0..=i64::MAX)).flatten();
        let times = table.node("max_times").is_some().then(|| table.count("max_times")).flatten();
        let over = self.route_name(&mut table, "over", set);
        if over.is_none() && table.node("over").is_none() {
            table.missing(
                "over",
                Wording::new("Noem de weg van wat er niet in past.", "Name the route of what does not fit."),
            );
        }
        if minor.is_none() && times.is_none() {
            table.missing("max_minor", Wording::new("Noem max_minor of max_times.", "Name max_minor or max_times."));
        }
        if minor.is_some() && when.currency.is_none() {
            let message = Wording::new("een bedrag zonder munt", "an amount without a currency");
            let help = Wording::new("Noem de munt onder when.", "Name the currency under when.");
            table.wrong(Finding::new(Code::WrongType, table.place("max_minor"), message, help));
        }
        table.finish();
        let most = minor.and_then(|minor| u64::try_from(minor).ok());
        Some(Budget { per, limit: Limit { window, most, times }, over: over? })
    }

    fn standing(&self, mut table: Table<'_>, set: &RuleSet) -> Option<Standing> {
        let id = table.text("id");
        let action = table.text("action");
        if let Some(action) = &action {
            let known = set.actions.keys().map(ActionName::as_str);
            self.known(action, table.place("action"), ("handeling", "action"), known);
        }
        let until = table.date("until");
        let granted_by = table.text("granted_by");
        let help = |nl: &str, en: &str| Wording::new(nl, en);
        for (key, here, nl, en) in [
            ("id", id.is_some(), "Geef het een naam.", "Give it a name."),
            ("action", action.is_some(), "Noem de handeling.", "Name the action."),
            (
                "until",
                until.is_some(),
                "Noem een einddatum: niets geldt voor altijd.",
                "Name a last day: nothing holds for ever.",
            ),
            ("granted_by", granted_by.is_some(), "Zeg wie het goedvond.", "Say who granted it."),
        ] {
            if !here && table.node(key).is_none() {
                table.missing(key, help(nl, en));
            }
        }
        let place = table.place("currency");
        let currency = table.text("currency").and_then(|code| self.currency(&code, place));
        let most = table.node("max_minor").is_some().then(|| table.whole_in("max_minor", 0..=i64::MAX)).flatten();
        let most = most.and_then(|minor| u64::try_from(minor).ok());
        if most.is_some() && currency.is_none() && table.node("currency").is_none() {
            table.missing("currency", Wording::new("Noem de munt.", "Name the currency."));
        }
        let customer = table.text("customer").map(CustomerRef::new);
        table.finish();
        Some(Standing {
            id: id?,
            action: ActionName::new(action?),
            customer,
            most: most.zip(currency),
            until: end_of(until?),
            granted_by: Principal::Person(granted_by?),
        })
    }

    fn ids(&self, set: &RuleSet, place: &DocPath) {
        for (at, rule) in set.rules.iter().enumerate() {
            if set.rules.iter().take(at).any(|other| other.id == rule.id) {
                let message = Wording::new(
                    format!("er is al een regel `{}`", rule.id),
                    format!("there is a rule `{}` already", rule.id),
                );
                let help = Wording::new("Geef elke regel een eigen naam.", "Give each rule a name of its own.");
                self.sink.push(Finding::new(Code::Twice, super::rule_place(place, at).key("id"), message, help));
            }
        }
    }
}

/// A score from 0 to 1, in thousandths.
fn permille(table: &mut Table<'_>, key: &'static str) -> Option<u16> {
    table.node(key)?;
    table.number_in(key, 0.0..=1.0).map(|score| (score * 1_000.0).round() as u16)
}

fn reversibility(table: &mut Table<'_>, key: &'static str) -> Option<Reversibility> {
    table.choice(key, &Wording::new("omkeerbaarheid", "reversibility"), &REVERSIBILITY)
}

fn channels(table: &mut Table<'_>) -> Vec<Channel> {
    let choices = Channel::ALL.map(|channel| (channel.name(), channel));
    table.choices("channel", &Wording::new("kanaal", "channel"), &choices).unwrap_or_default()
}

/// The end of a day in UTC, in milliseconds since the epoch.
fn end_of(day: Date) -> u64 {
    // Days from a civil date, as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
    let (year, month, day) = (i64::from(day.year()), i64::from(day.month()), i64::from(day.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    u64::try_from((days + 1) * 86_400_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        for (text, next) in [("1970-01-01", "1970-01-02"), ("2028-02-29", "2028-03-01"), ("2026-12-31", "2027-01-01")] {
            let end = end_of(Date::parse(text).unwrap());
            let begun = crate::conversation::LocalTime::from_utc(end, 0);
            assert_eq!(format!("{:04}-{:02}-{:02}", begun.year, begun.month, begun.day), next);
            assert_eq!(begun.minute, 0);
        }
    }
}
