//! Who is there: what the host says of a queue, and where it says nothing, what the document says.

use super::Spec;
use crate::conversation::{QueueState, Situation};
use std::sync::Arc;

impl Spec {
    /// What the host says of a queue, where that is fresh.
    fn state<'s>(&self, queue: &str, now: &'s Situation) -> Option<&'s QueueState> {
        let fresh = now.availability.age <= u64::from(self.thresholds.stale_after_s) * 1000;
        now.availability.queues.get(queue).filter(|_| fresh)
    }

    /// Whether people of a queue are there now. A queue of which nothing is known counts as open.
    pub(crate) fn is_open(&self, queue: &str, now: &Situation) -> bool {
        if let Some(state) = self.state(queue, now) {
            return state.open;
        }
        let hours = self.queues.get(queue).and_then(|queue| queue.hours.as_deref());
        hours.is_none_or(|hours| self.calendar.open(hours, &now.local))
    }

    /// Whether a queue calls back.
    pub(crate) fn calls_back(&self, queue: &str, now: &Situation) -> bool {
        self.queues.get(queue).is_none_or(|queue| queue.call_backs)
            && self.state(queue, now).is_none_or(|state| state.callbacks)
    }

    /// Whether a conversation of this channel can be passed on live to a queue.
    pub(crate) fn live(&self, queue: &str, now: &Situation) -> bool {
        let channel = &now.channel;
        self.queues.get(queue).is_none_or(|queue| queue.live)
            && !now.availability.no_transfer.contains(channel)
            && !self.routing.no_transfer.contains(channel)
    }

    /// Whether nobody of a queue is free and the wait is too long, as far as the host says.
    pub(crate) fn busy(&self, queue: &str, now: &Situation) -> bool {
        let longest = self.queues.get(queue).and_then(|queue| queue.longest_wait_s);
        let longest = u64::from(longest.unwrap_or(self.thresholds.longest_wait_s)) * 1000;
        let state = self.state(queue, now);
        state.is_some_and(|state| state.free == 0 && state.wait.is_none_or(|wait| wait > longest))
    }

    /// Who takes what is urgent while a queue is closed.
    pub(crate) fn on_call(&self, queue: Arc<str>) -> Arc<str> {
        let other = self.queues.get(&queue).and_then(|queue| queue.on_call.clone());
        other.unwrap_or(queue)
    }

    /// From a busy queue on to the first of its overflows that is there and not busy, and whether there is a wait. A
    /// checked document has no circle of overflows; the steps are bounded all the same.
    pub(crate) fn overflow(&self, queue: Arc<str>, now: &Situation) -> (Arc<str>, bool) {
        if !self.busy(&queue, now) {
            return (queue, false);
        }
        let next = |queue: &Arc<str>| self.queues.get(queue).and_then(|queue| queue.overflow.clone());
        let chain = std::iter::successors(next(&queue), next).take(self.queues.len());
        let free = |other: &Arc<str>| self.is_open(other, now) && self.live(other, now) && !self.busy(other, now);
        match chain.into_iter().find(free) {
            Some(other) => (other, false),
            None => (queue, true),
        }
    }
}
