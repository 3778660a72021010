use super::{Notice, Role};
use crate::mistakes;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU8;
use std::sync::Arc;

/// The longest a deadline may lie ahead: a year, in milliseconds. Without a bound, "it always ends" means nothing.
pub const LONGEST_WAIT: u64 = 366 * 24 * 3_600_000;
/// The most stages: a vote keeps the stages it may fill in as many bits.
pub(crate) const MOST_STAGES: usize = 16;
/// The most rungs of a ladder.
const MOST_RUNGS: usize = 16;

/// Who has to approve, how, and what happens when nobody does.
///
/// The machine adds what no policy can turn off: neither the proposer nor an editor votes, a person counts once over
/// all stages, and time running out is never an approval: there is no such variant.
///
/// ```
/// use handover::approval::{Requirement, Stage, TimeoutAction};
///
/// let hour = 3_600_000;
/// let two_eyes_each = Requirement::builder("money", 4 * hour, hour)
///     .stage(Stage::of(1, ["agent"]))
///     .stage(Stage::of(1, ["finance_lead"]))
///     .rung(hour, ["cfo"], "pager")
///     .on_timeout(TimeoutAction::HandToHuman, Some("still_with_you".into()))
///     .build()?;
/// assert_eq!(two_eyes_each.people_needed(), 2);
/// # Ok::<(), handover::approval::RequirementErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Requirement(Draft);

/// A requirement that nobody has checked yet; its stored form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Draft {
    route: Arc<str>,
    stages: Vec<Stage>,
    answers: Answers,
    approve_by: u64,
    execute_by: u64,
    settle_by: u64,
    on_timeout: OnTimeout,
    ladder: Vec<Rung>,
    other_team: bool,
    look_first: u32,
    tell_waiting: Option<Notice>,
}

/// One group that has to approve. All stages are needed; a person fills one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stage {
    /// The roles that may fill it.
    pub any_of: Vec<Role>,
    /// How many different people.
    pub quorum: NonZeroU8,
}

impl Stage {
    /// So many people with any of these roles; none counts as one.
    #[must_use]
    pub fn of<R: Into<Role>>(quorum: u8, any_of: impl IntoIterator<Item = R>) -> Self {
        let quorum = NonZeroU8::new(quorum).unwrap_or(NonZeroU8::MIN);
        Self { any_of: any_of.into_iter().map(Into::into).collect(), quorum }
    }
}

/// What reviewers may answer beside yes and no, which they always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// Change the arguments; everybody else then votes on the new ones.
    pub edit: bool,
    /// Answer the customer in its place: the action never runs.
    pub answer: bool,
    /// Take the case over: the action never runs.
    pub take_over: bool,
    /// Bring in the next rung of the ladder now.
    pub escalate: bool,
}

impl Default for Answers {
    /// All of them.
    fn default() -> Self {
        Self { edit: true, answer: true, take_over: true, escalate: true }
    }
}

/// One rung of the ladder of escalation: more people, after a while.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rung {
    /// When, in milliseconds after the wait began.
    pub after: u64,
    /// The roles that may from then on fill every stage too.
    pub add_roles: Vec<Role>,
    /// How to reach them, in the host's words: `pager`, `mail`.
    pub notify: Arc<str>,
}

/// What happens when time runs out, and what the customer is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OnTimeout {
    /// What happens.
    #[serde(rename = "do")]
    pub then: TimeoutAction,
    /// What the customer is told.
    #[serde(default)]
    pub tell_customer: Option<Notice>,
}

/// What may happen when time runs out. Approval is not among it: who wants that writes a rule that allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutAction {
    /// The action is off, and the AI is told.
    Reject,
    /// A person takes over the case.
    HandToHuman,
    /// The customer gets the notice in place of the action.
    SendFallback,
}

impl Requirement {
    /// Starts a requirement: its name, the time to approve and, once approved, the time to carry out, both in
    /// milliseconds.
    #[must_use]
    pub fn builder(route: impl Into<Arc<str>>, approve_by: u64, execute_by: u64) -> RequirementBuilder {
        RequirementBuilder(Draft {
            route: route.into(),
            stages: Vec::new(),
            answers: Answers::default(),
            approve_by,
            execute_by,
            settle_by: execute_by,
            on_timeout: OnTimeout { then: TimeoutAction::HandToHuman, tell_customer: None },
            ladder: Vec::new(),
            other_team: false,
            look_first: 0,
            tell_waiting: None,
        })
    }

