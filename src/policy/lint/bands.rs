//! Sibling rules that cut one number into bands: a gap between two, an overlap, or two that could be one.

use crate::policy::finding::Sink;
use crate::policy::reader::shown;
use crate::policy::{Code, Condition, DocPath, Finding, Measure, Range, Rule, Spec, Test, Witness, Wording, words};
use std::collections::BTreeSet;

pub(super) fn look(spec: &Spec, damaged: &BTreeSet<DocPath>, sink: &Sink) {
    for (key, rules) in [("rules", &spec.rules), ("circumstances", &spec.circumstances)] {
        let place = DocPath::root().key(key);
        let whole = rules.iter().enumerate().filter(|(at, _)| !damaged.contains(&place.at(*at)));
        let bands: Vec<Band<'_>> = whole.filter_map(|(at, rule)| Band::of(rule, place.at(at))).collect();
        for (at, first) in bands.iter().enumerate() {
            let siblings: Vec<&Band<'_>> = bands
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, b)| b)
                .filter(|b| first.is_sibling(b))
                .collect();
            first.look_at(&siblings, sink);
        }
    }
}

/// A rule whose only number lies in a range with a lower and an upper end, or one of the two.
struct Band<'s> {
    rule: &'s Rule,
    place: DocPath,
    /// The condition without the range.
    rest: Condition,
    test: &'s Test,
    range: Range,
    /// What the number is counted in, where it is counted.
    step: Option<f64>,
}

impl<'s> Band<'s> {
    fn of(rule: &'s Rule, place: DocPath) -> Option<Self> {
        let ranged = |test: &&Test| matches!(test, Test::Measure(..) | Test::AttributeIn(..));
        let mut tests = rule.when.tests.iter().filter(ranged);
        let (test, None) = (tests.next()?, tests.next()) else { return None };
        let (range, step) = match test {
            Test::Measure(measure, range) => (*range, measure_step(*measure)),
            Test::AttributeIn(_, range) => (*range, None),
            _ => return None,
        };
        let mut rest = rule.when.clone();
        rest.tests.retain(|other| !ranged(&other));
        Some(Self { rule, place, rest, test, range, step })
    }

    /// The same conditions but for the range of the same number.
    fn is_sibling(&self, other: &Self) -> bool {
        let same = match (self.test, other.test) {
            (Test::Measure(a, _), Test::Measure(b, _)) => a == b,
            (Test::AttributeIn(a, _), Test::AttributeIn(b, _)) => a == b,
            _ => false,
        };
        same && self.rest == other.rest
    }

    fn top(&self) -> Option<(f64, bool)> {
        self.range.at_most.map(|b| (b, true)).or(self.range.below.map(|b| (b, false)))
    }

    fn bottom(&self) -> Option<(f64, bool)> {
        self.range.at_least.map(|b| (b, true)).or(self.range.above.map(|b| (b, false)))
    }

    /// Looks at the band that follows this one: the sibling that starts nearest to where this one ends.
    fn look_at(&self, siblings: &[&Self], sink: &Sink) {
        let Some((top, top_in)) = self.top() else { return };
        let start = self.bottom().map_or(f64::NEG_INFINITY, |(b, _)| b);
        let later = siblings.iter().filter(|s| s.bottom().is_some_and(|(b, _)| b > start));
        let next = later.min_by(|a, b| {
            let bottom = |s: &Self| s.bottom().map_or(f64::INFINITY, |(b, _)| b);
            bottom(a).total_cmp(&bottom(b))
        });
        let Some((next, (bottom, bottom_in))) = next.and_then(|next| Some((next, next.bottom()?))) else { return };
        if let Some(missed) = self.missed((top, top_in), (bottom, bottom_in), siblings) {
            let (a, b) = (shown(&self.rule.id), shown(&next.rule.id));
            let message = Wording::new(
                format!("tussen `{a}` en `{b}` valt een gat: voor {missed} geldt geen van beide"),
                format!("there is a gap between `{a}` and `{b}`: neither applies to {missed}"),
            );
            let help = Wording::new(
                format!(
                    "Laat de ene band met `below = {bottom}` ophouden waar de andere met `at_least = {bottom}` begint."
                ),
                format!("Let one band end with `below = {bottom}` where the other starts with `at_least = {bottom}`."),
            );
            self.tell(Code::Gap, next, message, help, missed, sink);
        } else if let Some(both) = shared((top, top_in), (bottom, bottom_in), next) {
            let (a, b) = (shown(&self.rule.id), shown(&next.rule.id));
            let message = Wording::new(
                format!("`{a}` en `{b}` overlappen: voor {both} gelden ze allebei"),
                format!("`{a}` and `{b}` overlap: both apply to {both}"),
            );
            let help = Wording::new(
                format!("Laat de ene band met `below = {bottom}` ophouden waar de andere begint."),
                format!("Let one band end with `below = {bottom}` where the other starts."),
            );
            self.tell(Code::Gap, next, message, help, both, sink);
        } else if self.rule.then == next.rule.then {
            let (a, b) = (shown(&self.rule.id), shown(&next.rule.id));
            let message = Wording::new(
                format!("`{a}` en `{b}` doen hetzelfde en sluiten aan"),
                format!("`{a}` and `{b}` do the same and adjoin"),
            );
            let help = Wording::new("Maak er een regel van.", "Make them one rule.");
            self.tell(Code::Mergeable, next, message, help, bottom, sink);
        }
    }

    /// A value between two bands that neither takes, nor any other sibling.
    fn missed(&self, top: (f64, bool), bottom: (f64, bool), siblings: &[&Self]) -> Option<f64> {
        let middle = match self.step {
            Some(step) => {
                let first = if top.1 { (top.0 / step).floor() * step + step } else { (top.0 / step).ceil() * step };
                (first < bottom.0 || (first == bottom.0 && !bottom.1)).then_some(first)
            }
            None if top.0 < bottom.0 => Some((top.0 + bottom.0) / 2.0),
            None if top.0 == bottom.0 && !top.1 && !bottom.1 => Some(top.0),
            None => None,
        };
        middle.filter(|value| !siblings.iter().any(|sibling| sibling.range.has(*value)))
    }

    fn tell(&self, code: Code, next: &Self, message: Wording, help: Wording, value: f64, sink: &Sink) {
        let exactly = Range { at_least: Some(value), at_most: Some(value), ..Range::default() };
        let case = match self.test {
            Test::Measure(measure, _) => Test::Measure(*measure, exactly),
            Test::AttributeIn(name, _) => Test::AttributeIn(name.clone(), exactly),
            _ => return,
        };
        let witness = Witness::of(words::test(&case, true));
        let place = next.place.key("when").key(next.test.key());
        sink.push(Finding::new(code, place, message, help).shown_by(witness));
    }
}

/// A value that two bands share. One band inside another is a stricter case of it, and no mistake.
fn shared(top: (f64, bool), bottom: (f64, bool), next: &Band<'_>) -> Option<f64> {
    let ends_inside = next.top().is_none_or(|(end, _)| end > top.0);
    let overlap = top.0 > bottom.0 || (top.0 == bottom.0 && top.1 && bottom.1);
    (overlap && ends_inside).then_some(bottom.0.max(top.0.min(bottom.0)))
}

fn measure_step(measure: Measure) -> Option<f64> {
    measure.counts().then_some(1.0)
}
