use super::{
    ActionName, Answers, ApprovalRules, Arguments, CounterEvidence, Facts, ProposalId, Record, Role, Seen, State,
    Value, Why,
};
use super::{Principal, Reversibility};
use crate::escalation::PolicyRef;
use crate::text::Lang;
use std::fmt::Write as _;
use std::sync::Arc;

/// What a reviewer needs on one screen, as data: exactly what would run, what speaks against it, how the customer is,
/// which rule asked, until when, and who else. Made of the same bytes that a vote is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Review {
    /// Which proposal.
    pub id: ProposalId,
    /// What to name with the vote: this, and nothing newer.
    pub seen: Seen,
    /// What is to be done, by its name in the policy.
    pub action: ActionName,
    /// Who proposes it.
    pub proposer: Principal,
    /// What can be taken back, as the proposer sees it.
    pub reversibility: Reversibility,
    /// The things to be done, for whom and with what.
    pub items: Vec<ReviewItem>,
    /// The items that have to be opened before a yes.
    pub sample: Vec<u32>,
    /// What speaks against it. First on the screen: a reviewer who sees only what speaks for it agrees.
    pub against: Vec<CounterEvidence>,
    /// How the customer is, and what is known of them.
    pub facts: Facts,
    /// Why people are asked.
    pub why: Why,
    /// The rule that asked.
    pub rule: Option<Arc<str>>,
    /// The policy.
    pub policy: PolicyRef,
    /// Until when to answer, in milliseconds since the epoch; nothing where nobody is asked.
    pub approve_by: Option<u64>,
    /// What may be answered beside yes and no.
    pub answers: Option<Answers>,
    /// Each group that has to approve: its roles, and how many people it takes.
    pub stages: Vec<(Vec<Role>, u8)>,
    /// Who has said yes.
    pub approved_by: Vec<Principal>,
    /// Who has changed it, and may not say yes.
    pub edited_by: Vec<Principal>,
}

/// One item, every value written out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewItem {
    /// For whom.
    pub customer: super::CustomerRef,
    /// Each argument's name and value, in the order of the names. Not shown by `Debug`.
    pub arguments: Shown,
}

/// Names and values, written out for a person to read.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(Vec<(String, String)>);

impl Shown {
    /// Each name with its value. Characters that can't be seen, or that turn the direction of what follows, are
    /// written as their code, so that nothing reads otherwise than it runs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shown({} arguments)", self.0.len())
    }
}

impl Review {
    /// What a reviewer needs to see of a record. Linear in its size.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let proposal = &record.proposal;
        let stage = |stage: &super::Stage| (stage.any_of.clone(), stage.quorum.get());
        Self {
            id: record.id().clone(),
            seen: record.seen(),
            action: proposal.action().clone(),
            proposer: proposal.proposer().clone(),
            reversibility: proposal.reversibility(),
            items: proposal.items().iter().map(|i| item(i.customer(), i.arguments())).collect(),
            sample: record.sample().to_vec(),
            against: proposal.against().to_vec(),
            facts: record.facts().clone(),
            why: record.why(),
            rule: record.rule.clone(),
            policy: record.policy().clone(),
            approve_by: match record.state() {
                State::Pending { approve_by, .. } => Some(*approve_by),
                _ => None,
            },
            answers: record.requirement().map(super::Requirement::answers),
            stages: record.requirement().map(|r| r.stages().iter().map(stage).collect()).unwrap_or_default(),
            approved_by: record.votes().iter().map(|vote| vote.by.clone()).collect(),
            edited_by: record.editors().to_vec(),
        }
    }

    /// The action in plain words, as the policy has them for both languages; its name where it has none.
    #[must_use]
    pub fn in_words(&self, rules: &ApprovalRules, lang: Lang) -> String {
        let spec = rules.action(&self.action);
        let words = spec.map(|spec| match lang {
            Lang::Nl => &spec.words.nl,
            _ => &spec.words.en,
        });
        words.filter(|words| !words.is_empty()).map_or_else(|| self.action.to_string(), ToString::to_string)
    }
}

fn item(customer: &super::CustomerRef, arguments: &Arguments) -> ReviewItem {
    let pair = |(name, value): (&Arc<str>, &Value)| (visible(name), shown(value));
    ReviewItem { customer: customer.clone(), arguments: Shown(arguments.iter().map(pair).collect()) }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(yes) => yes.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => format!("“{}”", visible(text)),
        Value::Money(money) => money.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Moment(at) => moment(*at),
        Value::List(values) => format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(values) => {
            let pairs = values.iter().map(|(name, value)| format!("{}: {}", visible(name), shown(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A moment in UTC, to the millisecond.
fn moment(at: u64) -> String {
    let day = crate::conversation::LocalTime::from_utc(at, 0);
    let (hour, minute) = (day.minute / 60, day.minute % 60);
    let (second, millis) = (at / 1_000 % 60, at % 1_000);
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}.{millis:03} UTC", day.year, day.month, day.day)
}

/// Text in which nothing hides: control and format characters, separators that look like a space, and the marks that
/// turn the direction of writing are written as their code; so are the brackets that a code is written in.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) {
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '⟨' | '⟩' | '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{3000}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::{Date, Money};

    #[test]
    fn nothing_reads_otherwise_than_it_runs() {
        // A right-to-left override would show the account's end at its beginning.
        assert_eq!(visible("NL\u{202e}1234\u{200b}"), "NL⟨U+202E⟩1234⟨U+200B⟩");
        assert_eq!(visible("één ✓ 漢字"), "één ✓ 漢字");
    }

    #[test]
    fn values_read_as_people_write_them() {
        let plan: Arguments = [
            (Arc::from("from"), Value::Date(Date::new(2027, 1, 1).unwrap())),
            (Arc::from("sum"), Money::eur(5_000).into()),
        ]
        .into();
        let list = Value::List(vec![Value::Map(plan), true.into(), Value::Moment(951_782_400_123), "x".into()]);
        assert_eq!(shown(&list), "[{from: 2027-01-01, sum: 50.00 EUR}, true, 2000-02-29 00:00:00.123 UTC, “x”]");
    }

    #[test]
    fn two_texts_that_differ_look_different() {
        assert_ne!(shown(&"a".into()), shown(&"a\u{feff}".into()));
        assert_ne!(shown(&"⟨U+FEFF⟩".into()), shown(&"\u{feff}".into()), "a text may not pretend to be a code");
    }
}
