//! The section held against the staff list: whether there is anybody to approve, and enough of them.

use crate::approval::{Requirement, Role, RuleSet};
use crate::policy::finding::Sink;
use crate::policy::reader::Table;
use crate::policy::{Code, DocPath, Finding, Node, Witness, Wording};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A person of the staff list.
struct Person {
    id: Arc<str>,
    roles: Vec<Role>,
    team: Option<Arc<str>>,
}

pub(super) fn look(set: &RuleSet, staff: &Node, section: &DocPath, sink: &Sink) {
    let Some(people) = people(staff, sink) else { return };
    for requirement in &set.routes {
        let place = section.key("routes").key(requirement.route());
        unheld(requirement, &people, &place, sink);
        enough(requirement, &people, &place, sink);
    }
}

/// Reads the staff list: people by id, with their roles and team.
fn people(staff: &Node, sink: &Sink) -> Option<Vec<Person>> {
    let mut table = Table::of(staff, DocPath::root().key("staff"), sink)?;
    let mut people = Vec::new();
    for (id, node, place) in table.entries("people").into_iter().flatten() {
        let Some(mut part) = Table::of(node, place, sink) else { continue };
        let roles = part.names("roles").into_iter().flatten().map(|(role, _)| Role::new(role)).collect();
        people.push(Person { id, roles, team: part.text("team") });
        part.finish();
    }
    // Who stands in for whom is a matter of the day; the list itself checks it when it is loaded.
    table.node("delegations");
    table.finish();
    Some(people)
}

fn unheld(requirement: &Requirement, people: &[Person], place: &DocPath, sink: &Sink) {
    let mut named: Vec<(&Role, DocPath)> = Vec::new();
    for (at, stage) in requirement.stages().iter().enumerate() {
        named.extend(stage.any_of.iter().map(|role| (role, place.key("stages").at(at).key("any_of"))));
    }
    for (at, rung) in requirement.ladder().iter().enumerate() {
        named.extend(rung.add_roles.iter().map(|role| (role, place.key("ladder").at(at).key("add_roles"))));
    }
    for (role, place) in named {
        if people.iter().any(|person| person.roles.contains(role)) {
            continue;
        }
        let message = Wording::new(format!("niemand heeft de rol `{role}`"), format!("nobody holds the role `{role}`"));
        let held: BTreeSet<&str> = people.iter().flat_map(|p| &p.roles).map(Role::as_str).collect();
        let near = crate::policy::nearest::nearest(role.as_str(), held);
        let help =
            Wording::new("Geef iemand die rol, of noem een andere.", "Give somebody that role, or name another.");
        sink.push(Finding::new(Code::NobodyHolds, place, message, help).meaning(near));
    }
}

/// Whether enough different people are there, and whether it hangs on one of them.
fn enough(requirement: &Requirement, people: &[Person], place: &DocPath, sink: &Sink) {
    let fills: Vec<(&Person, u16)> = people
        .iter()
        .map(|person| (person, requirement.stages_for(&person.roles, 0)))
        .filter(|(_, stages)| *stages != 0)
        .collect();
    let masks: Vec<u16> = fills.iter().map(|(_, stages)| *stages).collect();
    let stages = place.key("stages");
    let needed = requirement.people_needed();
    if !requirement.is_met(&masks) {
        too_few(requirement, &fills, needed, stages, sink);
        return;
    }
    if requirement.other_team() {
        one_team(&fills, place, sink);
    }
    let without = |who: usize| -> Vec<u16> {
        masks.iter().enumerate().filter(|(at, _)| *at != who).map(|(_, stages)| *stages).collect()
    };
    if requirement.answers().edit && fills.iter().all(|(editor, _)| !approvable_without(requirement, people, editor)) {
        nobody_but_the_editor(&fills, stages, sink);
        return;
    }
    let pillar = (0..fills.len()).find(|who| !requirement.is_met(&without(*who)));
    if let Some((person, _)) = pillar.and_then(|at| fills.get(at)) {
        let id = &person.id;
        let message = Wording::new(
            format!("zonder `{id}` kan niemand dit goedkeuren"),
            format!("without `{id}` nobody can approve this"),
        );
        let help = Wording::new(
            "Geef nog iemand een van de rollen, of vul de ladder aan: wie iets wijzigt, mag niet meer stemmen.",
            "Give one more person one of the roles, or add to the ladder: whoever edits may no longer vote.",
        );
        let case = Wording::new(
            format!("`{id}` is met verlof, of heeft het voorstel gewijzigd"),
            format!("`{id}` is on leave, or has edited the proposal"),
        );
        sink.push(Finding::new(Code::SinglePoint, stages, message, help).shown_by(Witness::of(case)));
    }
}

