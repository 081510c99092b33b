//! What is on the wall: read from the answers of the gateway, in an order that needs no thinking.

use jiff::Timestamp;
use serde::Serialize;
use wire::pb::analytics::{MeasureRow, QueryResponse};
use wire::pb::brand::{Brand, Incident};
use wire::pb::conversation::{ConversationSummary, ListConversationsResponse, SlaState};

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Board {
    /// When it was read.
    pub at: Timestamp,
    pub brands: Vec<BrandLine>,
    /// The most urgent first.
    pub burning: Vec<Burning>,
    /// How many wait in all.
    pub open: usize,
    pub teams: Vec<TeamLine>,
    pub surges: Vec<Surge>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BrandLine {
    pub brand: String,
    pub open: u64,
    /// Of those that are listed: past their target, and due within a quarter of an hour.
    pub late: u64,
    pub due_soon: u64,
    pub longest_wait_seconds: Option<f64>,
    pub answered_within_10m: Option<f64>,
    pub answered_within_1h: Option<f64>,
    pub answered_within_24h: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Burning {
    pub conversation: String,
    pub brand: String,
    pub team: String,
    /// Who works on it; empty when nobody does.
    pub person: String,
    pub waiting_since: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub late: bool,
    pub score: f64,
    /// Its place in the queue, part by part, the heaviest first.
    pub why: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub name: String,
    pub points: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamLine {
    pub brand: String,
    pub team: String,
    pub open_hours: bool,
    pub next_opening: Option<Timestamp>,
    /// Who of it is there.
    pub online: Vec<String>,
    /// How many of its people there are.
    pub people: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Surge {
    pub brand: String,
    pub region: String,
    pub topic: String,
    pub since: Option<Timestamp>,
    pub posts: u32,
    pub conversations: u32,
}

/// What the screen knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    pub board: Option<Board>,
    /// Since when nothing comes any more, and why.
    pub lost: Option<Lost>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub since: Timestamp,
    pub why: String,
}

/// What the gateway answered.
#[derive(Default)]
pub struct Answers {
    pub measures: QueryResponse,
    pub conversations: ListConversationsResponse,
    pub brands: Vec<Brand>,
    /// By brand.
    pub incidents: Vec<(String, Vec<Incident>)>,
}

/// What is due within this is due soon.
const SOON_SECONDS: i64 = 15 * 60;

impl Board {
    pub fn of(answers: &Answers, at: Timestamp) -> Board {
        let waiting = &answers.conversations.conversations;
        let mut brands: Vec<BrandLine> = answers.measures.rows.iter().map(|row| brand_line(row, waiting, at)).collect();
        brands.sort_by(|one, other| other.late.cmp(&one.late).then_with(|| one.brand.cmp(&other.brand)));
        Board {
            at,
            brands,
            burning: waiting.iter().map(|summary| burning(summary, at)).collect(),
            open: usize::try_from(answers.conversations.total_size).unwrap_or(0),
            teams: answers.brands.iter().flat_map(teams).collect(),
            surges: answers.incidents.iter().flat_map(|(brand, all)| surges(brand, all)).collect(),
        }
    }
}

fn instant(at: Option<&pbjson_types::Timestamp>) -> Option<Timestamp> {
    at.and_then(|at| wire::instant(at).ok())
}

fn is_late(summary: &ConversationSummary, at: Timestamp) -> bool {
    summary.sla() == SlaState::Breached || instant(summary.due_at.as_ref()).is_some_and(|due| due < at)
}

fn brand_line(row: &MeasureRow, waiting: &[ConversationSummary], at: Timestamp) -> BrandLine {
    let own = || waiting.iter().filter(|summary| summary.brand == row.brand);
    let soon = |summary: &&ConversationSummary| {
        let left = instant(summary.due_at.as_ref()).map(|due| due.as_second() - at.as_second());
        left.is_some_and(|left| (0..=SOON_SECONDS).contains(&left)) && !is_late(summary, at)
    };
    BrandLine {
        brand: row.brand.clone(),
        open: row.open,
        late: own().filter(|summary| is_late(summary, at)).count() as u64,
        due_soon: own().filter(soon).count() as u64,
        longest_wait_seconds: row.longest_wait_seconds,
        answered_within_10m: row.answered_within_10m,
        answered_within_1h: row.answered_within_1h,
        answered_within_24h: row.answered_within_24h,
    }
}

fn burning(summary: &ConversationSummary, at: Timestamp) -> Burning {
    let parts = summary.score.iter().map(|part| Part { name: part.name.clone(), points: part.points });
    let mut why: Vec<Part> = parts.collect();
    why.sort_by(|one, other| other.points.total_cmp(&one.points));
    let person = [&summary.assignee, &summary.second].into_iter().find(|person| !person.is_empty());
    Burning {
        conversation: summary.conversation_id.clone(),
        brand: summary.brand.clone(),
        team: summary.team.clone(),
        person: person.cloned().unwrap_or_default(),
        waiting_since: instant(summary.waiting_since.as_ref()),
        due_at: instant(summary.due_at.as_ref()),
        late: is_late(summary, at),
        score: why.iter().map(|part| part.points).sum(),
        why,
    }
}

fn teams(brand: &Brand) -> Vec<TeamLine> {
    let online = |person: &&String| brand.people.iter().any(|known| known.person == **person && known.online);
    let line = |team: &wire::pb::brand::Team| TeamLine {
        brand: brand.brand.clone(),
        team: team.team.clone(),
        open_hours: team.is_open,
        next_opening: instant(team.next_opening.as_ref()),
        online: team.people.iter().filter(online).cloned().collect(),
        people: team.people.len(),
    };
    brand.teams.iter().map(line).collect()
}

fn surges(brand: &str, all: &[Incident]) -> Vec<Surge> {
    let surge = |incident: &Incident| Surge {
        brand: brand.to_owned(),
        region: incident.region.clone(),
        topic: incident.topic.clone(),
        since: instant(incident.first_post_at.as_ref()),
        posts: incident.posts,
        conversations: incident.conversations,
    };
    all.iter().map(surge).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use wire::pb::brand::{Person, Team};
    use wire::pb::conversation::ScorePart;

    pub fn noon() -> Timestamp {
        "2026-05-04T12:00:00Z".parse().unwrap()
    }

    fn at(minutes: i64) -> Option<pbjson_types::Timestamp> {
        Some(pbjson_types::Timestamp { seconds: noon().as_second() + minutes * 60, nanos: 0 })
    }

    pub fn answers() -> Answers {
        let summary = |id: &str, waits: i64, due: i64, person: &str| ConversationSummary {
            conversation_id: id.into(),
            brand: "aurora-air".into(),
            team: "care".into(),
            assignee: person.into(),
            waiting_since: at(-waits),
            due_at: at(due),
            score: vec![
                ScorePart { name: "late".into(), points: 12.0 },
                ScorePart { name: "reach".into(), points: 40.0 },
            ],
            ..ConversationSummary::default()
        };
        let row = |brand: &str, open: u64| MeasureRow {
            brand: brand.into(),
            open,
            longest_wait_seconds: Some(5_400.0),
            answered_within_1h: Some(0.5),
            ..MeasureRow::default()
        };
        let person = |name: &str, online: bool| Person { person: name.into(), online, ..Person::default() };
        let team =
            Team { team: "care".into(), is_open: true, people: vec!["dana".into(), "kim".into()], ..Team::default() };
        let brand = Brand {
            brand: "aurora-air".into(),
            teams: vec![team],
            people: vec![person("dana", true), person("kim", false)],
            ..Brand::default()
        };
        let incident = Incident {
            region: "harju".into(),
            topic: "air.delay".into(),
            first_post_at: at(-20),
            posts: 37,
            conversations: 31,
            ..Incident::default()
        };
        Answers {
            measures: QueryResponse { rows: vec![row("nordnet", 0), row("aurora-air", 3)], as_of_sequence: 7 },
            conversations: ListConversationsResponse {
                conversations: vec![
                    summary("3f0c11", 90, -30, ""),
                    summary("3f0c22", 5, 10, "dana"),
                    summary("3f0c33", 1, 59, ""),
                ],
                total_size: 3,
                ..ListConversationsResponse::default()
            },
            brands: vec![brand],
            incidents: vec![("aurora-air".into(), vec![incident])],
        }
    }

    #[test]
    fn what_is_late_comes_first_and_everything_has_its_reason() {
        let board = Board::of(&answers(), noon());
        assert_eq!(board.brands[0].brand, "aurora-air", "the brand with the late one");
        assert_eq!((board.brands[0].late, board.brands[0].due_soon, board.brands[1].late), (1, 1, 0));
        let first = &board.burning[0];
        assert_eq!((first.late, first.score, first.why[0].name.as_str()), (true, 52.0, "reach"));
        assert_eq!((board.teams[0].online.as_slice(), board.teams[0].people), (["dana".to_owned()].as_slice(), 2));
        assert_eq!((board.surges[0].posts, board.open), (37, 3));
    }
}
