use super::{
    Decision, Flags, Floor, Names, NoticeKey, Outcome, PolicyRef, Priority, Reason, ReasonCode, Route, Style, Withhold,
    mode,
};
use crate::conversation::{IntentView, Owner, Reply, Situation};
use crate::emotion::Valence;
use crate::frustration::Band;
use crate::policy::{Matches, Spec};
use crate::signal::{Finding, Shade, Signal};
use std::sync::Arc;

/// The skills that the ladder itself asks for.
#[derive(Debug)]
pub(crate) struct LadderSkills {
    safety: Names,
    supervisor: Names,
    privacy: Names,
}

impl LadderSkills {
    /// Their names.
    pub(crate) const NAMES: [&'static str; 3] = ["safety", "supervisor", "privacy"];

    /// Out of a list that may have them.
    pub(crate) fn among(list: &Arc<[Arc<str>]>) -> Self {
        let [safety, supervisor, privacy] = Self::NAMES.map(|name| Names::among(list, [name]));
        Self { safety, supervisor, privacy }
    }
}

/// The skeleton that every policy runs on: layers in a fixed order, whose thresholds a document sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ladder<'p> {
    pub(crate) spec: &'p Spec,
    pub(crate) policy: &'p PolicyRef,
    pub(crate) skills: &'p LadderSkills,
    /// A signal that some rule looks for came up for the first time.
    pub(crate) news: bool,
}

impl<'p> Ladder<'p> {
    /// Goes through the layers. Total.
    pub(crate) fn decide(self, situation: &'p Situation, rules: &Matches<'p>) -> Decision {
        let mut draft = Draft::new(self, situation, rules.signals());
        draft.owner();
        draft.danger();
        draft.wish();
        draft.answer();
        draft.rights();
        let resolved = draft.has(&Signal::Resolved);
        if resolved {
            draft.because(Reason::new(ReasonCode::Resolved, 5));
        } else {
            draft.rules(rules.rules());
            draft.failure();
            draft.frustration();
            draft.doubt();
        }
        draft.circumstances(rules.circumstances());
        // Last of all: an offer that a circumstance makes of a failure counts as going on too.
        if !resolved {
            draft.stuck();
        }
        draft.finish()
    }
}

/// A decision while the layers are gone through.
struct Draft<'s> {
    ladder: Ladder<'s>,
    now: &'s Situation,
    /// The built-in signals that hold, one bit each: most are asked for and few are there.
    held: u32,
    outcome: Outcome,
    queue: Option<&'s Arc<str>>,
    priority: Priority,
    skills: Names,
    wants_call: bool,
    call_back: bool,
    notices: Flags<NoticeKey>,
    own_notices: Names,
    withhold: Flags<Withhold>,
    style: Flags<Style>,
    options: Vec<Arc<str>>,
    reasons: Vec<Reason>,
    held_back: bool,
}

impl<'s> Draft<'s> {
    fn new(ladder: Ladder<'s>, now: &'s Situation, held: u32) -> Self {
        Self {
            ladder,
            now,
            held,
            outcome: Outcome::Continue,
            queue: None,
            priority: Priority::Normal,
            skills: Names::new(),
            wants_call: false,
            call_back: false,
            notices: Flags::new(),
            own_notices: Names::new(),
            withhold: Flags::new(),
            style: Flags::new(),
            options: Vec::new(),
            reasons: Vec::new(),
            held_back: false,
        }
    }

    fn has(&self, signal: &Signal) -> bool {
        signal.number().is_some_and(|at| self.held & 1 << at != 0)
    }

