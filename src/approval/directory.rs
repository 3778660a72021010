use super::{Principal, Role};
use crate::mistakes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The longest a delegation may last: 90 days, in milliseconds. Leave ends; who hands a role over for good changes
/// the staff list.
pub const LONGEST_DELEGATION: u64 = 90 * 24 * 3_600_000;
/// How many hands a role may pass through.
const LONGEST_CHAIN: usize = 3;

/// Knows who holds which role, now.
///
/// A wrong answer here is a wrong approver: take it from where the company keeps its staff, never from what a caller
/// says about itself. Somebody unknown has no roles and can't vote, so a directory that can't be reached approves
/// nothing. A host whose directory is remote asks it first and hands the answers in as a [`StaffList`] of those who
/// matter.
pub trait Directory: Send + Sync {
    /// What somebody may act as at `now`, in milliseconds since the epoch: as themselves, or in the place of
    /// `acting_for`, if that person has handed their roles over for the time being.
    fn capacity(&self, who: &Principal, acting_for: Option<&Principal>, now: u64) -> Capacity;
}

macro_rules! forward_directory {
    ($($pointer:ty),*) => {$(
        impl<D: Directory + ?Sized> Directory for $pointer {
            fn capacity(&self, who: &Principal, acting_for: Option<&Principal>, now: u64) -> Capacity {
                (**self).capacity(who, acting_for, now)
            }
        }
    )*};
}

forward_directory!(&D, Box<D>, Arc<D>);

/// What somebody may act as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// The roles; none for who may do nothing.
    pub roles: Vec<Role>,
    /// The people whose place is taken, the first of whom handed over to the next: they count as having voted too.
    pub through: Vec<Principal>,
    /// The teams of all of them, where they have one.
    pub teams: Vec<Arc<str>>,
}

/// The people of a company, with their roles and who stands in for whom: a [`Directory`] as plain data.
///
/// ```
/// use handover::approval::{Delegation, Directory, Principal, StaffList};
///
/// let (anna, bas) = (Principal::person("anna"), Principal::person("bas"));
/// let staff = StaffList::builder()
///     .person("anna", ["finance_lead"])
///     .person("bas", ["agent"])
///     .delegation(Delegation { from: "anna".into(), to: "bas".into(), since: 0, until: 1_000 })
///     .build()?;
/// assert_eq!(staff.capacity(&bas, Some(&anna), 500).roles, ["finance_lead".into()]);
/// assert!(staff.capacity(&bas, Some(&anna), 1_000).roles.is_empty()); // her leave is over
/// assert!(staff.capacity(&anna, Some(&bas), 500).roles.is_empty());
/// # Ok::<(), handover::approval::StaffErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct StaffList(Draft);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Draft {
    people: BTreeMap<Arc<str>, Colleague>,
    delegations: Vec<Delegation>,
}

/// A person of the company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Colleague {
    /// What they may approve as.
    pub roles: BTreeSet<Role>,
    /// The team that they work in.
    pub team: Option<Arc<str>>,
}

/// Somebody stands in for somebody, during leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Who is away.
    pub from: Arc<str>,
    /// Who stands in.
    pub to: Arc<str>,
    /// From when, in milliseconds since the epoch.
    pub since: u64,
    /// Until when.
    pub until: u64,
}

impl StaffList {
    /// Starts a list.
    #[must_use]
    pub fn builder() -> StaffListBuilder {
        StaffListBuilder::default()
    }

    /// The people, by id.
    #[must_use]
    pub const fn people(&self) -> &BTreeMap<Arc<str>, Colleague> {
        &self.0.people
    }

    /// Who stands in for whom.
    #[must_use]
    pub fn delegations(&self) -> &[Delegation] {
        &self.0.delegations
    }

    /// Those who hold any of these roles themselves, by id.
    pub fn holders<'a>(&'a self, any_of: &'a [Role]) -> impl Iterator<Item = &'a str> {
        let holds = |colleague: &Colleague| any_of.iter().any(|role| colleague.roles.contains(role));
        self.0.people.iter().filter(move |(_, colleague)| holds(colleague)).map(|(id, _)| id.as_ref())
    }

