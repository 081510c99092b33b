//! What people do besides answering: hand off, escalate, note, promise a call.

use super::{Read, personal};
use crate::pb::conversation as pb;
use crate::scalar::{name, optional_name, required};
use conversation::callback::{CallbackBooked, CallbackDue, CallbackMissed};
use conversation::desk::{Escalated, HandedOff, NoteAdded};

pub(super) fn callback_booked(f: pb::CallbackBooked) -> Read<CallbackBooked> {
    Ok(CallbackBooked {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        timezone: f.timezone,
        person: optional_name("person", &f.person)?,
        by: name("by", &f.by)?,
    })
}

pub(super) fn callback_due(f: pb::CallbackDue) -> Read<CallbackDue> {
    Ok(CallbackDue {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        person: optional_name("person", &f.person)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

pub(super) fn callback_missed(f: pb::CallbackMissed) -> Read<CallbackMissed> {
    Ok(CallbackMissed {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

pub(super) fn handed_off(f: pb::HandedOff) -> Read<HandedOff> {
    Ok(HandedOff {
        by: name("by", &f.by)?,
        from_team: optional_name("from_team", &f.from_team)?,
        to_team: name("to_team", &f.to_team)?,
        to_person: optional_name("to_person", &f.to_person)?,
        reason: f.reason,
    })
}

pub(super) fn escalated(f: pb::Escalated) -> Read<Escalated> {
    Ok(Escalated { by: optional_name("by", &f.by)?, to_team: optional_name("to_team", &f.to_team)?, reason: f.reason })
}

pub(super) fn note_added(f: pb::NoteAdded) -> Read<NoteAdded> {
    Ok(NoteAdded {
        note: name("note_id", &f.note_id)?,
        person: name("person", &f.person)?,
        body: personal("body", f.body)?,
    })
}
