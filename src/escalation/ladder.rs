use super::{
    Decision, EscalationPolicy, LadderSettings, NoticeKey, Outcome, Priority, Reason, ReasonCode, Route, SettingErrors,
    Withhold, mode,
};
use crate::conversation::{IntentView, Owner, Reply, Situation};
use crate::emotion::Valence;
use crate::frustration::Band;
use crate::signal::{Finding, Shade, Signal};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The ladder of precedence: the first layer that matches sets a floor, later layers may only raise it; unlike things
/// are never summed.
///
/// | layer | trigger | result |
/// |---|---|---|
/// | 0 | a person owns the conversation, or is on the way | the bot is silent, or only says what has to be said |
/// | 1 | danger: `crisis`, `threat` | hand over, urgent, with a safety notice; no setting turns it off |
/// | 2 | a wish for a human | hand over; offer where it is only implied |
/// | 3 | the answer to an open offer | yes: hand over; no: cool-down |
/// | 4 | a contested decision, a formal complaint | hand over; other data rights: their queue, no outcome |
/// | 5 | what the policy says of a signal | as it says |
/// | 7 | failure: misunderstood, loop, repeat contact, no answer, failed models | offer; hand over at the cap |
/// | 8 | frustration: its band, hints, a forecast | offer; hand over when it is high |
/// | 9 | doubt: low confidence, small margin, abstention | ask, twice at most, then offer |
/// | 10 | attributes of the customer, the channel, the hour | priority and mode; raises only |
/// | 11 | nothing | continue |
///
/// Layer 6, an action that waits for approval, is an axis of its own and no part of routing.
///
/// ```
/// use handover::conversation::{Channel, Context, Conversation, Turn};
/// use handover::escalation::{Outcome, ReasonCode};
/// use handover::Triage;
///
/// let triage = Triage::builder().build()?;
/// let mut talk = Conversation::new(Channel::Chat);
/// let turn = Turn::customer("I want to speak to a real person, please.", 0);
/// let decision = triage.receive(&mut talk, &turn, &Context::at(0));
/// assert_eq!(decision.outcome, Outcome::HandOver);
/// assert_eq!(decision.reasons[0].code, ReasonCode::ExplicitRequest);
/// # Ok::<(), handover::BuildError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ladder {
    settings: LadderSettings,
}

impl Ladder {
    /// A ladder with settings of the host's own.
    ///
    /// # Errors
    /// Every setting that makes no sense.
    pub fn new(settings: LadderSettings) -> Result<Self, SettingErrors> {
        settings.check()?;
        Ok(Self { settings })
    }

    /// The settings it runs with.
    #[must_use]
    pub fn settings(&self) -> &LadderSettings {
        &self.settings
    }
}

impl EscalationPolicy for Ladder {
    fn decide(&self, situation: &Situation) -> Decision {
        let mut draft = Draft::new(&self.settings, situation);
        draft.owner();
        draft.danger();
        draft.wish();
        draft.answer();
        draft.rights();
        if !draft.has(&Signal::Resolved) {
            draft.rules();
            draft.failure();
            draft.frustration();
            draft.doubt();
            draft.stuck();
        } else {
            draft.because(Reason::new(ReasonCode::Resolved, 5));
        }
        draft.circumstances();
        draft.finish()
    }
}

/// A decision while the layers are gone through.
struct Draft<'s> {
    ladder: &'s LadderSettings,
    now: &'s Situation,
    outcome: Outcome,
    queue: Option<Arc<str>>,
    priority: Priority,
    skills: BTreeSet<Arc<str>>,
    wants_call: bool,
    notices: BTreeSet<NoticeKey>,
    withhold: BTreeSet<Withhold>,
    options: Vec<Arc<str>>,
    reasons: Vec<Reason>,
    held_back: bool,
}

impl<'s> Draft<'s> {
    fn new(ladder: &'s LadderSettings, now: &'s Situation) -> Self {
        Self {
            ladder,
            now,
            outcome: Outcome::Continue,
            queue: None,
            priority: Priority::Normal,
            skills: BTreeSet::new(),
            wants_call: false,
            notices: BTreeSet::new(),
            withhold: BTreeSet::new(),
            options: Vec::new(),
            reasons: Vec::new(),
            held_back: false,
        }
    }