    /// The way from who is away to who stands in, both ends included; empty where there is none.
    fn chain(&self, from: &str, to: &str, now: u64) -> Vec<Arc<str>> {
        let mut ways: Vec<Vec<Arc<str>>> = vec![vec![Arc::from(from)]];
        for _ in 0..LONGEST_CHAIN {
            ways = ways.iter().flat_map(|way| self.longer(way, now)).collect();
            if let Some(way) = ways.iter().find(|way| way.last().is_some_and(|last| **last == *to)) {
                return way.clone();
            }
        }
        Vec::new()
    }

    fn longer<'a>(&'a self, way: &'a [Arc<str>], now: u64) -> impl Iterator<Item = Vec<Arc<str>>> + 'a {
        let on = self.0.delegations.iter().filter(move |d| d.since <= now && now < d.until);
        let next = on.filter(|d| way.last() == Some(&d.from) && !way.contains(&d.to));
        next.map(|d| way.iter().cloned().chain([d.to.clone()]).collect())
    }

    fn colleague(&self, who: &Principal) -> Option<&Colleague> {
        who.is_person().then(|| self.0.people.get(who.id())).flatten()
    }
}

impl Directory for StaffList {
    fn capacity(&self, who: &Principal, acting_for: Option<&Principal>, now: u64) -> Capacity {
        let Some(own) = self.colleague(who) else { return Capacity::default() };
        let Some(absent) = acting_for else {
            return Capacity {
                roles: own.roles.iter().cloned().collect(),
                through: Vec::new(),
                teams: own.team.iter().cloned().collect(),
            };
        };
        let Some(theirs) = self.colleague(absent) else { return Capacity::default() };
        let chain = self.chain(absent.id(), who.id(), now);
        let Some((_, through)) = chain.split_last() else { return Capacity::default() };
        let teams = chain.iter().filter_map(|id| self.0.people.get(id)?.team.clone()).collect();
        Capacity {
            roles: theirs.roles.iter().cloned().collect(),
            through: through.iter().cloned().map(Principal::Person).collect(),
            teams,
        }
    }
}

/// Puts a [`StaffList`] together.
#[derive(Clone, Debug, Default)]
pub struct StaffListBuilder(Draft);

impl StaffListBuilder {
    /// Adds a person with their roles.
    #[must_use]
    pub fn person<R: Into<Role>>(self, id: impl Into<Arc<str>>, roles: impl IntoIterator<Item = R>) -> Self {
        self.colleague(id, Colleague { roles: roles.into_iter().map(Into::into).collect(), team: None })
    }

    /// Adds a person with everything that is known of them.
    #[must_use]
    pub fn colleague(mut self, id: impl Into<Arc<str>>, colleague: Colleague) -> Self {
        self.0.people.insert(id.into(), colleague);
        self
    }

    /// Lets somebody stand in for somebody.
    #[must_use]
    pub fn delegation(mut self, delegation: Delegation) -> Self {
        self.0.delegations.push(delegation);
        self
    }

    /// The list.
    ///
    /// # Errors
    /// Delegations of or to nobody, without end, too long, or in a circle.
    pub fn build(self) -> Result<StaffList, StaffErrors> {
        StaffList::try_from(self.0)
    }
}

impl TryFrom<Draft> for StaffList {
    type Error = StaffErrors;

    fn try_from(draft: Draft) -> Result<Self, StaffErrors> {
        let mut errors = Vec::new();
        for (at, delegation) in draft.delegations.iter().enumerate() {
            let unknown = [&delegation.from, &delegation.to].into_iter().filter(|id| !draft.people.contains_key(*id));
            errors.extend(unknown.map(|id| StaffError::Unknown { at, id: id.clone() }));
            let lasts = delegation.until.saturating_sub(delegation.since);
            if lasts == 0 || lasts > LONGEST_DELEGATION {
                errors.push(StaffError::Length(at));
            }
            if closes_circle(&draft.delegations, delegation) {
                errors.push(StaffError::Circle { at, id: delegation.from.clone() });
            }
        }
        if errors.is_empty() { Ok(Self(draft)) } else { Err(StaffErrors(errors)) }
    }
}