    /// Its name in the policy.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.0.route
    }

    /// The groups that all have to approve.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.0.stages
    }

    /// What reviewers may answer.
    #[must_use]
    pub const fn answers(&self) -> Answers {
        self.0.answers
    }

    /// The time to approve, in milliseconds.
    #[must_use]
    pub const fn approve_by(&self) -> u64 {
        self.0.approve_by
    }

    /// The time to claim what was approved, in milliseconds.
    #[must_use]
    pub const fn execute_by(&self) -> u64 {
        self.0.execute_by
    }

    /// The time in which whoever claimed it says how it went, in milliseconds; after it the outcome is unknown.
    #[must_use]
    pub const fn settle_by(&self) -> u64 {
        self.0.settle_by
    }

    /// What happens when time runs out.
    #[must_use]
    pub const fn on_timeout(&self) -> &OnTimeout {
        &self.0.on_timeout
    }

    /// Who is brought in while it waits, earliest first.
    #[must_use]
    pub fn ladder(&self) -> &[Rung] {
        &self.0.ladder
    }

    /// Whether nobody of the proposer's own team may approve.
    #[must_use]
    pub const fn other_team(&self) -> bool {
        self.0.other_team
    }

    /// How many items of a batch, drawn by the host, each approver has to look at first.
    #[must_use]
    pub const fn look_first(&self) -> u32 {
        self.0.look_first
    }

    /// What the customer is told while it waits.
    #[must_use]
    pub const fn tell_waiting(&self) -> Option<&Notice> {
        self.0.tell_waiting.as_ref()
    }

    /// How many different people have to approve, over all stages.
    #[must_use]
    pub fn people_needed(&self) -> u32 {
        self.0.stages.iter().map(|stage| u32::from(stage.quorum.get())).sum()
    }

    /// The stages that somebody with these roles may fill once `rungs` rungs are climbed, a bit each.
    pub(crate) fn stages_for(&self, roles: &[Role], rungs: usize) -> u16 {
        let added = self.0.ladder.iter().take(rungs).flat_map(|rung| &rung.add_roles);
        if added.into_iter().any(|role| roles.contains(role)) {
            return u16::MAX >> (16 - self.0.stages.len().min(MOST_STAGES));
        }
        let fills = |stage: &Stage| stage.any_of.iter().any(|role| roles.contains(role));
        self.0.stages.iter().enumerate().filter(|(_, stage)| fills(stage)).fold(0, |mask, (at, _)| mask | 1 << at)
    }

    /// Whether the people who voted, each with the stages they may fill, can be placed so that all quorums are full.
    pub(crate) fn is_met(&self, masks: &[u16]) -> bool {
        let slots: Vec<usize> = (0..self.0.stages.len()).flat_map(|at| self.slots(at)).collect();
        let mut placed: Vec<Option<usize>> = vec![None; masks.len()];
        slots.len() <= masks.len()
            && (0..slots.len()).all(|slot| place(slot, &slots, masks, &mut placed, &mut vec![false; masks.len()]))
    }

    fn slots(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let quorum = self.0.stages.get(at).map_or(0, |stage| usize::from(stage.quorum.get()));
        std::iter::repeat_n(at, quorum)
    }

    /// Everybody who may be asked once `rungs` rungs are climbed.
    pub(crate) fn roles(&self, rungs: usize) -> Vec<Role> {
        let stages = self.0.stages.iter().flat_map(|stage| &stage.any_of);
        let added = self.0.ladder.iter().take(rungs).flat_map(|rung| &rung.add_roles);
        let mut roles: Vec<Role> = stages.chain(added).cloned().collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// Whether approval under `self` says at least as much as approval under `other`.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.0.stages == other.0.stages
            && self.0.ladder == other.0.ladder
            && self.0.look_first >= other.0.look_first
            && (self.0.other_team || !other.0.other_team)
            && self.0.approve_by <= other.0.approve_by
            && self.0.execute_by <= other.0.execute_by
    }
}

/// Finds somebody for a slot, moving others to slots that they may fill too (Kuhn's augmenting paths).
fn place(slot: usize, slots: &[usize], masks: &[u16], placed: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    let Some(stage) = slots.get(slot) else { return false };
    for (who, mask) in masks.iter().enumerate() {
        let fits = mask & (1 << stage) != 0;
        if !fits || seen.get(who).copied().unwrap_or(true) {
            continue;
        }
        seen.iter_mut().skip(who).take(1).for_each(|s| *s = true);
        let free = match placed.get(who).copied().flatten() {
            None => true,
            Some(other) => place(other, slots, masks, placed, seen),
        };
        if free {
            placed.iter_mut().skip(who).take(1).for_each(|p| *p = Some(slot));
            return true;
        }
    }
    false
}

/// Puts a [`Requirement`] together; mistakes come out in [`build`](Self::build), all at once.
#[derive(Clone, Debug)]
pub struct RequirementBuilder(Draft);

