//! What a changed definition changes: measures that meant something else before, worked out over the same history in both
//! ways, group by group, with the conversations that count in one and not in the other.

use crate::catalogue::{self, Form, Measure, Named};
use crate::local::{self, LocalError, Projection, unreadable};
use crate::query::Query;
use crate::store::figures::{self, Figures};
use crate::store::scope;
use conversation::ConversationId;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;
use wire::pb::analytics::{FigureRow, QueryFiguresRequest};

/// One former definition beside the one in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Both by their names in the catalogue.
    pub was: String,
    pub is: String,
    pub was_definition: String,
    pub is_definition: String,
    pub rows: Vec<Row>,
    /// The first of the conversations that differ, and how many there are.
    pub differ: Vec<Differs>,
    pub differ_count: u64,
}

/// The old and the new figure of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Such as `brand=aurora-air`; `all` when it is not grouped.
    pub of: String,
    pub was: Option<f64>,
    pub is: Option<f64>,
}

/// A conversation that adds something else than before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differs {
    pub conversation: String,
    pub brand: String,
    /// What it adds, as SQLite says it; none where it is no part of the figure.
    pub was: Option<String>,
    pub is: Option<String>,
}

/// Every former definition of these measures (all of the catalogue when none is named) beside the present one, for the
/// groups and the filter that are asked for. `most` conversations are listed each.
///
/// # Errors
/// What is asked for makes no sense, or the file cannot be read.
pub fn changes(
    projection: &mut Projection,
    asked: &QueryFiguresRequest,
    most: usize,
    now: Timestamp,
) -> Result<Vec<Change>, LocalError> {
    let query = local::query(asked)?;
    if let Some(unknown) = asked.measures.iter().find(|name| catalogue::find(name).is_none()) {
        return Err(LocalError::Asked(format!("{unknown} is no measure of the catalogue; see docs/measures.md")));
    }
    let named =
        |measure: &&Measure| asked.measures.is_empty() || asked.measures.iter().any(|name| name == measure.name);
    let mut found = Vec::new();
    for measure in catalogue::measures().filter(named) {
        for former in measure.former {
            let was = Named { measure, form: former.form, former: Some(former.since) };
            let is = Named { measure, form: measure.form, former: None };
            let mut change = Change {
                was: was.name(),
                is: is.name(),
                was_definition: former.definition.to_owned(),
                is_definition: measure.definition.to_owned(),
                rows: rows(projection.connection(), &query, [was, is], now).map_err(unreadable)?,
                differ: Vec::new(),
                differ_count: 0,
            };
            if let (Some(old), Some(new)) = (adds(was.form), adds(is.form)) {
                differing(projection.connection(), &query, [&old, &new], most, now, &mut change).map_err(unreadable)?;
            }
            found.push(change);
        }
    }
    Ok(found)
}

fn rows(connection: &mut Connection, query: &Query, both: [Named; 2], now: Timestamp) -> rusqlite::Result<Vec<Row>> {
    let asked = Figures { query: query.clone(), measures: both.to_vec(), histograms: false };
    let found = figures::figures(connection, &asked, now)?;
    let row = |row: FigureRow| {
        let value = |at: usize| row.figures.get(at).and_then(|figure| figure.value);
        Row { of: name(query, &row), was: value(0), is: value(1) }
    };
    Ok(found.rows.into_iter().map(row).collect())
}

/// `brand=aurora-air team=care`.
fn name(query: &Query, row: &FigureRow) -> String {
    let part =
        |dimension: &crate::Dimension| format!("{}={}", dimension.as_str(), figures::group_name(row, *dimension));
    match query.group_by.as_slice() {
        [] => "all".to_owned(),
        dimensions => dimensions.iter().map(part).collect::<Vec<_>>().join(" "),
    }
}

/// What one conversation adds, as an expression; none for what is not made of conversations one by one.
fn adds(form: Form) -> Option<String> {
    match form {
        Form::Count(holds) => Some(format!("({holds}) IS TRUE")),
        Form::Sum { of, .. } => Some(of.to_owned()),
        Form::Share { hit, of } => Some(format!("CASE WHEN {of} THEN ({hit}) IS TRUE END")),
        Form::Ratio { part, of } => Some(format!("CASE WHEN ({of}) > 0 THEN ({part}) || ' of ' || ({of}) END")),
        Form::Percentile { spans, .. } => Some(spans.column().to_owned()),
        Form::LongestWait | Form::Customers | Form::WeekHours | Form::Filtered { .. } | Form::Happening(_) => None,
    }
}

fn differing(
    connection: &mut Connection,
    query: &Query,
    [old, new]: [&str; 2],
    most: usize,
    now: Timestamp,
    change: &mut Change,
) -> rusqlite::Result<()> {
    let Some(conditions) = scope::CONVERSATIONS.conditions(&query.filter) else { return Ok(()) };
    let sql = format!(
        "SELECT conversation_id, brand, CAST(was AS TEXT), CAST(it_is AS TEXT) FROM (
             SELECT number, conversation_id, brand, ({old}) AS was, ({new}) AS it_is
             FROM conversation WHERE counted{conditions}
         ) WHERE was IS NOT it_is ORDER BY number"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, query, now)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        change.differ_count += 1;
        if change.differ.len() < most {
            change.differ.push(Differs {
                conversation: ConversationId::from_uuid(Uuid::from_bytes(row.get(0)?)).to_string(),
                brand: row.get(1)?,
                was: row.get(2)?,
                is: row.get(3)?,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::Building;
    use crate::testing::{At, Script};
    use crate::tests::support::later;
    use wire::pb::analytics::Dimension;

    #[test]
    fn the_old_stands_beside_the_new_with_what_differs() {
        let mut day = Script::new("aurora");
        for name in ["a", "b", "c"] {
            day.post(name, &format!("{name}1"), At::minute(0));
            day.route(name, &format!("{name}1"), "care", "complaint", "en");
        }
        day.escalate("a", At::minute(1));
        day.escalate("b", At::minute(1));
        day.deescalate("b", At::minute(2));
        let mut building = Building::new().unwrap();
        day.records.into_iter().for_each(|record| building.add(record).unwrap());
        let mut projection = building.finish().unwrap();
        let asked = QueryFiguresRequest { group_by: vec![Dimension::Brand.into()], ..QueryFiguresRequest::default() };
        let found = changes(&mut projection, &asked, 10, later()).unwrap();
        let former = catalogue::measures().flat_map(|measure| measure.former).count();
        assert_eq!(found.len(), former, "every former definition is compared");
        let escalated = found.iter().find(|change| change.was == "escalated@1").unwrap();
        assert_eq!(escalated.rows, [Row { of: "brand=aurora".into(), was: Some(1.0), is: Some(2.0) }]);
        assert_eq!((escalated.differ_count, escalated.differ.len()), (1, 1));
        let one = &escalated.differ[0];
        assert_eq!((one.was.as_deref(), one.is.as_deref()), (Some("0"), Some("1")));
        let none = changes(&mut projection, &asked, 0, later()).unwrap();
        assert_eq!((none[0].differ_count, none[0].differ.len()), (1, 0), "counted, not listed");
    }

    #[test]
    fn a_measure_that_is_not_there_is_named() {
        let mut projection = Building::new().unwrap().finish().unwrap();
        let asked = QueryFiguresRequest { measures: vec!["luck".into()], ..QueryFiguresRequest::default() };
        let refused = changes(&mut projection, &asked, 1, later()).unwrap_err().to_string();
        assert!(refused.starts_with("luck is no measure"), "{refused}");
    }
}
