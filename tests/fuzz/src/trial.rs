//! What is asked of one document. Panics are the caller's to catch; everything else that may not be is told here.

use crate::bytes;
use crate::chance::Chance;
use crate::corpus::Corpus;
use crate::{said, tokens, trees};
use cpu_time::ThreadTime;
use handover::conversation::Situation;
use handover::escalation::{EscalationPolicy, invariants};
use handover::policy::{Checked, Document, Finding, Node, Policy, Verdict};
use handover::text::Lang;
use std::time::Duration;

/// A broken document, as a host would get it.
pub(crate) enum Thrown {
    Toml(String),
    Json(String),
    Tree(Node),
}

impl Thrown {
    pub(crate) fn make(corpus: &Corpus, chance: &mut Chance) -> Self {
        match chance.below(10) {
            0 => Self::Toml(bytes::broken(&corpus.texts, chance)),
            1 => Self::Json(bytes::broken(&corpus.json, chance)),
            2..=4 => Self::Toml(tokens::broken(corpus, chance)),
            _ => Self::Tree(trees::broken(corpus, chance)),
        }
    }

    /// The document, to be looked at.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Toml(text) | Self::Json(text) => text.clone(),
            Self::Tree(root) => serde_json::to_string_pretty(root).unwrap_or_else(|_| format!("{root:#?}")),
        }
    }

    fn read(&self) -> Option<Document> {
        match self {
            Self::Toml(text) => toml::from_str(text).ok(),
            Self::Json(text) => serde_json::from_str(text).ok(),
            Self::Tree(root) => Some(Document::from(root.clone())),
        }
    }
}

/// What became of a document that did nothing it may not.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) read: bool,
    pub(crate) findings: usize,
    pub(crate) checked_in: Duration,
    /// Decisions taken, where it checked clean.
    pub(crate) decided: Option<usize>,
    /// Where it was proved: whether every property held, whether some stayed undecided, and the time it took.
    pub(crate) proved: Option<(bool, bool, Duration)>,
}

const SITUATIONS: usize = 8;

/// Proofs take long beside the rest: of documents that check clean, one in this many is proved.
const PROVED: usize = 8;

/// A check that takes more of the processor's time than this is a find: whoever waits for it thinks it hangs. The clock
/// is the thread's own, since a fuzzer runs when nothing else wants to, and may be set aside for minutes.
const LONGEST_CHECK: Duration = Duration::from_secs(10);

/// Throws one document.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(thrown: &Thrown, chance: &mut Chance) -> Result<Told, String> {
    let Some(document) = thrown.read() else { return Ok(Told::default()) };
    let start = ThreadTime::now();
    let checked = document.check();
    let mut told = Told { read: true, findings: checked.findings().len(), ..Told::default() };
    told.checked_in = start.elapsed();
    ensure(told.checked_in < LONGEST_CHECK, "the check takes too long")?;
    checked.findings().iter().try_for_each(speaks)?;
    if chance.one_in(16) {
        ensure(document.check() == checked, "two checks of one document differ")?;
    }
    let clean = checked.errors().next().is_none();
    let witnesses = witnesses(&checked);
    match checked.policy() {
        Ok(policy) if clean => {
            told.decided = Some(decide(&policy, &witnesses, chance)?);
            told.proved = if chance.one_in(PROVED) { Some(prove(&policy)?) } else { None };
            Ok(told)
        }
        Err(_) if !clean => Ok(told),
        _ => Err("what checks clean is no policy, or what does not is one".to_owned()),
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// Every finding has words in both languages, and can be shown.
fn speaks(finding: &Finding) -> Result<(), String> {
    let witness = finding.witness.iter().map(|witness| &witness.words);
    let worded = [&finding.message, &finding.help].into_iter().chain(witness);
    let silent = worded.into_iter().any(|words| words.nl.trim().is_empty() || words.en.trim().is_empty());
    ensure(!silent && !finding.to_string().is_empty(), &format!("a finding without words: {finding:?}"))
}

fn witnesses(checked: &Checked) -> Vec<Situation> {
    let found = checked.findings().iter().filter_map(|finding| finding.witness.as_ref()?.situation.as_deref().cloned());
    found.collect()
}

/// What checks clean never fails to decide: it always comes to a decision, the same one every time, and to one that
/// breaks none of what must always hold.
fn decide(policy: &Policy, witnesses: &[Situation], chance: &mut Chance) -> Result<usize, String> {
    let random = (0..SITUATIONS).map(|_| said::situation(policy.spec(), chance)).collect::<Vec<_>>();
    for now in random.iter().chain(witnesses) {
        let decision = policy.decide(now);
        let broken = invariants::check(now, &decision);
        ensure(broken.is_empty(), &format!("decided, and broke {broken:?}: {now:?}"))?;
        ensure(decision == policy.decide(now), "the same situation was decided differently")?;
        for queue in policy.spec().queues.keys() {
            let _ = policy.next_opening(queue, &now.local);
        }
    }
    if let Some(now) = random.first() {
        let explanation = policy.explain(now);
        let silent = Lang::BUILT_IN.into_iter().any(|lang| explanation.for_customer(lang).is_empty());
        ensure(!silent, "an explanation without words")?;
        ensure(explanation.decision == policy.decide(now), "another decision was explained than was taken")?;
    }
    Ok(random.len() + witnesses.len())
}

/// The prover comes to an end, and what it shows to be broken is what the policy decides.
fn prove(policy: &Policy) -> Result<(bool, bool, Duration), String> {
    let start = ThreadTime::now();
    let proof = policy.prove();
    let took = start.elapsed();
    let mut undecided = false;
    for claim in &proof.claims {
        match &claim.verdict {
            Verdict::Holds => {}
            Verdict::Undecided => undecided = true,
            Verdict::Broken(shown) => {
                let decided = policy.decide(&shown.situation);
                ensure(
                    decided == shown.decision,
                    &format!("{:?}: the counterexample is decided otherwise", claim.property),
                )?;
            }
        }
    }
    Ok((proof.holds(), undecided, took))
}
