//! The wallboard as it is drawn: state in words and signs as well as in colour, so that it reads without colour too.

use super::board::{Board, BrandLine, Burning, Part, Seen, Surge, TeamLine};
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const ALARM: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
const BANNER: Style = Style::new().add_modifier(Modifier::REVERSED.union(Modifier::BOLD));
/// How many parts of a score are named.
const PARTS: usize = 3;

pub fn draw(frame: &mut Frame<'_>, seen: &Seen, now: Timestamp) {
    let area = frame.area();
    let Some(board) = &seen.board else {
        frame.render_widget(Paragraph::new(head(seen, None, now)), area);
        return;
    };
    let surges = rows(board.surges.len());
    let (brands, teams) = (rows(board.brands.len()) + 2, rows(board.teams.len()) + 1);
    let [top, banner, middle, list, bottom] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(surges),
        Constraint::Length(brands),
        Constraint::Min(3),
        Constraint::Length(teams.min(area.height / 3)),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(head(seen, Some(board), now)), top);
    let banners: Vec<Line<'_>> =
        board.surges.iter().map(|surge| Line::styled(surge_line(surge, now), BANNER)).collect();
    frame.render_widget(Paragraph::new(banners), banner);
    draw_brands(frame, middle, &board.brands);
    draw_burning(frame, list, board, now);
    draw_teams(frame, bottom, &board.teams);
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn head(seen: &Seen, board: Option<&Board>, now: Timestamp) -> Line<'static> {
    let mut spans = vec![Span::styled("Earshot", BOLD)];
    let age = |since: Timestamp| span(now.duration_since(since).as_secs());
    match (&seen.lost, board) {
        (Some(lost), Some(board)) => spans.push(Span::styled(
            format!("  NO CONNECTION for {}; what is shown is {} old  ({})", age(lost.since), age(board.at), lost.why),
            ALARM,
        )),
        (Some(lost), None) => {
            spans.push(Span::styled(format!("  NO CONNECTION for {}  ({})", age(lost.since), lost.why), ALARM));
        }
        (None, Some(board)) => {
            let late: u64 = board.brands.iter().map(|line| line.late).sum();
            spans.push(Span::raw(format!("  {} waiting, ", board.open)));
            spans.push(Span::styled(format!("{late} late"), if late > 0 { ALARM } else { Style::new() }));
            spans.push(Span::styled(format!("  live, read {} ago", age(board.at)), DIM));
        }
        (None, None) => spans.push(Span::styled("  asking the gateway", DIM)),
    }
    Line::from(spans)
}

fn surge_line(surge: &Surge, now: Timestamp) -> String {
    let since = surge.since.map(|since| span(now.duration_since(since).as_secs())).unwrap_or_default();
    let Surge { brand, region, topic, posts, conversations, .. } = surge;
    let about = if topic.is_empty() { String::new() } else { format!(" about {topic}") };
    format!(" SURGE {brand}: {region}{about}, {posts} posts of {conversations} conversations in {since} ")
}

fn draw_brands(frame: &mut Frame<'_>, area: Rect, brands: &[BrandLine]) {
    let header = Row::new(["brand", "waiting", "late", "due in 15 min", "longest", "10 min", "1 h", "24 h"]).style(DIM);
    let lines = brands.iter().map(|line| {
        let row = Row::new([
            line.brand.clone(),
            line.open.to_string(),
            line.late.to_string(),
            line.due_soon.to_string(),
            line.longest_wait_seconds.map(|seconds| span(seconds as i64)).unwrap_or_default(),
            share(line.answered_within_10m),
            share(line.answered_within_1h),
            share(line.answered_within_24h),
        ]);
        if line.late > 0 { row.style(ALARM) } else { row }
    });
    let widths = [22, 9, 6, 15, 10, 8, 8, 8].map(Constraint::Length);
    frame.render_widget(Table::new(lines, widths).header(header), area);
}

fn share(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{:.0} %", value * 100.0))
}

fn draw_burning(frame: &mut Frame<'_>, area: Rect, board: &Board, now: Timestamp) {
    if board.burning.is_empty() {
        frame.render_widget(Paragraph::new(Line::styled("nobody waits", BOLD)), area);
        return;
    }
    let header = Row::new(["waits", "due", "brand", "team", "person", "why it burns", "conversation"]).style(DIM);
    let lines = board.burning.iter().map(|one| {
        let row = Row::new([
            one.waiting_since.map(|since| span(now.duration_since(since).as_secs())).unwrap_or_default(),
            due(one, now),
            one.brand.clone(),
            one.team.clone(),
            if one.person.is_empty() { "nobody".to_owned() } else { one.person.clone() },
            why(&one.why),
            one.conversation.clone(),
        ]);
        if one.late { row.style(ALARM) } else { row }
    });
    let widths = [
        Constraint::Length(8),
        Constraint::Length(14),
        Constraint::Length(15),
        Constraint::Length(11),
        Constraint::Length(9),
        Constraint::Fill(1),
        Constraint::Length(13),
    ];
    frame.render_widget(Table::new(lines, widths).header(header), area);
}