impl RequirementBuilder {
    /// Adds a group that has to approve.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.0.stages.push(stage);
        self
    }

    /// Says what reviewers may answer beside yes and no. Without it: everything.
    #[must_use]
    pub const fn answers(mut self, answers: Answers) -> Self {
        self.0.answers = answers;
        self
    }

    /// Says how long whoever claimed it may take to say how it went. Without it: as long as for claiming.
    #[must_use]
    pub const fn settle_by(mut self, milliseconds: u64) -> Self {
        self.0.settle_by = milliseconds;
        self
    }

    /// Brings in more people after a while.
    #[must_use]
    pub fn rung<R: Into<Role>>(
        mut self,
        after: u64,
        add_roles: impl IntoIterator<Item = R>,
        notify: impl Into<Arc<str>>,
    ) -> Self {
        let add_roles = add_roles.into_iter().map(Into::into).collect();
        self.0.ladder.push(Rung { after, add_roles, notify: notify.into() });
        self
    }

    /// Says what happens when time runs out. Without it: a person takes over.
    #[must_use]
    pub fn on_timeout(mut self, then: TimeoutAction, tell_customer: Option<Notice>) -> Self {
        self.0.on_timeout = OnTimeout { then, tell_customer };
        self
    }

    /// Lets nobody of the proposer's own team approve.
    #[must_use]
    pub const fn other_team(mut self) -> Self {
        self.0.other_team = true;
        self
    }

    /// Makes each approver look at so many items of a batch first.
    #[must_use]
    pub const fn look_first(mut self, items: u32) -> Self {
        self.0.look_first = items;
        self
    }

    /// Tells the customer this while it waits.
    #[must_use]
    pub fn tell_waiting(mut self, notice: impl Into<Notice>) -> Self {
        self.0.tell_waiting = Some(notice.into());
        self
    }

    /// The requirement.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn build(self) -> Result<Requirement, RequirementErrors> {
        Requirement::try_from(self.0)
    }
}

impl TryFrom<Draft> for Requirement {
    type Error = RequirementErrors;

    fn try_from(draft: Draft) -> Result<Self, RequirementErrors> {
        let mut errors = Vec::new();
        stage_mistakes(&draft, &mut errors);
        time_mistakes(&draft, &mut errors);
        rung_mistakes(&draft, &mut errors);
        if draft.on_timeout.then == TimeoutAction::SendFallback && draft.on_timeout.tell_customer.is_none() {
            errors.push(RequirementError::EmptyFallback);
        }
        if errors.is_empty() { Ok(Self(draft)) } else { Err(RequirementErrors { route: draft.route, errors }) }
    }
}

fn stage_mistakes(draft: &Draft, errors: &mut Vec<RequirementError>) {
    if draft.stages.is_empty() || draft.stages.len() > MOST_STAGES {
        errors.push(RequirementError::Stages(draft.stages.len()));
    }
    let nobody = draft.stages.iter().enumerate().filter(|(_, stage)| stage.any_of.is_empty());
    errors.extend(nobody.map(|(at, _)| RequirementError::Nobody(at)));
}

fn time_mistakes(draft: &Draft, errors: &mut Vec<RequirementError>) {
    let times = [("approve", draft.approve_by), ("execute", draft.execute_by), ("settle", draft.settle_by)];
    let wrong = times.into_iter().filter(|(_, time)| !(1..=LONGEST_WAIT).contains(time));
    errors.extend(wrong.map(|(what, _)| RequirementError::Time(what)));
}

fn rung_mistakes(draft: &Draft, errors: &mut Vec<RequirementError>) {
    if draft.ladder.len() > MOST_RUNGS {
        errors.push(RequirementError::LongLadder(draft.ladder.len()));
    }
    let mut last = 0;
    for (at, rung) in draft.ladder.iter().enumerate() {
        if rung.add_roles.is_empty() {
            errors.push(RequirementError::EmptyRung(at));
        }
        if rung.after >= draft.approve_by {
            errors.push(RequirementError::LateRung(at));
        }
        if rung.after <= last {
            errors.push(RequirementError::UnorderedRung(at));
        }
        last = rung.after;
    }
}

impl From<Requirement> for Draft {
    fn from(requirement: Requirement) -> Self {
        requirement.0
    }
}

