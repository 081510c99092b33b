//! What is asked for: which conversations, in which groups.

use jiff::Timestamp;
use service::problem;
use tonic::Status;
use wire::pb::analytics as pb;

/// A name is never longer than this, so a longer one names nothing.
const NAME_MAX_BYTES: usize = 128;

/// What rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    Brand,
    Team,
    Channel,
    Language,
}

impl Dimension {
    pub const ALL: [Dimension; 4] = [Dimension::Brand, Dimension::Team, Dimension::Channel, Dimension::Language];

    /// The column of the projection and the field of a row.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Brand => "brand",
            Dimension::Team => "team",
            Dimension::Channel => "channel",
            Dimension::Language => "language",
        }
    }

    /// What a row says of this dimension.
    pub fn of(self, row: &pb::MeasureRow) -> &str {
        match self {
            Dimension::Brand => &row.brand,
            Dimension::Team => &row.team,
            Dimension::Channel => &row.channel,
            Dimension::Language => &row.language,
        }
    }
}

/// Which conversations count. An empty name is any.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Filter {
    pub brand: String,
    pub team: String,
    pub channel: String,
    pub language: String,
    /// Conversations whose first post was posted from this instant on ...
    pub from: Option<Timestamp>,
    /// ... and before this one.
    pub until: Option<Timestamp>,
}

/// Which conversations, in which groups; one group for all when it names no dimension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Query {
    pub group_by: Vec<Dimension>,
    pub filter: Filter,
}

impl Query {
    /// The group that a row stands for, in the order in which it is grouped.
    pub fn key(&self, row: &pb::MeasureRow) -> Vec<String> {
        self.group_by.iter().map(|dimension| dimension.of(row).to_owned()).collect()
    }

    pub fn has(&self, dimension: Dimension) -> bool {
        self.group_by.contains(&dimension)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_argument` naming the field.
    pub fn read(filter: Option<pb::Filter>, group_by: &[i32]) -> Result<Self, Status> {
        Ok(Query { group_by: read_group_by(group_by)?, filter: read_filter(filter.unwrap_or_default())? })
    }
}

fn read_group_by(asked: &[i32]) -> Result<Vec<Dimension>, Status> {
    let mut group_by = Vec::new();
    for value in asked {
        let dimension = match pb::Dimension::try_from(*value) {
            Ok(pb::Dimension::Brand) => Dimension::Brand,
            Ok(pb::Dimension::Team) => Dimension::Team,
            Ok(pb::Dimension::Channel) => Dimension::Channel,
            Ok(pb::Dimension::Language) => Dimension::Language,
            Ok(pb::Dimension::Unspecified) | Err(_) => {
                let cure = "use DIMENSION_BRAND, DIMENSION_TEAM, DIMENSION_CHANNEL or DIMENSION_LANGUAGE";
                return Err(problem::invalid_argument("group_by", "holds a dimension that is not known", cure));
            }
        };
        if group_by.contains(&dimension) {
            let what = format!("names {} twice", dimension.as_str());
            return Err(problem::invalid_argument("group_by", &what, "name each dimension once"));
        }
        group_by.push(dimension);
    }
    Ok(group_by)
}

fn read_filter(asked: pb::Filter) -> Result<Filter, Status> {
    let time = |field: &str, at: Option<pbjson_types::Timestamp>| {
        let wrong = |_| problem::invalid_argument(field, "is out of range", "give a time in RFC 3339");
        at.map(|at| wire::instant(&at).map_err(wrong)).transpose()
    };
    let filter = Filter {
        from: time("filter.from", asked.from)?,
        until: time("filter.until", asked.until)?,
        brand: name("filter.brand", asked.brand)?,
        team: name("filter.team", asked.team)?,
        channel: name("filter.channel", asked.channel)?,
        language: name("filter.language", asked.language)?,
    };
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && until <= from
    {
        return Err(problem::invalid_argument("filter.until", "is not after filter.from", "give a later time"));
    }
    Ok(filter)
}

/// A name to filter by.
pub fn name(field: &str, text: String) -> Result<String, Status> {
    if text.len() > NAME_MAX_BYTES {
        let what = format!("has {} bytes", text.len());
        return Err(problem::invalid_argument(field, &what, "give a name of the brand's settings"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_makes_no_sense_is_named() {
        let field = |result: Result<Query, Status>| result.unwrap_err().message().to_owned();
        assert!(field(Query::read(None, &[0])).starts_with("group_by holds a dimension"));
        assert!(field(Query::read(None, &[1, 2, 1])).starts_with("group_by names brand twice"));
        let at = |second: i64| Some(pbjson_types::Timestamp { seconds: second, nanos: 0 });
        let period = pb::Filter { from: at(60), until: at(60), ..pb::Filter::default() };
        assert!(field(Query::read(Some(period), &[])).starts_with("filter.until is not after"));
        let wrong =
            pb::Filter { from: Some(pbjson_types::Timestamp { seconds: 0, nanos: -1 }), ..pb::Filter::default() };
        assert!(field(Query::read(Some(wrong), &[])).starts_with("filter.from is out of range"));
        let long = pb::Filter { team: "t".repeat(129), ..pb::Filter::default() };
        assert!(field(Query::read(Some(long), &[])).starts_with("filter.team has 129 bytes"));
        let good = Query::read(None, &[2, 1]).unwrap();
        assert_eq!(good.group_by, [Dimension::Team, Dimension::Brand]);
    }
}