    fn has(&self, signal: &Signal) -> bool {
        self.now.signals.has(signal)
    }

    /// Sets a floor. The queue of the first layer that names one stays.
    fn raise(&mut self, outcome: Outcome, queue: Option<&Arc<str>>, reason: Reason) {
        self.outcome = self.outcome.max(outcome);
        if self.queue.is_none() {
            self.queue = queue.cloned();
        }
        self.reasons.push(reason);
    }

    fn because(&mut self, reason: Reason) {
        self.reasons.push(reason);
    }

    fn reason(&self, code: ReasonCode, layer: u8, finding: Option<&Finding>) -> Reason {
        let reason = Reason::new(code, layer);
        finding.map_or(reason.clone(), |f| reason.shown_by(self.now.turn, &f.evidence))
    }

    /// Layer 0, and what a bot owes a customer whoever owns the conversation.
    fn owner(&mut self) {
        match self.now.owner {
            Owner::Human => self.because(Reason::new(ReasonCode::HumanOwned, 0)),
            Owner::Pending => self.because(Reason::new(ReasonCode::Pending, 0)),
            Owner::Bot => {}
        }
        if !self.now.disclosed || self.has(&Signal::BotQuestion) {
            self.notices.insert(NoticeKey::DiscloseBot);
        }
    }

    /// Layer 1.
    fn danger(&mut self) {
        let kinds = [
            (Signal::Crisis, ReasonCode::Crisis, NoticeKey::SafetyCrisis),
            (Signal::Threat, ReasonCode::Threat, NoticeKey::SafetyThreat),
        ];
        for (signal, code, notice) in kinds {
            let Some(finding) = self.now.signals.get(&signal) else { continue };
            let reason = self.reason(code, 1, Some(finding));
            let queue = Arc::clone(&self.ladder.safety_queue);
            self.raise(Outcome::HandOver, Some(&queue), reason);
            self.priority = Priority::Urgent;
            self.skills.insert(Arc::from("safety"));
            self.notices.insert(notice);
            self.withhold.extend([
                Withhold::RetentionOffer,
                Withhold::Survey,
                Withhold::Upsell,
                Withhold::GenericSteps,
            ]);
        }
    }

    /// Layer 2. An explicit wish is never questioned; an implied one at most once, with the way to a person attached.
    fn wish(&mut self) {
        if let Some(finding) = self.now.signals.get(&Signal::HumanRequest) {
            let (outcome, code) = match finding.shade {
                Some(Shade::Implied | Shade::Phone) if !self.asked_before() => {
                    (Outcome::OfferHuman, ReasonCode::ImpliedRequest)
                }
                Some(Shade::Implied | Shade::Phone) => (Outcome::HandOver, ReasonCode::ImpliedRequest),
                Some(Shade::Callback) => (Outcome::HandOver, ReasonCode::CallbackRequest),
                Some(Shade::Supervisor) => (Outcome::HandOver, ReasonCode::SupervisorRequest),
                _ => (Outcome::HandOver, ReasonCode::ExplicitRequest),
            };
            self.wants_call = finding.shade == Some(Shade::Callback);
            if finding.shade == Some(Shade::Supervisor) {
                self.skills.insert(Arc::from("supervisor"));
            }
            let reason = self.reason(code, 2, Some(finding));
            self.raise(outcome, None, reason);
        } else if self.now.open_offer.as_ref().is_some_and(|o| o.implied_wish) && !self.lets_go() {
            // A wish was meant, a person was offered, and the answer was not a no: that is a yes.
            self.raise(Outcome::HandOver, None, Reason::new(ReasonCode::ImpliedRequest, 2));
        }
        if self.now.armed && self.now.failures.now {
            self.raise(Outcome::HandOver, None, Reason::new(ReasonCode::ConditionalRequest, 2));
        }
    }

    fn asked_before(&self) -> bool {
        self.now.open_offer.as_ref().is_some_and(|o| o.implied_wish)
            || self.now.offered_for.iter().any(|topic| &**topic == ReasonCode::ImpliedRequest.name())
    }

