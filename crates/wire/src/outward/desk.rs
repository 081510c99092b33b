//! What people do besides answering: hand off, escalate, note, promise a call.

use super::personal;
use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::callback::{CallbackBooked, CallbackDue, CallbackMissed};
use conversation::desk::{Escalated, HandedOff, NoteAdded, Released};

pub(super) fn callback_booked(f: &CallbackBooked) -> pb::CallbackBooked {
    pb::CallbackBooked {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        timezone: f.timezone.clone(),
        person: or_empty(f.person.as_ref()),
        by: f.by.to_string(),
    }
}

pub(super) fn callback_due(f: &CallbackDue) -> pb::CallbackDue {
    pb::CallbackDue {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        person: or_empty(f.person.as_ref()),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

pub(super) fn callback_missed(f: &CallbackMissed) -> pb::CallbackMissed {
    pb::CallbackMissed {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

pub(super) fn released(f: &Released) -> pb::Released {
    pb::Released { person: f.person.to_string(), reason: f.reason.clone() }
}

pub(super) fn handed_off(f: &HandedOff) -> pb::HandedOff {
    pb::HandedOff {
        by: f.by.to_string(),
        from_team: or_empty(f.from_team.as_ref()),
        to_team: f.to_team.to_string(),
        to_person: or_empty(f.to_person.as_ref()),
        reason: f.reason.clone(),
    }
}

pub(super) fn escalated(f: &Escalated) -> pb::Escalated {
    pb::Escalated { by: or_empty(f.by.as_ref()), to_team: or_empty(f.to_team.as_ref()), reason: f.reason.clone() }
}

pub(super) fn note_added(f: &NoteAdded) -> pb::NoteAdded {
    pb::NoteAdded { note_id: f.note.to_string(), person: f.person.to_string(), body: Some(personal(&f.body)) }
}
