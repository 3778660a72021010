//! Stored forms of every release still load, and one of a release to come is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use handover::Conversation;
use handover::conversation::Owner;

/// It kept the bot's last turn only, under another name: that is forgotten.
#[test]
fn a_conversation_of_version_1_loads() {
    let talk: Conversation = serde_json::from_str(include_str!("stored/conversation-v1.json")).unwrap();
    assert_eq!((talk.owner(), talk.turns()), (Owner::Pending, 5));
}

#[test]
fn a_conversation_of_version_2_loads_and_stores_the_same() {
    let stored = include_str!("stored/conversation-v2.json");
    let talk: Conversation = serde_json::from_str(stored).unwrap();
    assert_eq!(talk.owner(), Owner::Pending);
    assert_eq!(serde_json::to_string_pretty(&talk).unwrap(), stored.trim());
}

#[test]
fn fields_that_are_missing_take_their_defaults() {
    let talk: Conversation = serde_json::from_str(r#"{"version":1}"#).unwrap();
    assert_eq!(talk.turns(), 0);
}

#[test]
fn a_later_version_is_refused_in_words() {
    let error = serde_json::from_str::<Conversation>(r#"{"version":99}"#).unwrap_err().to_string();
    assert!(error.contains("version 99"), "{error}");
}

#[test]
fn nothing_the_customer_said_is_stored_or_shown() {
    let triage = handover::Triage::builder().build().unwrap();
    let mut talk = Conversation::new(handover::conversation::Channel::Chat);
    let turn = handover::Turn::customer("mijn geheime zin over Zwaanshoek", 0);
    let decision = triage.receive(&mut talk, &turn, &handover::conversation::Context::at(0));
    for shown in [format!("{talk:?} {turn:?} {decision:?}"), serde_json::to_string(&talk).unwrap()] {
        assert!(!shown.to_lowercase().contains("zwaanshoek") && !shown.contains("geheime"), "{shown}");
    }
}

/// An offer that was taken up leads to the person whom it was about.
#[test]
fn an_accepted_offer_keeps_its_route() {
    use handover::conversation::{Channel, Context};
    let triage = handover::Triage::builder().build().unwrap();
    let mut talk = Conversation::new(Channel::Chat);
    let said = "I lost my job and I can't pay this bill.";
    let offer = triage.receive(&mut talk, &handover::Turn::customer(said, 0), &Context::at(0));
    assert_eq!(offer.outcome, handover::Outcome::OfferHuman);
    talk.delivered(1);
    let talk_again = serde_json::to_string(&talk).unwrap();
    let mut talk: Conversation = serde_json::from_str(&talk_again).unwrap();
    let taken = triage.receive(&mut talk, &handover::Turn::customer("Yes please", 2), &Context::at(2));
    assert_eq!(taken.outcome, handover::Outcome::HandOver);
    let (offered, reached) = (offer.route.unwrap(), taken.route.unwrap());
    assert_eq!((reached.queue, reached.skills, reached.priority), (offered.queue, offered.skills, offered.priority));
}