/// Whether a delegation comes back to where it started, by way of others that hold at the same time.
fn closes_circle(all: &[Delegation], start: &Delegation) -> bool {
    let mut reached = vec![(start.to.clone(), start.since, start.until)];
    let mut seen = BTreeSet::new();
    while let Some((who, since, until)) = reached.pop() {
        if who == start.from {
            return true;
        }
        if !seen.insert((who.clone(), since, until)) {
            continue;
        }
        let on = all.iter().filter(|d| d.from == who && d.since.max(since) < d.until.min(until));
        reached.extend(on.map(|d| (d.to.clone(), d.since.max(since), d.until.min(until))));
    }
    false
}

impl From<StaffList> for Draft {
    fn from(list: StaffList) -> Self {
        list.0
    }
}

/// One mistake in a [`StaffList`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StaffError {
    /// A delegation that names nobody.
    #[error("delegation {at} names {id}, who is not on the list")]
    Unknown {
        /// Which, counted from 0.
        at: usize,
        /// The name.
        id: Arc<str>,
    },
    /// A delegation without end, or none at all.
    #[error("delegation {0} does not last between a millisecond and 90 days")]
    Length(usize),
    /// Delegations in a circle.
    #[error("delegation {at} leads back to {id} while it holds")]
    Circle {
        /// Which, counted from 0.
        at: usize,
        /// Who delegates to themselves in the end.
        id: Arc<str>,
    },
}

/// Why a staff list was not taken: every mistake in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffErrors(Vec<StaffError>);

impl StaffErrors {
    /// The mistakes, in the order of the list.
    #[must_use]
    pub fn mistakes(&self) -> &[StaffError] {
        &self.0
    }
}

impl fmt::Display for StaffErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistakes::write(f, &self.0)
    }
}

impl std::error::Error for StaffErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(ids: &[&str]) -> StaffListBuilder {
        ids.iter().fold(StaffList::builder(), |list, id| list.person(*id, [format!("role_{id}").as_str()]))
    }

    fn hands(from: &str, to: &str, since: u64, until: u64) -> Delegation {
        Delegation { from: from.into(), to: to.into(), since, until }
    }

    fn who(id: &str) -> Principal {
        Principal::person(id)
    }

    #[test]
    fn a_chain_is_bounded_and_everyone_in_it_counts() {
        let links = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")];
        let list = links.iter().fold(people(&["a", "b", "c", "d", "e"]), |l, (x, y)| l.delegation(hands(x, y, 0, 9)));
        let list = list.build().unwrap();
        let third = list.capacity(&who("d"), Some(&who("a")), 5);
        assert_eq!(third.roles, ["role_a".into()]);
        assert_eq!(third.through, [who("a"), who("b"), who("c")]);
        assert!(list.capacity(&who("e"), Some(&who("a")), 5).roles.is_empty(), "four hands are too many");
        assert!(list.capacity(&who("b"), Some(&who("a")), 9).roles.is_empty(), "over");
    }

    #[test]
    fn circles_are_found_only_where_they_hold_at_once() {
        let at_once = people(&["a", "b"]).delegation(hands("a", "b", 0, 5)).delegation(hands("b", "a", 4, 9));
        let errors = at_once.build().unwrap_err();
        assert_eq!(errors.mistakes().len(), 2, "{errors}");
        let in_turn = people(&["a", "b"]).delegation(hands("a", "b", 0, 5)).delegation(hands("b", "a", 5, 9));
        assert!(in_turn.build().is_ok());
        assert!(people(&["a"]).delegation(hands("a", "a", 0, 5)).build().is_err());
    }

    #[test]
    fn no_delegation_is_for_ever_or_from_nobody() {
        let wrong = people(&["a"]).delegation(hands("a", "x", 0, LONGEST_DELEGATION + 1)).build().unwrap_err();
        assert_eq!(wrong.mistakes(), [StaffError::Unknown { at: 0, id: "x".into() }, StaffError::Length(0)]);
    }

    #[test]
    fn a_machine_has_no_roles_even_if_listed() {
        let list = people(&["bot"]).build().unwrap();
        assert!(list.capacity(&Principal::machine("bot"), None, 0).roles.is_empty());
        assert_eq!(list.capacity(&who("bot"), None, 0).roles.len(), 1);
    }
}
