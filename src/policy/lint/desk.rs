//! People and hours: every way to a person has to reach one, at any time of any day.

use super::rules;
use crate::escalation::Priority;
use crate::policy::finding::Sink;
use crate::policy::hours::DAYS;
use crate::policy::{Code, DocPath, Finding, Queue, Spec, Witness, Wording};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Nobody waits longer than this for a live answer without being told, in seconds.
const PATIENCE: u32 = 1800;

pub(super) fn look(spec: &Spec, sink: &Sink) {
    for (name, queue) in &spec.queues {
        let desk = Desk { spec, sink, name, queue, place: DocPath::root().key("queues").key(name) };
        desk.ever_open();
        desk.circle();
        if let Some(wait) = queue.longest_wait_s {
            patience(wait, &desk.place.key("longest_wait_s"), sink);
        }
    }
    patience(spec.thresholds.longest_wait_s, &DocPath::root().key("thresholds").key("longest_wait_s"), sink);
    safety(spec, sink);
    on_call(spec, sink);
    no_live_channel(spec, sink);
}

struct Desk<'s> {
    spec: &'s Spec,
    sink: &'s Sink,
    name: &'s Arc<str>,
    queue: &'s Queue,
    place: DocPath,
}

impl Desk<'_> {
    /// E40: a schedule without an opening, or nobody who works.
    fn ever_open(&self) {
        let name = self.name;
        let hours = self.queue.hours.as_ref().and_then(|hours| self.spec.calendar.hours.get(hours));
        if hours.is_some_and(|hours| !hours.ever_open()) {
            let schedule = self.queue.hours.as_deref().unwrap_or_default();
            let message = Wording::new(
                format!("`{name}` is nooit open: rooster `{schedule}` heeft geen openingstijd"),
                format!("`{name}` is never open: schedule `{schedule}` has no opening"),
            );
            let help = Wording::new(
                "Geef het rooster tijden: weekdays = \"09:00-17:00\".",
                "Give the schedule hours: weekdays = \"09:00-17:00\".",
            );
            let witness = Witness::of(Wording::new("elk moment van elke week", "any moment of any week"));
            self.sink.push(Finding::new(Code::ReachesNobody, self.place.key("hours"), message, help).shown_by(witness));
        }
        if self.queue.capacity == Some(0) {
            let message = Wording::new(format!("in `{name}` werkt niemand"), format!("nobody works in `{name}`"));
            let help =
                Wording::new("Zet er mensen op, of haal de wachtrij weg.", "Put people there, or remove the queue.");
            let witness = Witness::of(Wording::new(
                format!("een klant wordt doorgezet naar `{name}`"),
                format!("a customer is passed on to `{name}`"),
            ));
            self.sink
                .push(Finding::new(Code::ReachesNobody, self.place.key("capacity"), message, help).shown_by(witness));
        }
    }

    /// E43: overflows that lead back.
    fn circle(&self) {
        let next = |queue: &&Arc<str>| self.spec.queues.get(*queue).and_then(|queue| queue.overflow.as_ref());
        let mut passed: BTreeSet<&Arc<str>> = BTreeSet::new();
        let mut at = Some(self.name);
        while let Some(queue) = at {
            if !passed.insert(queue) {
                break;
            }
            at = next(&queue);
        }
        if at == Some(self.name) {
            // Every queue of a circle would report it; the first by name does.
            if passed.iter().min() == Some(&self.name) {
                let round: Vec<&str> = passed.iter().map(|queue| &***queue).collect();
                let round = round.join("`, `");
                let message = Wording::new(
                    format!("de overloop gaat in een kring: `{round}`"),
                    format!("the overflow goes in a circle: `{round}`"),
                );
                let help = Wording::new(
                    "Laat de laatste wachtrij geen overloop hebben.",
                    "Let the last queue have no overflow.",
                );
                let witness = Witness::of(Wording::new(
                    "al deze wachtrijen zijn tegelijk vol",
                    "all of these queues are full at once",
                ));
                self.sink.push(Finding::new(Code::Cycle, self.place.key("overflow"), message, help).shown_by(witness));
            }
        }
        if self.queue.on_call.as_ref() == Some(self.name) {
            let message = Wording::new(
                "een wachtrij kan niet achterwacht van zichzelf zijn",
                "a queue can't be on call for itself",
            );
            let help = Wording::new(
                "Noem een wachtrij die altijd open is, of laat `on_call` weg.",
                "Name a queue that is always open, or leave `on_call` out.",
            );
            self.sink.push(Finding::new(Code::Cycle, self.place.key("on_call"), message, help));
        }
    }
}

/// E42.
fn patience(wait: u32, place: &DocPath, sink: &Sink) {
    if wait <= PATIENCE {
        return;
    }
    let minutes = wait / 60;
    let message = Wording::new(
        format!("een klant wacht zo {minutes} minuten zonder dat iemand het zegt"),
        format!("a customer would wait {minutes} minutes without being told"),
    );
    let help = Wording::new(
        format!("Kies hoogstens {PATIENCE} seconden; daarna krijgt de klant een keuze."),
        format!("Choose at most {PATIENCE} seconds; after that the customer gets a choice."),
    );
    let witness = Witness::of(Wording::new(
        format!("niemand vrij, en een wachttijd van {minutes} minuten"),
        format!("nobody free, and a wait of {minutes} minutes"),
    ));
    sink.push(Finding::new(Code::TooPatient, place.clone(), message, help).shown_by(witness));
}

