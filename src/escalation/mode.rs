//! How a person is reached when nobody is there: another mode, never a refusal.

use super::{LadderSettings, Mode, NoticeKey, Priority};
use crate::conversation::{Channel, QueueState, Situation};

/// The way a person is reached, and what the customer is told of it.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) mode: Mode,
    pub(super) notices: Vec<NoticeKey>,
    /// Something else than what the channel is for.
    pub(super) changed: bool,
}

impl Reached {
    fn as_usual(mode: Mode, notices: Vec<NoticeKey>) -> Self {
        Self { mode, notices, changed: false }
    }

    fn instead(mode: Mode, notices: Vec<NoticeKey>) -> Self {
        Self { mode, notices, changed: true }
    }
}

pub(super) fn reach(
    settings: &LadderSettings,
    now: &Situation,
    queue: &str,
    priority: Priority,
    wants_call: bool,
) -> Reached {
    if wants_call {
        return Reached::as_usual(Mode::CallBack, vec![NoticeKey::CallBackPlanned]);
    }
    if now.channel == Channel::Email && priority < Priority::Urgent {
        return Reached::as_usual(Mode::Ticket, vec![NoticeKey::TicketMade]);
    }
    let known = (now.availability.age <= settings.stale_after).then(|| now.availability.queues.get(queue)).flatten();
    let transfers = !now.availability.no_transfer.contains(&now.channel);
    match known {
        Some(state) if !state.open => closed(state, priority),
        _ if !transfers => Reached::instead(Mode::Ticket, vec![NoticeKey::TicketMade]),
        // Nothing is known: routed as if it were open, and nothing is promised.
        None => Reached::as_usual(Mode::Live, Vec::new()),
        Some(state) if waits(settings, state) => Reached::as_usual(Mode::Live, vec![NoticeKey::Waiting]),
        Some(_) => Reached::as_usual(Mode::Live, Vec::new()),
    }
}

fn closed(state: &QueueState, priority: Priority) -> Reached {
    match priority {
        Priority::Urgent => Reached::instead(Mode::OnCall, Vec::new()),
        _ if state.callbacks => {
            Reached::instead(Mode::CallBack, vec![NoticeKey::ClosedNextOpening, NoticeKey::CallBackPlanned])
        }
        _ => Reached::instead(Mode::Ticket, vec![NoticeKey::ClosedNextOpening, NoticeKey::TicketMade]),
    }
}

fn waits(settings: &LadderSettings, state: &QueueState) -> bool {
    state.free == 0 && state.wait.is_none_or(|wait| wait > settings.longest_wait)
}