    /// The customer says no, or that it is solved.
    fn lets_go(&self) -> bool {
        self.now.reply == Some(Reply::No) || self.declines_now() || self.has(&Signal::Resolved)
    }

    fn declines_now(&self) -> bool {
        self.now.decline.is_some_and(|d| d.turns_ago == 0)
    }

    /// Layer 3.
    fn answer(&mut self) {
        if self.now.reply == Some(Reply::Yes) {
            let offered = self.now.open_offer.as_ref().and_then(|offer| offer.route.as_ref());
            self.raise(Outcome::HandOver, offered.map(|route| &route.queue), Reason::new(ReasonCode::OfferAccepted, 3));
            // The person comes whom the offer was about.
            if let Some(route) = offered {
                self.priority = self.priority.max(route.priority);
                self.skills.extend(route.skills.iter().cloned());
            }
        }
        if self.declines_now() {
            let finding = self.now.signals.get(&Signal::DeclinesHuman);
            let reason = self.reason(ReasonCode::OfferDeclined, 3, finding);
            self.because(reason);
            self.notices.insert(NoticeKey::HumanOption);
        }
    }

    /// Layer 4.
    fn rights(&mut self) {
        if let Some(finding) = self.now.signals.get(&Signal::DataRights) {
            let contest = finding.shade == Some(Shade::Contest);
            let (outcome, code) = if contest {
                (Outcome::HandOver, ReasonCode::Contest)
            } else {
                (Outcome::Continue, ReasonCode::DataRight)
            };
            let reason = self.reason(code, 4, Some(finding));
            let queue = Arc::clone(&self.ladder.rights_queue);
            self.raise(outcome, Some(&queue), reason);
            self.skills.insert(Arc::from("privacy"));
            self.notices.insert(NoticeKey::RightReceived);
        }
        if let Some(finding) = self.now.signals.get(&Signal::Complaint).filter(|f| f.shade == Some(Shade::Formal)) {
            let reason = self.reason(ReasonCode::FormalComplaint, 4, Some(finding));
            let queue = Arc::clone(&self.ladder.complaints_queue);
            self.raise(Outcome::HandOver, Some(&queue), reason);
            self.notices.insert(NoticeKey::ComplaintReceived);
        }
    }

    /// Layer 5. An offer of this layer comes once for each signal, and not right after a decline.
    fn rules(&mut self) {
        let ladder = self.ladder;
        let mut floors: Vec<_> =
            self.now.signals.holding().filter_map(|f| ladder.floors.get(&f.signal).map(|floor| (f, floor))).collect();
        // The strongest rule names the queue; of equal ones the first in the order of the signals.
        floors.sort_by_key(|(_, floor)| std::cmp::Reverse((floor.outcome, floor.priority)));
        for (finding, floor) in floors {
            let reason = Reason::of_rule(5, &finding.signal).shown_by(self.now.turn, &finding.evidence);
            let declined = self.now.decline.is_some_and(|d| d.turns_ago <= 1);
            let repeated = self.now.offered_for.contains(&reason.topic());
            self.priority = self.priority.max(floor.priority);
            self.skills.extend(floor.skills.iter().cloned());
            self.withhold.extend(floor.withhold.iter().copied());
            if floor.outcome == Outcome::OfferHuman && (declined || repeated) {
                self.hold_back(reason);
            } else {
                self.raise(floor.outcome, floor.queue.as_ref(), reason);
            }
        }
    }

    /// What would have been done is named, and that it was held back.
    fn hold_back(&mut self, reason: Reason) {
        self.because(reason);
        if !std::mem::replace(&mut self.held_back, true) {
            self.because(Reason::new(ReasonCode::CoolDown, 0));
        }
    }

    /// Layers 7 to 9: an offer or a hand-over that the customer did not ask for.
    fn propose(&mut self, outcome: Outcome, reason: Reason) {
        let repeats = outcome == Outcome::OfferHuman
            && self.now.offered_for.contains(&reason.topic())
            && self.now.since_offer.is_some_and(|turns| turns < self.ladder.offer_turns)
            && self.now.frustration.level < self.now.level_at_offer + self.ladder.new_rise;
        if self.cooling_down() || repeats {
            self.hold_back(reason);
        } else {
            self.raise(outcome, None, reason);
        }
    }

