//! The scorecard as a page of the terminal.

use comfy_table::{CellAlignment, Table, presets};
use wire::pb::analytics::{Behind, ComponentScore, Figure, GetScorecardResponse, Score, ScorecardRow};

/// How many rows without points are named.
const NAMED: usize = 12;

/// The whole page; `measures` adds what the heads are made of.
pub fn scorecard(found: &GetScorecardResponse, measures: bool) -> String {
    let (shown, small): (Vec<_>, Vec<_>) = found.rows.iter().partition(|row| has_points(row));
    if found.rows.is_empty() {
        return "there are no conversations that fit\n".to_owned();
    }
    let mut page = String::new();
    if !shown.is_empty() {
        page.push_str(&table(found, &shown));
        page.push('\n');
    }
    if measures {
        shown.iter().for_each(|row| page.push_str(&of_row(found, row)));
    }
    if !small.is_empty() {
        page.push_str(&too_small(&small, found.smallest_sample));
    }
    page.push_str(&legend(found));
    page
}

fn has_points(row: &ScorecardRow) -> bool {
    row.score.is_some_and(|score| score.points.is_some())
        || row.heads.iter().any(|head| head.score.is_some_and(|score| score.points.is_some()))
}

fn table(found: &GetScorecardResponse, rows: &[&ScorecardRow]) -> String {
    let mut table = Table::new();
    let heads = found.heads.iter().map(|head| head.title.clone());
    let header = ["".to_owned(), "".to_owned(), "conversations".to_owned(), "all together".to_owned()];
    table.load_style(presets::NOTHING).set_header(header.into_iter().chain(heads));
    for (place, row) in rows.iter().enumerate() {
        let heads = row.heads.iter().map(|head| points(head.score.as_ref()));
        let own =
            [(place + 1).to_string(), row.name.clone(), row.conversations.to_string(), points(row.score.as_ref())];
        table.add_row(own.into_iter().chain(heads));
    }
    for column in [0, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// `74 (70-78)`; a dash where too little is known.
fn points(score: Option<&Score>) -> String {
    let Some(points) = score.and_then(|score| score.points) else { return "-".to_owned() };
    match score.and_then(|score| score.low.zip(score.high)) {
        Some((low, high)) => format!("{points:.0} ({low:.0}-{high:.0})"),
        None => format!("{points:.0}"),
    }
}

fn of_row(found: &GetScorecardResponse, row: &ScorecardRow) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([&*row.name, "value", "95 of 100", "of", "points"]);
    for (head, scores) in found.heads.iter().zip(&row.heads) {
        for (component, ComponentScore { figure, points }) in head.components.iter().zip(&scores.components) {
            let figure = figure.clone().unwrap_or_default();
            let points = points.map_or("-".to_owned(), |points| format!("{points:.0}"));
            table.add_row([
                format!("  {}: {}", head.name, component.measure),
                value(figure.value),
                between(&figure),
                figure.sample.to_string(),
                points,
            ]);
        }
    }
    format!("{table}\n\n")
}

fn value(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.3}"))
}

fn between(figure: &Figure) -> String {
    figure.low.zip(figure.high).map_or(String::new(), |(low, high)| format!("{low:.3}-{high:.3}"))
}

fn too_small(rows: &[&ScorecardRow], smallest: u32) -> String {
    let named: Vec<String> =
        rows.iter().take(NAMED).map(|row| format!("{} ({})", row.name, row.conversations)).collect();
    let rest = match rows.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "without points, since too little is known (a sample of {smallest} is the smallest): {}{rest}\n",
        named.join(", ")
    )
}

fn legend(found: &GetScorecardResponse) -> String {
    let mut legend =
        String::from("points from 0 to 100, and in brackets between which the true ones lie with 95 of 100\n");
    for head in &found.heads {
        let part = |one: &wire::pb::analytics::ScorecardComponent| match one.weight == 1.0 {
            true => one.measure.clone(),
            false => format!("{} (weight {})", one.measure, one.weight),
        };
        let parts: Vec<String> = head.components.iter().map(part).collect();
        legend.push_str(&format!("  {}: {}\n", head.title, parts.join(", ")));
    }
    legend
}

/// What stands behind a figure, a line each.
pub fn behind<'a>(listed: &[Behind], thread: &dyn Fn(&Behind) -> &'a str, more: bool) -> String {
    if listed.is_empty() {
        return "nothing stands behind it\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "brand", "adds", "began", "person", "thread"]);
    for one in listed {
        let began = one.first_post_at.as_ref().and_then(|at| wire::instant(at).ok());
        let ids = [&one.conversation_id, &one.post_key, &one.incident_id];
        table.add_row([
            ids.into_iter().find(|id| !id.is_empty()).cloned().unwrap_or_default(),
            one.brand.clone(),
            one.value.to_string(),
            began.map(|at| at.to_string()).unwrap_or_default(),
            one.person.clone(),
            thread(one).to_owned(),
        ]);
    }
    let rest = if more { "and more; --most lists them\n" } else { "" };
    format!("{table}\n{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::pb::analytics::{HeadScore, ScorecardComponent, ScorecardHead};

    fn found() -> GetScorecardResponse {
        let component = ScorecardComponent { measure: "signed_share".into(), weight: 2.0, ..Default::default() };
        let head = ScorecardHead {
            name: "personality".into(),
            title: "Personality".into(),
            weight: 1.0,
            components: vec![component],
        };
        let known = Score { points: Some(74.4), low: Some(70.2), high: Some(78.0) };
        let row = |name: &str, conversations: u64, score: Score| {
            let value = score.points.map(|points| points / 100.0);
            let figure = Figure { measure: "signed_share".into(), value, sample: conversations, ..Figure::default() };
            let components = vec![ComponentScore { figure: Some(figure), points: score.points }];
            let heads = vec![HeadScore { head: "personality".into(), score: Some(score), components }];
            ScorecardRow { name: name.into(), conversations, score: Some(score), heads }
        };
        GetScorecardResponse {
            heads: vec![head],
            rows: vec![row("nordnet", 214, known), row("tiny", 4, Score::default())],
            smallest_sample: 20,
            as_of_sequence: 7,
        }
    }

    #[test]
    fn points_come_with_their_bounds_and_small_samples_are_named() {
        let page = scorecard(&found(), false);
        assert!(page.contains("nordnet") && page.contains("74 (70-78)"), "{page}");
        assert!(page.contains("the smallest): tiny (4)"), "{page}");
        assert!(page.contains("Personality: signed_share (weight 2)"), "{page}");
        assert!(!page.contains("0.744"), "{page}");
        assert!(scorecard(&found(), true).contains("0.744"));
        assert_eq!(scorecard(&GetScorecardResponse::default(), true), "there are no conversations that fit\n");
    }

    #[test]
    fn what_stands_behind_leads_on() {
        let one = Behind { conversation_id: "3f0c".into(), value: 60.0, ..Behind::default() };
        let page = behind(&[one], &|_| "twcs-8", true);
        assert!(page.contains("3f0c") && page.contains("60") && page.contains("twcs-8") && page.contains("--most"));
    }
}
