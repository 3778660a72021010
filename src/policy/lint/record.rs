//! What has to be on record, and what the customer is told: who answers for the policy, whose law applies, notices in
//! both languages, a bot that says that it is one.

use super::rules;
use crate::escalation::NoticeKey;
use crate::policy::finding::Sink;
use crate::policy::reader::shown;
use crate::policy::{Against, Code, DocPath, Finding, Holiday, Node, Spec, Witness, Wording};
use crate::text::Lang;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn look(spec: &Spec, against: &Against, sink: &Sink) {
    let record = Record { spec, sink };
    record.named();
    record.reviewed(against);
    record.country();
    record.notices();
    record.unused();
}

struct Record<'s> {
    spec: &'s Spec,
    sink: &'s Sink,
}

impl Record<'_> {
    fn wrong(&self, code: Code, place: DocPath, message: Wording, help: Wording) {
        self.sink.push(Finding::new(code, place, message, help));
    }

    /// W48: who answers for it, whose law applies.
    fn named(&self) {
        if self.spec.owner.is_none() {
            self.wrong(
                Code::OffTheRecord,
                DocPath::root(),
                Wording::new("niemand staat voor dit beleid", "nobody answers for this policy"),
                Wording::new("Noem een team: owner = \"Team Service\".", "Name a team: owner = \"Service team\"."),
            );
        }
        if self.spec.disclosure.jurisdictions.is_empty() {
            self.wrong(
                Code::OffTheRecord,
                DocPath::root().key("disclosure"),
                Wording::new("het beleid zegt niet welk recht geldt", "the policy does not say whose law applies"),
                Wording::new(
                    "Noem het onder [disclosure]: jurisdictions = [\"eu\"].",
                    "Name it under [disclosure]: jurisdictions = [\"eu\"].",
                ),
            );
        }
    }

    /// W48: when somebody looks at it again.
    fn reviewed(&self, against: &Against) {
        let Some(review) = self.spec.review_by else {
            if self.sink.has_error_in(&DocPath::root().key("review_by")) {
                return;
            }
            self.wrong(
                Code::OffTheRecord,
                DocPath::root(),
                Wording::new(
                    "er staat niet wanneer dit beleid weer wordt bekeken",
                    "no day is set to look at this policy again",
                ),
                Wording::new("Zet er een dag bij: review_by = 2027-06-30.", "Set a day: review_by = 2027-06-30."),
            );
            return;
        };
        if let Some(today) = against.today.filter(|today| *today > review) {
            self.wrong(
                Code::OffTheRecord,
                DocPath::root().key("review_by"),
                Wording::new(
                    format!("dit beleid had op {review} bekeken moeten zijn; het is {today}"),
                    format!("this policy was to be looked at by {review}; it is {today}"),
                ),
                Wording::new("Loop het na en verzet de datum.", "Go through it and move the date."),
            );
        }
        let dated = self.spec.calendar.holidays.iter().filter_map(|holiday| match holiday {
            Holiday::On(date) => Some(*date),
            Holiday::Yearly(..) => None,
        });
        if let Some(last) = dated.max().filter(|last| last.year() < review.year()) {
            self.wrong(
                Code::OffTheRecord,
                DocPath::root().key("holidays"),
                Wording::new(
                    format!("de feestdagen met een jaartal houden op bij {last}, het beleid loopt tot {review}"),
                    format!("the holidays with a year end at {last}, the policy runs until {review}"),
                ),
                Wording::new("Vul ze aan.", "Add those that follow."),
            );
        }
    }

    /// W45: in danger, a number to call.
    fn country(&self) {
        let said = |key: NoticeKey| {
            let wording = self.spec.notices.get(key.name());
            wording.is_some_and(|w| Lang::BUILT_IN.iter().all(|lang| w.text(*lang).chars().any(|c| c.is_ascii_digit())))
        };
        let both = said(NoticeKey::SafetyCrisis) && said(NoticeKey::SafetyThreat);
        if self.spec.country.is_none() && !both {
            let witness = Witness::of(Wording::new("het bericht wijst op `crisis`", "the message signals `crisis`"));
            let message =
                Wording::new("bij gevaar wordt geen alarmnummer genoemd", "in danger no emergency number is named");
            let help = Wording::new("Noem een land: country = \"nl\".", "Name a country: country = \"nl\".");
            let place = DocPath::root();
            self.sink.push(Finding::new(Code::NoCountry, place, message, help).shown_by(witness));
        }
        for key in [NoticeKey::SafetyCrisis, NoticeKey::SafetyThreat] {
            if self.spec.notices.contains_key(key.name()) && !said(key) {
                self.wrong(
                    Code::NoCountry,
                    DocPath::root().key("notices").key(key.name()),
                    Wording::new(
                        "uw eigen tekst noemt geen alarmnummer; het nummer van het land komt er niet bij",
                        "your own text names no emergency number; that of the country is not added to it",
                    ),
                    Wording::new(
                        "Zet het nummer in beide talen in de tekst.",
                        "Put the number into the text, in both languages.",
                    ),
                );
            }
        }
    }

    /// E41 and E47.
    fn notices(&self) {
        let notices = self
            .spec
            .notices
            .iter()
            .map(|(name, wording)| (&**name, wording, DocPath::root().key("notices").key(name)));
        let reasons = rules(self.spec)
            .filter_map(|(place, rule)| Some((&*rule.id, rule.because.as_ref()?, place.key("because"))));
        for (name, wording, place) in notices.chain(reasons) {
            for lang in Lang::BUILT_IN.into_iter().filter(|lang| wording.text(*lang).trim().is_empty()) {
                let code = lang.code();
                self.wrong(
                    Code::NoText,
                    place.clone(),
                    Wording::new(
                        format!("`{}` heeft geen tekst in `{code}`", shown(name)),
                        format!("`{}` has no text in `{code}`", shown(name)),
                    ),
                    Wording::new(
                        format!("Voeg hem toe: {code} = \"…\". Elke klant moet hem kunnen lezen."),
                        format!("Add it: {code} = \"…\". Every customer has to be able to read it."),
                    ),
                );
            }
        }
        if let Some(wording) = self.spec.notices.get(NoticeKey::DiscloseBot.name()) {
            self.discloses(wording);
        }
    }

    fn discloses(&self, wording: &Wording) {
        let words: [(Lang, &[&str]); 2] = [
            (Lang::Nl, &["bot", "assistent", "automatisch", "computer", "geen mens", "ai"]),
            (Lang::En, &["bot", "assistant", "automated", "computer", "not a person", "not a human", "ai"]),
        ];
        for (lang, words) in words {
            let text = wording.text(lang).to_lowercase();
            let parts: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            let says = words.iter().any(|word| {
                if word.len() <= 3 {
                    parts.iter().any(|p| p == word || p.ends_with("bot"))
                } else {
                    text.contains(word)
                }
            });
            if !says && !text.trim().is_empty() {
                let place = DocPath::root().key("notices").key(NoticeKey::DiscloseBot.name()).key(lang.code());
                let witness = Witness::of(Wording::new("de eerste woorden van de bot", "the bot's first words"));
                let message = Wording::new(
                    "deze tekst zegt niet dat de klant met een bot praat",
                    "this text does not say that the customer is talking to a bot",
                );
                let help = Wording::new(
                    "Zeg het met zoveel woorden: \"U praat met een digitale assistent, niet met een mens.\"",
                    "Say it in so many words: \"You are talking to a digital assistant, not a person.\"",
                );
                self.sink.push(Finding::new(Code::Undisclosed, place, message, help).shown_by(witness));
            }
        }
    }

    /// W29: what nothing refers to is forgotten, or the name that should have referred to it is misspelt.
    fn unused(&self) {
        let used = self.used();
        let names =
            |key: &str| -> BTreeSet<&Arc<str>> { used.iter().filter(|(k, _)| *k == key).map(|(_, n)| *n).collect() };
        let built_in = |name: &Arc<str>| NoticeKey::ALL.iter().any(|key| key.name() == &**name);
        let spec = self.spec;
        let in_approval = names_in(spec.approval.as_ref());
        let root = DocPath::root();
        let signals: Vec<Arc<str>> = spec.vocabulary.signals.iter().map(|s| Arc::from(s.name())).collect();
        let vocabulary = root.key("vocabulary");
        let lists: [(&str, DocPath, Vec<&Arc<str>>); 7] = [
            ("queues", root.key("queues"), spec.queues.keys().collect()),
            ("routes", root.key("routes"), spec.routes.keys().collect()),
            ("hours", root.key("hours"), spec.calendar.hours.keys().collect()),
            ("notices", root.key("notices"), spec.notices.keys().filter(|name| !built_in(name)).collect()),
            ("skills", vocabulary.key("skills"), spec.vocabulary.skills.iter().collect()),
            ("signals", vocabulary.key("signals"), signals.iter().collect()),
            ("attributes", vocabulary.key("attributes"), spec.vocabulary.attributes.keys().collect()),
        ];
        for (key, place, defined) in lists {
            let used = names(key);
            for name in defined.into_iter().filter(|name| !used.contains(name) && !in_approval.contains(&***name)) {
                let listed = matches!(key, "skills" | "signals");
                let place = if listed { place.clone() } else { place.key(name) };
                self.nothing_uses(&shown(name), place);
            }
        }
        // The host says where a customer is, so no rule has to ask for each of them; but for one.
        let stages = &spec.vocabulary.stages;
        if let Some(first) = stages.first().filter(|_| stages.iter().all(|name| !names("stages").contains(name))) {
            self.nothing_uses(&shown(first), vocabulary.key("stages"));
        }
    }

    fn nothing_uses(&self, name: &str, place: DocPath) {
        self.wrong(
            Code::Unused,
            place,
            Wording::new(format!("niets gebruikt `{name}`"), format!("nothing uses `{name}`")),
            Wording::new(
                "Haal het weg, of kijk of een andere naam verkeerd is gespeld.",
                "Remove it, or see whether another name is misspelt.",
            ),
        );
    }

    /// Everything that something refers to, with the list that it stands in.
    fn used(&self) -> Vec<(&'static str, &Arc<str>)> {
        let spec = self.spec;
        let routing = &spec.routing;
        let mut used: Vec<(&'static str, &Arc<str>)> =
            [&routing.default, &routing.safety, &routing.rights, &routing.complaints].map(|q| ("queues", q)).into();
        for queue in spec.queues.values() {
            used.extend(queue.overflow.iter().chain(&queue.on_call).map(|name| ("queues", name)));
            used.extend(queue.hours.iter().map(|name| ("hours", name)));
        }
        for route in spec.routes.values() {
            used.push(("queues", &route.queue));
            used.extend(route.skills.iter().map(|name| ("skills", name)));
        }
        // Said to be worth something, so that no rule goes by it: that is a use.
        used.extend(spec.vocabulary.worth.iter().map(|name| ("attributes", name)));
        for (_, rule) in rules(spec) {
            used.extend(rule.then.queue.iter().map(|name| ("queues", name)));
            used.extend(rule.then.route.iter().map(|name| ("routes", name)));
            used.extend(rule.then.skills.iter().map(|name| ("skills", name)));
            used.extend(rule.then.notices.iter().map(|name| ("notices", name)));
            rule.when.each_test(false, &mut |test, _| used.extend(referred(test)));
        }
        used
    }
}

