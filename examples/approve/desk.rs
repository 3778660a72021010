//! What the commands mean.

use crate::clock::{Clock, moment};
use crate::journal_store::JournalStore;
use crate::line::{Line, money, value};
use handover::approval::{
    Answer, ApprovalRules, ApprovalStore, Command, Done, Draw, Facts, Gate, GateError, Item, Message, MessageKind,
    Note, NoticeTexts, Outcome, Permit, Principal, Proposal, ProposalId, Resolver, Review, StaffList, State, Wish,
};
use handover::signal::Signal;
use handover::text::Lang;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io;

const HELP: &str = "\
propose ID ACTION for=CUSTOMER[,CUSTOMER…] [NAME=VALUE…] [amount:NAME=12.50EUR] [signal=NAME] [verified]
        [against=\"…\"] [draw=NUMBER] [by=PERSON]     the AI wants to do something; values: 12, true, 2027-01-31, text
show ID                                          what a reviewer sees
look ID PERSON NUMBER                            a reviewer opens an item of a batch
vote ID PERSON approve|reject|answer|take_over|escalate [\"words\"] [for=ABSENT]
edit ID PERSON NAME=VALUE… [amount:NAME=…]       a reviewer changes arguments of every item
claim ID WORKER                                  a worker wants to carry it out
settle ID succeeded|failed                       the worker says how it went
die ID                                           the worker dies with its permit
resolve ID PERSON succeeded|failed|not_run       somebody found out how it went
cancel ID \"why\"                                  it is no longer wanted
wait 20m                                         time passes: s, m, h, d
list                                             what is not over
expect ID STATE                                  an error if it came out otherwise
refused COMMAND…                                 an error if that is not refused
quit";

/// What a command came to.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// For people.
    pub(crate) lines: Vec<String>,
    json: BTreeMap<&'static str, Json>,
}

impl Reply {
    /// For machines, with the line that it answers.
    pub(crate) fn with(&self, number: usize, command: &str) -> Json {
        let answers = self.json.iter().map(|(key, value)| (*key, value.clone()));
        let line = [("line", Json::from(number)), ("command", Json::from(command))];
        line.into_iter().chain(answers).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn saying(key: &'static str, text: &str) -> Self {
        let mut reply = Self::default();
        reply.say(text);
        reply.set(key, text);
        reply
    }

    fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn set(&mut self, key: &'static str, value: impl Into<Json>) {
        self.json.insert(key, value.into());
    }
}

/// A host with everything it needs.
pub(crate) struct Desk {
    gate: Gate<JournalStore, ApprovalRules, StaffList>,
    texts: NoticeTexts,
    clock: Clock,
    permits: BTreeMap<ProposalId, Permit>,
    deliveries: u64,
}

type Result<T> = std::result::Result<T, String>;

fn failed(error: GateError<io::Error>) -> String {
    match error {
        GateError::Refused(refusal) => format!("refused: {refusal}"),
        other => other.to_string(),
    }
}

impl Desk {
    pub(crate) fn open(store: JournalStore, rules: ApprovalRules, staff: StaffList, texts: NoticeTexts) -> Self {
        let clock = Clock::after(store.last());
        let deliveries = store.frames();
        let gate = Gate::new(store, rules, staff);
        Self { gate, texts, clock, permits: BTreeMap::new(), deliveries }
    }

    /// Follows one line; nothing where it asks nothing.
    pub(crate) fn follow(&mut self, line: &str) -> Result<Option<Reply>> {
        if let Some(rest) = line.trim().strip_prefix("refused ") {
            return match self.follow(rest) {
                Err(why) => Ok(Some(Reply::saying("refused", &why))),
                Ok(_) => Err("that was not refused".to_owned()),
            };
        }
        let Some(mut line) = Line::of(line)? else { return Ok(None) };
        let mut reply = Reply::default();
        match line.word("a command")?.as_str() {
            "propose" => self.propose(line, &mut reply)?,
            "show" => self.show(&id(&mut line)?, &mut reply)?,
            "look" => self.look(line, &mut reply)?,
            "vote" => self.vote(line, &mut reply)?,
            "edit" => self.edit(line, &mut reply)?,
            "claim" => self.claim(line, &mut reply)?,
            "settle" => self.settle(line, &mut reply)?,
            "die" => self.die(&id(&mut line)?, &mut reply)?,
            "resolve" => self.resolve(line, &mut reply)?,
            "cancel" => self.cancel(line, &mut reply)?,
            "wait" => self.wait(&line.word("a time")?, &mut reply)?,
            "list" => self.list(&mut reply)?,
            "expect" => return self.expect(line, reply).map(Some),
            "help" => HELP.lines().for_each(|line| reply.say(line)),
            other => return Err(format!("no command is called `{other}`; `help` says which there are")),
        }
        self.deliver(&mut reply)?;
        Ok(Some(reply))
    }

    /// A new id for each delivery: the time and a number that starts at what the journal holds, so that a second run on
    /// the same store does not repeat one.
    fn delivery(&mut self) -> String {
        self.deliveries += 1;
        format!("{}-{}", self.clock.now(), self.deliveries)
    }

    fn propose(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, action) = (id(&mut line)?, line.word("the action")?);
        let mut wanted = Wanted::default();
        for (name, value) in line.pairs() {
            wanted.take(&name, value)?;
        }
        let proposal = wanted.proposal(&id, &action)?;
        let done = self.gate.propose(proposal, wanted.facts, wanted.draw, self.clock.now()).map_err(failed)?;
        let record = &done.record;
        let rule = record.rule().map_or(String::new(), |rule| format!(" by the rule `{rule}`"));
        reply.say(format!("{}{rule} ({:?})", record.state().name(), record.why()));
        reply.set("why", serde_json::to_value(record.why()).unwrap_or_default());
        reply.set("rule", record.rule().map_or(Json::Null, Json::from));
        self.state(&done, reply);
        Ok(())
    }

    /// Where it stands now.
    fn state(&self, done: &Done, reply: &mut Reply) {
        reply.set("state", state_name(done.record.state()));
        if let State::Pending { approve_by, .. } = done.record.state() {
            reply.say(format!("open until {}", moment(*approve_by)));
        }
    }

    fn came_to(&self, done: &Done, reply: &mut Reply) {
        reply.say(if done.changed { state_name(done.record.state()) } else { "nothing new" });
        self.state(done, reply);
    }

    fn show(&self, id: &ProposalId, reply: &mut Reply) -> Result<()> {
        let review = self.gate.review(id).map_err(failed)?;
        let nl = review.in_words(self.gate.policy(), Lang::Nl);
        let en = review.in_words(self.gate.policy(), Lang::En);
        reply.say(format!("{en} / {nl}, proposed by {}", review.proposer));
        for against in &review.against {
            reply.say(format!("against it: {} ({})", against.says, against.source));
        }
        for (at, item) in review.items.iter().enumerate().take(5) {
            let pairs: Vec<String> = item.arguments.pairs().map(|(name, value)| format!("{name} {value}")).collect();
            reply.say(format!("{at}: {} · {}", item.customer, pairs.join(" · ")));
        }
        if review.items.len() > 5 {
            reply.say(format!("… and {} more", review.items.len() - 5));
        }
        self.around(&review, reply);
        Ok(())
    }

    fn around(&self, review: &Review, reply: &mut Reply) {
        let signals: Vec<&str> = review.facts.signals.iter().map(Signal::name).collect();
        if !signals.is_empty() {
            reply.say(format!("the customer shows: {}", signals.join(", ")));
        }
        if !review.sample.is_empty() {
            let sample: Vec<String> = review.sample.iter().map(ToString::to_string).collect();
            reply.say(format!("to be looked at first: {}", sample.join(", ")));
        }
        for (roles, quorum) in &review.stages {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            reply.say(format!("needs {quorum} of {}", roles.join(" or ")));
        }
        let people = |all: &[Principal]| all.iter().map(Principal::id).collect::<Vec<_>>().join(", ");
        if !review.approved_by.is_empty() {
            reply.say(format!("yes from {}", people(&review.approved_by)));
        }
        if !review.edited_by.is_empty() {
            reply.say(format!("changed by {}, who may not say yes", people(&review.edited_by)));
        }
        reply.set("revision", review.seen.revision());
    }

    fn look(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, by) = (id(&mut line)?, person(&mut line)?);
        let item = line.word("an item's number")?;
        let item: u32 = item.parse().map_err(|_| format!("expected an item's number, not `{item}`"))?;
        let command = Command::new(self.delivery().as_str(), Wish::Look { by, item });
        let done = self.gate.follow(&id, &command, self.clock.now()).map_err(failed)?;
        self.came_to(&done, reply);
        Ok(())
    }

    fn vote(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, by) = (id(&mut line)?, person(&mut line)?);
        let kind = line.word("approve, reject, answer, take_over or escalate")?;
        let (mut words, mut acting_for) = (String::new(), None);
        while let Some(word) = line.next() {
            match word.strip_prefix("for=") {
                Some(absent) => acting_for = Some(Principal::person(absent)),
                None => words = word,
            }
        }
        let answer = match kind.as_str() {
            "approve" => Answer::Approve,
            "reject" => Answer::Reject(Note::new(words)),
            "answer" => Answer::Answer(Note::new(words)),
            "take_over" => Answer::TakeOver,
            "escalate" => Answer::Escalate(Note::new(words)),
            other => return Err(format!("expected approve, reject, answer, take_over or escalate, not `{other}`")),
        };
        let seen = self.gate.review(&id).map_err(failed)?.seen;
        let command = Command::new(self.delivery().as_str(), Wish::Vote { by, acting_for, seen, answer });
        let done = self.gate.follow(&id, &command, self.clock.now()).map_err(failed)?;
        self.came_to(&done, reply);
        Ok(())
    }

    fn edit(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, by) = (id(&mut line)?, person(&mut line)?);
        let mut wanted = Wanted::default();
        for (name, value) in line.pairs() {
            wanted.take(&name, value)?;
        }
        let review = self.gate.review(&id).map_err(failed)?;
        let customers = review.items.iter().map(|item| item.customer.as_str().to_owned());
        wanted.customers = customers.collect();
        let (delivery, now) = (self.delivery(), self.clock.now());
        let items = wanted.items()?;
        let edited = self.gate.edit(delivery.as_str(), &id, by, review.seen, items, review.facts, now);
        self.came_to(&edited.map_err(failed)?, reply);
        Ok(())
    }

    fn claim(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, worker) = (id(&mut line)?, line.word("a worker")?);
        let (delivery, now) = (self.delivery(), self.clock.now());
        let permit = self.gate.claim(delivery.as_str(), &id, worker.as_str(), now).map_err(failed)?;
        reply.say(format!(
            "{worker} may do `{}` for {} item(s), once, under the key {}",
            permit.action(),
            permit.items().len(),
            permit.idempotency_key()
        ));
        reply.set("items", permit.items().len());
        reply.set("state", "claimed");
        self.permits.insert(id, permit);
        Ok(())
    }

    fn permit(&mut self, id: &ProposalId) -> Result<Permit> {
        self.permits.remove(id).ok_or_else(|| format!("nobody here holds a permit for `{id}`"))
    }

    fn settle(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let id = id(&mut line)?;
        let outcome = outcome(&line.word("succeeded or failed")?)?;
        let permit = self.permit(&id)?;
        let done = self.gate.settle(permit, outcome, self.clock.now()).map_err(failed)?;
        self.came_to(&done, reply);
        Ok(())
    }

    fn die(&mut self, id: &ProposalId, reply: &mut Reply) -> Result<()> {
        let permit = self.permit(id)?;
        reply.say(format!("the permit is gone; by {} the outcome counts as unknown", moment(permit.settle_by())));
        Ok(())
    }

    fn resolve(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let (id, by) = (id(&mut line)?, person(&mut line)?);
        let outcome = outcome(&line.word("succeeded, failed or not_run")?)?;
        let (delivery, now) = (self.delivery(), self.clock.now());
        let done = self.gate.resolve(delivery.as_str(), &id, Resolver::Person(by), outcome, now).map_err(failed)?;
        self.came_to(&done, reply);
        Ok(())
    }

    fn cancel(&mut self, mut line: Line, reply: &mut Reply) -> Result<()> {
        let id = id(&mut line)?;
        let why = Note::new(line.next().unwrap_or_default());
        let command = Command::new(self.delivery().as_str(), Wish::Cancel { by: Principal::machine("host"), why });
        let done = self.gate.follow(&id, &command, self.clock.now()).map_err(failed)?;
        self.came_to(&done, reply);
        Ok(())
    }

    fn wait(&mut self, time: &str, reply: &mut Reply) -> Result<()> {
        self.clock.wait(time)?;
        let woken = self.gate.wake_due(self.clock.now(), usize::MAX).map_err(failed)?;
        reply.say(format!("it is {}; {woken} woken", moment(self.clock.now())));
        reply.set("woken", woken);
        Ok(())
    }

    fn list(&self, reply: &mut Reply) -> Result<()> {
        let open = self.gate.store().open(None, 100).map_err(|e| e.to_string())?;
        for waiting in &open {
            let state = self.gate.state(&waiting.id).map_err(failed)?;
            reply.say(format!("{} is {}, next at {}", waiting.id, state_name(&state), moment(waiting.wake_at)));
        }
        reply.set("open", open.iter().map(|waiting| waiting.id.as_str()).collect::<Vec<_>>());
        Ok(())
    }

    fn expect(&self, mut line: Line, mut reply: Reply) -> Result<Reply> {
        let (id, wanted) = (id(&mut line)?, line.word("a state")?);
        let state = self.gate.state(&id).map_err(failed)?;
        let found = state_name(&state);
        if found != wanted {
            return Err(format!("`{id}` is {found}, not {wanted}"));
        }
        reply.say("so it is");
        reply.set("state", found);
        Ok(reply)
    }

    /// Shows what the host would now send.
    fn deliver(&self, reply: &mut Reply) -> Result<()> {
        let mut sent = Vec::new();
        let deliver = |message: &Message| {
            reply.lines.extend(self.worded(&message.kind));
            sent.push(serde_json::to_value(message).unwrap_or_default());
            true
        };
        self.gate.deliver(usize::MAX, deliver).map_err(failed)?;
        reply.set("messages", sent);
        Ok(())
    }

    fn worded(&self, message: &MessageKind) -> Option<String> {
        let roles =
            |roles: &[handover::approval::Role]| roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        Some(match message {
            MessageKind::Ask { roles: asked, notify: None } => format!("→ {}: please look", roles(asked)),
            MessageKind::Ask { roles: asked, notify: Some(how) } => format!("→ {} ({how}): please look", roles(asked)),
            MessageKind::TellCustomer { notice } => {
                let text = self.texts.text(notice, Lang::Nl).unwrap_or(notice.as_str());
                format!("→ customer: {text}")
            }
            MessageKind::TellProposer { end, why } => {
                let why = why.as_ref().map_or(String::new(), |why| format!(": {}", why.words()));
                format!("→ AI: {end}{why}")
            }
            MessageKind::HandToHuman { to: Some(who) } => format!("→ {who} takes over the conversation"),
            MessageKind::HandToHuman { to: None } => "→ a person takes over the conversation".to_owned(),
            MessageKind::SendAnswer { by, words } => format!("→ customer, from {by}: {}", words.words()),
            MessageKind::FindOut { roles: asked, .. } => format!("→ {}: find out how it went", roles(asked)),
            MessageKind::Execute | MessageKind::Learn { .. } => return None,
        })
    }
}

