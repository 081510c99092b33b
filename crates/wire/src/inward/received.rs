//! What comes in: posts, their edits and spread, contacts, and the brand's own replies as the network shows them.

use super::{Read, known, personal};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name, required};
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, KeptAs, PostDeleted, PostEdited, PostFiltered, PostReceived,
    ReplyObserved,
};

/// Facts of older versions do not say it: they were filtered.
fn kept_as(value: i32) -> Read<KeptAs> {
    match known("kept_as", value)? {
        pb::KeptAs::Unspecified | pb::KeptAs::Filtered => Ok(KeptAs::Filtered),
        pb::KeptAs::Promotion => Ok(KeptAs::Promotion),
        pb::KeptAs::Competitor => Ok(KeptAs::Competitor),
    }
}

pub(crate) fn handle_use(value: i32) -> Read<HandleUse> {
    match known("handle_use", value)? {
        pb::HandleUse::Unspecified => Err(WireError::Unknown { field: "handle_use" }),
        pb::HandleUse::None => Ok(HandleUse::None),
        pb::HandleUse::Main => Ok(HandleUse::Main),
        pb::HandleUse::Care => Ok(HandleUse::Care),
    }
}

pub(super) fn post_received(f: pb::PostReceived) -> Read<PostReceived> {
    if f.native_id.is_empty() {
        return Err(WireError::Missing { field: "native_id" });
    }
    Ok(PostReceived {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        native_id: f.native_id,
        parent_native_id: f.parent_native_id,
        root_native_id: f.root_native_id,
        private: f.private,
        handle_use: handle_use(f.handle_use)?,
        posted_at: optional("posted_at", f.posted_at)?,
        followers: f.followers,
        region: f.region,
        tier: f.tier,
        timezone: f.timezone,
        source: f.source,
        backfill: f.backfill,
        demo: f.demo,
        thread_of: optional_name("thread_of", &f.thread_of)?,
        awaited_in: optional_name("awaited_in", &f.awaited_in)?,
        language: f.language,
        personal: personal("personal", f.personal)?,
    })
}

pub(super) fn post_edited(f: pb::PostEdited) -> Read<PostEdited> {
    Ok(PostEdited {
        post: name("post_key", &f.post_key)?,
        edited_at: required("edited_at", f.edited_at)?,
        personal: personal("personal", f.personal)?,
    })
}

pub(super) fn post_deleted(f: pb::PostDeleted) -> Read<PostDeleted> {
    Ok(PostDeleted { post: name("post_key", &f.post_key)?, deleted_at: required("deleted_at", f.deleted_at)? })
}

pub(super) fn engagement_observed(f: pb::EngagementObserved) -> Read<EngagementObserved> {
    Ok(EngagementObserved {
        post: name("post_key", &f.post_key)?,
        shares: f.shares,
        comments: f.comments,
        likes: f.likes,
        views: f.views,
        observed_at: required("observed_at", f.observed_at)?,
    })
}

pub(super) fn contact_recorded(f: pb::ContactRecorded) -> Read<ContactRecorded> {
    Ok(ContactRecorded {
        via: f.via,
        contacted_at: required("contacted_at", f.contacted_at)?,
        summary: personal("summary", f.summary)?,
    })
}

pub(super) fn post_filtered(f: pb::PostFiltered) -> Read<PostFiltered> {
    let post = f.post.ok_or(WireError::Missing { field: "post" })?;
    Ok(PostFiltered {
        rule: f.rule,
        settings_version: f.settings_version,
        kept_as: kept_as(f.kept_as)?,
        post: Box::new(post_received(post)?),
    })
}

pub(super) fn reply_observed(f: pb::ReplyObserved) -> Read<ReplyObserved> {
    Ok(ReplyObserved {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        native_id: f.native_id,
        parent_native_id: f.parent_native_id,
        private: f.private,
        posted_at: optional("posted_at", f.posted_at)?,
        person: optional_name("person", &f.person)?,
        source: f.source,
        backfill: f.backfill,
        personal: personal("personal", f.personal)?,
    })
}