/// Whether all but one can approve, those of the ladder too.
fn approvable_without(requirement: &Requirement, people: &[Person], editor: &Person) -> bool {
    let others = people.iter().filter(|person| person.id != editor.id);
    let masks: Vec<u16> =
        others.map(|person| requirement.stages_for(&person.roles, requirement.ladder().len())).collect();
    requirement.is_met(&masks)
}

/// Whoever edits may no longer vote: where everybody is needed, nothing that was edited can be approved.
fn nobody_but_the_editor(fills: &[(&Person, u16)], place: DocPath, sink: &Sink) {
    let Some((editor, _)) = fills.first() else { return };
    let id = &editor.id;
    let message = Wording::new(
        "wat iemand wijzigt, kan daarna niemand meer goedkeuren: iedereen die mag, is nodig",
        "what somebody edits nobody can approve any more: everybody who may is needed",
    );
    let help = Wording::new(
        "Geef nog iemand een van de rollen, verlaag het aantal, of laat `edit` weg uit `answers`.",
        "Give one more person one of the roles, lower the number, or leave `edit` out of `answers`.",
    );
    let case = Wording::new(
        format!("`{id}` wijzigt het voorstel, en mag dan niet meer stemmen"),
        format!("`{id}` edits the proposal, and may then no longer vote"),
    );
    sink.push(Finding::new(Code::QuorumTooHigh, place, message, help).shown_by(Witness::of(case)));
}

fn too_few(requirement: &Requirement, fills: &[(&Person, u16)], needed: u32, place: DocPath, sink: &Sink) {
    let full = |at: usize| {
        let quorum = requirement.stages().get(at).map_or(0, |stage| usize::from(stage.quorum.get()));
        fills.iter().filter(|(_, stages)| stages & (1 << at) != 0).count() >= quorum
    };
    let each = (0..requirement.stages().len()).all(full);
    let there = fills.len();
    let (code, nl, en) = if each {
        (
            Code::SamePersonTwice,
            format!("dezelfde mensen moeten meer dan een groep vullen: er zijn er {there} voor {needed} plaatsen"),
            format!("the same people would have to fill more than one stage: there are {there} for {needed} places"),
        )
    } else {
        (
            Code::QuorumTooHigh,
            format!("er zijn {needed} mensen nodig; wie mag, zijn er te weinig ({there})"),
            format!("{needed} people are needed; too few of those who may are there ({there})"),
        )
    };
    let help = Wording::new(
        "Verlaag het aantal, of geef meer mensen een van de rollen.",
        "Lower the number, or give more people one of the roles.",
    );
    let who: Vec<&str> = fills.iter().map(|(person, _)| person.id.as_ref()).collect();
    let case = Wording::new(
        format!("iedereen die mag, stemt voor: {}", who.join(", ")),
        format!("everybody who may votes yes: {}", who.join(", ")),
    );
    sink.push(Finding::new(code, place, Wording::new(nl, en), help).shown_by(Witness::of(case)));
}

/// All who may are of one team, which is left out when it proposes.
fn one_team(fills: &[(&Person, u16)], place: &DocPath, sink: &Sink) {
    let teams: BTreeSet<Option<&str>> = fills.iter().map(|(person, _)| person.team.as_deref()).collect();
    if teams.len() != 1 {
        return;
    }
    let team = teams.first().copied().flatten().unwrap_or("?");
    let message = Wording::new(
        format!("wie mag, zit allemaal in team `{team}`: een voorstel van dat team kan niemand goedkeuren"),
        format!("all who may are of team `{team}`: nobody can approve a proposal of that team"),
    );
    let help = Wording::new(
        "Geef iemand van een ander team een van de rollen.",
        "Give somebody of another team one of the roles.",
    );
    sink.push(Finding::new(Code::OneTeam, place.key("other_team"), message, help));
}