    fn held(&self, signal: &Signal) -> Option<&'s Finding> {
        if self.has(signal) { self.now.signals.get(signal) } else { None }
    }

    /// Sets a floor. The queue of the first layer that names one stays.
    fn raise(&mut self, outcome: Outcome, queue: Option<&'s Arc<str>>, reason: Reason) {
        self.outcome = self.outcome.max(outcome);
        self.queue = self.queue.or(queue);
        self.because(reason);
    }

    fn because(&mut self, reason: Reason) {
        if self.reasons.is_empty() {
            // Where there is one there are often several; more than this there seldom are.
            self.reasons.reserve_exact(8);
        }
        self.reasons.push(reason);
    }

    fn reason(&self, code: ReasonCode, layer: u8, finding: Option<&Finding>) -> Reason {
        let evidence = finding.map_or(&[][..], |finding| &finding.evidence);
        Reason::new(code, layer).shown_by(self.now.turn, evidence)
    }

    /// Layer 0, and what a bot owes a customer whoever owns the conversation.
    fn owner(&mut self) {
        match self.now.owner {
            Owner::Human => self.because(Reason::new(ReasonCode::HumanOwned, 0)),
            Owner::Pending => self.because(Reason::new(ReasonCode::Pending, 0)),
            Owner::Bot => {}
        }
        if !self.now.disclosed || self.has(&Signal::BotQuestion) || self.discloses_again() {
            self.notices.insert(NoticeKey::DiscloseBot);
        }
    }

    /// What the document asks on top of what is fixed.
    fn discloses_again(&self) -> bool {
        let disclosure = &self.ladder.spec.disclosure;
        let silent = disclosure.again_after_s.is_some_and(|after| self.now.silence >= u64::from(after) * 1000);
        let turns = self.now.customer_turns;
        let often = disclosure.every_turns.is_some_and(|every| turns > 0 && turns % every.max(1) == 0);
        silent || often
    }

    /// Layer 1.
    fn danger(&mut self) {
        let kinds = [
            (Signal::Crisis, ReasonCode::Crisis, NoticeKey::SafetyCrisis),
            (Signal::Threat, ReasonCode::Threat, NoticeKey::SafetyThreat),
        ];
        for (signal, code, notice) in kinds {
            let Some(finding) = self.held(&signal) else { continue };
            let reason = self.reason(code, 1, Some(finding));
            self.raise(Outcome::HandOver, Some(&self.ladder.spec.routing.safety), reason);
            self.priority = Priority::Urgent;
            self.skills.join(&self.ladder.skills.safety);
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
        if let Some(finding) = self.held(&Signal::HumanRequest) {
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
                self.skills.join(&self.ladder.skills.supervisor);
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
                self.skills.join(&route.skills);
            }
        }
        if self.declines_now() {
            let finding = self.held(&Signal::DeclinesHuman);
            let reason = self.reason(ReasonCode::OfferDeclined, 3, finding);
            self.because(reason);
            self.notices.insert(NoticeKey::HumanOption);
        }
    }

    /// Layer 4.
    fn rights(&mut self) {
        if let Some(finding) = self.held(&Signal::DataRights) {
            let contest = finding.shade == Some(Shade::Contest);
            let (outcome, code) = if contest {
                (Outcome::HandOver, ReasonCode::Contest)
            } else {
                (Outcome::Continue, ReasonCode::DataRight)
            };
            let reason = self.reason(code, 4, Some(finding));
            self.raise(outcome, Some(&self.ladder.spec.routing.rights), reason);
            self.skills.join(&self.ladder.skills.privacy);
            self.notices.insert(NoticeKey::RightReceived);
        }
        if let Some(finding) = self.held(&Signal::Complaint).filter(|f| f.shade == Some(Shade::Formal)) {
            let reason = self.reason(ReasonCode::FormalComplaint, 4, Some(finding));
            self.raise(Outcome::HandOver, Some(&self.ladder.spec.routing.complaints), reason);
            self.notices.insert(NoticeKey::ComplaintReceived);
        }
    }

    /// Layer 5. An offer of this layer comes once for each rule, and not right after a decline.
    fn rules(&mut self, rules: impl Iterator<Item = &'s Floor>) {
        for floor in rules {
            let reason = self.reason_of(ReasonCode::Rule, 5, floor);
            let declined = self.now.decline.is_some_and(|d| d.turns_ago <= 1);
            let repeated = self.offered_for(&reason);
            self.add(floor);
            if floor.outcome == Outcome::OfferHuman && (declined || repeated) {
                self.hold_back(reason);
            } else {
                self.raise(floor.outcome, floor.queue.as_ref(), reason);
            }
        }
    }

    fn reason_of(&self, code: ReasonCode, layer: u8, floor: &Floor) -> Reason {
        Reason { rule: Some(Arc::clone(&floor.id)), ..Reason::new(code, layer) }
            .shown_by(self.now.turn, floor.shown_by.evidence(self.now))
    }

    /// Whether a person was offered for this before.
    fn offered_for(&self, reason: &Reason) -> bool {
        self.now.offered_for.iter().any(|topic| **topic == *reason.topic())
    }

    /// What a rule adds, whether or not its outcome is held back.
    fn add(&mut self, floor: &Floor) {
        self.priority = self.priority.max(floor.priority);
        self.skills.join(&floor.skills);
        self.withhold.join(floor.withhold);
        self.style.join(floor.style);
        self.own_notices.join(&floor.notices);
        self.call_back |= floor.call_back;
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
            && self.offered_for(&reason)
            && self.now.since_offer.is_some_and(|turns| turns < self.ladder.spec.cool_down.offer_turns)
            && self.now.frustration.level < self.now.level_at_offer + self.ladder.spec.cool_down.new_rise;
        if self.cooling_down() || repeats {
            self.hold_back(reason);
        } else {
            self.raise(outcome, None, reason);
        }
    }

    /// After a decline: some turns, and until something new.
    fn cooling_down(&self) -> bool {
        self.now.decline.is_some_and(|decline| {
            let cool_down = &self.ladder.spec.cool_down;
            let early = decline.turns_ago < cool_down.decline_turns;
            let worse = self.now.frustration.level >= decline.level + cool_down.new_rise;
            early || !(worse || self.ladder.news)
        })
    }

    /// Layer 7.
    fn failure(&mut self) {
        let failures = &self.now.failures;
        let misunderstood = self.held(&Signal::Misunderstood);
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
            if count >= self.ladder.spec.thresholds.failure_cap {
                let cap = Reason::measured(
                    ReasonCode::FailureCap,
                    7,
                    count as f32,
                    self.ladder.spec.thresholds.failure_cap as f32,
                );
                self.propose(Outcome::HandOver, cap);
            }
        }
        if failures.own_repeats >= self.ladder.spec.thresholds.repeat_cap {
            let (count, cap) = (failures.own_repeats as f32, self.ladder.spec.thresholds.repeat_cap as f32);
            self.propose(Outcome::HandOver, Reason::measured(ReasonCode::AskedAgain, 7, count, cap));
        }
        if !failures.models.is_empty() {
            self.notices.insert(NoticeKey::HumanOption);
            if !failures.now {
                self.because(Reason::new(ReasonCode::ModelFailed, 7));
            }
        }
        let repeat = self.held(&Signal::RepeatContact);
        if repeat.is_some() || self.now.prior_contacts >= self.ladder.spec.thresholds.prior_contacts {
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
        if self.now.hints >= self.ladder.spec.thresholds.hints && !self.now.hint_evidence.is_empty() {
            let reason =
                Reason::measured(ReasonCode::Hints, 8, self.now.hints as f32, self.ladder.spec.thresholds.hints as f32);
            self.propose(Outcome::OfferHuman, reason.shown_by(self.now.turn, &self.now.hint_evidence));
        }
        if let Some(forecast) = strain.forecast.filter(|f| *f >= self.ladder.spec.thresholds.forecast) {
            self.propose(
                Outcome::OfferHuman,
                Reason::measured(ReasonCode::Forecast, 8, forecast, self.ladder.spec.thresholds.forecast),
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
        if self.now.clarifications >= self.ladder.spec.thresholds.clarify_budget {
            let (asked, budget) = (self.now.clarifications as f32, self.ladder.spec.thresholds.clarify_budget as f32);
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
                let (low, small) =
                    (self.ladder.spec.thresholds.low_confidence, self.ladder.spec.thresholds.small_margin);
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
        if goes_on && self.now.stuck + 1 >= self.ladder.spec.thresholds.stuck_cap {
            let (count, cap) = (self.now.stuck as f32 + 1.0, self.ladder.spec.thresholds.stuck_cap as f32);
            self.propose(Outcome::HandOver, Reason::measured(ReasonCode::FailureCap, 9, count, cap));
        }
    }

    /// Layer 10: raises only.
    fn circumstances(&mut self, circumstances: impl Iterator<Item = &'s Floor>) {
        for floor in circumstances {
            let reason = self.reason_of(ReasonCode::Circumstance, 10, floor);
            self.add(floor);
            self.queue = self.queue.or(floor.queue.as_ref());
            if floor.outcome == Outcome::Continue || self.has(&Signal::Resolved) {
                self.because(reason);
            } else {
                self.propose(floor.outcome, reason);
            }
        }
    }

    fn finish(mut self) -> Decision {
        let route = (self.outcome >= Outcome::OfferHuman || self.queue.is_some()).then(|| self.route());
        match self.outcome {
            Outcome::HandOver => self.notices.insert(NoticeKey::HandingOver),
            Outcome::OfferHuman => self.notices.insert(NoticeKey::OfferPerson),
            Outcome::Clarify | Outcome::Continue => {}
        }
        match self.now.owner {
            Owner::Bot => {}
            // What still has to be said while a person is on the way.
            Owner::Pending => {
                let needless = [NoticeKey::OfferPerson, NoticeKey::HandingOver, NoticeKey::HumanOption];
                needless.iter().for_each(|notice| self.notices.remove(notice));
            }
            Owner::Human => {
                self.notices.clear();
                self.own_notices.clear();
            }
        }
        self.reasons.sort_by_key(|r| (r.code == ReasonCode::CoolDown, r.layer));
        Decision {
            outcome: self.outcome,
            owner: self.now.owner,
            route,
            notices: self.notices,
            withhold: self.withhold,
            style: self.style,
            own_notices: self.own_notices,
            options: self.options,
            reasons: self.reasons,
            policy: self.ladder.policy.clone(),
            events: Vec::new(),
        }
    }

    fn route(&mut self) -> Route {
        let queue = self.queue.unwrap_or(&self.ladder.spec.routing.default);
        let asked = mode::Asked { priority: self.priority, call: self.wants_call, call_back: self.call_back };
        let reached = mode::reach(self.ladder.spec, self.now, queue, asked);
        if self.outcome == Outcome::HandOver {
            self.notices.extend(reached.notices.iter().copied());
            if reached.changed {
                self.because(Reason::new(ReasonCode::ModeChanged, 10));
            }
        }
        let skills = std::mem::take(&mut self.skills);
        Route { queue: Arc::clone(reached.queue), priority: self.priority, skills, mode: reached.mode }
    }
}
