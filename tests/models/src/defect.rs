use crate::{Answered, answered};
use handover::approval::{Answer, Command, Directory, MessageKind, Principal, Record, Refusal, State, Wish};
use serde_json::{Value, json};

/// A defect that somebody could have built in: each has to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// The store takes a change on a record that has changed since it was loaded.
    NoCompareAndSwap,
    /// Whoever proposed it may vote.
    ProposerVotes,
    /// A machine with a role may vote.
    MachineVotes,
    /// A vote counts whatever it was on.
    BytesNotBound,
    /// An edit leaves the votes.
    EditKeepsVotes,
    /// An edit is not judged again.
    EditNotJudged,
    /// Whoever edited it may vote.
    EditorVotes,
    /// A person counts as often as they vote.
    CountsTwice,
    /// One vote less is enough.
    QuorumOffByOne,
    /// Votes count after their time.
    LateVote,
    /// Claims count after their time.
    LateClaim,
    /// A claim may be taken over by another worker.
    ClaimedAgain,
    /// A claim that nobody reported on may be claimed again.
    LostIsRearmed,
    /// A claim does not look at the policy.
    PolicyNotChecked,
    /// A new policy leaves all votes.
    RejudgeKeepsVotes,
    /// What was cancelled may still be claimed.
    EndsReopen,
    /// A delivery is not remembered.
    DeliveriesForgotten,
    /// Time running out is taken for a yes.
    TimeoutApproves,
    /// Nobody looks at the time to approve.
    NoTimer,
    /// What has to be told is not.
    MessagesForgotten,
    /// The ladder is in force from the start.
    LadderAtOnce,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::NoCompareAndSwap,
        Self::ProposerVotes,
        Self::MachineVotes,
        Self::BytesNotBound,
        Self::EditKeepsVotes,
        Self::EditNotJudged,
        Self::EditorVotes,
        Self::CountsTwice,
        Self::QuorumOffByOne,
        Self::LateVote,
        Self::LateClaim,
        Self::ClaimedAgain,
        Self::LostIsRearmed,
        Self::PolicyNotChecked,
        Self::RejudgeKeepsVotes,
        Self::EndsReopen,
        Self::DeliveriesForgotten,
        Self::TimeoutApproves,
        Self::NoTimer,
        Self::MessagesForgotten,
        Self::LadderAtOnce,
    ];

    /// What the gate with this defect answers: the `step` that ships, on a record or a command that was tampered with,
    /// and with what it answers tampered with.
    pub(crate) fn answer(
        self,
        record: &Record,
        command: &Command,
        staff: &dyn Directory,
        now: u64,
    ) -> Result<Answered, Refusal> {
        let (mut record_in, mut command_in, mut at) = (record.clone(), command.clone(), now);
        self.before(record, &mut record_in, &mut command_in, &mut at);
        let mut answer = answered(&record_in, &command_in, staff, at)?;
        self.after(record, &record_in, command, &mut answer);
        Ok(answer)
    }

    fn before(self, record: &Record, tampered: &mut Record, command: &mut Command, at: &mut u64) {
        match (self, record.state(), &mut command.what) {
            (Self::ProposerVotes, State::Pending { .. }, Wish::Vote { .. }) => {
                *tampered = with(record, |r| r["proposal"]["proposer"] = json!({"machine": "nobody"}));
            }
            (Self::MachineVotes, _, Wish::Vote { by, .. }) => *by = Principal::person(by.id()),
            (Self::BytesNotBound, _, Wish::Vote { seen, .. }) => *seen = record.seen(),
            (Self::EditorVotes, ..) => *tampered = with(record, |r| r["editors"] = json!([])),
            (Self::CountsTwice, _, Wish::Vote { by, .. }) => {
                let id = by.id().to_owned();
                *tampered = with(record, |r| rename(&mut r["votes"], &id, "somebody else"));
            }
            (Self::QuorumOffByOne, State::Pending { .. }, Wish::Vote { .. }) => {
                *tampered = with(record, |r| r["requirement"]["stages"][0]["quorum"] = json!(1));
            }
            (Self::LateVote, State::Pending { approve_by, .. }, Wish::Vote { .. }) => *at = (*at).min(approve_by - 1),
            (Self::LateClaim, State::Approved { execute_by, .. }, Wish::Claim { .. }) => {
                *at = (*at).min(execute_by - 1);
            }
            (Self::ClaimedAgain, State::Claimed { since, .. }, Wish::Claim { .. }) => {
                let execute_by = since + 9;
                *tampered = with(record, |r| r["state"] = approved(*since, execute_by));
            }
            (Self::PolicyNotChecked, _, Wish::Claim { policy, .. }) => *policy = record.policy().clone(),
            (Self::EndsReopen, State::Over { at, end }, Wish::Claim { .. }) if end.name() == "cancelled" => {
                let since = *at;
                *tampered = with(record, |r| r["state"] = approved(since, since + 9));
            }
            (Self::DeliveriesForgotten, ..) => *tampered = with(record, |r| r["applied"] = json!([])),
            (Self::LadderAtOnce, State::Pending { rungs: 0, .. }, Wish::Vote { .. }) => {
                *tampered = with(record, |r| r["state"]["rungs"] = json!(1));
            }
            _ => {}
        }
    }

    fn after(self, record: &Record, tampered: &Record, command: &Command, answer: &mut Answered) {
        if !answer.changed {
            answer.record = record.clone();
            return;
        }
        let before = json(record);
        let edited = matches!(&command.what, Wish::Vote { answer: Answer::Edit(_), .. });
        let rejudged = matches!(command.what, Wish::Rejudge(_));
        let state = answer.record.state().clone();
        let next = |edit: &dyn Fn(&mut Value)| with(&answer.record, edit);
        answer.record = match (self, &state) {
            (Self::ProposerVotes, _) => next(&|r| r["proposal"]["proposer"] = before["proposal"]["proposer"].clone()),
            (Self::EditKeepsVotes, State::Pending { .. }) if edited => next(&|r| r["votes"] = before["votes"].clone()),
            (Self::EditNotJudged, State::Over { .. }) if edited => next(&|r| r["state"] = before["state"].clone()),
            (Self::RejudgeKeepsVotes, State::Pending { .. }) if rejudged => next(&|r| {
                r["votes"] = before["votes"].clone();
                r["state"] = before["state"].clone();
            }),
            (Self::CountsTwice, _) if tampered != record => {
                let Wish::Vote { by, .. } = &command.what else { return };
                next(&|r| rename(&mut r["votes"], "somebody else", by.id()))
            }
            (Self::QuorumOffByOne, State::Approved { .. } | State::Pending { .. }) => next(&|r| {
                if r["policy"]["version"] == before["policy"]["version"] && !edited {
                    r["requirement"] = before["requirement"].clone();
                }
            }),
            (Self::LostIsRearmed, State::OutcomeUnknown { since, .. }) => {
                next(&|r| r["state"] = approved(*since, since + 9))
            }
            (Self::TimeoutApproves, State::Over { at, end }) if end.name() == "expired" => {
                answer.messages.push(MessageKind::Execute);
                next(&|r| r["state"] = approved(*at, at + 9))
            }
            (Self::NoTimer, State::Over { end, .. }) if end.name() == "expired" => {
                answer.changed = false;
                record.clone()
            }
            _ => return self.silence(answer),
        };
    }

    fn silence(self, answer: &mut Answered) {
        if self == Self::MessagesForgotten {
            answer.messages.clear();
        }
    }
}

fn json(record: &Record) -> Value {
    serde_json::to_value(record).unwrap()
}

/// A record with its stored form changed.
fn with(record: &Record, edit: impl FnOnce(&mut Value)) -> Record {
    let mut stored = json(record);
    edit(&mut stored);
    serde_json::from_value(stored).unwrap()
}

fn approved(since: u64, execute_by: u64) -> Value {
    json!({"is": "approved", "since": since, "execute_by": execute_by, "by_rule": false})
}

fn rename(votes: &mut Value, from: &str, to: &str) {
    for vote in votes.as_array_mut().unwrap() {
        if vote["by"] == json!({"person": from}) {
            vote["by"] = json!({"person": to});
        }
    }
}