/// What a line of `propose` or `edit` asks for.
#[derive(Default)]
struct Wanted {
    customers: Vec<String>,
    arguments: Vec<(String, String)>,
    amount: Option<(String, String)>,
    against: Vec<String>,
    by: Option<String>,
    facts: Facts,
    draw: Option<Draw>,
}

impl Wanted {
    fn take(&mut self, name: &str, value: Option<String>) -> Result<()> {
        let Some(value) = value else {
            if name != "verified" {
                return Err(format!("expected name=value, not `{name}`"));
            }
            self.facts.verified = true;
            return Ok(());
        };
        match name {
            "for" => self.customers = value.split(',').map(str::to_owned).collect(),
            "signal" => self.facts.signals.extend(value.split(',').map(Signal::from_name)),
            "against" => self.against.push(value),
            "by" => self.by = Some(value),
            "draw" => {
                let number = value.parse().map_err(|_| format!("expected a whole number, not `{value}`"))?;
                self.draw = Some(Draw::new(number));
            }
            _ => match name.strip_prefix("amount:") {
                Some(name) => self.amount = Some((name.to_owned(), value)),
                None => self.arguments.push((name.to_owned(), value)),
            },
        }
        Ok(())
    }

    fn items(&self) -> Result<Vec<Item>> {
        self.customers.iter().map(|customer| self.item(customer)).collect()
    }

