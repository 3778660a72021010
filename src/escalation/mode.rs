//! How a person is reached when nobody is there: another mode, never a refusal.

use super::{Mode, NoticeKey, Priority};
use crate::conversation::{Channel, Situation};
use crate::policy::Spec;
use std::sync::Arc;

/// What the way to a person has to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) priority: Priority,
    /// The customer asked to be called back.
    pub(super) call: bool,
    /// A rule would rather have the customer called back than passed on live.
    pub(super) call_back: bool,
}

/// The way a person is reached, and what the customer is told of it.
#[derive(Debug)]
pub(super) struct Reached<'s> {
    pub(super) queue: &'s Arc<str>,
    pub(super) mode: Mode,
    pub(super) notices: &'static [NoticeKey],
    /// Something else than what the channel is for.
    pub(super) changed: bool,
}

const CALLED: &[NoticeKey] = &[NoticeKey::CallBackPlanned];
const WRITTEN: &[NoticeKey] = &[NoticeKey::TicketMade];
const CLOSED_CALLED: &[NoticeKey] = &[NoticeKey::ClosedNextOpening, NoticeKey::CallBackPlanned];
const CLOSED_WRITTEN: &[NoticeKey] = &[NoticeKey::ClosedNextOpening, NoticeKey::TicketMade];

/// Goes from the queue that was meant to the one that is reached, and how.
pub(super) fn reach<'s>(spec: &'s Spec, now: &'s Situation, queue: &'s Arc<str>, asked: Asked) -> Reached<'s> {
    let to = |queue, mode, notices, changed| Reached { queue, mode, notices, changed };
    let there = spec.at(queue, now);
    // Only who makes calls is promised to call, and what is urgent does not wait for a call from a closed desk.
    let calls = there.calls_back() && (asked.priority < Priority::Urgent || there.open());
    if asked.call && calls {
        return to(queue, Mode::CallBack, CALLED, false);
    }
    if now.channel == Channel::Email && asked.priority < Priority::Urgent {
        return to(queue, Mode::Ticket, WRITTEN, false);
    }
    if !there.open() {
        return if asked.priority == Priority::Urgent {
            to(there.on_call().unwrap_or(queue), Mode::OnCall, &[], true)
        } else if there.calls_back() {
            to(queue, Mode::CallBack, CLOSED_CALLED, true)
        } else {
            to(queue, Mode::Ticket, CLOSED_WRITTEN, true)
        };
    }
    if !there.live() {
        return to(queue, Mode::Ticket, WRITTEN, true);
    }
    if asked.call_back && asked.priority < Priority::Urgent && there.calls_back() {
        return to(queue, Mode::CallBack, CALLED, false);
    }
    // Where nothing is known it is routed as if somebody were free, and nothing is promised.
    if !there.busy() {
        return to(queue, Mode::Live, &[], false);
    }
    match there.overflow() {
        Some(other) => to(other, Mode::Live, &[], false),
        None => to(queue, Mode::Live, &[NoticeKey::Waiting], false),
    }
}
