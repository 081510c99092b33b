//! What customers are told without anybody writing it: out of hours, once, when people are back.

use crate::plan::Around;
use brand::Brand;
use conversation::classified::Head;
use conversation::{Conversation, Status};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether there is anything to tell at all: the brand has words for it, and somebody live waits with a team.
pub fn may_be_due(brand: &Brand, state: &Conversation) -> bool {
    let has_words = !brand.settings().notices.out_of_hours.texts.is_empty();
    has_words && state.status() == Status::Open && !state.backfill_only && state.assignee.is_none()
}

/// What the customer is told now: nobody is there, and he was not told since the team went.
pub fn out_of_hours(around: &Around, state: &Conversation, now: Timestamp) -> Option<String> {
    let brand = &around.brand;
    if !may_be_due(brand, state) || state.unrouted().next().is_some() {
        return None;
    }
    let team = state.team.as_ref()?.as_str();
    if brand.team_open_for(team, now, around.zone()) {
        return None;
    }
    let told = state.noticed_at.and_then(|at| brand.next_opening(team, at));
    if state.noticed_at.is_some() && told.is_none_or(|opens| opens > now) {
        return None;
    }
    let language = state.class().map_or("", |class| class.label(Head::Language));
    let words = brand.settings().notices.out_of_hours.in_language(language)?;
    let opens = brand.next_opening(team, now)?;
    let zone = around.zone().and_then(|zone| TimeZone::get(zone).ok());
    let zone = zone.or_else(|| TimeZone::get(&brand.settings().timezone).ok()).unwrap_or(TimeZone::UTC);
    let opens = opens.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
    // Nobody's name stands in the state; whoever wants it in the text greets without it.
    let values = [("opens", opens.as_str()), ("customer", ""), ("brand", brand.settings().name.as_str())];
    Some(brand::fill(words, &values))
}
