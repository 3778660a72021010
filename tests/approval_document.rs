//! The section `approval` of a rule document: the good one has no findings, and each broken one exactly the finding
//! that its line in `approval/broken/changes.txt` says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use handover::approval::{ApprovalPolicy, Effect, Facts, Item, Money, Principal, Proposal, Why};
use handover::policy::{Against, Checked, Document, Node, Policy};
use handover::signal::Signal;

const GOOD: &str = include_str!("approval/good.toml");

fn checked(document: &str) -> Checked {
    let document: Document = toml::from_str(document).unwrap();
    let staff: Node = toml::from_str(include_str!("approval/staff.toml")).unwrap();
    let mut against = Against::default();
    against.staff = Some(staff);
    document.check_against(&against)
}

/// Findings of the section, as code and place.
fn findings(checked: &Checked) -> Vec<(String, String)> {
    let ours = checked.findings().iter().filter(|f| f.place.to_string().starts_with("approval"));
    ours.map(|f| (f.code.name().to_owned(), f.place.to_string())).collect()
}

fn policy() -> Policy {
    checked(GOOD).policy().unwrap()
}

#[test]
fn the_good_document_has_no_findings() {
    assert_eq!(findings(&checked(GOOD)), []);
}

#[test]
fn every_change_gives_its_finding() {
    let (mut codes, mut missing) = (std::collections::BTreeSet::new(), Vec::new());
    for line in include_str!("approval/broken/changes.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split(" ⇒ ");
        let (code, place) = parts.next().unwrap().split_once(' ').unwrap();
        let changes: Vec<String> = parts.map(|part| part.replace("\\n", "\n")).collect();
        let broken = changes.chunks(2).fold(GOOD.to_owned(), |document, change| {
            assert!(document.contains(&change[0]), "{line}: {} is not in the good document", change[0]);
            document.replacen(&change[0], change.get(1).map_or("", String::as_str), 1)
        });
        let found = findings(&checked(&broken));
        if !found.contains(&(code.to_owned(), place.to_owned())) {
            missing.push(format!("{line}\nfound {found:?}"));
        }
        codes.insert(code.to_owned());
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(codes.len() >= 25, "{codes:?}");
}

#[test]
fn a_slip_of_the_pen_gets_a_suggestion_in_both_languages() {
    let broken = GOOD.replacen("to = \"money\"", "to = \"mony\"", 1);
    let checked = checked(&broken);
    let finding = checked.errors().find(|f| f.place.to_string().starts_with("approval")).unwrap();
    assert_eq!(finding.did_you_mean.as_deref(), Some("money"));
    assert_ne!(finding.message.nl, finding.message.en);
}

fn refund(cents: i64) -> Proposal {
    let item = Item::new("c").amount("sum", Money::eur(cents));
    Proposal::builder("p", "refund", Principal::machine("ai"), "k").item(item).build().unwrap()
}

#[test]
fn what_was_checked_is_what_judges() {
    let policy = policy();
    let rules = policy.approval().unwrap();
    let judge = |cents, facts: Facts| rules.judge(&refund(cents), &facts, Some(handover::approval::Draw::new(500)), 0);
    assert_eq!(judge(5_000, Facts::default().verified()).effect(), Effect::Allow);
    assert_eq!(judge(5_000, Facts::default()).why, Why::Default, "nobody made sure of who it is");
    let large = judge(5_001, Facts::default().verified());
    assert_eq!((large.effect(), large.rule.as_deref()), (Effect::Review, Some("large-refund")));
    let hardship = judge(100, Facts::default().verified().signal(Signal::FinancialHardship));
    // The standing approval goes before a rule that does not say never always.
    assert_eq!(hardship.why, Why::Standing);
    let hardship = judge(101, Facts::default().verified().signal(Signal::FinancialHardship));
    assert_eq!((hardship.effect(), hardship.rule.as_deref()), (Effect::Review, Some("distress")));
    assert_eq!(rules.reference().version, 1);
}

#[test]
fn a_document_without_the_section_approves_nothing() {
    let (bare, _) = GOOD.split_once("[approval]").unwrap();
    let document: Document = toml::from_str(bare).unwrap();
    assert!(document.check().policy().unwrap().approval().is_none());
}
