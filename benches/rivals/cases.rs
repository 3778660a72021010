//! Random situations as plain facts, from which each engine's input is made.

/// The facts of one situation. Scores are in thousandths, so that all three engines see the same numbers.
pub(crate) struct Case {
    /// Signals of this message.
    pub(crate) signals: Vec<&'static str>,
    /// Those, and the ones of messages before.
    pub(crate) signals_so_far: Vec<&'static str>,
    /// Everything that is a name.
    pub(crate) names: [(&'static str, &'static str); 8],
    /// Everything that is a number.
    pub(crate) numbers: [(&'static str, u32); 6],
}

pub(crate) const CASES: usize = 2_000;

const SIGNALS: [&str; 12] = [
    "gas_smell",
    "vulnerability",
    "bereavement",
    "financial_hardship",
    "complaint",
    "meter_tampering",
    "fraud_security",
    "legal_threat",
    "media_threat",
    "churn",
    "urgent",
    "abuse",
];
const INTENTS: [&str; 11] = [
    "pay_bill",
    "payment_plan",
    "change_payment_plan",
    "bill_too_high",
    "final_bill",
    "power_outage",
    "disconnection",
    "cancel_contract",
    "switch_supplier",
    "meter_reading",
    "tariff",
];

impl Case {
    /// The value under a name that every case has.
    pub(crate) fn name(&self, key: &str) -> &'static str {
        self.names.iter().find(|(name, _)| *name == key).expect("every case has it").1
    }

    pub(crate) fn number(&self, key: &str) -> u32 {
        self.numbers.iter().find(|(name, _)| *name == key).expect("every case has it").1
    }

    /// Mostly nothing, sometimes one thing, seldom several.
    fn random(dice: &mut Dice) -> Self {
        let signals = dice.signals([0, 0, 0, 1, 1, 1, 1, 2, 2, 3]);
        let mut signals_so_far = dice.signals([0, 0, 0, 1]);
        signals_so_far.extend(&signals);
        signals_so_far.sort_unstable();
        signals_so_far.dedup();
        Self {
            signals,
            signals_so_far,
            names: [
                ("intent", dice.one(&INTENTS)),
                ("valence", dice.one(&["neg", "neu", "pos"])),
                ("band", dice.one(&["low", "low", "low", "rising", "high"])),
                ("channel", dice.one(&["chat", "whatsapp", "email", "voice"])),
                ("stage", dice.one(&["onboarding", "contract", "contract", "contract", "leaving"])),
                ("segment", dice.one(&["household", "household", "small_business", "large_business"])),
                ("medical_device", dice.one(&["no", "no", "no", "yes"])),
                ("interpreter", dice.one(&["none", "none", "none", "none", "sign_language", "other"])),
            ],
            numbers: [
                ("confidence", dice.below(1001)),
                ("month_day", (1 + dice.below(12)) * 100 + 1 + dice.below(28)),
                ("prior_contacts", dice.below(4)),
                ("failures", dice.below(3)),
                ("turns", dice.below(9)),
                ("reminders_sent", dice.below(5)),
            ],
        }
    }
}

/// The same on every machine.
pub(crate) fn all() -> Vec<Case> {
    let mut dice = Dice(20_261_123);
    (0..CASES).map(|_| Case::random(&mut dice)).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % u64::from(end)) as u32
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len() as u32) as usize]
    }

    /// As many different signals as one of these numbers says, or fewer.
    fn signals<const N: usize>(&mut self, numbers: [usize; N]) -> Vec<&'static str> {
        let many = numbers[self.below(N as u32) as usize];
        let mut signals: Vec<_> = (0..many).map(|_| self.one(&SIGNALS)).collect();
        signals.sort_unstable();
        signals.dedup();
        signals
    }
}
