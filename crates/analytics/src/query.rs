//! What is asked for: which conversations, in which groups.

use jiff::Timestamp;
use jiff::tz::TimeZone;
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
    Person,
    Topic,
    Region,
    Tier,
    Day,
    Week,
    Month,
    Hour,
    Weekday,
}

impl Dimension {
    /// Those of live figures, in the order of a row.
    pub const LIVE: [Dimension; 4] = [Dimension::Brand, Dimension::Team, Dimension::Channel, Dimension::Language];

    /// All of them, in the order of the contract.
    pub const ALL: [Dimension; 13] = [
        Dimension::Brand,
        Dimension::Team,
        Dimension::Channel,
        Dimension::Language,
        Dimension::Person,
        Dimension::Topic,
        Dimension::Region,
        Dimension::Tier,
        Dimension::Day,
        Dimension::Week,
        Dimension::Month,
        Dimension::Hour,
        Dimension::Weekday,
    ];

    /// The column of the projection, where it has one, and the field of a row.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Brand => "brand",
            Dimension::Team => "team",
            Dimension::Channel => "channel",
            Dimension::Language => "language",
            Dimension::Person => "person",
            Dimension::Topic => "topic",
            Dimension::Region => "region",
            Dimension::Tier => "tier",
            Dimension::Day => "day",
            Dimension::Week => "week",
            Dimension::Month => "month",
            Dimension::Hour => "hour",
            Dimension::Weekday => "weekday",
        }
    }

    /// A part of the first post's time, in the time zone that was asked for.
    pub fn is_of_time(self) -> bool {
        matches!(self, Dimension::Day | Dimension::Week | Dimension::Month | Dimension::Hour | Dimension::Weekday)
    }

    /// What a live row says of this dimension; nothing of those that it does not have.
    pub fn of(self, row: &pb::MeasureRow) -> &str {
        match self {
            Dimension::Brand => &row.brand,
            Dimension::Team => &row.team,
            Dimension::Channel => &row.channel,
            Dimension::Language => &row.language,
            _ => "",
        }
    }

    /// Its number in the contract.
    pub fn to_pb(self) -> i32 {
        let at = Dimension::ALL.iter().position(|known| *known == self).expect("all of them are there");
        i32::try_from(at + 1).expect("there are few")
    }

    pub fn from_pb(value: i32) -> Option<Dimension> {
        let at = usize::try_from(value).ok()?.checked_sub(1)?;
        Dimension::ALL.get(at).copied()
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
    pub person: String,
    pub topic: String,
    pub region: String,
    pub tier: String,
    /// Of the first post's time: `00` to `23`, and `1` to `7`.
    pub hour: String,
    pub weekday: String,
    /// Conversations that have none of these.
    pub without: Vec<Dimension>,
}

impl Filter {
    /// What each dimension must be; empty for any.
    pub fn wanted(&self, dimension: Dimension) -> &str {
        match dimension {
            Dimension::Brand => &self.brand,
            Dimension::Team => &self.team,
            Dimension::Channel => &self.channel,
            Dimension::Language => &self.language,
            Dimension::Person => &self.person,
            Dimension::Topic => &self.topic,
            Dimension::Region => &self.region,
            Dimension::Tier => &self.tier,
            Dimension::Hour => &self.hour,
            Dimension::Weekday => &self.weekday,
            // A period says it better.
            Dimension::Day | Dimension::Week | Dimension::Month => "",
        }
    }
}

/// Which conversations, in which groups; one group for all when it names no dimension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Query {
    pub group_by: Vec<Dimension>,
    pub filter: Filter,
    /// IANA; UTC when empty.
    pub zone: String,
}

impl Query {
    /// The group that a live row stands for, in the order in which it is grouped.
    pub fn key(&self, row: &pb::MeasureRow) -> Vec<String> {
        self.group_by.iter().map(|dimension| dimension.of(row).to_owned()).collect()
    }

    pub fn has(&self, dimension: Dimension) -> bool {
        self.group_by.contains(&dimension)
    }

    /// Reads a request for live figures.
    ///
    /// # Errors
    /// `invalid_argument` naming the field.
    pub fn read(filter: Option<pb::Filter>, group_by: &[i32]) -> Result<Self, Status> {
        let group_by = read_group_by(group_by, &Dimension::LIVE)?;
        Ok(Query { group_by, filter: read_filter(filter.unwrap_or_default())?, zone: String::new() })
    }

    /// Reads a request for figures of the catalogue.
    ///
    /// # Errors
    /// `invalid_argument` naming the field.
    pub fn read_any(filter: Option<pb::Filter>, group_by: &[i32], zone: String) -> Result<Self, Status> {
        if !zone.is_empty() && TimeZone::get(&zone).is_err() {
            let cure = "give a name of the IANA time zones, e.g. Europe/Tallinn";
            return Err(problem::invalid_argument("time_zone", "is not known", cure));
        }
        let group_by = read_group_by(group_by, &Dimension::ALL)?;
        Ok(Query { group_by, filter: read_filter(filter.unwrap_or_default())?, zone })
    }
}

fn read_group_by(asked: &[i32], known: &[Dimension]) -> Result<Vec<Dimension>, Status> {
    let mut group_by = Vec::new();
    for value in asked {
        let found = Dimension::from_pb(*value).filter(|dimension| known.contains(dimension));
        let Some(dimension) = found else {
            let names: Vec<String> =
                known.iter().map(|known| format!("DIMENSION_{}", known.as_str().to_uppercase())).collect();
            let cure = format!("use one of: {}", names.join(", "));
            return Err(problem::invalid_argument("group_by", "holds a dimension that is not known", &cure));
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
        person: name("filter.person", asked.person)?,
        topic: name("filter.topic", asked.topic)?,
        region: name("filter.region", asked.region)?,
        tier: name("filter.tier", asked.tier)?,
        hour: name("filter.hour", asked.hour)?,
        weekday: name("filter.weekday", asked.weekday)?,
        without: without(&asked.without)?,
    };
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && until <= from
    {
        return Err(problem::invalid_argument("filter.until", "is not after filter.from", "give a later time"));
    }
    Ok(filter)
}

fn without(asked: &[i32]) -> Result<Vec<Dimension>, Status> {
    let read = |value: &i32| Dimension::from_pb(*value).filter(|dimension| !dimension.is_of_time());
    let known: Option<Vec<Dimension>> = asked.iter().map(read).collect();
    known.ok_or_else(|| {
        let cure = "name dimensions that a conversation can be without, such as DIMENSION_TEAM";
        problem::invalid_argument("filter.without", "holds a dimension that everything has", cure)
    })
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
        assert!(field(Query::read(None, &[5])).starts_with("group_by holds a dimension"), "live figures have four");
        let zone = Query::read_any(None, &[5, 13], "Mars/Base".into());
        assert!(field(zone).starts_with("time_zone is not known"));
        let any = Query::read_any(None, &[5, 13], "Europe/Tallinn".into()).unwrap();
        assert_eq!(any.group_by, [Dimension::Person, Dimension::Weekday]);
        let day = pb::Filter { without: vec![9], ..pb::Filter::default() };
        assert!(field(Query::read(Some(day), &[])).starts_with("filter.without holds"));
        let good = Query::read(None, &[2, 1]).unwrap();
        assert_eq!(good.group_by, [Dimension::Team, Dimension::Brand]);
    }
}
