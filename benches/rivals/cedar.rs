//! Cedar: `is_authorized`, whose answer names the policies that it rests on.

use crate::cases::Case;
use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, PolicyId, PolicySet, Request, Response, RestrictedExpression,
};
use std::collections::BTreeSet;

const RULES: &str = include_str!("rules/energy.cedar");

pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    bot: EntityUid,
    decide: EntityUid,
    conversation: EntityUid,
}

impl Cedar {
    pub(crate) fn new() -> Self {
        let read: PolicySet = RULES.parse().expect("Cedar");
        let named = read.policies().map(|policy| policy.new_id(PolicyId::new(policy.annotation("id").expect("an id"))));
        let uid = |text: &str| text.parse().expect("an entity");
        Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_policies(named).expect("different ids"),
            entities: Entities::empty(),
            bot: uid("Bot::\"bot\""),
            decide: uid("Action::\"decide\""),
            conversation: uid("Conversation::\"this\""),
        }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        self.policies.policies().map(|policy| policy.id().as_ref())
    }

    /// The request of a case.
    pub(crate) fn request(&self, case: &Case) -> Request {
        let set = |names: &[&str]| {
            let values = names.iter().map(|name| RestrictedExpression::new_string((*name).to_owned()));
            RestrictedExpression::new_set(values)
        };
        let lists = [("signals", set(&case.signals)), ("signals_so_far", set(&case.signals_so_far))];
        let names = case.names.iter().map(|(key, name)| (*key, RestrictedExpression::new_string((*name).to_owned())));
        let numbers =
            case.numbers.iter().map(|(key, number)| (*key, RestrictedExpression::new_long(i64::from(*number))));
        let pairs = lists.into_iter().chain(names).chain(numbers).map(|(key, value)| (key.to_owned(), value));
        let context = Context::from_pairs(pairs).expect("different keys");
        let (bot, decide, conversation) = (self.bot.clone(), self.decide.clone(), self.conversation.clone());
        Request::new(bot, decide, conversation, context, None).expect("no schema to break")
    }

    pub(crate) fn decide(&self, request: &Request) -> Response {
        self.authorizer.is_authorized(request, &self.policies, &self.entities)
    }

    pub(crate) fn matching(&self, request: &Request) -> BTreeSet<String> {
        let response = self.decide(request);
        assert_eq!(response.diagnostics().errors().count(), 0, "a rule that fails is skipped, and nobody would know");
        response.diagnostics().reason().map(ToString::to_string).collect()
    }
}