    /// After a decline: some turns, and until something new.
    fn cooling_down(&self) -> bool {
        self.now.decline.is_some_and(|decline| {
            let early = decline.turns_ago < self.ladder.decline_turns;
            let worse = self.now.frustration.level >= decline.level + self.ladder.new_rise;
            early || !(worse || self.something_new())
        })
    }

    fn something_new(&self) -> bool {
        let first = |f: &Finding| self.now.first_noticed.get(&f.signal).is_some_and(|(turn, _)| *turn == self.now.turn);
        self.now.signals.holding().any(|f| self.ladder.floors.contains_key(&f.signal) && first(f))
    }

    /// Layer 7.
    fn failure(&mut self) {
        let failures = &self.now.failures;
        let misunderstood = self.now.signals.get(&Signal::Misunderstood);
        if failures.now {
            let code = match (failures.misunderstood, failures.fallbacks, failures.bot_repeated) {
                (true, ..) => ReasonCode::Misunderstood,
                (_, 1.., _) => ReasonCode::Fallback,
                (.., true) => ReasonCode::BotLoop,
                _ => ReasonCode::ModelFailed,
            };
            let reason = self.reason(code, 7, misunderstood);
            self.propose(Outcome::OfferHuman, reason);
            let count = failures.recent.max(failures.fallbacks);
            if count >= self.ladder.failure_cap {
                let cap = Reason::measured(ReasonCode::FailureCap, 7, count as f32, self.ladder.failure_cap as f32);
                self.propose(Outcome::HandOver, cap);
            }
        }
        if failures.own_repeats >= self.ladder.repeat_cap {
            let (count, cap) = (failures.own_repeats as f32, self.ladder.repeat_cap as f32);
            self.propose(Outcome::HandOver, Reason::measured(ReasonCode::AskedAgain, 7, count, cap));
        }
        if !failures.models.is_empty() {
            self.notices.insert(NoticeKey::HumanOption);
            if !failures.now {
                self.because(Reason::new(ReasonCode::ModelFailed, 7));
            }
        }
        let repeat = self.now.signals.get(&Signal::RepeatContact);
        if repeat.is_some() || self.now.prior_contacts >= self.ladder.prior_contacts {
            let reason = self.reason(ReasonCode::RepeatContact, 7, repeat);
            self.propose(Outcome::OfferHuman, reason);
        }
    }

    /// Layer 8.
    fn frustration(&mut self) {
        let strain = &self.now.frustration;
        let level = strain.level;
        match strain.band {
            Band::High => {
                let reason = Reason { value: Some(level), ..Reason::new(ReasonCode::FrustrationHigh, 8) };
                self.propose(Outcome::HandOver, reason.shown_by(self.now.turn, &self.now.feeling_evidence));
            }
            Band::Rising => {
                let reason = Reason { value: Some(level), ..Reason::new(ReasonCode::FrustrationRising, 8) };
                self.propose(Outcome::OfferHuman, reason.shown_by(self.now.turn, &self.now.feeling_evidence));
            }
            Band::Low => {}
        }
        if self.now.hints >= self.ladder.hints && !self.now.hint_evidence.is_empty() {
            let reason = Reason::measured(ReasonCode::Hints, 8, self.now.hints as f32, self.ladder.hints as f32);
            self.propose(Outcome::OfferHuman, reason.shown_by(self.now.turn, &self.now.hint_evidence));
        }
        if let Some(forecast) = strain.forecast.filter(|f| *f >= self.ladder.forecast) {
            self.propose(
                Outcome::OfferHuman,
                Reason::measured(ReasonCode::Forecast, 8, forecast, self.ladder.forecast),
            );
        }
    }