/// Danger goes to a person at once: that queue has to take conversations live.
fn safety(spec: &Spec, sink: &Sink) {
    let name = &spec.routing.safety;
    if spec.queues.get(name).is_some_and(|queue| !queue.live) {
        let message = Wording::new(
            format!("gevaar gaat naar `{name}`, en die neemt geen gesprekken aan"),
            format!("danger goes to `{name}`, which takes no conversations"),
        );
        let help = Wording::new(
            "Kies een wachtrij met mensen die meteen antwoorden.",
            "Choose a queue of people who answer at once.",
        );
        let witness = Witness::of(Wording::new("het bericht wijst op `crisis`", "the message signals `crisis`"));
        let place = DocPath::root().key("queues").key(name).key("live");
        sink.push(Finding::new(Code::ReachesNobody, place, message, help).shown_by(witness));
    }
}

/// W46: queues that urgent things go to, and the time at which nobody is there for them.
fn on_call(spec: &Spec, sink: &Sink) {
    urgent(spec).into_iter().for_each(|name| always_manned(spec, name, None, sink));
}

/// The queues that rules name for what is urgent, and that of danger.
pub(super) fn urgent(spec: &Spec) -> BTreeSet<&Arc<str>> {
    let mut urgent: BTreeSet<&Arc<str>> = BTreeSet::from([&spec.routing.safety]);
    for (_, rule) in rules(spec) {
        let route = rule.then.route.as_ref().and_then(|route| spec.routes.get(route));
        let priority = rule.then.priority.max(route.map(|route| route.priority).unwrap_or_default());
        let queue = rule.then.queue.as_ref().or(route.map(|route| &route.queue));
        if priority == Priority::Urgent {
            urgent.insert(queue.unwrap_or(&spec.routing.default));
        }
    }
    urgent
}

/// Somebody has to be there for a queue at any time, or on call for it. `case` is what brings something urgent to it,
/// where that is not plain.
pub(super) fn always_manned(spec: &Spec, name: &Arc<str>, case: Option<Witness>, sink: &Sink) {
    let Some((weekday, minute, holiday)) = unmanned(spec, name) else { return };
    let day = DAYS.get(usize::from(weekday).wrapping_sub(1)).copied().unwrap_or("monday");
    let (nl, en) = if holiday { ("een feestdag", "a holiday") } else { (day, day) };
    let time = format!("{:02}:{:02}", minute / 60, minute % 60);
    let message = Wording::new(
        format!("wat met spoed naar `{name}` gaat, treft er niet altijd iemand ({nl}, {time})"),
        format!("what goes to `{name}` urgently does not always find somebody there ({en}, {time})"),
    );
    let help = Wording::new(
        "Geef de wachtrij een `on_call` die altijd open is.",
        "Give the queue an `on_call` that is always open.",
    );
    let when = Witness::of(Wording::new(format!("{nl}, {time}"), format!("{en}, {time}")));
    let place = DocPath::root().key("queues").key(name);
    sink.push(Finding::new(Code::NobodyOnCall, place, message, help).shown_by(case.unwrap_or(when)));
}

/// The first time of a week, or on a holiday, at which neither a queue nor who is on call for it is there.
fn unmanned(spec: &Spec, name: &Arc<str>) -> Option<(u8, u16, bool)> {
    let hours_of = |name: &Arc<str>| {
        let hours = spec.queues.get(name)?.hours.as_ref()?;
        spec.calendar.hours.get(hours)
    };
    let own = hours_of(name)?;
    let duty = spec.queues.get(name)?.on_call.as_ref();
    let Some(duty) = duty.filter(|duty| *duty != name) else { return own.first_closed() };
    let duty = hours_of(duty)?;
    let moments = (1..=7).map(|weekday| (weekday, false)).chain([(1, true)]);
    let there = |(weekday, holiday): (u8, bool), minute: u16| {
        own.open(weekday, minute, holiday) || duty.open(weekday, minute, holiday)
    };
    moments
        .into_iter()
        .find_map(|day| (0..1440).find(|minute| !there(day, *minute)).map(|minute| (day.0, minute, day.1)))
}

/// Every channel that is served but can't transfer leaves only messages: worth knowing where it is all of them.
fn no_live_channel(spec: &Spec, sink: &Sink) {
    let served = &spec.vocabulary.channels;
    let blocked = &spec.routing.no_transfer;
    let all = !served.is_empty() && served.iter().all(|channel| blocked.contains(channel));
    if all {
        let message = Wording::new(
            "geen enkel kanaal kan een gesprek doorzetten: niemand spreekt ooit meteen een mens",
            "no channel can pass a conversation on: nobody ever gets to speak to a person at once",
        );
        let help = Wording::new(
            "Laat in `no_transfer` minstens een kanaal weg.",
            "Leave at least one channel out of `no_transfer`.",
        );
        let place = DocPath::root().key("routing").key("no_transfer");
        let witness = Witness::of(Wording::new("een klant vraagt om een mens", "a customer asks for a person"));
        sink.push(Finding::new(Code::ReachesNobody, place, message, help).shown_by(witness));
    }
}