/// What a test refers to.
fn referred(test: &crate::policy::Test) -> Vec<(&'static str, &Arc<str>)> {
    use crate::policy::Test;
    use crate::signal::Signal;
    match test {
        Test::Open(names) | Test::Closed(names) => names.iter().map(|name| ("hours", name)).collect(),
        Test::Busy(names) => names.iter().map(|name| ("queues", name)).collect(),
        Test::Stage(names) => names.iter().map(|name| ("stages", name)).collect(),
        Test::Attribute(name, _) | Test::AttributeIn(name, _) => vec![("attributes", name)],
        Test::Signal(signals) | Test::SignalSoFar(signals) => {
            let own = signals.iter().filter_map(|signal| match signal {
                Signal::Host(name) => Some(("signals", name)),
                _ => None,
            });
            own.collect()
        }
        _ => Vec::new(),
    }
}

/// Every text and every key in a tree: what the rules of the approval gate may refer to.
fn names_in(node: Option<&Node>) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Node> = node.into_iter().collect();
    while let Some(node) = open.pop() {
        match node {
            Node::Text(text) => drop(found.insert(&**text)),
            Node::List(items) => open.extend(items),
            Node::Table(entries) => {
                found.extend(entries.iter().map(|(key, _)| &**key));
                open.extend(entries.iter().map(|(_, node)| node));
            }
            _ => {}
        }
    }
    found
}
