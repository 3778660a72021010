//! Names: everything that a rule, a route or a queue refers to has to stand somewhere, once.

use super::rules;
use crate::escalation::NoticeKey;
use crate::policy::finding::Sink;
use crate::policy::nearest::nearest;
use crate::policy::reader::{shown, unknown_name};
use crate::policy::{Against, AttributeKind, Code, Condition, DocPath, Finding, Rule, Spec, Test, Wording};
use crate::signal::Signal;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn look(spec: &Spec, against: &Against, sink: &Sink) {
    let names = Names { spec, sink };
    names.routing();
    names.queues();
    names.routes();
    names.ids();
    for (place, rule) in rules(spec) {
        names.effect(rule, &place.key("then"));
        names.condition(&rule.when, &place.key("when"));
    }
    names.vocabulary();
    if let Some(intents) = &against.intents {
        names.classifier(intents);
    }
}

struct Names<'s> {
    spec: &'s Spec,
    sink: &'s Sink,
}

impl<'s> Names<'s> {
    fn known<'k>(&self, name: &str, place: DocPath, what: (&str, &str), known: impl IntoIterator<Item = &'k str>) {
        let known: Vec<&str> = known.into_iter().collect();
        if !known.contains(&name) {
            self.sink.push(unknown_name(name, place, &Wording::new(what.0, what.1), known));
        }
    }

    fn queue(&self, name: &str, place: DocPath) {
        self.known(name, place, ("wachtrij", "queue"), self.spec.queues.keys().map(AsRef::as_ref));
    }

    fn skills(&self, skills: &[Arc<str>], place: &DocPath) {
        for skill in skills {
            let known = self.spec.vocabulary.skills.iter().map(AsRef::as_ref);
            self.known(skill, place.key("skills"), ("vaardigheid", "skill"), known);
        }
    }

    fn schedules(&self, names: &[Arc<str>], place: &DocPath) {
        for name in names {
            self.known(
                name,
                place.clone(),
                ("rooster", "schedule"),
                self.spec.calendar.hours.keys().map(AsRef::as_ref),
            );
        }
    }

    fn routing(&self) {
        if self.spec.queues.is_empty() {
            let message = Wording::new(
                "er is geen wachtrij: niemand kan het overnemen",
                "there is no queue: nobody could take over",
            );
            let help = Wording::new("Leg er een vast: [queues.algemeen].", "Define one: [queues.general].");
            self.sink.push(Finding::new(Code::Missing, DocPath::root(), message, help));
            return;
        }
        let place = DocPath::root().key("routing");
        let routing = &self.spec.routing;
        let fixed = [
            ("default", &routing.default),
            ("safety", &routing.safety),
            ("rights", &routing.rights),
            ("complaints", &routing.complaints),
        ];
        for (key, queue) in fixed {
            self.queue(queue, place.key(key));
        }
        for channel in &routing.no_transfer {
            self.channel(channel.name(), place.key("no_transfer"));
        }
    }

    /// A channel that this policy serves; all of them, where it names none.
    fn channel(&self, name: &str, place: DocPath) {
        let served = &self.spec.vocabulary.channels;
        if !served.is_empty() {
            let known = served.iter().map(|channel| channel.name());
            self.known(name, place, ("kanaal van dit beleid", "channel of this policy"), known);
        }
    }

    fn queues(&self) {
        for (name, queue) in &self.spec.queues {
            let place = DocPath::root().key("queues").key(name);
            if let Some(hours) = &queue.hours {
                self.schedules(std::slice::from_ref(hours), &place.key("hours"));
            }
            for (key, other) in [("overflow", &queue.overflow), ("on_call", &queue.on_call)] {
                if let Some(other) = other {
                    self.queue(other, place.key(key));
                }
            }
        }
    }

    fn routes(&self) {
        for (name, route) in &self.spec.routes {
            let place = DocPath::root().key("routes").key(name);
            if !route.queue.is_empty() {
                self.queue(&route.queue, place.key("queue"));
            }
            self.skills(&route.skills, &place);
        }
    }

    /// A rule's id stands in logs: two rules of one name could not be told apart.
    fn ids(&self) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (place, rule) in rules(self.spec) {
            if !rule.id.is_empty() && !seen.insert(&rule.id) {
                let id = shown(&rule.id);
                let message =
                    Wording::new(format!("er is al een regel `{id}`"), format!("there is a rule `{id}` already"));
                let help = Wording::new("Geef elke regel een eigen naam.", "Give every rule a name of its own.");
                self.sink.push(Finding::new(Code::Twice, place.key("id"), message, help));
            }
        }
    }

    fn effect(&self, rule: &Rule, place: &DocPath) {
        let then = &rule.then;
        if let Some(route) = &then.route {
            self.known(route, place.key("route"), ("route", "route"), self.spec.routes.keys().map(AsRef::as_ref));
        }
        if let Some(queue) = &then.queue {
            self.queue(queue, place.key("queue"));
        }
        self.skills(&then.skills, place);
        let built_in = |name: &&Arc<str>| NoticeKey::ALL.iter().any(|key| key.name() == &***name);
        for notice in then.notices.iter().filter(|name| !built_in(name)) {
            self.known(notice, place.key("notices"), ("bericht", "notice"), self.own_notices());
        }
    }

    /// Notices of the document's own: the built-in ones are the ladder's to show.
    fn own_notices(&self) -> impl Iterator<Item = &'s str> {
        let built_in = |name: &&str| NoticeKey::ALL.iter().any(|key| key.name() == *name);
        self.spec.notices.keys().map(AsRef::as_ref).filter(move |name| !built_in(name))
    }

    fn condition(&self, when: &Condition, place: &DocPath) {
        for test in &when.tests {
            self.test(test, &place.key(test.key()));
        }
        for (at, part) in when.all.iter().enumerate() {
            self.condition(part, &place.key("all").at(at));
        }
        for (at, part) in when.any.iter().flatten().enumerate() {
            self.condition(part, &place.key("any").at(at));
        }
        if let Some(not) = &when.not {
            self.condition(not, &place.key("not"));
        }
    }

    fn test(&self, test: &Test, place: &DocPath) {
        let vocabulary = &self.spec.vocabulary;
        match test {
            Test::Signal(signals) | Test::SignalSoFar(signals) => {
                for signal in signals {
                    self.signal(signal, place);
                }
            }
            Test::Intent(intents) => {
                for intent in intents {
                    let known = vocabulary.intents.iter().map(AsRef::as_ref);
                    self.known(intent, place.clone(), ("intentie", "intent"), known);
                }
            }
            Test::Stage(stages) => {
                for stage in stages {
                    self.known(stage, place.clone(), ("fase", "stage"), vocabulary.stages.iter().map(AsRef::as_ref));
                }
            }
            Test::Attribute(name, values) => {
                if let Some(kind) = self.attribute(name, place) {
                    self.values(name, values, kind, place);
                }
            }
            Test::AttributeIn(name, _) => self.number(name, place),
            Test::Channel(channels) => channels.iter().for_each(|channel| self.channel(channel.name(), place.clone())),
            Test::Open(names) | Test::Closed(names) => self.schedules(names, place),
            Test::Busy(names) => names.iter().for_each(|name| self.queue(name, place.clone())),
            _ => {}
        }
    }

    /// Only a number lies in a range.
    fn number(&self, name: &str, place: &DocPath) {
        if self.attribute(name, place).is_none_or(|kind| *kind == AttributeKind::Number) {
            return;
        }
        let message = Wording::new(
            format!("`{name}` is geen getal, dus ligt nooit in een bereik"),
            format!("`{name}` is no number, so it lies in no range"),
        );
        let help = Wording::new(
            "Vergelijk met een waarde, of maak er in de woordenlijst \"number\" van.",
            "Compare it with a value, or make it \"number\" in the vocabulary.",
        );
        self.sink.push(Finding::new(Code::WrongType, place.key(name), message, help));
    }

    fn signal(&self, signal: &Signal, place: &DocPath) {
        let Signal::Host(name) = signal else { return };
        if self.spec.vocabulary.signals.contains(signal) {
            return;
        }
        let built_in = Signal::BUILT_IN.iter().map(Signal::name);
        let known: Vec<&str> = built_in.chain(self.spec.vocabulary.signals.iter().map(Signal::name)).collect();
        self.sink.push(unknown_name(name, place.clone(), &Wording::new("signaal", "signal"), known));
    }

    fn attribute(&self, name: &str, place: &DocPath) -> Option<&'s AttributeKind> {
        let attributes = &self.spec.vocabulary.attributes;
        self.known(name, place.key(name), ("kenmerk", "attribute"), attributes.keys().map(AsRef::as_ref));
        attributes.get(name)
    }

    fn values(&self, name: &str, values: &[Arc<str>], kind: &AttributeKind, place: &DocPath) {
        let place = place.key(name);
        match kind {
            AttributeKind::OneOf(known) => {
                let what = (format!("waarde van `{name}`"), format!("value of `{name}`"));
                for value in values {
                    self.known(value, place.clone(), (&what.0, &what.1), known.iter().map(AsRef::as_ref));
                }
            }
            AttributeKind::Number => {
                let message = Wording::new(
                    format!("`{name}` is een getal, geen tekst"),
                    format!("`{name}` is a number, not text"),
                );
                let help = Wording::new("Geef een bereik: { at_least = 2 }.", "Give a range: { at_least = 2 }.");
                self.sink.push(Finding::new(Code::WrongType, place, message, help));
            }
            AttributeKind::Text => {}
        }
    }

    /// The vocabulary itself: names of the host's own that are not the crate's, and only attributes in `worth`.
    fn vocabulary(&self) {
        let place = DocPath::root().key("vocabulary");
        for name in &self.spec.vocabulary.worth {
            let known = self.spec.vocabulary.attributes.keys().map(AsRef::as_ref);
            self.known(name, place.key("worth"), ("kenmerk", "attribute"), known);
        }
        for signal in self.spec.vocabulary.signals.iter().filter(|s| !matches!(s, Signal::Host(_))) {
            let message = Wording::new(
                format!("`{signal}` is een ingebouwd signaal"),
                format!("`{signal}` is a built-in signal"),
            );
            let help = Wording::new(
                "Laat het weg: hier staan alleen signalen van uzelf.",
                "Leave it out: only signals of your own stand here.",
            );
            self.sink.push(Finding::new(Code::Twice, place.key("signals"), message, help));
        }
    }

    /// E04: the classifier and the vocabulary have to know the same intents.
    fn classifier(&self, labels: &[Arc<str>]) {
        let place = DocPath::root().key("vocabulary").key("intents");
        let known = &self.spec.vocabulary.intents;
        for label in labels.iter().filter(|label| !known.contains(label)) {
            let label = shown(label);
            let message = Wording::new(
                format!("de classificator kent een intentie `{label}`, de woordenlijst niet"),
                format!("the classifier knows an intent `{label}`, the vocabulary does not"),
            );
            let help = Wording::new("Zet hem in de woordenlijst.", "Put it into the vocabulary.");
            let near = nearest(&label, known.iter().map(AsRef::as_ref));
            self.sink.push(Finding::new(Code::VocabularyBehind, place.clone(), message, help).meaning(near));
        }
        for intent in known.iter().filter(|intent| !labels.contains(intent)) {
            let intent = shown(intent);
            let message = Wording::new(
                format!("de classificator geeft nooit de intentie `{intent}`"),
                format!("the classifier never gives the intent `{intent}`"),
            );
            let help = Wording::new(
                "Haal hem weg, of train de classificator ermee.",
                "Remove it, or train the classifier with it.",
            );
            let near = nearest(&intent, labels.iter().map(AsRef::as_ref));
            self.sink.push(Finding::new(Code::VocabularyBehind, place.clone(), message, help).meaning(near));
        }
    }
}
