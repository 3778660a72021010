//! What a document asks of the ladder that the ladder does not do: outcomes that are its own, and settings that
//! cancel each other out.

use super::rules;
use crate::escalation::{NoticeKey, Outcome, Priority};
use crate::policy::engine::{Lists, floor};
use crate::policy::finding::Sink;
use crate::policy::reader::shown;
use crate::policy::{Code, DocPath, Finding, Spec, Witness, Wording};

pub(super) fn look(spec: &Spec, sink: &Sink) {
    let lists = Lists::of(spec);
    for (place, rule) in rules(spec) {
        let id = shown(&rule.id);
        if rule.then.outcome == Outcome::Clarify {
            let message = Wording::new(
                format!("`{id}` wil een wedervraag; dat doet alleen de ladder, bij twijfel over de intentie"),
                format!("`{id}` wants a question; only the ladder asks, when the intent is in doubt"),
            );
            let help = Wording::new(
                "Kies `offer_human` of `hand_over`, of stel [thresholds] bij.",
                "Choose `offer_human` or `hand_over`, or adjust [thresholds].",
            );
            sink.push(Finding::new(Code::NotForRules, place.key("then").key("outcome"), message, help));
        }
        for notice in rule.then.notices.iter().filter(|name| NoticeKey::ALL.iter().any(|key| key.name() == &***name)) {
            let message = Wording::new(
                format!("`{notice}` toont de ladder zelf, wanneer het nodig is"),
                format!("the ladder itself shows `{notice}` when it is due"),
            );
            let help = Wording::new(
                "Laat het weg, of leg onder [notices] een eigen bericht vast.",
                "Leave it out, or define a notice of your own under [notices].",
            );
            sink.push(Finding::new(Code::NotForRules, place.key("then").key("notices"), message, help));
        }
        if rule.then.call_back && floor(rule, spec, &lists).priority == Priority::Urgent {
            let message = Wording::new(
                format!("`{id}` wil terugbellen, maar wat spoed heeft, wordt meteen opgenomen"),
                format!("`{id}` wants to call back, but what is urgent is taken at once"),
            );
            let help =
                Wording::new("Laat `call_back` weg, of kies `high`.", "Leave `call_back` out, or choose `high`.");
            sink.push(Finding::new(Code::LadderDecides, place.key("then").key("call_back"), message, help));
        }
        if rule.then.route.is_some() && rule.then.queue.is_some() {
            let message = Wording::new(
                format!("`{id}` noemt een route en een wachtrij; de wachtrij wint"),
                format!("`{id}` names a route and a queue; the queue wins"),
            );
            let help = Wording::new("Laat er een weg.", "Leave one of them out.");
            sink.push(Finding::new(Code::Twice, place.key("then").key("queue"), message, help));
        }
    }
    budget(spec, sink);
}

/// Questions that a cap cuts off before the budget is used.
fn budget(spec: &Spec, sink: &Sink) {
    let (budget, cap) = (spec.thresholds.clarify_budget, spec.thresholds.stuck_cap);
    if budget >= cap && cap > 0 {
        let message = Wording::new(
            format!("de bot mag {budget} keer vragen, maar na {} neemt een mens het al over", cap - 1),
            format!("the bot may ask {budget} times, but after {} a person has taken over", cap - 1),
        );
        let help = Wording::new(
            format!("Zet `clarify_budget` op hoogstens {}, of verhoog `stuck_cap`.", cap - 1),
            format!("Set `clarify_budget` to {} at most, or raise `stuck_cap`.", cap - 1),
        );
        let witness = Witness::of(Wording::new(
            format!("een klant die {cap} keer achter elkaar onduidelijk is"),
            format!("a customer who is unclear {cap} times in a row"),
        ));
        let place = DocPath::root().key("thresholds").key("clarify_budget");
        sink.push(Finding::new(Code::LadderDecides, place, message, help).shown_by(witness));
    }
}