    /// Layer 9: only where nothing clearer has been said.
    fn doubt(&mut self) {
        let clear = self.now.signals.holding().next().is_some() || self.now.valence == Valence::Pos;
        if self.outcome > Outcome::Continue || clear || self.now.owner != Owner::Bot {
            return;
        }
        let Some(reason) = self.doubtful() else { return };
        if self.now.clarifications >= self.ladder.clarify_budget {
            let (asked, budget) = (self.now.clarifications as f32, self.ladder.clarify_budget as f32);
            self.because(reason);
            self.propose(Outcome::OfferHuman, Reason::measured(ReasonCode::ClarifyBudget, 9, asked, budget));
        } else {
            self.options = self.now.intent.intents().map_or_else(Vec::new, |intents| {
                intents.all().iter().take(3).map(|ranked| Arc::clone(&ranked.intent)).collect()
            });
            self.raise(Outcome::Clarify, None, reason);
        }
    }

    fn doubtful(&self) -> Option<Reason> {
        match &self.now.intent {
            IntentView::NotSupplied | IntentView::Failed => None,
            IntentView::Abstained => Some(Reason::new(ReasonCode::Abstained, 9)),
            IntentView::Ranked(intents) => {
                let confidence = intents.best().map_or(0.0, |best| best.confidence);
                let (low, small) = (self.ladder.low_confidence, self.ladder.small_margin);
                if confidence < low {
                    Some(Reason::measured(ReasonCode::LowConfidence, 9, confidence, low))
                } else if intents.all().len() > 1 && intents.margin() < small {
                    Some(Reason::measured(ReasonCode::Ambiguous, 9, intents.margin(), small))
                } else {
                    None
                }
            }
        }
    }

    /// Questions, offers and failures don't go on for ever: at the cap a person takes over.
    fn stuck(&mut self) {
        let failed = self.reasons.iter().any(Reason::is_stuck);
        let goes_on = self.outcome == Outcome::Clarify || (self.outcome == Outcome::OfferHuman && failed);
        if goes_on && self.now.stuck + 1 >= self.ladder.stuck_cap {
            let (count, cap) = (self.now.stuck as f32 + 1.0, self.ladder.stuck_cap as f32);
            self.propose(Outcome::HandOver, Reason::measured(ReasonCode::FailureCap, 9, count, cap));
        }
    }

    /// Layer 10: raises only.
    fn circumstances(&mut self) {
        for (attribute, values) in &self.ladder.priority_for {
            let Some(priority) = self.now.attributes.get(attribute).and_then(|value| values.get(value)) else {
                continue;
            };
            self.priority = self.priority.max(*priority);
            self.because(Reason { rule: Some(Arc::clone(attribute)), ..Reason::new(ReasonCode::Circumstance, 10) });
        }
    }

    fn finish(mut self) -> Decision {
        let route = (self.outcome >= Outcome::OfferHuman || self.queue.is_some()).then(|| self.route());
        match self.outcome {
            Outcome::HandOver => drop(self.notices.insert(NoticeKey::HandingOver)),
            Outcome::OfferHuman => drop(self.notices.insert(NoticeKey::OfferPerson)),
            Outcome::Clarify | Outcome::Continue => {}
        }
        match self.now.owner {
            Owner::Bot => {}
            // What still has to be said while a person is on the way.
            Owner::Pending => self
                .notices
                .retain(|n| !matches!(n, NoticeKey::OfferPerson | NoticeKey::HandingOver | NoticeKey::HumanOption)),
            Owner::Human => self.notices.clear(),
        }
        self.reasons.sort_by_key(|r| (r.code == ReasonCode::CoolDown, r.layer));
        Decision {
            outcome: self.outcome,
            owner: self.now.owner,
            route,
            notices: self.notices,
            withhold: self.withhold,
            options: self.options,
            reasons: self.reasons,
            policy: self.ladder.policy.clone(),
            events: Vec::new(),
        }
    }

    fn route(&mut self) -> Route {
        let queue = self.queue.clone().unwrap_or_else(|| Arc::clone(&self.ladder.queue));
        let reached = mode::reach(self.ladder, self.now, &queue, self.priority, self.wants_call);
        if self.outcome == Outcome::HandOver {
            self.notices.extend(reached.notices.iter().copied());
            if reached.changed {
                self.because(Reason::new(ReasonCode::ModeChanged, 10));
            }
        }
        Route { queue, priority: self.priority, skills: std::mem::take(&mut self.skills), mode: reached.mode }
    }
}
