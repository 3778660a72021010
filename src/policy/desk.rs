//! Who is there: what the host says of a queue, and where it says nothing, what the document says.

use super::{Queue, Spec};
use crate::conversation::{QueueState, Situation};
use std::sync::Arc;

/// One queue at this moment, looked up once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtQueue<'s> {
    spec: &'s Spec,
    now: &'s Situation,
    /// As the document has it.
    queue: Option<&'s Queue>,
    /// As the host has it, where that is fresh.
    state: Option<&'s QueueState>,
}

impl Spec {
    /// A queue at this moment.
    pub(crate) fn at<'s>(&'s self, queue: &str, now: &'s Situation) -> AtQueue<'s> {
        let fresh = now.availability.age <= u64::from(self.thresholds.stale_after_s) * 1000;
        let state = if fresh { now.availability.queues.get(queue) } else { None };
        AtQueue { spec: self, now, queue: self.queues.get(queue), state }
    }

    /// Whether nobody of a queue is free and the wait is too long, as far as the host says.
    pub(crate) fn busy(&self, queue: &str, now: &Situation) -> bool {
        self.at(queue, now).busy()
    }
}

impl<'s> AtQueue<'s> {
    /// Whether people are there now. A queue of which nothing is known counts as open.
    pub(crate) fn open(self) -> bool {
        if let Some(state) = self.state {
            return state.open;
        }
        let hours = self.queue.and_then(|queue| queue.hours.as_deref());
        hours.is_none_or(|hours| self.spec.calendar.open(hours, &self.now.local))
    }

    /// Whether it calls back.
    pub(crate) fn calls_back(self) -> bool {
        self.queue.is_none_or(|queue| queue.call_backs) && self.state.is_none_or(|state| state.callbacks)
    }

    /// Whether a conversation of this channel can be passed on to it live.
    pub(crate) fn live(self) -> bool {
        let channel = &self.now.channel;
        self.queue.is_none_or(|queue| queue.live)
            && !self.now.availability.no_transfer.contains(channel)
            && !self.spec.routing.no_transfer.contains(channel)
    }

    /// Whether nobody is free and the wait is too long, as far as the host says.
    pub(crate) fn busy(self) -> bool {
        let Some(state) = self.state else { return false };
        let longest = self.queue.and_then(|queue| queue.longest_wait_s);
        let longest = u64::from(longest.unwrap_or(self.spec.thresholds.longest_wait_s)) * 1000;
        state.free == 0 && state.wait.is_none_or(|wait| wait > longest)
    }

    /// Who takes what is urgent while it is closed; its own people, where nobody else does.
    pub(crate) fn on_call(self) -> Option<&'s Arc<str>> {
        self.queue.and_then(|queue| queue.on_call.as_ref())
    }

    /// The first of its overflows that is there and not busy. A checked document has no circle of overflows; the steps
    /// are bounded all the same.
    pub(crate) fn overflow(self) -> Option<&'s Arc<str>> {
        let next = |queue: &&'s Arc<str>| self.spec.queues.get(*queue).and_then(|queue| queue.overflow.as_ref());
        let first = self.queue.and_then(|queue| queue.overflow.as_ref());
        let mut chain = std::iter::successors(first, next).take(self.spec.queues.len());
        chain.find(|other| {
            let other = self.spec.at(other, self.now);
            other.open() && other.live() && !other.busy()
        })
    }
}
