//! What comes in: posts, their edits and spread, contacts, and the brand's own replies as the network shows them.

use super::personal;
use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, KeptAs, PostBroughtBack, PostDeleted, PostEdited, PostFiltered,
    PostReceived, ReplyObserved,
};

fn kept_as(kept_as: KeptAs) -> pb::KeptAs {
    match kept_as {
        KeptAs::Filtered => pb::KeptAs::Filtered,
        KeptAs::Promotion => pb::KeptAs::Promotion,
        KeptAs::Competitor => pb::KeptAs::Competitor,
    }
}

fn handle_use(handle_use: HandleUse) -> pb::HandleUse {
    match handle_use {
        HandleUse::None => pb::HandleUse::None,
        HandleUse::Main => pb::HandleUse::Main,
        HandleUse::Care => pb::HandleUse::Care,
    }
}

pub(super) fn post_received(f: &PostReceived) -> pb::PostReceived {
    pb::PostReceived {
        post_key: f.post.to_string(),
        network: f.network.to_string(),
        native_id: f.native_id.clone(),
        parent_native_id: f.parent_native_id.clone(),
        root_native_id: f.root_native_id.clone(),
        private: f.private,
        handle_use: handle_use(f.handle_use).into(),
        posted_at: f.posted_at.map(timestamp),
        followers: f.followers,
        region: f.region.clone(),
        tier: f.tier.clone(),
        timezone: f.timezone.clone(),
        source: f.source.clone(),
        backfill: f.backfill,
        demo: f.demo,
        thread_of: or_empty(f.thread_of.as_ref()),
        awaited_in: or_empty(f.awaited_in.as_ref()),
        language: f.language.clone(),
        personal: Some(personal(&f.personal)),
    }
}

pub(super) fn post_edited(f: &PostEdited) -> pb::PostEdited {
    pb::PostEdited {
        post_key: f.post.to_string(),
        edited_at: Some(timestamp(f.edited_at)),
        personal: Some(personal(&f.personal)),
    }
}

pub(super) fn post_deleted(f: &PostDeleted) -> pb::PostDeleted {
    pb::PostDeleted { post_key: f.post.to_string(), deleted_at: Some(timestamp(f.deleted_at)) }
}

pub(super) fn engagement_observed(f: &EngagementObserved) -> pb::EngagementObserved {
    pb::EngagementObserved {
        post_key: f.post.to_string(),
        shares: f.shares,
        comments: f.comments,
        likes: f.likes,
        views: f.views,
        observed_at: Some(timestamp(f.observed_at)),
    }
}

pub(super) fn contact_recorded(f: &ContactRecorded) -> pb::ContactRecorded {
    pb::ContactRecorded {
        via: f.via.clone(),
        contacted_at: Some(timestamp(f.contacted_at)),
        summary: Some(personal(&f.summary)),
    }
}

pub(super) fn post_filtered(f: &PostFiltered) -> pb::PostFiltered {
    pb::PostFiltered {
        rule: f.rule.clone(),
        settings_version: f.settings_version.clone(),
        post: Some(post_received(&f.post)),
        kept_as: kept_as(f.kept_as).into(),
    }
}

pub(super) fn post_brought_back(f: &PostBroughtBack) -> pb::PostBroughtBack {
    pb::PostBroughtBack { post_key: f.post.to_string(), person: f.person.to_string(), reason: f.reason.clone() }
}

pub(super) fn reply_observed(f: &ReplyObserved) -> pb::ReplyObserved {
    pb::ReplyObserved {
        post_key: f.post.to_string(),
        network: f.network.to_string(),
        native_id: f.native_id.clone(),
        parent_native_id: f.parent_native_id.clone(),
        private: f.private,
        posted_at: f.posted_at.map(timestamp),
        person: or_empty(f.person.as_ref()),
        source: f.source.clone(),
        backfill: f.backfill,
        personal: Some(personal(&f.personal)),
    }
}