/// One mistake in a requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// Nobody is asked, or too many groups.
    #[error("it has {0} stages; 1 to 16 are possible")]
    Stages(usize),
    /// A stage that no role fills.
    #[error("stage {0} names no role: nobody could ever fill it")]
    Nobody(usize),
    /// A time that is no time.
    #[error("the time to {0} is not between a millisecond and a year")]
    Time(&'static str),
    /// Too many rungs.
    #[error("the ladder has {0} rungs; the most is 16")]
    LongLadder(usize),
    /// A rung that brings nobody in.
    #[error("rung {0} adds no role")]
    EmptyRung(usize),
    /// A rung that comes too late.
    #[error("rung {0} comes only when the time to approve is over")]
    LateRung(usize),
    /// A rung that does not come after the one before.
    #[error("rung {0} does not come after the one before it, or comes at once")]
    UnorderedRung(usize),
    /// A fallback that says nothing.
    #[error("a fallback is to be sent when time runs out, but no notice says which")]
    EmptyFallback,
}

/// Why a requirement was not taken: every mistake in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementErrors {
    route: Arc<str>,
    errors: Vec<RequirementError>,
}

impl RequirementErrors {
    /// The mistakes.
    #[must_use]
    pub fn mistakes(&self) -> &[RequirementError] {
        &self.errors
    }
}

impl fmt::Display for RequirementErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "route {}: ", self.route)?;
        mistakes::write(f, &self.errors)
    }
}

impl std::error::Error for RequirementErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stages: &[(u8, &[&str])]) -> Requirement {
        let stages = stages.iter().map(|(quorum, roles)| Stage::of(*quorum, roles.iter().copied()));
        stages.fold(Requirement::builder("r", 10, 10), RequirementBuilder::stage).build().unwrap()
    }

    #[test]
    fn people_are_placed_where_they_are_needed() {
        let both = of(&[(1, &["agent", "lead"]), (1, &["lead"])]);
        let (agent, lead) = (both.stages_for(&["agent".into()], 0), both.stages_for(&["lead".into()], 0));
        assert_eq!((agent, lead), (0b01, 0b11));
        // The lead came first and could fill either: the agent still completes it.
        assert!(both.is_met(&[lead, agent]) && both.is_met(&[agent, lead]) && both.is_met(&[lead, lead]));
        assert!(!both.is_met(&[agent, agent]) && !both.is_met(&[lead]) && !both.is_met(&[]));
    }

    /// Placing people must agree with trying every order of them.
    #[test]
    fn placing_agrees_with_trying_all_orders() {
        let need = of(&[(1, &["a"]), (2, &["b"]), (1, &["c"])]);
        for code in 0..8_u32.pow(4) {
            let masks: Vec<u16> = (0..4).map(|at| (code / 8_u32.pow(at) % 8) as u16).collect();
            assert_eq!(need.is_met(&masks), met_by_some_order(&masks, &[0, 1, 1, 2]), "{masks:?}");
        }
    }

    fn met_by_some_order(masks: &[u16], slots: &[usize]) -> bool {
        let Some((slot, rest)) = slots.split_first() else { return true };
        (0..masks.len()).any(|who| {
            let others: Vec<u16> = masks.iter().enumerate().filter(|(at, _)| *at != who).map(|(_, m)| *m).collect();
            masks[who] & (1 << slot) != 0 && met_by_some_order(&others, rest)
        })
    }

    #[test]
    fn every_mistake_is_named() {
        let built = Requirement::builder("r", 10, 0)
            .stage(Stage::of(1, Vec::<Role>::new()))
            .rung(10, ["lead"], "mail")
            .rung(5, Vec::<Role>::new(), "mail")
            .on_timeout(TimeoutAction::SendFallback, None)
            .build();
        use RequirementError as E;
        assert_eq!(
            built.unwrap_err().mistakes(),
            [
                E::Nobody(0),
                E::Time("execute"),
                E::Time("settle"),
                E::LateRung(0),
                E::EmptyRung(1),
                E::UnorderedRung(1),
                E::EmptyFallback
            ]
        );
        assert!(Requirement::builder("r", 10, 10).build().is_err());
    }

    #[test]
    fn a_stored_quorum_of_none_does_not_load() {
        let stored = serde_json::to_string(&of(&[(1, &["a"])])).unwrap();
        assert!(serde_json::from_str::<Requirement>(&stored).is_ok());
        assert!(serde_json::from_str::<Requirement>(&stored.replace("\"quorum\":1", "\"quorum\":0")).is_err());
    }

    #[test]
    fn a_rung_adds_people_to_every_stage() {
        let need = Requirement::builder("r", 10, 10)
            .stage(Stage::of(1, ["a"]))
            .stage(Stage::of(1, ["b"]))
            .rung(5, ["boss"], "mail")
            .build()
            .unwrap();
        assert_eq!((need.stages_for(&["boss".into()], 0), need.stages_for(&["boss".into()], 1)), (0, 0b11));
        assert_eq!(need.roles(1).len(), 3);
    }
}