    fn item(&self, customer: &str) -> Result<Item> {
        let bare = Item::new(customer);
        let item = self.arguments.iter().fold(bare, |item, (name, text)| item.with(name.as_str(), value(text)));
        match &self.amount {
            None => Ok(item),
            Some((name, text)) => {
                let wrong = || format!("expected an amount such as 12.50EUR, not `{text}`");
                Ok(item.amount(name.as_str(), money(text).ok_or_else(wrong)?))
            }
        }
    }

    fn proposal(&self, id: &ProposalId, action: &str) -> Result<Proposal> {
        let proposer = self.by.as_deref().map_or_else(|| Principal::machine("ai"), Principal::person);
        let key = format!("{action}/{id}");
        let builder = Proposal::builder(id.clone(), action, proposer, key.as_str());
        let builder = self.items()?.into_iter().fold(builder, |builder, item| builder.item(item));
        let builder = self.against.iter().fold(builder, |builder, says| builder.against(says.as_str(), "AI"));
        builder.build().map_err(|errors| errors.to_string())
    }
}

fn id(line: &mut Line) -> Result<ProposalId> {
    line.word("the id of a proposal").map(|id| ProposalId::from(id.as_str()))
}

fn person(line: &mut Line) -> Result<Principal> {
    line.word("a person").map(Principal::person)
}

fn outcome(word: &str) -> Result<Outcome> {
    match word {
        "succeeded" => Ok(Outcome::Succeeded),
        "failed" => Ok(Outcome::Failed),
        "not_run" => Ok(Outcome::NotRun),
        other => Err(format!("expected succeeded, failed or not_run, not `{other}`")),
    }
}

fn state_name(state: &State) -> &'static str {
    match state {
        State::Over { end, .. } => end.name(),
        other => other.name(),
    }
}
