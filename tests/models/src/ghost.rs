use crate::{Answered, Content, Move, Who, World};
use handover::approval::{MessageKind, Record, Refusal, Seen, State};
use std::collections::BTreeSet;

/// The judge's own books: kept beside the gate, by rules written down once more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ghost {
    /// What the first revision looked like.
    pub first_seen: Seen,
    /// What the items say now.
    pub content: Content,
    /// How often they were changed.
    pub revision: u32,
    /// Who said yes to what is now on the table, since it was last judged anew.
    pub yes: BTreeSet<Who>,
    /// Who ever changed it.
    pub editors: BTreeSet<Who>,
    /// How often it was done.
    pub effects: u8,
    /// Whether an unknown outcome was resolved.
    pub resolved: bool,
    /// What was broken first.
    pub broken: Option<Broken>,
}

/// A rule that the gate broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Broken {
    /// A vote of somebody who may not vote counted.
    Ineligible,
    /// A vote on another revision counted.
    Stale,
    /// A vote counted after the time to approve.
    LateVote,
    /// A claim counted after the time to execute.
    LateClaim,
    /// It was approved or claimed without enough people who may.
    TooFew,
    /// It was claimed under another policy than the one that holds.
    OtherPolicy,
    /// What was over changed.
    Reopened,
    /// A command delivered twice did something the second time.
    Twice,
    /// It was approved, and nobody was told to carry it out.
    Silent,
    /// It ended or got stuck, and nobody was told.
    Untold,
    /// What the policy denies went on.
    DeniedGoesOn,
    /// A claim that nobody reported on became claimable again.
    Rearmed,
    /// What was carried out is not what was approved.
    OtherRevision,
}

impl Ghost {
    /// Books on a fresh record.
    pub fn of(record: &Record) -> Self {
        Self {
            first_seen: record.seen(),
            content: Content::First,
            revision: 0,
            yes: BTreeSet::new(),
            editors: BTreeSet::new(),
            effects: 0,
            resolved: false,
            broken: None,
        }
    }

    /// A worker did it, by a permit for a revision.
    pub fn acted(&mut self, revision: u32) {
        self.effects += 1;
        self.breaks(revision != self.revision, Broken::OtherRevision);
    }

    fn breaks(&mut self, broken: bool, rule: Broken) {
        if broken && self.broken.is_none() {
            self.broken = Some(rule);
        }
    }

    /// Watches a command that the gate followed.
    pub(crate) fn watch(&mut self, world: &World, to: Move, answer: &Answered, again: Result<Answered, Refusal>) {
        // Waking has no id: a second look at the same moment must find nothing left to do.
        let twice = again.map_or(true, |again| again.changed || again.record != answer.record || again.permit);
        self.breaks(twice, Broken::Twice);
        if !answer.changed {
            return;
        }
        let (before, after) = (world.record.state(), answer.record.state());
        self.breaks(before.is_over(), Broken::Reopened);
        self.time(world, to);
        self.people(world, to);
        self.told(before, after, answer);
        self.rights(world, to, answer);
    }

    fn time(&mut self, world: &World, to: Move) {
        let now = u64::from(world.clock);
        match (world.record.state(), to) {
            (State::Pending { approve_by, .. }, m) if is_vote(m) => self.breaks(now >= *approve_by, Broken::LateVote),
            (State::Approved { execute_by, .. }, Move::Claim(_)) => self.breaks(now >= *execute_by, Broken::LateClaim),
            (State::OutcomeUnknown { .. }, Move::Resolve(_)) => self.resolved = true,
            _ => {}
        }
    }

    fn people(&mut self, world: &World, to: Move) {
        let (Move::Approve(who, _)
        | Move::Again(who)
        | Move::Reject(who)
        | Move::Edit(who, _)
        | Move::Escalate(who)
        | Move::TakeOver(who)
        | Move::Resolve(who)) = to
        else {
            return;
        };
        let boss_too = match world.record.state() {
            State::Pending { since, rungs, .. } => *rungs > 0 || u64::from(world.clock) > *since,
            _ => true,
        };
        let may = match who {
            Who::Bas | Who::Cem => true,
            Who::Dora => boss_too,
            Who::Anna | Who::Bot => false,
        };
        self.breaks(!may, Broken::Ineligible);
        match to {
            Move::Approve(_, current) => {
                self.breaks(!current, Broken::Stale);
                self.breaks(self.editors.contains(&who), Broken::Ineligible);
                let twice = !self.yes.insert(who);
                self.breaks(twice, Broken::Ineligible);
            }
            Move::Again(_) => {
                let twice = !self.yes.insert(who) || self.editors.contains(&who);
                self.breaks(twice, Broken::Ineligible);
            }
            Move::Reject(_) => self.breaks(self.editors.contains(&who), Broken::Ineligible),
            Move::Edit(_, content) => {
                self.editors.insert(who);
                self.yes.clear();
                self.content = content;
                self.revision += 1;
            }
            _ => {}
        }
    }

    fn told(&mut self, before: &State, after: &State, answer: &Answered) {
        let said = |wanted: fn(&MessageKind) -> bool| answer.messages.iter().any(wanted);
        let newly = before.name() != after.name();
        match after {
            State::Approved { .. } if newly => {
                let told = said(|m| matches!(m, MessageKind::Execute));
                self.breaks(!told, Broken::Silent);
            }
            State::OutcomeUnknown { .. } if newly => {
                let told = said(|m| matches!(m, MessageKind::FindOut { .. }));
                self.breaks(!told, Broken::Untold);
            }
            State::Over { end, .. } if newly && end.name() != "settled" => {
                let told = said(|m| matches!(m, MessageKind::TellProposer { .. }));
                self.breaks(!told, Broken::Untold);
            }
            _ => {}
        }
    }

    fn rights(&mut self, world: &World, to: Move, answer: &Answered) {
        let was_claimed = matches!(world.record.state(), State::Claimed { .. } | State::OutcomeUnknown { .. });
        let after = answer.record.state();
        let live = matches!(after, State::Approved { .. } | State::Claimed { .. });
        self.breaks(was_claimed && matches!(after, State::Approved { .. } | State::Pending { .. }), Broken::Rearmed);
        self.breaks(self.content == Content::Denied && !after.is_over(), Broken::DeniedGoesOn);
        if let Move::Claim(_) = to {
            self.breaks(answer.permit && answer.record.policy().version != world.policy, Broken::OtherPolicy);
        }
        if to == Move::Rejudge && world.record.policy().version != world.policy {
            // The second version asks other people than the first: nothing that was said counts on.
            self.yes.clear();
        }
        self.breaks(live && !self.enough(answer.record.policy().version), Broken::TooFew);
    }

    /// Version 1 asks two; version 2 two of whom one is more than an agent. The boss counts for either.
    fn enough(&self, version: u32) -> bool {
        let count = self.yes.iter().filter(|who| !self.editors.contains(who)).count();
        let led = self.yes.contains(&Who::Cem) || self.yes.contains(&Who::Dora);
        count >= 2 && (version == 1 || led)
    }
}

fn is_vote(to: Move) -> bool {
    matches!(
        to,
        Move::Approve(..) | Move::Again(_) | Move::Reject(_) | Move::Edit(..) | Move::Escalate(_) | Move::TakeOver(_)
    )
}
