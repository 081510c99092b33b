//! What the scorecard is made of: the figures of each brand, team, person or period, and the blocks that tell how sure
//! its points are.

use super::figures::{Figures, figures_within};
use super::scope;
use crate::catalogue::Form;
use crate::query::{Dimension, Filter, Query};
use crate::scorecard::{BLOCKS, Block, Card, Entry};
use jiff::Timestamp;
use rusqlite::Connection;
use std::collections::BTreeMap;
use wire::pb::analytics::FigureRow;

/// What is set side by side.
#[derive(Debug, Clone)]
pub struct Asked {
    pub dimension: Dimension,
    pub filter: Filter,
    pub zone: String,
    pub card: Card,
}

/// Reads all rows in one transaction. What has no name (no team yet, nobody who answered) is no row.
pub fn side_by_side(connection: &mut Connection, asked: &Asked, now: Timestamp) -> rusqlite::Result<(u64, Vec<Entry>)> {
    let transaction = connection.transaction()?;
    let query = Query { group_by: vec![asked.dimension], filter: asked.filter.clone(), zone: asked.zone.clone() };
    let mut measures = asked.card.measures();
    let count = crate::catalogue::find("conversations").expect("the catalogue has it");
    measures.push(count);
    let table = figures_within(&transaction, &Figures { query: query.clone(), measures, histograms: false }, now)?;
    let mut blocks = blocks(&transaction, &query, &asked.card, now)?;
    let mut entries = Vec::new();
    for FigureRow {
        mut figures,
        brand,
        team,
        channel,
        language,
        person,
        topic,
        region,
        tier,
        day,
        week,
        month,
        hour,
        weekday,
    } in table.rows
    {
        let name =
            [brand, team, channel, language, person, topic, region, tier, day, week, month, hour, weekday].concat();
        let conversations = figures.pop().and_then(|figure| figure.value).unwrap_or(0.0) as u64;
        if name.is_empty() || conversations == 0 {
            continue;
        }
        let blocks = blocks.remove(&name).unwrap_or_default();
        entries.push(Entry { name, conversations, figures, blocks });
    }
    Ok((table.sequence, entries))
}

fn blocks(
    connection: &Connection,
    query: &Query,
    card: &Card,
    now: Timestamp,
) -> rusqlite::Result<BTreeMap<String, Vec<Block>>> {
    let scope = scope::CONVERSATIONS;
    let mut blocks: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    let Some(conditions) = scope.conditions(&query.filter) else { return Ok(blocks) };
    let mut selected = vec![scope.column(query.group_by[0]), format!("number % {BLOCKS}")];
    for named in card.measures() {
        let (part, of) = match named.form {
            Form::Share { hit, of } => (format!("({of}) AND ({hit})"), of),
            Form::Ratio { part, of } => (part.to_owned(), of),
            _ => unreachable!("a card has shares and ratios"),
        };
        selected.extend([format!("total({part})"), format!("total({of})")]);
    }
    let sql = format!("SELECT {} FROM conversation WHERE counted{conditions} GROUP BY 1, 2", selected.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, query, now)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let mut block = Block::new();
        for at in 0..card.components().count() {
            block.push((row.get(2 + at * 2)?, row.get(3 + at * 2)?));
        }
        blocks.entry(row.get(0)?).or_default().push(block);
    }
    Ok(blocks)
}
