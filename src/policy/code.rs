use serde::{Serialize, Serializer};
use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The policy can't go live.
    Error,
    /// It can, but this is hardly what was meant.
    Warning,
}

impl Severity {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal;)*) => {
        /// What kind of mistake. A closed list: a code is never renamed or given another meaning.
        ///
        /// Codes that start with `E` are errors, with `W` warnings.
        ///
        /// ```
        /// use handover::policy::{Code, Severity};
        ///
        /// assert_eq!(Code::UnknownName.name(), "E01");
        /// assert_eq!(Code::Redundant.severity(), Severity::Warning);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code in writing.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

codes! {
    /// A name that stands in no list: a signal, intent, queue, skill, role, channel, notice, attribute, schedule.
    UnknownName = "E01";
    /// A key that no such table has.
    UnknownKey = "E02";
    /// Text where a number belongs, or the like; a value in a form that can't be read.
    WrongType = "E03";
    /// The classifier can give an intent that the vocabulary lacks.
    VocabularyBehind = "E04";
    /// Something that has to be there is not.
    Missing = "E05";
    /// The same key, id or name twice.
    Twice = "E06";
    /// A number outside what it may be.
    OutOfRange = "E10";
    /// The wrong way round: a least above a most, an end before its start.
    Inverted = "E11";
    /// Conditions that can't hold together.
    Contradiction = "E12";
    /// Ranges of sibling rules leave a gap or overlap.
    Gap = "W13";
    /// One of several alternatives can't hold.
    DeadBranch = "W16";
    /// Neighbouring rules do the same and could be one.
    Mergeable = "W14";
    /// A rule so branched that it can't be reviewed or compiled.
    TooBranched = "E15";
    /// A rule never decides: others always come first.
    NeverDecides = "E20";
    /// A rule adds nothing to what others do.
    Redundant = "W21";
    /// Two rules have the same conditions and send to different places.
    Conflict = "E22";
    /// The queue of a rule is never used, since stronger rules name theirs.
    QueueUnused = "W23";
    /// A rule matches every situation.
    MatchesAlways = "W24";
    /// A rule does nothing.
    DoesNothing = "E26";
    /// Nothing says who decides on what no approval rule names.
    NoDefaultRoute = "E56";
    /// A rule denies an action altogether.
    Swallowed = "W25";
    /// A rule tries what only the ladder does.
    NotForRules = "E27";
    /// A rule can't soften what the ladder does here.
    LadderDecides = "W28";
    /// A name in the vocabulary that nothing uses.
    Unused = "W29";
    /// Nobody on the staff list holds the role.
    NobodyHolds = "E30";
    /// More people have to approve than may.
    QuorumTooHigh = "E31";
    /// All who may approve are of one team, and another is asked for.
    OneTeam = "E32";
    /// The same person would have to fill two stages.
    SamePersonTwice = "E33";
    /// Approval hangs on one person.
    SinglePoint = "W34";
    /// Time runs out on an approval, and the customer hears nothing.
    SilentTimeout = "E36";
    /// A customer waits for an approval longer than anybody does in good faith.
    PatientApproval = "W37";
    /// A rung of a ladder brings nobody new.
    EmptyRung = "E38";
    /// What can't be undone lies ready to be run for long.
    LongWindow = "W39";
    /// A way to a person that reaches nobody.
    ReachesNobody = "E40";
    /// A notice that is not written in both languages.
    NoText = "E41";
    /// A customer may have to wait too long.
    TooPatient = "E42";
    /// Queues that pass on to each other for ever.
    Cycle = "E43";
    /// No emergency number can be named in danger.
    NoCountry = "W45";
    /// Times at which nobody is there for what can't wait.
    NobodyOnCall = "W46";
    /// The words that should say that this is a bot don't.
    Undisclosed = "E47";
    /// What should be on record isn't: who answers for the policy, when it is looked at again, whose law applies.
    OffTheRecord = "W48";
    /// What a customer is or spends decides who gets a person.
    Unequal = "W49";
    /// What can't be undone passes with neither a budget nor a sample.
    UncheckedIrreversible = "E50";
    /// A limit for each amount without one for their sum.
    Slicing = "E51";
    /// Approved once and for all where a rule says never always.
    AlwaysOnNever = "E52";
    /// A sign of danger, grief or hardship that no rule handles.
    Unhandled = "W53";
    /// Nothing of what passes is ever looked at.
    NoSample = "W54";
    /// Somebody in distress may be dealt with by a machine alone.
    AloneInDistress = "E58";
}

impl Code {
    /// How bad it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.name().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_code_stands_twice() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let numbers: BTreeSet<_> = Code::ALL.iter().map(|c| c.name().trim_start_matches(['E', 'W'])).collect();
        assert_eq!(numbers.len(), Code::ALL.len(), "an error and a warning share a number");
    }
}
