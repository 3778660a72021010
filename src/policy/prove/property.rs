use crate::conversation::Situation;
use crate::escalation::Decision;
use crate::policy::Wording;
use serde::Serialize;

/// Something that must always hold of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Property {
    /// I1 and I2.
    WishReachesAPerson,
    /// Layer 1.
    DangerIsHandedOver,
    /// I3, for what a customer is or spends: the attributes of `worth`.
    EqualForAll,
    /// I3, for hours and load.
    NobodyThereLowersNothing,
    /// I4.
    NoEndlessLoop,
    /// Every outcome reaches a person or an end, at any time.
    AlwaysReached,
    /// I6.
    AlwaysDisclosed,
    /// I7.
    FailureOpensTheDoor,
    /// I10.
    SilentBesideAPerson,
}

impl Property {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::WishReachesAPerson,
        Self::DangerIsHandedOver,
        Self::EqualForAll,
        Self::NobodyThereLowersNothing,
        Self::NoEndlessLoop,
        Self::AlwaysReached,
        Self::AlwaysDisclosed,
        Self::FailureOpensTheDoor,
        Self::SilentBesideAPerson,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WishReachesAPerson => "wish_reaches_a_person",
            Self::DangerIsHandedOver => "danger_is_handed_over",
            Self::EqualForAll => "equal_for_all",
            Self::NobodyThereLowersNothing => "nobody_there_lowers_nothing",
            Self::NoEndlessLoop => "no_endless_loop",
            Self::AlwaysReached => "always_reached",
            Self::AlwaysDisclosed => "always_disclosed",
            Self::FailureOpensTheDoor => "failure_opens_the_door",
            Self::SilentBesideAPerson => "silent_beside_a_person",
        }
    }

    /// What it says.
    #[must_use]
    pub fn statement(self) -> Wording {
        let (nl, en) = match self {
            Self::WishReachesAPerson => (
                "Wie om een mens vraagt, krijgt meteen een weg naar een mens; een impliciete wens krijgt hoogstens één vraag.",
                "Whoever asks for a person gets a way to one at once; a wish that is only implied is questioned once at most.",
            ),
            Self::DangerIsHandedOver => (
                "Gevaar gaat altijd met spoed naar een mens, met een veiligheidsmelding.",
                "Danger always goes to a person urgently, with a safety notice.",
            ),
            Self::EqualForAll => (
                "Wat een klant is of besteedt, verandert nooit of er een mens komt.",
                "What a customer is or spends never changes whether a person comes.",
            ),
            Self::NobodyThereLowersNothing => (
                "Dat niemand er is of dat het druk is, maakt nooit een milder besluit.",
                "That nobody is there, or that it is busy, never makes a milder decision.",
            ),
            Self::NoEndlessLoop => (
                "Vragen, aanbiedingen en missers houden op: aan de grens neemt een mens het over, tenzij de klant er net een afwees.",
                "Questions, offers and failures end: at the cap a person takes over, unless the customer has just declined one.",
            ),
            Self::AlwaysReached => (
                "Elke weg naar een mens komt bij iemand uit, op elke dag, minuut en feestdag; bij gevaar meteen.",
                "Every way to a person ends at one, on any day, minute and holiday; in danger at once.",
            ),
            Self::AlwaysDisclosed => (
                "De klant hoort dat het een bot is: bij de eerste woorden, op de vraag ernaar, en zo vaak als het beleid zegt.",
                "The customer is told that it is a bot: with the first words, when asked, and as often as the policy says.",
            ),
            Self::FailureOpensTheDoor => (
                "Een model dat faalt, geeft niet minder toegang tot een mens dan een model dat zwijgt.",
                "A model that fails gives no less access to a person than one that is silent.",
            ),
            Self::SilentBesideAPerson => (
                "In een gesprek dat een mens voert, zegt de bot niets.",
                "In a conversation that a person leads, the bot says nothing.",
            ),
        };
        Wording::new(nl, en)
    }
}

/// What came out for one property. Exhaustive on purpose: who acts on a proof has to act on each of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds in every case.
    Holds,
    /// It does not: like this.
    Broken(Box<Counterexample>),
    /// A case looked wrong and no situation was found that brings it about; or there were too many to go through.
    /// Never to be taken for a proof.
    Undecided,
}

/// A situation that breaks a property.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Counterexample {
    /// The situation: a host can let the policy decide and explain it.
    pub situation: Situation,
    /// What the policy makes of it.
    pub decision: Decision,
    /// Where two are held against each other, the one that got more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<(Situation, Decision)>,
}

impl Counterexample {
    pub(super) fn new(situation: Situation, decision: Decision) -> Self {
        Self { situation, decision, better: None }
    }
}

/// A property and whether it holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// The property.
    pub property: Property,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The cases that were gone through for it.
    pub cases: u64,
}

/// What is proved about a policy, and what is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// One claim for each property, in the order of [`Property::ALL`].
    pub claims: Vec<Claim>,
}

impl Proof {
    /// Whether every property holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.verdict == Verdict::Holds)
    }

    /// The claim on a property.
    #[must_use]
    pub fn claim(&self, property: Property) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.property == property)
    }

    /// The properties that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| matches!(claim.verdict, Verdict::Broken(_)))
    }
}