fn due(one: &Burning, now: Timestamp) -> String {
    match one.due_at.map(|due| due.duration_since(now).as_secs()) {
        Some(left) if left < 0 => format!("! {} ago", span(-left)),
        Some(left) => format!("in {}", span(left)),
        None if one.late => "! late".to_owned(),
        None => String::new(),
    }
}

fn why(parts: &[Part]) -> String {
    let named = parts.iter().filter(|part| part.points.abs() >= 0.5).take(PARTS);
    named.map(|part| format!("{} {:+.0}", part.name, part.points)).collect::<Vec<_>>().join(", ")
}

fn draw_teams(frame: &mut Frame<'_>, area: Rect, teams: &[TeamLine]) {
    let header = Row::new(["team", "", "there", "who"]).style(DIM);
    let lines = teams.iter().map(|line| {
        let open = match (line.open_hours, line.next_opening) {
            (true, _) => "open".to_owned(),
            (false, Some(at)) => format!("closed until {}", at.strftime("%a %H:%M UTC")),
            (false, None) => "closed".to_owned(),
        };
        let there = format!("{} of {}", line.online.len(), line.people);
        let row = Row::new([format!("{}/{}", line.brand, line.team), open, there, line.online.join(", ")]);
        // Open hours with nobody there is what nobody may overlook.
        if line.open_hours && line.online.is_empty() { row.style(ALARM) } else { row }
    });
    let widths = [Constraint::Length(32), Constraint::Length(26), Constraint::Length(10), Constraint::Fill(1)];
    frame.render_widget(Table::new(lines, widths).header(header), area);
}

/// `45 s`, `12 min`, `3 h 05`, `2 d 4 h`.
fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {:02}", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::super::board::Lost;
    use super::super::board::tests::{answers, noon};
    use super::super::text;
    use super::*;

    fn seen() -> Seen {
        Seen { board: Some(Board::of(&answers(), noon())), lost: None }
    }

    #[test]
    fn what_burns_is_on_the_wall_with_its_reason() {
        let page = text(&seen(), noon()).unwrap();
        for wanted in [
            "3 waiting, 1 late",
            "SURGE aurora-air: harju about air.delay, 37 posts of 31 conversations in 20 min",
            "! 30 min ago",
            "reach +40, late +12",
            "1 of 2",
            "dana",
            "50 %",
        ] {
            assert!(page.contains(wanted), "{wanted} is missing in\n{page}");
        }
        let lines: Vec<&str> = page.lines().collect();
        let place = |word: &str| lines.iter().position(|line| line.contains(word)).unwrap();
        assert!(place("3f0c11") < place("3f0c22"), "the most urgent first");
    }

    #[test]
    fn a_lost_connection_is_told_with_the_age_of_the_data() {
        let lost = Lost { since: "2026-05-04T12:00:30Z".parse().unwrap(), why: "connection refused".into() };
        let later: Timestamp = "2026-05-04T12:02:00Z".parse().unwrap();
        let page = text(&Seen { lost: Some(lost.clone()), ..seen() }, later).unwrap();
        assert!(page.contains("NO CONNECTION for 1 min; what is shown is 2 min old  (connection refused)"), "{page}");
        assert!(page.contains("3f0c11"), "and it is still shown");
        let never = text(&Seen { board: None, lost: Some(lost) }, later).unwrap();
        assert!(never.contains("NO CONNECTION for 1 min"), "{never}");
        assert!(text(&Seen::default(), later).unwrap().contains("asking the gateway"));
    }

    #[test]
    fn an_empty_wall_says_so() {
        let empty = Seen { board: Some(Board { at: noon(), ..Board::default() }), lost: None };
        assert!(text(&empty, noon()).unwrap().contains("nobody waits"));
    }

    #[test]
    fn spans_are_short() {
        assert_eq!([45, 125, 3_900, 100_000, -5].map(span), ["45 s", "2 min", "1 h 05", "1 d 3 h", "0 s"]);
    }
}
